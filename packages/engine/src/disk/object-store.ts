/**
 * Files by their content: `objects/ab/<sha256>`. An object is never changed. Its name says what must be in it, so a
 * damaged one is found and thrown away; a whole one is known again by its times, so that it is read once.
 *
 * Large files are linked into their place, and out of it under another name, where the file system can. A link and its
 * end change the times of the inode, so such an object is read once more: that is dearer than a copy where files are
 * small, and those are copied.
 */
import {
  chmodSync,
  constants,
  copyFileSync,
  linkSync,
  mkdirSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { hashContent } from './file-hashes.ts';
import { KeyedLog, type KeyedLogOptions } from './keyed-log.ts';
import { putInPlace } from './put-in-place.ts';
import { signatureText } from './stat-signature.ts';

/** From here on, a link is cheaper than a copy. */
const linkFromBytes = 256 * 1024;

/** An object that is used is marked with the time, twice an hour at most: the clean-up goes by that. */
const markEveryMs = 30 * 60 * 1000;

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
  /** SHA-256 → signature of the object when it was found whole. */
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
    const isKnown = this.#whole.get(sha256) === signatureText(facts);
    if (!isKnown && (facts.size !== sizeBytes || !(await this.holds(sha256)))) return false;
    const isMarked = this.#now() - facts.atimeMs > markEveryMs && mark(path, this.#now(), facts.mtimeMs);
    if (isMarked || !isKnown) this.#remember(sha256);
    return true;
  }

  /** Looks at every byte; a damaged object is removed. Throws when it is not there. */
  async holds(sha256: string): Promise<boolean> {
    const path = this.path(sha256);
    if ((await hashContent(path, statSync(path).size)) === sha256) return true;
    rmSync(path, { force: true });
    return false;
  }

  /** Makes the file an object. It must have this hash, and nobody may write to it any more. */
  async add(file: string, sha256: string, sizeBytes: number): Promise<void> {
    if (await this.isWhole(sha256, sizeBytes)) return;
    const path = this.path(sha256);
    mkdirSync(dirname(path), { recursive: true });
    if (sizeBytes < linkFromBytes || !linked(file, path)) {
      putInPlace(path, (temporary) => copyFileSync(file, temporary, constants.COPYFILE_FICLONE));
    }
    chmodSync(path, 0o444);
    this.#remember(sha256);
  }

  /** Puts it under another name; false: it is gone or damaged. Every byte is looked at. */
  async restore(sha256: string, to: string): Promise<boolean> {
    const path = this.path(sha256);
    try {
      if (!(await this.holds(sha256))) return false;
      mkdirSync(dirname(to), { recursive: true });
      if (statSync(path).size < linkFromBytes || !linked(path, to)) {
        copyFileSync(path, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
      }
      return true;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return false;
      throw error;
    }
  }

  #remember(sha256: string): void {
    const facts = statSync(this.path(sha256), { throwIfNoEntry: false });
    if (facts !== undefined) this.#whole.add(sha256, signatureText(facts));
  }

  close(): void {
    this.#whole.close();
  }
}

/** False: it has to be copied. */
function linked(file: string, path: string): boolean {
  try {
    linkSync(file, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw error;
    return codeOf(error) === 'EEXIST';
  }
}

function mark(path: string, nowMs: number, mtimeMs: number): boolean {
  try {
    utimesSync(path, nowMs / 1000, mtimeMs / 1000);
    return true;
  } catch {
    // Somebody else's cache, or one that cannot be written: it is read all the same.
    return false;
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
