/**
 * Where paths of a pipeline may point: inside the project and the folders that `--allow-path` adds, links followed.
 * It knows no option and no operation; the file system is asked only where a link could lead away.
 */
import { realpathSync } from 'node:fs';
import path from 'node:path';
import type { Failure, RunContext } from '@pipeline/engine';
import { failure } from '@pipeline/engine/failure';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema/result';

export type PathContext = Pick<RunContext, 'baseDir' | 'allowedDirs'>;

/** Pure. A folder lies inside itself. */
export function isInside(file: string, dirs: readonly string[]): boolean {
  return dirs.some((dir) => {
    const between = path.relative(dir, file);
    return between !== '..' && !between.startsWith(`..${path.sep}`) && !path.isAbsolute(between);
  });
}

/** `path.dirname` of an absolute path as `path.resolve` gives it, without a look at every character. */
export function folderOf(file: string): string {
  const end = file.lastIndexOf(path.sep);
  // What begins so short may be the root of a drive.
  return end > 2 ? file.slice(0, end) : path.dirname(file);
}

/** As a person would write it: relative to the pipeline file where that is shorter; control characters escaped. */
export function shownPath(file: string, baseDir: string): string {
  return JSON.stringify(isInside(file, [baseDir]) ? path.relative(baseDir, file) || '.' : file);
}

/**
 * The absolute path with every link of its existing part followed. What does not exist yet is kept as it is: nothing
 * can be linked below it.
 */
export function realPathOf(file: string): string {
  const missing: string[] = [];
  for (let existing = file; ; existing = path.dirname(existing)) {
    try {
      return path.join(realpathSync.native(existing), ...missing);
    } catch {
      if (path.dirname(existing) === existing) return file;
      missing.unshift(path.basename(existing));
    }
  }
}

/** The absolute path of what an option says, or why it must not be touched. `given` is as the user wrote it. */
export function resolveInside(given: string, context: PathContext): Result<string, Failure> {
  const absolute = path.resolve(context.baseDir, given);
  const refusal = refusalOf(absolute, context);
  return refusal === undefined ? ok(absolute) : err(refusal);
}

/** Undefined: the path, with every link followed, lies where it may. */
export function refusalOf(absolute: string, context: PathContext): Failure | undefined {
  const real = realPathOf(absolute);
  if (isInside(real, context.allowedDirs)) return undefined;
  const shown = JSON.stringify(absolute);
  const leads = isInside(absolute, [context.baseDir, ...context.allowedDirs]);
  return failure(
    'refused',
    leads
      ? `${shownPath(absolute, context.baseDir)} is, or lies behind, a link to ${JSON.stringify(real)}, outside of the project ${projectOf(context)}`
      : `${shown} lies outside of the project ${projectOf(context)}`,
    { hint: `allow its folder: --allow-path ${quoteArgument(path.dirname(real))}` },
  );
}

/**
 * The same for the folder of a file, with the answer remembered for the blink of an eye: many files go to the same
 * folder, one right after the other, and a link that somebody makes in that moment could as well be made one later.
 */
export function folderRefusal(folder: string, context: PathContext): Failure | undefined {
  return wasInside(folder, context) ? undefined : refusalOf(folder, context);
}

const recentForMs = 20;
const noDirs: readonly string[] = [];
/** Folders that were seen to lie inside of these. */
const recent = { dirs: noDirs, folders: new Set<string>(), since: Number.NEGATIVE_INFINITY };

function wasInside(folder: string, { allowedDirs }: PathContext): boolean {
  const now = performance.now();
  if (now - recent.since > recentForMs || recent.dirs !== allowedDirs) {
    recent.folders.clear();
    recent.since = now;
    recent.dirs = allowedDirs;
  }
  if (recent.folders.has(folder)) return true;
  const isNow = isInside(realPathOf(folder), allowedDirs);
  if (isNow) recent.folders.add(folder);
  return isNow;
}

/** The project root: the allowed folder that holds the pipeline file. */
export function projectRoot(context: PathContext): string {
  const base = realPathOf(context.baseDir);
  return context.allowedDirs.find((dir) => isInside(base, [dir])) ?? base;
}

const projectOf = (context: PathContext): string => JSON.stringify(projectRoot(context));

/** To be pasted into a shell. */
const quoteArgument = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
