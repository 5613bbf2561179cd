/** Whether a converter's version is one that `engine_version` asks for: `7`, `7.1`, `7.1.0`, `^7.1`, `>=7 <8`. Pure. */

/** Undefined: it cannot be understood. A bare version is a prefix: `7.1` takes 7.1.0 and 7.1.9. */
export function satisfiesVersion(version: string, wanted: string): boolean | undefined {
  const parts = wanted
    .trim()
    .split(/\s+/)
    .filter((part) => part !== '');
  const results = parts.map((part) => satisfiesOne(version, part));
  return results.length === 0 || results.includes(undefined)
    ? undefined
    : results.every((result) => result === true);
}

function satisfiesOne(version: string, part: string): boolean | undefined {
  if (part === version || part === '*') return true;
  const found = /^(\^|~|>=|<=|>|<|=)?v?(\d+(?:\.\d+)*)(?:\.[x*])*$/.exec(part);
  if (found === null) return undefined;
  const bound = numbers(found[2] ?? '');
  // `1.1.0+0.7.0` is a chain: its first part counts.
  const actual = numbers(version.split('+')[0] ?? '');
  const order = compare(actual, bound);
  switch (found[1]) {
    case '>=':
      return order >= 0;
    case '>':
      return order > 0;
    case '<=':
      return order <= 0;
    case '<':
      return order < 0;
    case '~':
      return order >= 0 && startsWith(actual, bound.slice(0, Math.min(2, bound.length)));
    case '^':
      return order >= 0 && startsWith(actual, bound.slice(0, firstNonZero(bound) + 1));
    default:
      return startsWith(actual, bound);
  }
}

const numbers = (version: string): readonly number[] =>
  version.split('.').map((part) => Number.parseInt(part, 10) || 0);
const firstNonZero = (bound: readonly number[]): number =>
  Math.max(
    0,
    bound.findIndex((part) => part !== 0),
  );
const startsWith = (actual: readonly number[], prefix: readonly number[]): boolean =>
  prefix.every((part, index) => (actual[index] ?? 0) === part);

function compare(left: readonly number[], right: readonly number[]): number {
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
