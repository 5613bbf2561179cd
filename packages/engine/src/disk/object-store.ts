/**
 * Files by their content: `objects/ab/<sha256>`. An object is never changed; it is linked into its place, and out of it
 * under another name, where the file system can, and copied where it cannot. Its name says what must be in it, so a
 * damaged one is found and thrown away. Whole ones are known again by their times, so that they are read once.
 */
import {
  chmodSync,
  constants,
  copyFileSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { hashContent } from './file-hashes.ts';
import { KeyedLog, type KeyedLogOptions } from './keyed-log.ts';

/** An object that is used is marked with the time, once a day: the clean-up goes by that. */
const markEveryMs = 24 * 60 * 60 * 1000;

export interface ObjectStoreOptions {
  readonly dir: string;
  /** The memory of objects that were found whole. */
  readonly memory: KeyedLogOptions;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export class ObjectStore {
  readonly #dir: string;
  readonly #now: () => number;
  /** SHA-256 → times of the object when it was found whole. */
  readonly #whole: KeyedLog;

  constructor({ dir, memory, now }: ObjectStoreOptions) {
    this.#dir = dir;
    this.#now = now;
    this.#whole = new KeyedLog(memory);
  }

  path(sha256: string): string {
    return join(this.#dir, sha256.slice(0, 2), sha256);
  }

  /** Whether it is there with all its bytes; a damaged one is removed. */
  async isWhole(sha256: string, sizeBytes: number): Promise<boolean> {
    const path = this.path(sha256);
    const facts = statSync(path, { throwIfNoEntry: false });
    if (facts?.isFile() !== true) return false;
    const times = `${facts.size} ${facts.mtimeMs} ${facts.ino}`;
    if (this.#whole.get(sha256) !== times) {
      if (facts.size !== sizeBytes || (await hashContent(path, facts.size)) !== sha256) {
        rmSync(path, { force: true });
        return false;
      }
      this.#whole.add(sha256, times);
    }
    if (this.#now() - facts.atimeMs > markEveryMs) mark(path, this.#now(), facts.mtimeMs);
    return true;
  }

  /** Makes the file an object. It must have this hash, and nobody may write to it any more. */
  async add(file: string, sha256: string, sizeBytes: number): Promise<void> {
    if (await this.isWhole(sha256, sizeBytes)) return;
    const path = this.path(sha256);
    try {
      place(file, path);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      mkdirSync(dirname(path), { recursive: true });
      place(file, path);
    }
    chmodSync(path, 0o444);
    const { size, mtimeMs, ino } = statSync(path);
    this.#whole.add(sha256, `${size} ${mtimeMs} ${ino}`);
  }

  /** Puts it under another name, in an existing folder; false: it is gone or damaged. Every byte is looked at. */
  async restore(sha256: string, to: string): Promise<boolean> {
    const path = this.path(sha256);
    try {
      if ((await hashContent(path, statSync(path).size)) !== sha256) {
        rmSync(path, { force: true });
        return false;
      }
      linkOrCopy(path, to);
      return true;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return false;
      throw error;
    }
  }

  close(): void {
    this.#whole.close();
  }
}

/** Never half an object: a copy gets its name when it is whole. */
function place(file: string, path: string): void {
  try {
    linkSync(file, path);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    if (codeOf(error) === 'ENOENT') throw error;
    const temporary = `${path}.${process.pid}.tmp`;
    copyFileSync(file, temporary, constants.COPYFILE_FICLONE);
    renameSync(temporary, path);
  }
}

function linkOrCopy(path: string, to: string): void {
  try {
    linkSync(path, to);
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'EEXIST') throw error;
    copyFileSync(path, to, constants.COPYFILE_FICLONE);
  }
}

function mark(path: string, nowMs: number, mtimeMs: number): void {
  try {
    utimesSync(path, nowMs / 1000, mtimeMs / 1000);
  } catch {
    // Somebody else's cache, or one that cannot be written: it is read all the same.
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
