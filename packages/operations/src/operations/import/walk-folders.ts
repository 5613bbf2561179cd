/**
 * Finds the files that a glob names by following its segments from folder to folder, so that no folder is read that
 * could not hold a match. Hidden names, `node_modules` and the folders of git and of Pipeline itself are passed over
 * unless the pattern names them. It knows no option and decides nothing: what it may not take, it reports.
 * Synchronous on purpose: for 10,000 files that is several times quicker than as many promises.
 */
import { closeSync, openSync, readdirSync, realpathSync, statSync } from 'node:fs';
import type { Dirent, Stats } from 'node:fs';
import path from 'node:path';
import type { FileFacts } from '@pipeline/engine';
import { isInside, shownPath } from '../../files/paths.ts';
import type { PathContext } from '../../files/paths.ts';
import type { Glob, Segment } from './glob.ts';

export interface Walk {
  readonly context: PathContext;
  readonly isExcluded: (absolute: string) => boolean;
  /** Plain files that are not to be taken now: nothing is asked about them. */
  readonly isLeftOut: (absolute: string) => boolean;
  hasLeftOut: boolean;
  /** By absolute path. */
  readonly found: Map<string, FileFacts>;
  /** Matching files and folders that cannot be read. */
  readonly unreadable: Set<string>;
  /** Matching files that are links out of the allowed folders. */
  readonly outside: Set<string>;
  /** What was passed over and why, for the user. */
  readonly notes: Set<string>;
  /** Folder → name → entry. */
  readonly listings: Map<string, ReadonlyMap<string, Dirent>>;
  /** What else was asked of the file system and gave no file: with `listings`, all that the result depends on. */
  readonly probed: Set<string>;
}

export function startWalk(
  context: PathContext,
  { isExcluded, isLeftOut = () => false }: Pick<Walk, 'isExcluded'> & Partial<Pick<Walk, 'isLeftOut'>>,
): Walk {
  return {
    context,
    isExcluded,
    isLeftOut,
    hasLeftOut: false,
    found: new Map(),
    unreadable: new Set(),
    outside: new Set(),
    notes: new Set(),
    listings: new Map(),
    probed: new Set(),
  };
}

/** As long as these are as they are, and the files that were found, the same walk finds the same. */
export const lookedAt = ({ listings, probed }: Walk): readonly string[] => [
  ...new Set([...listings.keys(), ...probed]),
];

/** Adds to `walk` the files below `root` (absolute) that `glob` names. */
export function walkFolders(glob: Glob, root: string, walk: Walk): void {
  for (const segments of glob.alternatives)
    follow({ path: root, entered: [realFolder(root)] }, segments, walk);
}

interface Folder {
  readonly path: string;
  /** Real folders that the way here started in or was linked into: a link back to one of them would never end. */
  readonly entered: readonly string[];
}

interface Child {
  readonly folder: Folder;
  readonly name: string;
}

function follow(folder: Folder, segments: readonly Segment[], walk: Walk): void {
  const [segment, ...rest] = segments;
  if (segment === undefined) return;
  switch (segment.type) {
    case 'any-depth':
      follow(folder, rest, walk);
      for (const entry of list(folder, walk).values()) {
        if (!entry.name.startsWith('.') && !isPassedOver(entry.name))
          descend({ folder, name: entry.name }, segments, walk);
      }
      return;
    case 'name':
      if (rest.length > 0) descend({ folder, name: segment.name }, rest, walk);
      else takeNamed(path.join(folder.path, segment.name), walk);
      return;
    case 'match':
      for (const entry of list(folder, walk).values()) {
        if (!segment.matches(entry.name)) continue;
        if (rest.length === 0) {
          if (!entry.isDirectory()) take(inFolder(folder.path, entry.name), entry, walk);
        } else if (!isPassedOver(entry.name)) {
          descend({ folder, name: entry.name }, rest, walk);
        }
      }
  }
}

const isPassedOver = (name: string): boolean =>
  name === 'node_modules' || name === '.git' || name === '.pipeline';

function list(folder: Folder, walk: Walk): ReadonlyMap<string, Dirent> {
  const known = walk.listings.get(folder.path);
  if (known !== undefined) return known;
  let entries: ReadonlyMap<string, Dirent> = new Map();
  try {
    const dirents = readdirSync(folder.path, { withFileTypes: true });
    entries = new Map(dirents.map((entry) => [entry.name, entry]));
  } catch (error) {
    // A folder that is not there has no files; neither has a file.
    if (isPermission(error)) walk.unreadable.add(folder.path);
  }
  walk.listings.set(folder.path, entries);
  return entries;
}

/** Follows `segments` below the folder of that name, if it is one. */
function descend({ folder, name }: Child, segments: readonly Segment[], walk: Walk): void {
  const entry = walk.listings.get(folder.path)?.get(name);
  if (entry?.isFile() === true) return;
  const below = path.join(folder.path, name);
  if (walk.isExcluded(below)) return;
  if (entry?.isDirectory() === true && !isUndecodable(name)) {
    follow({ path: below, entered: folder.entered }, segments, walk);
    return;
  }
  // A link, or a name that no listing told.
  walk.probed.add(below);
  const stats = statOf(below, walk);
  if (stats === undefined) noteMissing(below, walk);
  if (stats?.isDirectory() !== true) return;
  const real = realFolder(below);
  if (!isInside(real, walk.context.allowedDirs)) {
    walk.notes.add(`passed over ${shown(below, walk)}: it is a link that leads out of the project`);
  } else if (!folder.entered.some((ancestor) => isInside(ancestor, [real]))) {
    follow({ path: below, entered: [...folder.entered, real] }, segments, walk);
  }
}

/** A listing gives names as they are: nothing in them has to be resolved. */
const inFolder = (folder: string, name: string): string =>
  folder.endsWith(path.sep) ? folder + name : folder + path.sep + name;

function takeNamed(file: string, walk: Walk): void {
  take(file, entryOf(file, walk), walk);
}

function take(file: string, entry: Dirent | undefined, walk: Walk): void {
  if (walk.found.has(file) || walk.isExcluded(file)) return;
  if (entry?.isFile() === true && walk.isLeftOut(file)) {
    walk.hasLeftOut = true;
    return;
  }
  const stats = statOf(file, walk);
  if (stats?.isFile() !== true) walk.probed.add(file);
  if (stats === undefined) return noteMissing(file, walk);
  // Folders, pipes and devices are never meant by a wildcard.
  if (!stats.isFile()) return;
  if (!isReadable(file, stats)) {
    walk.unreadable.add(file);
    // The file's folder has been checked on the way: only the file itself can still be a link.
  } else if (entry?.isFile() !== true && !isInside(realFolder(file), walk.context.allowedDirs)) {
    walk.outside.add(file);
  } else {
    walk.found.set(file, factsOf(stats));
  }
}

function noteMissing(file: string, walk: Walk): void {
  if (isUndecodable(path.basename(file))) {
    walk.notes.add(
      `passed over ${shown(file, walk)}: its name is not valid UTF-8; rename it to have it converted`,
    );
  } else if (entryOf(file, walk)?.isSymbolicLink() === true && !walk.unreadable.has(file)) {
    walk.notes.add(`passed over ${shown(file, walk)}: it is a link to something that does not exist`);
  }
}

/** Undefined where the folder was not listed, because the pattern names the file. */
const entryOf = (file: string, walk: Walk): Dirent | undefined =>
  walk.listings.get(path.dirname(file))?.get(path.basename(file));

/** Node puts U+FFFD where a name's bytes are no UTF-8, and then finds no file of that name. */
const isUndecodable = (name: string): boolean => name.includes('\uFFFD');

const shown = (file: string, walk: Walk): string => shownPath(file, walk.context.baseDir);

/** Of a thousand files, all that a `Stats` holds would be a megabyte. */
export const factsOf = ({ size, mtimeMs, ctimeMs, ino }: Stats): FileFacts => ({
  size,
  mtimeMs,
  ctimeMs,
  ino,
});

/** Undefined: not there, or not to be reached. */
function statOf(file: string, walk: Walk): Stats | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false });
  } catch (error) {
    if (isPermission(error)) walk.unreadable.add(file);
    return undefined;
  }
}

/** Asks the system only where the mode leaves a doubt: that saves a third of the time for 10,000 files. */
export function isReadable(file: string, stats: Stats): boolean {
  if ((stats.mode & 0o444) === 0o444) return true;
  try {
    closeSync(openSync(file, 'r'));
    return true;
  } catch {
    return false;
  }
}

function realFolder(folder: string): string {
  try {
    return realpathSync.native(folder);
  } catch {
    return folder;
  }
}

const isPermission = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM');
