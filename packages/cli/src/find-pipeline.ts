/**
 * Which file `pipeline` means when none, or a folder, is named; and where its project begins. It reads folders, never
 * the files themselves.
 */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { type Result, err, ok } from '@pipeline/schema/result';
import type { UsageError } from './parse-arguments.ts';

export type NotFound = UsageError & {
  /** True: no candidate at all; false: several. */
  readonly isNothing: boolean;
};

const defaultNames = ['pipeline.yaml', 'pipeline.yml', 'pipeline.json'];
const namedPipeline = /\.pipeline\.(?:yaml|yml|json)$/;

/** From `cwd` upwards to the root of the git repository; without one, `cwd` alone. An absolute path. */
export function findPipeline(cwd: string): Result<string, NotFound> {
  for (const folder of foldersUpwards(cwd)) {
    const candidates = candidatesIn(folder);
    const [first] = candidates;
    if (first !== undefined && candidates.length === 1) return ok(path.join(folder, first));
    if (candidates.length > 1) return err(several(folder, candidates, cwd));
  }
  return err({
    message: `there is no pipeline file in ${cwd}${gitRoot(cwd) === undefined ? '' : ' or above it'}`,
    hint: 'pipeline init writes one; pipeline run <file> runs another',
    isNothing: true,
  });
}

/** Every pipeline file of a folder, not of those below it; absolute, in the order of their names. */
export function pipelinesIn(folder: string): readonly string[] {
  return namesIn(folder)
    .filter((name) => defaultNames.includes(name) || namedPipeline.test(name))
    .sort()
    .map((name) => path.join(folder, name));
}

/** The git root above a folder, else the folder itself: what a pipeline may read and write. */
export function projectRoot(folder: string): string {
  return gitRoot(folder) ?? folder;
}

function candidatesIn(folder: string): readonly string[] {
  const names = namesIn(folder);
  const defaults = defaultNames.filter((name) => names.includes(name));
  return defaults.length > 0 ? defaults : names.filter((name) => namedPipeline.test(name)).sort();
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // A folder above that may not be listed holds nothing for us.
    return [];
  }
}

function several(folder: string, names: readonly string[], cwd: string): NotFound {
  const shown = names.map((name) => path.relative(cwd, path.join(folder, name)));
  return {
    message: `${shown.length} pipeline files could be meant: ${shown.join(', ')}`,
    hint: `name one of them, for example ${shown[0] ?? ''}`,
    isNothing: false,
  };
}

function foldersUpwards(cwd: string): readonly string[] {
  const root = gitRoot(cwd);
  if (root === undefined) return [cwd];
  const folders = [cwd];
  for (let folder = cwd; folder !== root;) {
    folder = path.dirname(folder);
    folders.push(folder);
  }
  return folders;
}

function gitRoot(folder: string): string | undefined {
  for (let current = folder; ; current = path.dirname(current)) {
    // A file in worktrees and submodules, a folder elsewhere.
    if (existsSync(path.join(current, '.git'))) return current;
    if (path.dirname(current) === current) return undefined;
  }
}
