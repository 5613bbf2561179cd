/**
 * Copies a small file in one go. Its system calls are made at once: each takes some microseconds, and handing each to
 * another thread would take longer than all of them. Only the flush waits for the disk, so only that is handed over.
 * It knows nothing of names, and removes nothing.
 */
import { hash } from 'node:crypto';
import { closeSync, constants, fchmodSync, fsync, futimesSync, openSync, readSync, writeSync } from 'node:fs';
import { contentTime } from './content-time.ts';

/** Up to here, reading and writing takes well below a millisecond. */
const smallBytes = 128 * 1024;

export interface SmallCopy {
  readonly source: string;
  /** Must not be there. */
  readonly target: string;
  /** Permissions; those that the user's umask gives when absent. */
  readonly mode: number | undefined;
}

/** It has its bytes, and the disk has not. */
export interface OpenCopy {
  readonly file: number;
  readonly sizeBytes: number;
  /** Hex. */
  readonly sha256: string;
  /** See `contentTime`. */
  readonly mtimeMs: number;
}

// Nobody waits between reading into it and writing out of it, so that one is enough for all copies.
const buffer = Buffer.allocUnsafeSlow(smallBytes + 1);

/** Undefined: it is not small, and nothing was written. Throws what the file system says. */
export function copySmall({ source, target, mode }: SmallCopy): OpenCopy | undefined {
  const sizeBytes = readWhole(source);
  if (sizeBytes > smallBytes) return undefined;
  const content = buffer.subarray(0, sizeBytes);
  const file = openSync(target, 'wx', 0o666);
  try {
    for (let at = 0; at < sizeBytes;) at += writeSync(file, content, at);
    if (mode !== undefined) fchmodSync(file, mode);
    const mtimeMs = contentTime();
    futimesSync(file, mtimeMs / 1000, mtimeMs / 1000);
    return { file, sizeBytes, sha256: hash('sha256', content), mtimeMs };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/** Waits until the disk has it, and closes it. */
export function flushed<Copy extends OpenCopy>(copy: Copy): Promise<Copy> {
  return new Promise((resolve, reject) => {
    const onFlushed = (problem: Error | null): void => {
      try {
        closeSync(copy.file);
      } catch (error) {
        reject(error);
      }
      if (problem === null) resolve(copy);
      else reject(problem);
    };
    flushSoon({ file: copy.file, onFlushed });
  });
}

interface Flush {
  readonly file: number;
  readonly onFlushed: (problem: Error | null) => void;
}

let waiting: Flush[] = [];

/**
 * All files of one turn are handed over together: to wake a thread for each takes as long as to copy it, and one that finds
 * the next file waiting need not be woken.
 */
function flushSoon(flush: Flush): void {
  if (waiting.length === 0) setImmediate(flushAll);
  waiting.push(flush);
}

function flushAll(): void {
  const flushes = waiting;
  waiting = [];
  for (const { file, onFlushed } of flushes) fsync(file, onFlushed);
}

// What has become a pipe since it was listed makes nobody wait.
const readAtOnce = constants.O_RDONLY | constants.O_NONBLOCK;

/** How many bytes are in the buffer now; more than fit means that there are more. */
function readWhole(source: string): number {
  const file = openSync(source, readAtOnce);
  try {
    let done = 0;
    for (;;) {
      const bytesRead = readSync(file, buffer, done, buffer.length - done, null);
      done += bytesRead;
      if (bytesRead === 0 || done === buffer.length) return done;
    }
  } finally {
    closeSync(file);
  }
}
