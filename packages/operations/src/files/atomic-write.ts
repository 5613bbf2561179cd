/**
 * The one way in which a file reaches its place outside of the workspace: a copy under a short temporary name in the
 * same folder, flushed, then renamed. A reader sees the older file or the whole new one, whatever happens, and a
 * failure leaves the older one as it was. It does not know whether the path is allowed: callers have asked.
 *
 * The folder itself is not flushed: without that a power cut may undo the rename, and the older file is there again,
 * whole. Flushing it too would double the price of small files and buy nothing that the next run does not mend.
 */
import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, renameSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
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
  if (small !== undefined) return flushed(small);
  const { copyLarge } = await import('./copy-large.ts');
  return copyLarge({ ...request, target: temporary, mode });
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

/** Undefined: nothing is there. Throws when a folder is in the way. */
function modeOf(target: string): number | undefined {
  const existing = statOf(target);
  if (existing?.isDirectory() === true)
    throw Object.assign(new Error('a folder is in the way'), { code: 'EISDIR' });
  return existing?.isFile() === true ? existing.mode & 0o777 : undefined;
}
