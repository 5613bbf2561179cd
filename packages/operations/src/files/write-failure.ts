/** Says in plain words why a file could not be written, and what to do. It knows error codes of the system only. */
import { statSync } from 'node:fs';
import path from 'node:path';
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import { shownPath } from './paths.ts';

export interface WriteAttempt {
  /** Absolute. */
  readonly target: string;
  readonly baseDir: string;
  /** Set when it could be the source that was at fault, because it was not open yet. */
  readonly source?: string | undefined;
}

export function writeFailure(error: unknown, attempt: WriteAttempt): Failure {
  const { target, baseDir, source } = attempt;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (source !== undefined && pathOf(error) === source)
    return sourceFailure(code, shownPath(source, baseDir));
  const reason = reasonOf(code, attempt);
  if (reason !== undefined) {
    return failure('write-failed', `cannot write ${shownPath(target, baseDir)}: ${reason.why}`, {
      hint: reason.hint,
      isTransient: reason.isTransient ?? false,
    });
  }
  const message = error instanceof Error ? error.message : String(error);
  return failure('write-failed', `cannot write ${shownPath(target, baseDir)}: ${message}`);
}

interface Reason {
  readonly why: string;
  readonly hint: string;
  readonly isTransient?: boolean;
}

function reasonOf(code: string, { target, baseDir }: WriteAttempt): Reason | undefined {
  const folder = shownPath(path.dirname(target), baseDir);
  switch (code) {
    case 'ENOSPC':
      return { why: 'no space is left on the disk', hint: `free some space on the disk of ${folder}` };
    case 'EDQUOT':
      return { why: 'your disk quota is used up', hint: `free some space on the disk of ${folder}` };
    case 'EFBIG':
      return {
        why: 'it is larger than a file may be here',
        hint: 'see ulimit -f and the limits of the file system',
      };
    case 'EROFS':
      return {
        why: `${folder} lies on a disk that is read-only`,
        hint: 'choose another path, or mount it writable',
      };
    case 'EACCES':
    case 'EPERM':
      return {
        why: `no permission to write into ${folder}`,
        hint: `change the permissions of ${folder} (chmod, chown)`,
      };
    case 'EISDIR':
      return { why: 'it is a folder', hint: 'remove or rename the folder, or choose another path' };
    case 'ENOTDIR':
    case 'EEXIST': {
      const file = fileInTheWay(target, baseDir);
      return {
        why: `${file} is a file, and a folder of that name is needed`,
        hint: `remove or rename ${file}`,
      };
    }
    case 'ENAMETOOLONG':
      return {
        why: 'its name is longer than the file system allows',
        hint: 'set filename to a shorter name',
      };
    case 'EMFILE':
    case 'ENFILE':
      return { why: 'too many files are open', hint: 'raise ulimit -n, or lower -j', isTransient: true };
    default:
      return undefined;
  }
}

function sourceFailure(code: string, shown: string): Failure {
  if (code === 'ENOENT') {
    return failure('not-found', `${shown} is not there any more`, {
      hint: 'it was there when the run began: run again',
    });
  }
  return failure('refused', `cannot read ${shown}: ${code === 'EACCES' ? 'permission denied' : code}`);
}

const pathOf = (error: unknown): unknown =>
  error instanceof Error && 'path' in error ? error.path : undefined;

/** The part of the way to the target that should be a folder and is not. */
function fileInTheWay(target: string, baseDir: string): string {
  let folder = path.dirname(target);
  for (; folder !== path.dirname(folder); folder = path.dirname(folder)) {
    try {
      if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === false) break;
    } catch {
      // Below the file that is looked for.
    }
  }
  return shownPath(folder, baseDir);
}
