/**
 * Two containers that are never changed: an update copies two small arrays and shares the rest, so that a reducer may
 * keep 10,000s of entries and still return a new state per event. They know nothing of what they hold.
 */

/** A list by index, in chunks. */
export interface Sequence<T> {
  readonly length: number;
  readonly chunks: readonly (readonly T[])[];
}

/** A map by text, in one bucket while it is small and in many when it has grown; it has no order of its own. */
export interface Keyed<T> {
  readonly size: number;
  readonly buckets: readonly (ReadonlyMap<string, T> | undefined)[];
}

const chunkSize = 64;
const bucketCount = 64;
/** Up to here, copying all entries is quicker than finding out in which bucket one lies. */
const smallSize = 32;

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

export function valueOf<T>({ buckets }: Keyed<T>, key: string): T | undefined {
  return buckets[bucketOf(key, buckets.length)]?.get(key);
}

export function withValue<T>(keyed: Keyed<T>, key: string, value: T): Keyed<T> {
  if (keyed.size === 0) return { size: 1, buckets: [new Map([[key, value]])] };
  if (keyed.size === smallSize && keyed.buckets.length === 1) return withValue(spread(keyed), key, value);
  const at = bucketOf(key, keyed.buckets.length);
  const bucket = new Map(keyed.buckets[at]);
  const before = bucket.size;
  bucket.set(key, value);
  return { size: keyed.size + bucket.size - before, buckets: withBucket(keyed, at, bucket) };
}

export function withoutKey<T>(keyed: Keyed<T>, key: string): Keyed<T> {
  const at = bucketOf(key, keyed.buckets.length);
  if (keyed.buckets[at]?.has(key) !== true) return keyed;
  if (keyed.size === 1) return emptyKeyed;
  const bucket = new Map(keyed.buckets[at]);
  bucket.delete(key);
  return { size: keyed.size - 1, buckets: withBucket(keyed, at, bucket) };
}

export function valuesOf<T>(keyed: Keyed<T>): T[] {
  return keyed.buckets.flatMap((bucket) => (bucket === undefined ? [] : [...bucket.values()]));
}

function withBucket<T>(
  { buckets }: Keyed<T>,
  at: number,
  bucket: ReadonlyMap<string, T>,
): Keyed<T>['buckets'] {
  return buckets.length === 1 ? [bucket] : buckets.with(at, bucket);
}

/** The same entries in many buckets. */
function spread<T>({ size, buckets }: Keyed<T>): Keyed<T> {
  const spreadOut = Array.from({ length: bucketCount }, () => new Map<string, T>());
  for (const bucket of buckets) {
    for (const [key, value] of bucket ?? []) spreadOut[bucketOf(key, bucketCount)]?.set(key, value);
  }
  return { size, buckets: spreadOut };
}

/** FNV-1a: addresses of one task differ only in a few characters, and those must spread. */
function bucketOf(key: string, count: number): number {
  if (count <= 1) return 0;
  let hash = 0x81_1c_9d_c5;
  for (let index = 0; index < key.length; index += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01_00_01_93);
  }
  return (hash >>> 16) % count;
}
