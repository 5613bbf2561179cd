/**
 * Two containers that are never changed: an update copies two small arrays and shares the rest, so that a reducer may
 * keep 10,000s of entries and still return a new state per event. They know nothing of what they hold.
 */

/** A list by index, in chunks. */
export interface Sequence<T> {
  readonly length: number;
  readonly chunks: readonly (readonly T[])[];
}

/** A map by text, in buckets; it has no order of its own. */
export interface Keyed<T> {
  readonly size: number;
  readonly buckets: readonly (ReadonlyMap<string, T> | undefined)[];
}

const chunkSize = 64;
const bucketCount = 64;

export const emptySequence: Sequence<never> = { length: 0, chunks: [] };
export const emptyKeyed: Keyed<never> = { size: 0, buckets: [] };

export function sequenceOf<T>(items: readonly T[]): Sequence<T> {
  const chunks: (readonly T[])[] = [];
  for (let start = 0; start < items.length; start += chunkSize)
    chunks.push(items.slice(start, start + chunkSize));
  return { length: items.length, chunks };
}

export function itemAt<T>(sequence: Sequence<T>, index: number): T | undefined {
  return sequence.chunks[Math.floor(index / chunkSize)]?.[index % chunkSize];
}

/** An index outside of the sequence leaves it as it is. */
export function withItem<T>(sequence: Sequence<T>, index: number, item: T): Sequence<T> {
  const at = Math.floor(index / chunkSize);
  const chunk = sequence.chunks[at];
  if (chunk === undefined || index >= sequence.length) return sequence;
  return { length: sequence.length, chunks: sequence.chunks.with(at, chunk.with(index % chunkSize, item)) };
}

export function append<T>(sequence: Sequence<T>, item: T): Sequence<T> {
  const full = sequence.chunks.slice(0, Math.floor(sequence.length / chunkSize));
  const chunks = [...full, [...(sequence.chunks[full.length] ?? []), item]];
  return { length: sequence.length + 1, chunks };
}

export function* itemsOf<T>(sequence: Sequence<T>): Generator<T, void> {
  for (const chunk of sequence.chunks) yield* chunk;
}

export function valueOf<T>(keyed: Keyed<T>, key: string): T | undefined {
  return keyed.buckets[bucketOf(key)]?.get(key);
}

export function withValue<T>(keyed: Keyed<T>, key: string, value: T): Keyed<T> {
  const bucket = new Map(keyed.buckets[bucketOf(key)]);
  const isNew = !bucket.has(key);
  bucket.set(key, value);
  return { size: keyed.size + (isNew ? 1 : 0), buckets: withBucket(keyed, key, bucket) };
}

export function withoutKey<T>(keyed: Keyed<T>, key: string): Keyed<T> {
  const bucket = new Map(keyed.buckets[bucketOf(key)]);
  if (!bucket.delete(key)) return keyed;
  return { size: keyed.size - 1, buckets: withBucket(keyed, key, bucket) };
}

export function valuesOf<T>(keyed: Keyed<T>): T[] {
  return keyed.buckets.flatMap((bucket) => (bucket === undefined ? [] : [...bucket.values()]));
}

function withBucket<T>(keyed: Keyed<T>, key: string, bucket: ReadonlyMap<string, T>): Keyed<T>['buckets'] {
  const buckets =
    keyed.buckets.length === 0
      ? Array.from<ReadonlyMap<string, T> | undefined>({ length: bucketCount })
      : [...keyed.buckets];
  buckets[bucketOf(key)] = bucket;
  return buckets;
}

/** FNV-1a: addresses of one task differ only in a few characters, and those must spread. */
function bucketOf(key: string): number {
  let hash = 0x81_1c_9d_c5;
  for (let index = 0; index < key.length; index += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01_00_01_93);
  }
  return (hash >>> 16) % bucketCount;
}
