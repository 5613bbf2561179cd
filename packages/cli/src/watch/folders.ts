/**
 * Watches folders by the events of the operating system, and tells of every name in them that something happened to. What
 * happened it does not know, and events may be lost: whoever hears it looks at the files.
 *
 * Only folders are watched, not each file in them: a tenth of the memory, and 100,000 files need no 100,000 places in
 * the system's table.
 */
import { existsSync, lstatSync } from 'node:fs';
import path from 'node:path';
import type { WatchedRoot } from '@pipeline/operations';
import { type FSWatcher, watch } from 'chokidar';

export interface FolderListener {
  readonly onFile: (file: string) => void;
  /** A folder came or went: what is in it is not told one by one. */
  readonly onFolder: (folder: string) => void;
  readonly onError: (error: Error) => void;
}

export interface FolderWatch {
  readonly close: () => Promise<void>;
}

export interface WatchedFolders {
  readonly roots: readonly WatchedRoot[];
  readonly isExcluded: (folder: string) => boolean;
}

/** Resolves when all folders are watched. */
export async function watchFolders(folders: WatchedFolders, listener: FolderListener): Promise<FolderWatch> {
  const watcher = watch([...startsOf(folders)], {
    ignoreInitial: true,
    // Both are matters of the state machine.
    atomic: false,
    awaitWriteFinish: false,
    // It comes from the environment otherwise.
    usePolling: false,
    ignored: (file, stats) => stats !== undefined && !(stats.isDirectory() && isOfInterest(file, folders)),
  });
  listen(watcher, listener);
  await new Promise<void>((resolve) => void watcher.once('ready', resolve));
  return { close: () => watcher.close() };
}

function listen(watcher: FSWatcher, { onFile, onFolder, onError }: FolderListener): void {
  watcher.on('raw', (_event, name, details) => {
    const folder = watchedPath(details);
    if (folder === undefined) return;
    // Without a name, anything in it may have changed.
    if (typeof name === 'string' && name !== '') onFile(path.join(folder, name));
    else onFolder(folder);
  });
  watcher.on('addDir', onFolder);
  watcher.on('unlinkDir', onFolder);
  watcher.on('error', (error) => onError(error instanceof Error ? error : new Error(String(error))));
}

function watchedPath(details: unknown): string | undefined {
  if (typeof details !== 'object' || details === null || !('watchedPath' in details)) return undefined;
  return typeof details.watchedPath === 'string' ? details.watchedPath : undefined;
}

/** On the way to a root, or below one where its pattern reaches. */
export function isOfInterest(folder: string, { roots, isExcluded }: WatchedFolders): boolean {
  return roots.some((root) => {
    const below = path.relative(root.folder, folder);
    if (below === '') return true;
    if (below.split(path.sep).every((part) => part === '..')) return true;
    if (below.startsWith('..') || path.isAbsolute(below)) return false;
    const parts = below.split(path.sep);
    if (parts.length > root.depth || parts.some((part) => isPassedOver(part, root))) return false;
    return !isExcluded(folder);
  });
}

function isPassedOver(name: string, { isHidden }: WatchedRoot): boolean {
  if (name === 'node_modules' || name === '.git' || name === '.pipeline') return true;
  return !isHidden && name.startsWith('.');
}

/** The highest folders that are there: from them, every root can be reached, also one that comes later. */
function startsOf({ roots }: WatchedFolders): readonly string[] {
  const starts = [...new Set(roots.map(({ folder }) => nearestExisting(folder)))];
  return starts.filter((start) => !starts.some((other) => other !== start && isBelow(start, other)));
}

const isBelow = (folder: string, other: string): boolean =>
  folder.startsWith(other.endsWith(path.sep) ? other : other + path.sep);

export function nearestExisting(folder: string): string {
  for (let current = folder; ; current = path.dirname(current)) {
    if (isFolder(current) || path.dirname(current) === current) return current;
  }
}

function isFolder(file: string): boolean {
  return existsSync(file) && (lstatSync(file).isDirectory() || lstatSync(file).isSymbolicLink());
}
