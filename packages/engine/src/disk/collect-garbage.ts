/**
 * Makes a cache smaller: first what no record speaks of, then what was not used for longest, until it is small and
 * young enough. Other processes may work with the cache meanwhile: what any of them may just have found stays, an object
 * that is gone is a miss and nothing worse, and logs are replaced as a whole.
 */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CacheSurvey,
  referencedBy,
  type StoredObject,
  type StoredRecord,
  surveyCache,
} from './cache-survey.ts';
import { cacheFormat } from './disk-cache.ts';
import { entriesOf, lineOf } from './keyed-log.ts';
import { putInPlace } from './put-in-place.ts';
import { recordLogNames } from './record-logs.ts';

export interface GarbageOptions {
  /** Of the cache. */
  readonly dir: string;
  /** Bytes of all objects that may stay. */
  readonly maxBytes: number;
  /** Milliseconds; absent: however old. */
  readonly maxAgeMs?: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Start of the oldest run that is going on: what it may have found stays. */
  readonly busySince?: number;
  /** Nobody waits longer than this: what is left goes another time. */
  readonly budgetMs?: number;
  /** Where nothing goes, logs that are smaller than this are left as they are; absent: none. */
  readonly idleLogBytes?: number;
}

export interface Garbage {
  readonly survey: CacheSurvey;
  /** The ones that go, in this order. */
  readonly objects: readonly StoredObject[];
  readonly bytes: number;
  /** Records that are of no use then. */
  readonly records: number;
}

/** Uses are marked twice an hour: what was used later than this may be in use by somebody. */
const graceMs = 2 * 60 * 60 * 1000;
const markMs = 30 * 60 * 1000;

/** What would go; nothing does. */
export function findGarbage({ dir, maxBytes, maxAgeMs, now, busySince }: GarbageOptions): Garbage {
  const survey = surveyCache(dir);
  const latest = Math.min(now - graceMs, busySince === undefined ? Infinity : busySince - markMs);
  const isFree = ({ usedAt }: StoredObject): boolean => usedAt < latest;
  const referenced = referencedBy(survey.records);
  const gone = new Set<StoredObject>(survey.scraps.filter(isFree));
  let left = survey.objectBytes;
  const drop = (object: StoredObject): void => {
    if (gone.has(object)) return;
    gone.add(object);
    left -= object.sizeBytes;
  };
  for (const object of survey.objects.values())
    if (!referenced.has(object.sha256) && isFree(object)) drop(object);
  for (const object of [...survey.objects.values()].filter(isFree).sort((a, b) => a.usedAt - b.usedAt)) {
    const isOld = maxAgeMs !== undefined && object.usedAt < now - maxAgeMs;
    if (isOld || left > maxBytes) drop(object);
  }
  const kept = survey.records.filter((record) => isComplete(record, survey, gone));
  // The other files of results that are incomplete now.
  const needed = referencedBy(kept);
  for (const object of survey.objects.values())
    if (!needed.has(object.sha256) && isFree(object)) drop(object);
  const objects = [...gone];
  return {
    survey,
    objects,
    bytes: objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    records: survey.records.length - kept.length,
  };
}

/** Removes it, and what the logs say of it. Throws nothing: what cannot be removed stays. */
export function collectGarbage(options: GarbageOptions): Garbage {
  const garbage = findGarbage(options);
  const { idleLogBytes = 0, budgetMs = Infinity } = options;
  const end = performance.now() + budgetMs;
  const removed = garbage.objects.filter(
    ({ path }) => performance.now() < end && tryTo(() => rmSync(path, { force: true })),
  );
  const isIdle = removed.length === 0 && garbage.records === 0 && garbage.survey.logBytes < idleLogBytes;
  if (!isIdle) compact(options.dir);
  return { ...garbage, objects: removed, bytes: removed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
}

function isComplete(
  { objects }: StoredRecord,
  survey: CacheSurvey,
  gone: ReadonlySet<StoredObject>,
): boolean {
  return objects.every((sha256) => {
    const object = survey.objects.get(sha256);
    return object !== undefined && !gone.has(object);
  });
}

/** One line for each key, and none of what is not there any more. */
function compact(dir: string): void {
  const survey = surveyCache(dir);
  const within = (name: string): string => join(dir, cacheFormat, name);
  const useful = new Set(
    survey.records.filter((record) => isComplete(record, survey, new Set())).map(({ key }) => key),
  );
  for (const name of recordLogNames) rewrite(within(name), (key) => useful.has(key));
  rewrite(within('objects.log'), (key) => survey.objects.has(key));
  rewrite(within('hashes.log'), (key) => isThere(key));
}

/** Lines that somebody adds while it is replaced may be lost: then something is looked up once more. */
function rewrite(path: string, isUseful: (key: string) => boolean): void {
  tryTo(() => {
    const bytes = readFileSync(path);
    const values = new Map<string, string>();
    for (const [key, value] of entriesOf(bytes)) {
      values.delete(key);
      values.set(key, value);
    }
    const lines = [...values].flatMap(([key, value]) => (isUseful(key) ? lineOf(key, value) : []));
    const text = lines.length === 0 ? '' : `\n${lines.join('')}`;
    if (Buffer.byteLength(text) >= bytes.length) return;
    putInPlace(path, (temporary) => {
      writeFileSync(temporary, text);
      const added = readFileSync(path).subarray(bytes.length);
      if (added.length > 0) writeFileSync(temporary, added, { flag: 'a' });
    });
  });
}

/** Keys of remembered hashes are paths. */
function isThere(key: string): boolean {
  try {
    const path: unknown = JSON.parse(key);
    return typeof path === 'string' && statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

function tryTo(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
