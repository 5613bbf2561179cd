/**
 * Copies a file that is too large to be held: by shared blocks where the file system can, else chunk by chunk, with a hash,
 * and flushed. It knows nothing of names. Loaded when there is one.
 */
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { constants, mkdirSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { copyFile, open, rm } from 'node:fs/promises';
import path from 'node:path';
import pLimit from 'p-limit';
import type { AtomicWrite, Written } from './atomic-write.ts';
import { contentTime } from './content-time.ts';
import type { SmallCopy } from './copy-small.ts';

/** As a small one, but that it takes time: its signal is looked at, and its progress told. */
type LargeCopy = SmallCopy & Pick<AtomicWrite, 'caller' | 'progress'>;

/** From here on it pays to ask the file system for shared blocks; below, the question costs more than the copy. */
const cloneFromBytes = 4 * 1024 * 1024;
const chunkBytes = 1024 * 1024;
/** Each holds a chunk, and more than a few at once only make a disk jump to and fro. */
const largeCopies = pLimit(8);

export const copyLarge = (copy: LargeCopy): Promise<Written> => largeCopies(() => copyNow(copy));

async function copyNow(request: LargeCopy): Promise<Written> {
  mkdirSync(path.dirname(request.target), { recursive: true });
  const source = await open(request.source, 'r');
  try {
    const written = await copyOpen(source, request);
    request.caller.signal.throwIfAborted();
    return written;
  } finally {
    await source.close();
  }
}

async function copyOpen(source: FileHandle, request: LargeCopy): Promise<Written> {
  const { target, mode } = request;
  const { size } = await source.stat();
  const isCloned = size >= cloneFromBytes && (await cloned(request.source, target));
  const file = await open(target, isCloned ? 'r+' : 'wx', 0o666);
  try {
    const hash = isCloned ? undefined : createHash('sha256');
    const sizeBytes = hash === undefined ? size : await copyChunks({ source, file, hash, size }, request);
    if (mode !== undefined) await file.chmod(mode);
    // A clone has taken over the mode of its source, which may be stricter or laxer than this user wants.
    else if (isCloned) await file.chmod(0o666 & ~process.umask());
    if (isCloned) request.progress(100);
    const mtimeMs = contentTime();
    await file.utimes(mtimeMs / 1000, mtimeMs / 1000);
    await file.sync();
    return { sizeBytes, mtimeMs, ...(hash !== undefined && { sha256: hash.digest('hex') }) };
  } finally {
    await file.close();
  }
}

async function cloned(source: string, target: string): Promise<boolean> {
  try {
    await copyFile(source, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch {
    await rm(target, { force: true });
    return false;
  }
}

interface Chunks {
  readonly source: FileHandle;
  readonly file: FileHandle;
  readonly hash: Hash;
  readonly size: number;
}

async function copyChunks({ source, file, hash, size }: Chunks, request: LargeCopy): Promise<number> {
  const buffer = Buffer.allocUnsafe(Math.max(1, Math.min(chunkBytes, size)));
  let done = 0;
  let percent = 0;
  for (;;) {
    request.caller.signal.throwIfAborted();
    const { bytesRead } = await source.read(buffer, 0, buffer.length, done);
    if (bytesRead === 0) return done;
    const chunk = buffer.subarray(0, bytesRead);
    hash.update(chunk);
    await writeAll(file, chunk);
    done += bytesRead;
    const now = size === 0 ? 100 : Math.min(100, Math.floor((done / size) * 100));
    if (now > percent) request.progress(now);
    percent = now;
  }
}

/** A disk that fills up takes a part and fails only at the next write. */
async function writeAll(file: FileHandle, chunk: Buffer): Promise<void> {
  for (let at = 0; at < chunk.length;) {
    const { bytesWritten } = await file.write(chunk, at);
    at += bytesWritten;
  }
}
