/**
 * The one way in which a file reaches its place outside of the workspace: a copy under a short temporary name in the
 * same folder, flushed, then renamed. A reader sees the older file or the whole new one, whatever happens, and a
 * failure leaves the older one as it was. It does not know whether the path is allowed: callers have asked.
 *
 * The folder itself is not flushed: without that a power cut may undo the rename, and the older file is there again,
 * whole. Flushing it too would double the price of small files and buy nothing that the next run does not mend.
 */
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { constants, createReadStream, mkdirSync, renameSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { copyFile, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import pLimit from 'p-limit';
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { contentTime } from './content-time.ts';
import { copySmall, flushed, type OpenCopy, type SmallCopy } from './copy-small.ts';
import { folderOf } from './paths.ts';
import { statOf } from './stat-of.ts';
import { removeStale, temporaryName } from './temporary-files.ts';
import { writeFailure } from './write-failure.ts';

export interface AtomicWrite {
  /** Absolute; only read. */
  readonly source: string;
  /** Absolute. Its folder is made when it is not there. A link in its place is replaced, not followed. */
  readonly target: string;
  /** For messages: where the paths in them start. */
  readonly baseDir: string;
  /** Its signal is looked at where a copy takes long: a small one is over before anybody could say so. */
  readonly caller: { readonly signal: AbortSignal };
  readonly progress: (percent: number) => void;
  /** Hex SHA-256 that the source is known to have: anything else gets no name. */
  readonly sha256?: string | undefined;
  /** The caller has just seen that nothing is at the target. */
  readonly isNew?: boolean;
}

export interface Written {
  readonly sizeBytes: number;
  /** Hex. Absent when the file system shared the blocks of the source, so that nobody read them. */
  readonly sha256?: string;
  /** See `contentTime`. */
  readonly mtimeMs: number;
}

export function atomicWrite(request: AtomicWrite): Promise<Result<Written, Failure>> {
  const folder = folderOf(request.target);
  const temporary = `${folder}${path.sep}${temporaryName()}`;
  return copyInto(folder, request, temporary)
    .then((written) => named(written, request, temporary))
    .catch((error: unknown) => refused(writingFailure(error, request), temporary));
}

async function copyInto(folder: string, request: AtomicWrite, temporary: string): Promise<Written> {
  const cleaning = removeStale(folder);
  if (cleaning !== undefined) await cleaning;
  const { source, target, isNew } = request;
  const mode = isNew === true ? undefined : modeOf(target);
  // Whether it is small shows when it is read, which costs less than to ask.
  const small = copySmallInto(folder, { source, target: temporary, mode });
  return small === undefined ? largeCopies(() => copyLarge(request, { temporary, mode })) : flushed(small);
}

type Naming = Result<Written, Failure> | Promise<Result<Written, Failure>>;

/** Where it has the bytes that it should have, it gets its name. */
function named(
  written: Written,
  { target, sha256 }: Pick<AtomicWrite, 'target' | 'sha256'>,
  temporary: string,
): Naming {
  // Blocks that the file system shared were read by nobody yet.
  if (sha256 !== undefined && written.sha256 === undefined)
    return hashOf(temporary).then((found) =>
      named({ ...written, sha256: found }, { target, sha256 }, temporary),
    );
  if (sha256 !== undefined && written.sha256 !== sha256) return refused(changedFailure(target), temporary);
  renameSync(temporary, target);
  return ok(written);
}

/** Nothing is left of it. */
async function refused(why: Failure, temporary: string): Promise<Result<never, Failure>> {
  // What is not there need not go: `force` makes this silent.
  await rm(temporary, { force: true }).catch(() => undefined);
  return err(why);
}

function writingFailure(error: unknown, { source, target, baseDir, caller }: AtomicWrite): Failure {
  return caller.signal.aborted
    ? failure('cancelled', `writing ${JSON.stringify(path.basename(target))} was cancelled`)
    : writeFailure(error, { target, baseDir, source });
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

const changedFailure = (target: string): Failure =>
  failure(
    'bad-input',
    `${JSON.stringify(path.basename(target))} is not what was made: its bytes have changed on the disk`,
    {
      hint: 'run the pipeline again, and it is made anew',
    },
  );

interface Place {
  readonly temporary: string;
  /** Of the older file, which the new one inherits. */
  readonly mode: number | undefined;
}

/** Makes the folder when it turns out not to be there: nearly always it is, and asking first would be in vain. */
function copySmallInto(folder: string, small: SmallCopy): OpenCopy | undefined {
  try {
    return copySmall(small);
  } catch (error) {
    if (!isMissing(error, small.target)) throw error;
    mkdirSync(folder, { recursive: true });
    return copySmall(small);
  }
}

const isMissing = (error: unknown, file: string): boolean =>
  error instanceof Error &&
  'code' in error &&
  error.code === 'ENOENT' &&
  'path' in error &&
  error.path === file;

/** From here on it pays to ask the file system for shared blocks; below, the question costs more than the copy. */
const cloneFromBytes = 4 * 1024 * 1024;
const chunkBytes = 1024 * 1024;
/** Each holds a chunk, and more than a few at once only make a disk jump to and fro. */
const largeCopies = pLimit(8);

async function copyLarge(request: AtomicWrite, place: Place): Promise<Written> {
  mkdirSync(path.dirname(place.temporary), { recursive: true });
  const source = await open(request.source, 'r');
  try {
    const written = await copyOpen(source, request, place);
    request.caller.signal.throwIfAborted();
    return written;
  } finally {
    await source.close();
  }
}

async function copyOpen(
  source: FileHandle,
  request: AtomicWrite,
  { temporary, mode }: Place,
): Promise<Written> {
  const { size } = await source.stat();
  const isCloned = size >= cloneFromBytes && (await cloned(request.source, temporary));
  const file = await open(temporary, isCloned ? 'r+' : 'wx', 0o666);
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

async function cloned(source: string, temporary: string): Promise<boolean> {
  try {
    await copyFile(source, temporary, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch {
    await rm(temporary, { force: true });
    return false;
  }
}

interface Chunks {
  readonly source: FileHandle;
  readonly file: FileHandle;
  readonly hash: Hash;
  readonly size: number;
}

async function copyChunks({ source, file, hash, size }: Chunks, request: AtomicWrite): Promise<number> {
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

/** Undefined: nothing is there. Throws when a folder is in the way. */
function modeOf(target: string): number | undefined {
  const existing = statOf(target);
  if (existing?.isDirectory() === true)
    throw Object.assign(new Error('a folder is in the way'), { code: 'EISDIR' });
  return existing?.isFile() === true ? existing.mode & 0o777 : undefined;
}
