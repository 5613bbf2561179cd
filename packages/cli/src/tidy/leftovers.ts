/**
 * What earlier runs left below `.pipeline` and nobody needs any more: found, measured, and removed when somebody says
 * so. It knows no terminal.
 */
import { lstatSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import {
  clearCache,
  deadWorkspaces,
  oldRuns,
  type Orphans,
  removeOrphan,
  surveyCache,
} from '@pipeline/engine';
import type { StateFolder } from '../history/state-folder.ts';

export interface Leftover {
  readonly what: 'results' | 'work' | 'journals' | 'cache' | 'orphan';
  /** Absolute. */
  readonly path: string;
  readonly files: number;
  readonly bytes: number;
  /** The action that made it, of an orphan. */
  readonly address?: string;
  /** Throws what the disk says. */
  readonly remove: () => void;
}

export interface LeftoverOptions {
  readonly state: StateFolder;
  /** Absolute; undefined: the cache stays. */
  readonly cacheDir: string | undefined;
  /** Undefined: they stay. */
  readonly orphans: Orphans | undefined;
  /** Jobs that are going on. */
  readonly running: ReadonlySet<string>;
}

export async function findLeftovers({
  state,
  cacheDir,
  orphans,
  running,
}: LeftoverOptions): Promise<readonly Leftover[]> {
  const results = folders(path.join(state.dir, 'results'))
    .filter((folder) => !running.has(path.basename(folder)))
    .map((folder) => whole('results', folder));
  const work = deadWorkspaces(path.join(state.dir, 'work')).map((folder) => whole('work', folder));
  const journals = oldRuns(state.runs).map(({ file }) => whole('journals', file));
  const cache = cacheDir === undefined ? [] : [stored(cacheDir)].filter(({ bytes }) => bytes > 0);
  const exported = orphans?.orphans.map((orphan): Leftover => {
    const { path: place, sizeBytes: bytes, address } = orphan;
    const remove = (): void => removeOrphan(orphan, orphans.folders);
    return { what: 'orphan', path: place, files: 1, bytes, address, remove };
  });
  return [...results, ...work, ...journals, ...cache, ...(exported ?? [])];
}

function whole(what: Leftover['what'], place: string): Leftover {
  return {
    what,
    path: place,
    ...measure(place),
    remove: () => rmSync(place, { recursive: true, force: true }),
  };
}

function stored(dir: string): Leftover {
  const { objects, objectBytes, logBytes } = surveyCache(dir);
  const remove = (): void => void clearCache(dir, { isDry: false });
  return { what: 'cache', path: dir, files: objects.size, bytes: objectBytes + logBytes, remove };
}

/** Links are not followed: what they lead to is not ours. */
function measure(place: string): { readonly files: number; readonly bytes: number } {
  const facts = lstatSync(place, { throwIfNoEntry: false });
  if (facts === undefined) return { files: 0, bytes: 0 };
  if (!facts.isDirectory()) return { files: 1, bytes: facts.size };
  const below = folders(place).map(measure);
  return below.reduce((sum, one) => ({ files: sum.files + one.files, bytes: sum.bytes + one.bytes }), {
    files: 0,
    bytes: 0,
  });
}

/** Everything right inside. */
function folders(dir: string): readonly string[] {
  try {
    return readdirSync(dir)
      .sort()
      .map((name) => path.join(dir, name));
  } catch {
    return [];
  }
}
