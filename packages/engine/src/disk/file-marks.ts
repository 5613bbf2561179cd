/**
 * Takes the marks of many files at once and compares them: the only work of a run in which nothing has changed.
 * Synchronous on purpose: for 10,000 files that is several times quicker than as many promises. When a mark can be
 * trusted is decided here; what the files are for is not known.
 */
import { lstatSync, statSync } from 'node:fs';
import { isAbsolute, sep } from 'node:path';
import { type MarkedFiles, marksPerFile, missingSize } from '../manifest.ts';
import type { FileFacts } from '../operation.ts';

export interface Place {
  /** Absolute; relative paths start here. */
  readonly root: string;
  /** Links are followed (inputs), or looked at themselves (outputs). */
  readonly links: 'follow' | 'keep';
}

/** Numbers of those that are not as they were. A mark that was not to be trusted is never as it was. */
export function changedFiles({ paths, marks }: MarkedFiles, { root, links }: Place): readonly number[] {
  const changed: number[] = [];
  const look = links === 'follow' ? statSync : lstatSync;
  const base = `${root}${sep}`;
  for (let index = 0; index < paths.length; index += 1) {
    const path = paths[index] ?? '';
    const facts = factsOf(startsAtRoot(path) ? path : base + path, look);
    const at = index * marksPerFile;
    const isSame =
      facts === undefined
        ? marks[at] === missingSize
        : facts.size === marks[at] &&
          facts.mtimeMs === marks[at + 1] &&
          facts.ctimeMs === marks[at + 2] &&
          facts.ino === marks[at + 3];
    if (!isSame) changed.push(index);
  }
  return changed;
}

/**
 * When a mark can be trusted: where the inode had last changed before some moment (milliseconds since the epoch), or else
 * where the content has a time that only its writer could give it, by number of file (see `OutputFile`). Otherwise the
 * content may change, or have changed, without another mark.
 */
export interface Trust {
  readonly settledBeforeMs: number;
  readonly timeGiven?: (index: number) => number | undefined;
  /** How it was when somebody looked at it; undefined: nobody did. */
  readonly seen?: (index: number) => FileFacts | undefined;
}

/** The marks of files as they are now. Of one that is not to be trusted, the size is no number. */
export function markFiles(
  files: readonly string[],
  { root, links }: Place,
  { settledBeforeMs, timeGiven, seen }: Trust,
): MarkedFiles {
  const look = links === 'follow' ? statSync : lstatSync;
  const marks = new Float64Array(files.length * marksPerFile);
  for (let index = 0; index < files.length; index += 1) {
    const facts = seen?.(index) ?? factsOf(files[index] ?? '', look);
    const at = index * marksPerFile;
    if (facts === undefined) {
      marks[at] = missingSize;
      continue;
    }
    const isTrusted = facts.ctimeMs < settledBeforeMs || isTime(facts.mtimeMs, timeGiven?.(index));
    marks[at] = isTrusted ? facts.size : Number.NaN;
    marks[at + 1] = facts.mtimeMs;
    marks[at + 2] = facts.ctimeMs;
    marks[at + 3] = facts.ino;
  }
  return { paths: files.map((file) => shortPath(file, root)), marks };
}

/** Node gives a file its times in whole microseconds, and may come out at the one before. */
const isTime = (mtimeMs: number, given: number | undefined): boolean =>
  given !== undefined && Math.abs(mtimeMs - given) < 0.002;

/** Asked ten thousand times: where paths begin with a slash, one look is enough. */
const startsAtRoot = (path: string): boolean =>
  sep === '/' ? path.charCodeAt(0) === slash : isAbsolute(path);

const slash = 0x2f;

/** As manifests write it. */
export function shortPath(file: string, root: string): string {
  return file.startsWith(root + sep) ? file.slice(root.length + 1) : file;
}

export const longPath = (path: string, root: string): string => (isAbsolute(path) ? path : root + sep + path);

function factsOf(file: string, look: typeof statSync): FileFacts | undefined {
  try {
    return look(file, quietly);
  } catch {
    // Below something that is no folder, or one that cannot be entered: as good as not there.
    return undefined;
  }
}

const quietly = { throwIfNoEntry: false } as const;
