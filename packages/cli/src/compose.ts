/**
 * The composition root: from what the user wants and what this machine is, the parts of a run. The only file that
 * knows both the engine and the backends.
 */
import { randomUUID } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Backend, RunContext } from '@pipeline/engine';
import { createLocalBackend } from '@pipeline/operations';
import type { Pipeline, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { actionsAtOnce } from './actions-at-once.ts';
import { projectRoot } from './find-pipeline.ts';
import type { UsageError } from './parse-arguments.ts';
import type { RunOptions } from './run-options.ts';

export interface Composition {
  readonly context: RunContext;
  readonly backend: Backend;
  /** Actions at once. */
  readonly maxActions: number;
  /** Where workspaces of runs are; not there yet, perhaps. */
  readonly workDir: string;
  readonly now: () => number;
}

export interface ComposeRequest {
  readonly pipeline: Pipeline;
  /** Folder of the pipeline file, absolute. */
  readonly baseDir: string;
  readonly options: RunOptions;
}

export async function compose({
  pipeline,
  baseDir,
  options,
}: ComposeRequest): Promise<Result<Composition, UsageError>> {
  const root = await realpath(projectRoot(baseDir));
  const allowedDirs = [root];
  for (const folder of options.allowedPaths) {
    const real = await realpath(folder).catch(() => undefined);
    if (real === undefined) {
      return err({ message: `--allow-path: there is no folder ${folder}`, hint: 'check the path' });
    }
    allowedDirs.push(real);
  }
  const maxActions = actionsAtOnce(options.concurrency ?? pipeline.concurrency.max);
  return ok({
    context: { baseDir, allowedDirs, jobId: randomUUID(), startedAt: Date.now() },
    backend: createLocalBackend({ maxHosts: maxActions }),
    maxActions,
    workDir: path.join(root, '.pipeline', 'work'),
    now: () => performance.now(),
  });
}
