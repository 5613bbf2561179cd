/**
 * The action cache on a disk, for any number of processes at once:
 *
 *     v1/objects/ab/<sha256>   what actions made, by content
 *     v1/objects.log           which of them were found whole
 *     v1/actions-<digit>.log   a record of each action, by the key of its fingerprint
 *     v1/hashes.log            hashes of files that lie elsewhere
 *
 * Nothing here is flushed to the disk, and nothing needs to be: every line carries a checksum and every object has its
 * hash as its name, so that what a crash left is found out when it is read, and is a miss. A later format gets a folder
 * of its own. It does not know when a cache may be asked: see `caching.ts`.
 */
import { createHash } from 'node:crypto';
import { isAbsolute, join, relative, resolve } from 'node:path';
import type { ActionCache, MadeResult } from '../cache.ts';
import type { Fingerprint } from '../fingerprint.ts';
import type { Artifact } from '../operation.ts';
import { type ActionRecord, parseRecord } from '../action-record.ts';
import { hashContent, openFileHashes, type FileHashes } from './file-hashes.ts';
import type { KeyedLogOptions } from './keyed-log.ts';
import { ObjectStore } from './object-store.ts';
import { RecordLogs } from './record-logs.ts';
import { isSettled, signatureOf } from './stat-signature.ts';

export interface DiskCacheOptions {
  /** `<project root>/.pipeline/cache`, or what `--cache-dir` says. */
  readonly dir: string;
  /** Project root: files beside inputs are remembered relative to it, so that a moved project keeps its results. */
  readonly root: string;
  /** Milliseconds since the epoch: the clock that stamps files. */
  readonly now: () => number;
  /** Told once that results cannot be kept; nothing else is lost. */
  readonly onProblem: (error: unknown) => void;
}

/** Folder of the format that this version reads and writes. */
export const cacheFormat = 'v1';

export function openDiskCache(options: DiskCacheOptions): ActionCache {
  return new DiskCache(options);
}

class DiskCache implements ActionCache {
  readonly #root: string;
  readonly #objects: ObjectStore;
  readonly #records: RecordLogs;
  readonly #hashes: FileHashes;
  readonly #onProblem: (error: unknown) => void;
  readonly now: () => number;
  #hasProblem = false;

  constructor({ dir, root, now, onProblem }: DiskCacheOptions) {
    const within = (name: string): string => join(dir, cacheFormat, name);
    this.#root = root;
    this.now = now;
    this.#onProblem = onProblem;
    const log = (name: string): KeyedLogOptions => ({
      path: within(name),
      onProblem: (error) => this.#tell(error),
    });
    this.#objects = new ObjectStore({ dir: within('objects'), memory: log('objects.log'), now });
    this.#records = new RecordLogs(log);
    this.#hashes = openFileHashes({ ...log('hashes.log'), now });
  }

  digest(text: string): string {
    return createHash('sha256').update(text).digest('hex');
  }

  // Handed on by itself.
  readonly hashFile = (path: string): Promise<string> => this.#hashes.hash(path);

  objectPath(sha256: string): string {
    return this.#objects.path(sha256);
  }

  record(key: string): ActionRecord | undefined {
    const text = this.#records.get(key);
    const record = text === undefined ? undefined : parseRecord(key, text);
    if (record === undefined || record.dependsOn.length === 0) return record;
    return {
      ...record,
      dependsOn: record.dependsOn.map(({ path, sha256 }) => ({ path: resolve(this.#root, path), sha256 })),
    };
  }

  async find({ key }: Fingerprint): Promise<ActionRecord | undefined> {
    const record = this.record(key);
    if (record === undefined) return undefined;
    for (const { path, sha256 } of record.dependsOn) {
      if ((await this.#hashIfThere(path)) !== sha256) return undefined;
    }
    for (const { sha256, sizeBytes } of record.outputs) {
      if (!(await this.#objects.isWhole(sha256, sizeBytes))) return undefined;
    }
    return record;
  }

  async keep(made: MadeResult): Promise<readonly Artifact[]> {
    const outputs: Artifact[] = [];
    for (const file of made.outputs) {
      outputs.push({ ...file, sha256: await hashContent(file.path, file.sizeBytes) });
    }
    try {
      if (await this.#hasKeptStill(made)) await this.#store(made, outputs);
    } catch (error) {
      this.#tell(error);
    }
    return outputs;
  }

  restore(sha256: string, path: string): Promise<boolean> {
    return this.#objects.restore(sha256, path);
  }

  async check(sha256: string): Promise<boolean> {
    return this.#objects.holds(sha256).catch(() => false);
  }

  close(): void {
    this.#records.close();
    this.#objects.close();
    this.#hashes.close();
  }

  /** Inputs and files beside them, that somebody wrote while they were worked on: whose result it is, nobody knows. */
  async #hasKeptStill({ inputs, dependsOn, startedAt }: MadeResult): Promise<boolean> {
    for (const { path, sha256 } of inputs) {
      if (path !== this.objectPath(sha256 ?? '') && (await this.#hashIfThere(path)) !== sha256) return false;
    }
    return dependsOn.every((path) => {
      const signature = signatureOf(path);
      return signature === undefined || isSettled(signature, startedAt);
    });
  }

  async #store(made: MadeResult, outputs: readonly Artifact[]): Promise<void> {
    for (const { path, sha256 = '', sizeBytes } of outputs) await this.#objects.add(path, sha256, sizeBytes);
    const dependsOn: ActionRecord['dependsOn'][number][] = [];
    for (const path of made.dependsOn) {
      dependsOn.push({ path: this.#shortPath(path), sha256: await this.#hashIfThere(path) });
    }
    const { key, ingredients } = made.fingerprint;
    const { address, converter, message, result, actionMs } = made;
    const files = outputs.map(({ dir, name, sizeBytes, sha256 }) => ({ dir, name, sizeBytes, sha256 }));
    const record = { address, ingredients, outputs: files, dependsOn, converter, message, result, actionMs };
    this.#records.add(key, JSON.stringify(record));
  }

  /** Relative to the project where it lies inside. */
  #shortPath(path: string): string {
    const short = relative(this.#root, path);
    return short.startsWith('..') || isAbsolute(short) ? path : short;
  }

  async #hashIfThere(path: string): Promise<string | null> {
    if (signatureOf(path) === undefined) return null;
    return this.#hashes.hash(path);
  }

  #tell(error: unknown): void {
    if (this.#hasProblem) return;
    this.#hasProblem = true;
    this.#onProblem(error);
  }
}
