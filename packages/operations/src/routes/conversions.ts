/**
 * What the local backend turns into what, and which converters and chains of two do it, installed or not. Light to load:
 * validation reads it. It knows no options and no machine.
 */
import type { Conversions } from '@pipeline/schema';
import { isKnownFormat } from '@pipeline/schema';
import { converters } from '../converter-table.ts';
import type { Converter } from '../converters/converter.ts';
import { detours } from './detours.ts';
import { reachedTargets } from './reach.ts';

/** By all converters; only for the formats that are asked for: a pipeline names a few of a hundred. */
const targetsOf = reachedTargets(() => true);

/**
 * What the local backend turns into what, directly or by a chain, whether or not the converter is installed here: a valid
 * pipeline is valid on every machine. A known format always becomes itself: the file passes through.
 */
export const localConversions: Conversions = {
  has: (from, to) =>
    converters.some(({ pairs }) => pairs[from]?.includes(to) === true) ||
    localConversions.targets(from).has(to),
  targets: (from) => {
    const targets = targetsOf(from);
    return (targets.size > 0 || isKnownFormat(from)) && !targets.has(from)
      ? new Set([...targets, from])
      : targets;
  },
};

const byPair = new Map<string, readonly Converter[]>();

/** All converters and chains of two that do a pair, installed or not, the best first. */
export function convertersFor(from: string, to: string): readonly Converter[] {
  const key = `${from} ${to}`;
  const known = byPair.get(key);
  if (known !== undefined) return known;
  const all = convertersAmong(converters, from, to);
  byPair.set(key, all);
  return all;
}

/** The same of some converters, and not kept: for those who go through all pairs once. */
export function convertersAmong(there: readonly Converter[], from: string, to: string): readonly Converter[] {
  const direct = there.filter(({ pairs }) => pairs[from]?.includes(to) === true);
  const ranked = [...direct, ...detours(from, to, there)]
    .map((converter) => ({ converter, rank: converter.rank(from, to) }))
    .toSorted((left, right) => right.rank - left.rank);
  // The same converters by way of another format: only the best way counts.
  const names = new Set<string>();
  return ranked.map(({ converter }) => converter).filter(({ name }) => !names.has(name) && names.add(name));
}
