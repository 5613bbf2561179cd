/**
 * The one way in which a file reaches its place outside of the workspace: a copy under a short temporary name in the
 * same folder, flushed, then renamed. A reader sees the older file or the whole new one, whatever happens, and a
 * failure leaves the older one as it was. It does not know whether the path is allowed: callers have asked.
 *
 * The folder itself is not flushed: without that a power cut may undo the rename, and the older file is there again,
 * whole. Flushing it too would double the price of small files and buy nothing that the next run does not mend.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { copyFile, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { writeFailure } from './write-failure.ts';

export interface AtomicWrite {
  /** Absolute; only read. */
  readonly source: string;
  /** Absolute. Its folder is made when it is not there. A link in its place is replaced, not followed. */
  readonly target: string;
  /** For messages: where the paths in them start. */
  readonly baseDir: string;
  readonly signal: AbortSignal;
  readonly progress?: (percent: number) => void;
}

export interface Written {
  readonly sizeBytes: number;
  /** Hex. Absent when the file system shared the blocks of the source, so that nobody read them. */
  readonly sha256?: string;
}

export async function atomicWrite(request: AtomicWrite): Promise<Result<Written, Failure>> {
  const { target, signal } = request;
  const folder = path.dirname(target);
  const temporary = path.join(folder, temporaryName());
  let isSourceOpen = false;
  try {
    const mode = await modeOf(target);
    await mkdir(folder, { recursive: true });
    await removeStale(folder);
    const source = await open(request.source, 'r');
    try {
      isSourceOpen = true;
      const written = await copy(source, temporary, { ...request, mode });
      signal.throwIfAborted();
      await rename(temporary, target);
      return ok(written);
    } finally {
      await source.close();
    }
  } catch (error) {
    // What is not there need not go: `force` makes this silent.
    await rm(temporary, { force: true }).catch(() => undefined);
    if (signal.aborted)
      return err(failure('cancelled', `writing ${JSON.stringify(path.basename(target))} was cancelled`));
    return err(
      writeFailure(error, {
        target,
        baseDir: request.baseDir,
        source: isSourceOpen ? undefined : request.source,
      }),
    );
  }
}

/** From here on it pays to ask the file system for shared blocks; below, the question costs more than the copy. */
const cloneFromBytes = 4 * 1024 * 1024;
const chunkBytes = 1024 * 1024;

interface Copy extends AtomicWrite {
  /** Of the older file, which the new one inherits. */
  readonly mode: number | undefined;
}

async function copy(source: FileHandle, temporary: string, request: Copy): Promise<Written> {
  const { size } = await source.stat();
  const isCloned = size >= cloneFromBytes && (await cloned(request.source, temporary));
  const file = await open(temporary, isCloned ? 'r+' : 'wx', 0o666);
  try {
    const hash = isCloned ? undefined : createHash('sha256');
    const sizeBytes = hash === undefined ? size : await copyChunks({ source, file, hash, size }, request);
    if (request.mode !== undefined) await file.chmod(request.mode);
    // A clone has taken over the mode of its source, which may be stricter or laxer than this user wants.
    else if (isCloned) await file.chmod(0o666 & ~process.umask());
    if (isCloned) request.progress?.(100);
    await file.sync();
    return { sizeBytes, ...(hash !== undefined && { sha256: hash.digest('hex') }) };
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
    request.signal.throwIfAborted();
    const { bytesRead } = await source.read(buffer, 0, buffer.length, done);
    if (bytesRead === 0) return done;
    const chunk = buffer.subarray(0, bytesRead);
    hash.update(chunk);
    await writeAll(file, chunk);
    done += bytesRead;
    const now = size === 0 ? 100 : Math.min(100, Math.floor((done / size) * 100));
    if (now > percent) request.progress?.(now);
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
async function modeOf(target: string): Promise<number | undefined> {
  const existing = await stat(target).catch(() => undefined);
  if (existing?.isDirectory() === true)
    throw Object.assign(new Error('a folder is in the way'), { code: 'EISDIR' });
  return existing?.isFile() === true ? existing.mode & 0o777 : undefined;
}

// The machine is part of the name because a process number says nothing about another machine (or container) that
// writes into the same folder.
const machine = createHash('sha256').update(os.hostname()).digest('hex').slice(0, 6);
const temporaryName = (): string =>
  `.pipeline-${machine}-${process.pid}-${randomBytes(6).toString('hex')}.tmp`;
const temporaryPattern = /^\.pipeline-([0-9a-f]{6})-(\d+)-[0-9a-f]{12}\.tmp$/;
const staleAfterMs = 24 * 60 * 60 * 1000;

/** Folders that this process has cleaned: once is enough, as it leaves nothing behind itself. */
const cleaned = new Set<string>();

/** Removes what runs left that were killed in the middle of a write. */
async function removeStale(folder: string): Promise<void> {
  if (cleaned.has(folder)) return;
  cleaned.add(folder);
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const match = temporaryPattern.exec(name);
    if (match === null) continue;
    const file = path.join(folder, name);
    const isOurs = match[1] === machine;
    if ((isOurs && !isAlive(Number(match[2]))) || (await isOld(file)))
      await rm(file, { force: true }).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

async function isOld(file: string): Promise<boolean> {
  const stats = await stat(file).catch(() => undefined);
  return stats !== undefined && Date.now() - stats.mtimeMs > staleAfterMs;
}
