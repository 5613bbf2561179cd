/**
 * Outputs that no source makes any more, from the manifests of a project: an earlier run wrote them, the last complete
 * run of that pipeline did not, and no other pipeline makes them. Only what still has the content that we wrote counts:
 * a file that somebody edited, replaced or linked to somewhere else is theirs.
 */
import { existsSync, lstatSync, type Stats, readdirSync, realpathSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import type { LeftOver } from '../manifest.ts';
import { hashContent } from './file-hashes.ts';
import { longPath } from './file-marks.ts';
import { manifestPlaces, readManifest } from './manifest-file.ts';

export interface Orphan {
  /** Absolute. */
  readonly path: string;
  readonly sizeBytes: number;
  /** The action that made it. */
  readonly address: string;
}

export interface Orphans {
  /** By path. */
  readonly orphans: readonly Orphan[];
  /** Absolute paths of those that were edited since: they stay. */
  readonly edited: readonly string[];
  /** Folders that exports had to make; absolute. */
  readonly folders: readonly string[];
}

/** `root`: of the project, absolute and real. */
export async function findOrphans(root: string): Promise<Orphans> {
  const { leftOver, made, folders } = readLedgers(root);
  const found = await orphansAmong(
    leftOver.filter(({ path }) => !made.has(path)),
    root,
  );
  return { ...found, folders };
}

/** Of the files that one pipeline left over. `place`: where its own manifest lies, which may be older than they are. */
export async function findOwnOrphans(
  leftOver: readonly LeftOver[],
  { root, place }: { readonly root: string; readonly place: string },
): Promise<Omit<Orphans, 'folders'>> {
  const { made } = readLedgers(root, place);
  return orphansAmong(
    leftOver.filter(({ path, isOurs }) => isOurs && !made.has(path)),
    root,
  );
}

async function orphansAmong(leftOver: readonly LeftOver[], root: string): Promise<Omit<Orphans, 'folders'>> {
  const orphans: Orphan[] = [];
  const edited: string[] = [];
  for (const file of leftOver) {
    const path = longPath(file.path, root);
    const facts = factsOf(path);
    // A manifest is a file that anybody may have written: nothing outside of the project is removed because of one.
    if (facts === undefined || !isInside(path, root)) continue;
    if (facts.isFile() && (await isAsWritten(path, file))) {
      orphans.push({ path, sizeBytes: facts.size, address: file.address });
    } else edited.push(path);
  }
  return { orphans: orphans.sort((a, b) => (a.path < b.path ? -1 : 1)), edited: edited.sort() };
}

/** Looks once more before it removes the file, and then the folders above it that exports made and nothing is in. */
export function removeOrphan({ path, sizeBytes }: Orphan, folders: readonly string[]): void {
  const facts = factsOf(path);
  if (facts?.isFile() !== true || facts.size !== sizeBytes) return;
  rmSync(path);
  for (let folder = dirname(path); folders.includes(folder); folder = dirname(folder)) {
    if (readdirSync(folder).length > 0) return;
    rmdirSync(folder);
  }
}

interface Ledgers {
  readonly leftOver: readonly LeftOver[];
  /** What the last run of each pipeline made; paths as manifests write them. */
  readonly made: ReadonlySet<string>;
  readonly folders: readonly string[];
}

function readLedgers(root: string, leftOut?: string): Ledgers {
  const leftOver = new Map<string, LeftOver>();
  const made = new Set<string>();
  const folders = new Set<string>();
  for (const place of manifestPlaces(join(root, '.pipeline', 'manifests'))) {
    const manifest = place === leftOut ? undefined : readManifest(place);
    if (manifest === undefined) continue;
    const ledger = manifest.ledger();
    if (isPipelineThere(manifest.key, root)) for (const path of manifest.outputs.paths) made.add(path);
    for (const file of ledger.leftOver) if (file.isOurs) leftOver.set(file.path, file);
    for (const folder of ledger.folders) folders.add(longPath(folder, root));
  }
  return { leftOver: [...leftOver.values()], made, folders: [...folders] };
}

/** A pipeline that was removed makes nothing any more. The key begins with its path. */
function isPipelineThere(key: string, root: string): boolean {
  try {
    const [file]: unknown[] = JSON.parse(key);
    return typeof file !== 'string' || existsSync(join(root, file));
  } catch {
    return true;
  }
}

/** By its times where they are the same, else by its content. */
async function isAsWritten(path: string, { mark, sha256 }: LeftOver): Promise<boolean> {
  if (sha256 === undefined) return false;
  const { size, mtimeMs, ctimeMs, ino } = lstatSync(path);
  if ([size, mtimeMs, ctimeMs, ino].every((value, index) => value === mark[index])) return true;
  try {
    return (await hashContent(path, size)) === sha256;
  } catch {
    return false;
  }
}

function factsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    // Gone, or below something that is no folder any more.
    return undefined;
  }
}

function isInside(path: string, root: string): boolean {
  try {
    return `${realpathSync(dirname(path))}${sep}`.startsWith(`${root}${sep}`);
  } catch {
    return false;
  }
}
