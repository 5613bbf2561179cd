/**
 * One cycle of a watch: the pipeline is loaded again if its file changed, planned from the disk and run. What goes wrong is
 * said; the next cycle starts from the last good pipeline.
 */
import type { Action, JobPlan, RunContext, Workspace } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { missingFolders } from '../incremental/missing-folders.ts';
import { prunedLines } from '../incremental/pruned-lines.ts';
import { saveManifest } from '../incremental/save-manifest.ts';
import { tellPlanProblems } from '../plan-problems.ts';
import type { PreparedRun } from '../prepare-run.ts';
import { planOnce, runOnce } from '../run-once.ts';
import { release, type LoadRequest, loadPipeline, renewed } from './load.ts';

export interface CycleHooks {
  readonly onEvent: Parameters<typeof runOnce>[1]['onEvent'];
  readonly onWorkspace: (workspace: Workspace | undefined) => void;
  /** The pipeline was loaded again. */
  readonly onPrepared: (prepared: PreparedRun) => void;
  readonly isLeftOut: NonNullable<RunContext['isLeftOut']>;
  /** What was removed because of `prune`, in lines. */
  readonly onPruned: (lines: readonly string[]) => void;
}

export class Cycle {
  readonly #request: LoadRequest;
  readonly #hooks: CycleHooks;
  #prepared: PreparedRun;
  #isFirst = true;
  #hasLeftOut = false;
  #started = startNow();

  constructor(prepared: PreparedRun, request: LoadRequest, hooks: CycleHooks) {
    this.#prepared = prepared;
    this.#request = request;
    this.#hooks = hooks;
  }

  /** The last good pipeline. */
  get prepared(): PreparedRun {
    return this.#prepared;
  }

  /** The exit code of what is wrong; it has been said. */
  async reload(): Promise<number | undefined> {
    const loaded = await loadPipeline(this.#request);
    if (!loaded.ok) return loaded.error;
    await release(this.#prepared.composition);
    this.#take(loaded.value);
    this.#isFirst = true;
    return undefined;
  }

  /** The error is the exit code of what is wrong; it has been said. */
  async plan(): Promise<Result<JobPlan, number>> {
    if (!this.#isFirst) {
      const prepared = await renewed(this.#request, this.#prepared);
      if (!prepared.ok) return prepared;
      this.#take(prepared.value);
    }
    this.#isFirst = false;
    this.#hasLeftOut = false;
    this.#started = startNow();
    const planned = await planOnce(this.#prepared, { isLeftOut: this.#isLeftOut });
    if (planned.ok) return ok(planned.value);
    const { opened, masker } = this.#prepared;
    return err(tellPlanProblems(planned.error, { ...this.#request, opened, masker }));
  }

  readonly #isLeftOut: CycleHooks['isLeftOut'] = (task, file) => {
    const isLeftOut = this.#hooks.isLeftOut(task, file);
    this.#hasLeftOut ||= isLeftOut;
    return isLeftOut;
  };

  #take(prepared: PreparedRun): void {
    this.#prepared = prepared;
    this.#hooks.onPrepared(prepared);
  }

  /** Every action with its end. */
  async run(plan: JobPlan, signal: AbortSignal): Promise<readonly Action[]> {
    const { onEvent, onWorkspace } = this.#hooks;
    const prepared = this.#prepared;
    const ended: Action[] = [];
    const foldersToMake = missingFolders(plan);
    const outcome = await runOnce(plan, {
      prepared,
      signal,
      onEvent,
      onWorkspace,
      onEnded: (action) => ended.push(action),
    });
    const { invocation, surroundings } = this.#request;
    const run = { ...this.#started, invocation, surroundings, prepared, plan, ended, outcome, foldersToMake };
    // What left files out is no certificate that all is done.
    const pruned = await saveManifest({ ...run, ...(this.#hasLeftOut && { hasLeftOut: true }) });
    this.#hooks.onPruned(prunedLines(pruned, surroundings.cwd));
    return ended;
  }
}

const startNow = (): { readonly startedAt: number; readonly startedTick: number } => ({
  startedAt: Date.now(),
  startedTick: performance.now(),
});
