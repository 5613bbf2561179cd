/**
 * The SHA-256 of files, read only when they may have changed: a memory of signature and hash in one file, which any
 * number of processes share. A hash is remembered only of a file that has kept still while it was read, and for long
 * enough that its times would tell of another write. It does not know what the files are for.
 */
import { createHash } from 'node:crypto';
import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { KeyedLog } from './keyed-log.ts';
import { isSettled, signatureOf, signatureText } from './stat-signature.ts';

export interface FileHashes {
  /** Hex. Throws what the file system throws: not there, not readable, no regular file. */
  readonly hash: (path: string) => Promise<string>;
  readonly close: () => void;
}

export interface FileHashesOptions {
  /** The file of the memory. */
  readonly path: string;
  /** Milliseconds since the epoch: the clock that stamps files. */
  readonly now: () => number;
  readonly onProblem: (error: unknown) => void;
}

export function openFileHashes({ path: memory, now, onProblem }: FileHashesOptions): FileHashes {
  const log = new KeyedLog({ path: memory, onProblem });
  const underway = new Map<string, Promise<string>>();
  const compute = async (path: string, key: string): Promise<string> => {
    const { sha256, signature } = await hashStill(path, now);
    if (signature !== undefined) log.add(key, `${sha256} ${signature}`);
    return sha256;
  };
  return {
    hash: (path) => {
      const key = JSON.stringify(path);
      const signature = signatureOf(path);
      const isSmall = signature !== undefined && signature.size <= smallBytes;
      const known = log.get(key, isSmall ? 'at-hand' : 'search');
      if (signature !== undefined && known?.slice(hashLength + 1) === signatureText(signature)) {
        return Promise.resolve(known.slice(0, hashLength));
      }
      const running = underway.get(path) ?? compute(path, key).finally(() => underway.delete(path));
      underway.set(path, running);
      return running;
    },
    close: () => log.close(),
  };
}

const hashLength = 64;
/** Read in less time than it takes to search the memory for it. */
const smallBytes = 128 * 1024;
/** Below, nothing is handed over to another thread: the way through a stream costs as much as the hash. It takes 3 ms. */
const atOnceBytes = 4 * 1024 * 1024;
const room = Buffer.alloc(256 * 1024);
const attempts = 5;

interface StillHash {
  readonly sha256: string;
  /** Absent: the file may change once more without showing it. */
  readonly signature?: string;
}

/** Reads again when the file has changed meanwhile; of one that never keeps still, the last hash is given, and not remembered. */
async function hashStill(path: string, now: () => number): Promise<StillHash> {
  for (let attempt = 1; ; attempt += 1) {
    const atMs = now();
    const before = signatureOf(path);
    const sha256 = await hashContent(path, before?.size);
    const after = signatureOf(path);
    if (before !== undefined && after !== undefined && signatureText(before) === signatureText(after)) {
      return isSettled(before, atMs) ? { sha256, signature: signatureText(before) } : { sha256 };
    }
    if (attempt === attempts) return { sha256 };
  }
}

/** `sizeBytes`: as far as it is known. */
export async function hashContent(path: string, sizeBytes: number = Infinity): Promise<string> {
  if (sizeBytes <= atOnceBytes) return hashAtOnce(path);
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: room.length }), hash);
  return hash.digest('hex');
}

/** Through one buffer, which stays in the processor's cache. */
function hashAtOnce(path: string): string {
  const hash = createHash('sha256');
  const file = openSync(path, 'r');
  try {
    for (let read = -1; read !== 0;) {
      read = readSync(file, room);
      hash.update(room.subarray(0, read));
    }
  } finally {
    closeSync(file);
  }
  return hash.digest('hex');
}
