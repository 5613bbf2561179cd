/**
 * One cycle of a watch: the pipeline is loaded again if its file changed, planned from the disk and run. What goes wrong is
 * said; the next cycle starts from the last good pipeline.
 */
import type { JobOutcome, JobPlan, RunContext, Workspace } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
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
}

export class Cycle {
  readonly #request: LoadRequest;
  readonly #hooks: CycleHooks;
  #prepared: PreparedRun;
  #isFirst = true;

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
    const planned = await planOnce(this.#prepared, { isLeftOut: this.#hooks.isLeftOut });
    if (planned.ok) return ok(planned.value);
    const { opened, masker } = this.#prepared;
    return err(tellPlanProblems(planned.error, { ...this.#request, opened, masker }));
  }

  #take(prepared: PreparedRun): void {
    this.#prepared = prepared;
    this.#hooks.onPrepared(prepared);
  }

  run(plan: JobPlan, signal: AbortSignal): Promise<JobOutcome> {
    const { onEvent, onWorkspace } = this.#hooks;
    return runOnce(plan, { prepared: this.#prepared, signal, onEvent, onWorkspace });
  }
}
