/**
 * What is watched for a pipeline: what its `import/local` tasks take, or what `watch.paths` says instead, without
 * `watch.ignore`, temporary names and what tasks write; and single files, as the pipeline itself. It knows names; it
 * watches nothing.
 */
import path from 'node:path';
import type { JobPlan } from '@pipeline/engine';
import { type FoundFiles, type WatchedFiles, type WatchedRoot, watchFiles } from '@pipeline/operations';
import { isJsonList } from '@pipeline/schema';
import type { JsonObject, TaskName } from '@pipeline/schema';
import { isTemporaryName, namesTemporary } from './temporary-name.ts';

export interface WatchSet {
  /** The same text: the same files are watched. */
  readonly key: string;
  readonly roots: readonly WatchedRoot[];
  /** Whether a change of this file counts. */
  readonly matches: (file: string) => boolean;
  /** Whether nothing below this folder counts. */
  readonly isExcluded: (folder: string) => boolean;
  /** The files that are there. */
  readonly look: () => FoundFiles;
  /** Tasks that take a file of this name. */
  readonly takersOf: (file: string) => readonly TaskName[];
  /** A name that no task takes while watching. */
  readonly isTemporary: (file: string) => boolean;
}

/** `files`: absolute; watched whatever the pipeline says. */
export function watchSetOf(plan: JobPlan, files: readonly string[]): WatchSet {
  const { context, pipeline } = plan;
  const imports = importsOf(plan);
  const takenBy = new Map(imports.map(([task, options]) => [task, watchFiles(options, context)]));
  const { paths, ignore = [] } = pipeline.watch ?? {};
  const globs = paths === undefined ? [...takenBy.values()] : [watchFiles({ path: [...paths] }, context)];
  const ignored =
    ignore.length === 0 ? undefined : watchFiles({ path: ['**'], exclude: [...ignore] }, context);
  const patterns = [...(paths ?? []), ...imports.flatMap(([, { path: given }]) => textsOf(given))];
  const keepsTemporary = patterns.some(namesTemporary);
  const isTemporary = (file: string): boolean => !keepsTemporary && isTemporaryName(path.basename(file));
  const single = new Set(files);
  const counts = (file: string): boolean => !isTemporary(file) && ignored?.isExcluded(file) !== true;
  return {
    key: JSON.stringify([imports, pipeline.watch, files, context.baseDir]),
    roots: [...globs.flatMap(({ roots }) => roots), ...files.map(rootOf)],
    matches: (file) => single.has(file) || (globs.some(({ matches }) => matches(file)) && counts(file)),
    isExcluded: (folder) =>
      ignored?.isExcluded(folder) === true || globs.every(({ isExcluded }) => isExcluded(folder)),
    look: () => look(globs, { counts, single }),
    takersOf: (file) => [...takenBy].flatMap(([task, { matches }]) => (matches(file) ? [task] : [])),
    isTemporary,
  };
}

function importsOf(plan: JobPlan): readonly (readonly [TaskName, JsonObject])[] {
  return plan.tasks.flatMap((planned) => {
    if (planned?.task.operation !== 'import/local') return [];
    return planned.actions.flatMap(({ decision }) =>
      decision.type === 'later' || decision.options === undefined
        ? []
        : [[planned.task.name, decision.options] as const],
    );
  });
}

interface Rules {
  readonly counts: (file: string) => boolean;
  readonly single: ReadonlySet<string>;
}

function look(globs: readonly WatchedFiles[], { counts, single }: Rules): FoundFiles {
  const found = globs.map((glob) => glob.look());
  return {
    files: [...new Set([...found.flatMap(({ files }) => files.filter(counts)), ...single])],
    links: found.flatMap(({ links }) => links),
  };
}

const rootOf = (file: string): WatchedRoot => ({ folder: path.dirname(file), depth: 0, isHidden: true });

function textsOf(value: JsonObject[string] | undefined): readonly string[] {
  if (isJsonList(value)) return value.filter((item) => typeof item === 'string');
  return typeof value === 'string' ? [value] : [];
}
