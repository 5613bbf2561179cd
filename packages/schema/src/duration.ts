/** `500ms`, `90s`, `10m`, `1h30m`, or a bare number of seconds, as CloudConvert's `timeout` has it → milliseconds. */
import type { JsonValue } from './json.ts';

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Undefined for what is no duration. */
export function durationMs(value: JsonValue | undefined): number | undefined {
  if (typeof value === 'number') return value * 1000;
  if (typeof value !== 'string') return undefined;
  let sum = 0;
  for (const [, amount, unit] of value.matchAll(/([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)/g)) {
    sum += Number(amount) * (unitMs[unit ?? ''] ?? 0);
  }
  return value === '' ? undefined : sum;
}
