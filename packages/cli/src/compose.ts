/**
 * The composition root: from what the user wants and what this machine is, the parts of a run. The only file that
 * knows both the engine and the backends.
 */
import { randomUUID } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { ActionCache, Backend, RunContext } from '@pipeline/engine';
import { openDiskCache } from '@pipeline/engine';
import type { CloudConvertBackend } from '@pipeline/cloudconvert';
import { createLocalBackend } from '@pipeline/operations';
import type { Pipeline, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { actionsAtOnce } from './actions-at-once.ts';
import { projectRoot } from './find-pipeline.ts';
import type { Environment, UsageError } from './parse-arguments.ts';
import type { RunOptions } from './run-options.ts';

export interface Composition {
  /** Each run is a job of its own, with its own id and its own "now". */
  readonly newContext: () => RunContext;
  readonly backends: Backends;
  /** Actions at once. */
  readonly maxActions: number;
  /** Where workspaces of runs are; not there yet, perhaps. */
  readonly workDir: string;
  /** Absent: nothing is taken from earlier runs, and nothing kept. */
  readonly cache?: ActionCache;
  readonly now: () => number;
}

export interface Backends {
  readonly local: Backend;
  /** Absent: nothing needs it, or there is no key. */
  readonly cloudconvert?: CloudConvertBackend;
}

/** Ends what was kept open or warm. */
export async function closeComposition({ backends, cache }: Composition): Promise<void> {
  cache?.close();
  await closeBackends(backends);
}

export async function closeBackends({ local, cloudconvert }: Backends): Promise<void> {
  await Promise.all([local.close(), cloudconvert?.close()]);
}

export interface ComposeRequest {
  readonly pipeline: Pipeline;
  /** Folder of the pipeline file, absolute. */
  readonly baseDir: string;
  readonly options: RunOptions;
  readonly env: Environment;
  /** Told once that results cannot be kept. */
  readonly onCacheProblem: (error: unknown) => void;
}

export async function compose({
  pipeline,
  baseDir,
  options,
  env,
  onCacheProblem,
}: ComposeRequest): Promise<Result<Composition, UsageError>> {
  const root = realpathSync.native(projectRoot(baseDir));
  const allowedDirs = [root];
  for (const folder of options.allowedPaths) {
    const real = await realpath(folder).catch(() => undefined);
    if (real === undefined) {
      return err({ message: `--allow-path: there is no folder ${folder}`, hint: 'check the path' });
    }
    allowedDirs.push(real);
  }
  const maxActions = actionsAtOnce(options.concurrency ?? pipeline.concurrency.max);
  const local = createLocalBackend({ maxHosts: maxActions });
  const cloudconvert = await cloudBackend({ pipeline, options, env, root, local });
  return ok({
    newContext: () => ({ baseDir, allowedDirs, jobId: randomUUID(), startedAt: Date.now() }),
    backends: { local, ...(cloudconvert !== undefined && { cloudconvert }) },
    maxActions,
    workDir: path.join(root, '.pipeline', 'work'),
    ...(options.cache.mode !== 'off' && { cache: openCache({ root, options, onCacheProblem }) }),
    now: () => performance.now(),
  });
}

function openCache({
  root,
  options,
  onCacheProblem,
}: Pick<ComposeRequest, 'options' | 'onCacheProblem'> & { readonly root: string }): ActionCache {
  const dir = options.cache.dir ?? path.join(root, '.pipeline', 'cache');
  return openDiskCache({ dir, root, now: Date.now, onProblem: onCacheProblem });
}

/** Loaded only by pipelines that use it. */
async function cloudBackend(
  request: Pick<ComposeRequest, 'pipeline' | 'options' | 'env'> & {
    readonly root: string;
    readonly local: Backend;
  },
): Promise<CloudConvertBackend | undefined> {
  const isUsed =
    request.options.backend === 'cloudconvert' ||
    [...request.pipeline.tasks.values()].some(({ runsOn }) => runsOn === 'cloudconvert');
  if (!isUsed) return undefined;
  const { openCloudConvert } = await import('./open-cloudconvert.ts');
  return openCloudConvert(request);
}
