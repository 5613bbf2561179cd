/**
 * What some of the converters can do together: every pair that one of them, or a chain of two of them, turns into each
 * other. It counts and lists; which converter is the best for a pair, `conversions.ts` knows. Pure but for the table.
 */
import { converters } from '../converter-table.ts';
import type { Converter } from '../converters/converter.ts';
import { waysBetween } from './detours.ts';

/** Who turns a format into what: output format → converters. */
export type Doers = ReadonlyMap<string, ReadonlySet<Converter>>;

export interface Reach {
  /** Formats that are read or written. */
  readonly formats: number;
  /** Of two different formats. */
  readonly pairs: number;
}

/** All formats that a converter reads. */
export function inputFormats(): readonly string[] {
  return [...new Set(converters.flatMap(({ pairs }) => Object.keys(pairs)))].sort();
}

export function reach(isThere: (converter: Converter) => boolean): Reach {
  const targets = reachedTargets(isThere);
  const formats = new Set<string>();
  let pairs = 0;
  for (const from of inputFormats()) {
    for (const to of targets(from)) {
      if (to === from) continue;
      formats.add(from).add(to);
      pairs++;
    }
  }
  return { formats: formats.size, pairs };
}

/** The formats that a format can become by the converters that are there; answers are kept. */
export function reachedTargets(
  isThere: (converter: Converter) => boolean,
): (from: string) => ReadonlySet<string> {
  const there = converters.filter(isThere);
  const doersOf = keep((from) => doers(from, there));
  return keep((from) => {
    const direct = doersOf(from);
    const targets = new Set(direct.keys());
    for (const [via, firsts] of direct) {
      for (const [to, seconds] of doersOf(via)) {
        if (!targets.has(to) && isPassable(firsts, seconds) && waysBetween(from, to).includes(via)) {
          targets.add(to);
        }
      }
    }
    return targets;
  });
}

function doers(from: string, there: readonly Converter[]): Doers {
  const found = new Map<string, Set<Converter>>();
  for (const converter of there) {
    for (const to of converter.pairs[from] ?? []) {
      const known = found.get(to);
      if (known === undefined) found.set(to, new Set([converter]));
      else known.add(converter);
    }
  }
  return found;
}

/** A converter is never chained to itself. */
function isPassable(firsts: ReadonlySet<Converter>, seconds: ReadonlySet<Converter>): boolean {
  return firsts.size > 1 || seconds.size > 1 || [...firsts].some((first) => !seconds.has(first));
}

function keep<Value>(make: (key: string) => Value): (key: string) => Value {
  const known = new Map<string, Value>();
  return (key) => {
    const old = known.get(key);
    if (old !== undefined) return old;
    const made = make(key);
    known.set(key, made);
    return made;
  };
}
