/**
 * What lies in a cache folder: every object with its size and the time of its last use, and which records speak of it.
 * It only looks. Names that are not ours are not counted, and so never removed by who goes by this.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseRecord } from '../action-record.ts';
import { cacheFormat } from './disk-cache.ts';
import { entriesOf } from './keyed-log.ts';
import { recordLogNames } from './record-logs.ts';

export interface StoredObject {
  readonly sha256: string;
  readonly path: string;
  readonly sizeBytes: number;
  /** Milliseconds since the epoch, to within half an hour. */
  readonly usedAt: number;
}

export interface StoredRecord {
  readonly key: string;
  readonly text: string;
  /** SHA-256 of its files. */
  readonly objects: readonly string[];
}

export interface CacheSurvey {
  readonly objects: ReadonlyMap<string, StoredObject>;
  /** By key; of an action that was stored twice, the later one. */
  readonly records: readonly StoredRecord[];
  /** Copies that were never finished. */
  readonly scraps: readonly StoredObject[];
  readonly objectBytes: number;
  readonly logBytes: number;
  /** Folders of formats that this version does not read. */
  readonly otherFormats: readonly string[];
}

export const logNames: readonly string[] = [...recordLogNames, 'objects.log', 'hashes.log'];

const objectPattern = /^[0-9a-f]{64}$/;
const scrapPattern = /^[0-9a-f]{64}\.\d+\.tmp$/;

/** `dir`: of the cache. Nothing there is an empty cache. */
export function surveyCache(dir: string): CacheSurvey {
  const own = join(dir, cacheFormat);
  const found = filesBelow(join(own, 'objects'));
  const objects = new Map<string, StoredObject>();
  for (const { name, object } of found) if (objectPattern.test(name)) objects.set(name, object);
  let objectBytes = 0;
  for (const { sizeBytes } of objects.values()) objectBytes += sizeBytes;
  return {
    objects,
    records: recordLogNames.flatMap((name) => recordsIn(join(own, name))),
    scraps: found.flatMap(({ name, object }) => (scrapPattern.test(name) ? object : [])),
    objectBytes,
    logBytes: logNames.reduce((sum, name) => sum + sizeOf(join(own, name)), 0),
    otherFormats: namesIn(dir).filter((name) => /^v\d+$/.test(name) && name !== cacheFormat),
  };
}

/** SHA-256 of every object that a record speaks of. */
export function referencedBy(records: readonly StoredRecord[]): ReadonlySet<string> {
  return new Set(records.flatMap(({ objects }) => objects));
}

function filesBelow(dir: string): readonly { readonly name: string; readonly object: StoredObject }[] {
  return namesIn(dir)
    .filter((name) => /^[0-9a-f]{2}$/.test(name))
    .flatMap((folder) =>
      namesIn(join(dir, folder)).flatMap((name) => {
        const path = join(dir, folder, name);
        const facts = statSync(path, { throwIfNoEntry: false });
        if (facts?.isFile() !== true || !name.startsWith(folder)) return [];
        // Reading sets the one, being linked or marked the other. The time of the content tells of neither.
        const usedAt = Math.max(facts.atimeMs, facts.ctimeMs);
        const sha256 = name.slice(0, 64);
        return [{ name, object: { sha256, path, sizeBytes: facts.size, usedAt } }];
      }),
    );
}

function recordsIn(path: string): readonly StoredRecord[] {
  const records = new Map<string, StoredRecord>();
  for (const [key, text] of entriesOf(readIfThere(path))) {
    const record = parseRecord(key, text);
    if (record === undefined) continue;
    // So that the order is that of the last writing.
    records.delete(key);
    records.set(key, { key, text, objects: record.outputs.map(({ sha256 }) => sha256) });
  }
  return [...records.values()];
}

function readIfThere(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}

function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}
