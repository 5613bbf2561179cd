/** `90`, `90s`, `1.5m`, `1h30m` → milliseconds. A bare number means seconds, as in CloudConvert. */

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** The longest time that a timer of Node can wait. */
const longestMs = 2 ** 31 - 1;

/** Undefined when it is not a duration, not above zero, or longer than 24 days. */
export function parseDuration(text: string): number | undefined {
  const trimmed = text.trim();
  if (!/^(?:\d+(?:\.\d+)?|(?:\d+(?:\.\d+)?(?:ms|s|m|h))+)$/.test(trimmed)) return undefined;
  let total = 0;
  for (const [, amount, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)?/g)) {
    total += Number(amount) * (unitsMs[unit ?? 's'] ?? 0);
  }
  return total > 0 && total <= longestMs ? total : undefined;
}
