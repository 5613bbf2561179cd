/**
 * One cycle of a watch: the pipeline is loaded again if its file changed, planned from the disk and run. What goes wrong is
 * said; the next cycle starts from the last good pipeline.
 */
import type { Action, JobPlan, RunContext, Workspace } from '@pipeline/engine';
import type { Result, TaskName } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { missingFolders } from '../incremental/missing-folders.ts';
import { type NarrowedPlan, planNarrowed, withUnchanged } from '../incremental/narrowed-plan.ts';
import { prunedLines } from '../incremental/pruned-lines.ts';
import { lookQuickly, startTime } from '../incremental/quick-look.ts';
import { saveManifest } from '../incremental/save-manifest.ts';
import { tellPlanProblems } from '../plan-problems.ts';
import type { Invocation } from '../parse-arguments.ts';
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

export interface CyclePlan {
  readonly plan: JobPlan;
  /** It is for what has changed alone. */
  readonly narrowed?: NarrowedPlan;
}

export class Cycle {
  readonly #request: LoadRequest;
  readonly #hooks: CycleHooks;
  #prepared: PreparedRun;
  #isFirst = true;
  #hasLeftOut = false;
  #started = startTime();

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

  /**
   * `changed`: files that a run is for; undefined: nobody knows, and everything is planned. The error is the exit code of
   * what is wrong; it has been said.
   */
  async plan(changed?: readonly string[]): Promise<Result<CyclePlan, number>> {
    if (!this.#isFirst) {
      const prepared = await renewed(this.#request, this.#prepared);
      if (!prepared.ok) return prepared;
      this.#take(prepared.value);
    }
    const narrowed = this.#isFirst || changed === undefined ? undefined : await this.#planNarrowed(changed);
    if (narrowed !== undefined) return ok({ plan: narrowed.plan, narrowed });
    this.#isFirst = false;
    this.#hasLeftOut = false;
    this.#started = startTime();
    const planned = await planOnce(this.#prepared, { isLeftOut: this.#isLeftOut });
    if (planned.ok) return ok({ plan: planned.value });
    const { opened, masker } = this.#prepared;
    return err(tellPlanProblems(planned.error, { ...this.#request, opened, masker }));
  }

  /**
   * Only for what has changed since the last run, as long as nothing of that is to be left out. Undefined: everything has
   * to be planned.
   */
  async #planNarrowed(changed: readonly string[]): Promise<NarrowedPlan | undefined> {
    if (this.#prepared.options.cache.isForced) return undefined;
    this.#started = startTime();
    const { invocation, surroundings } = this.#request;
    const narrowed = await planNarrowed(this.#prepared, lookQuickly(plainly(invocation), surroundings));
    if (narrowed === undefined) return undefined;
    const taken = takenFiles(narrowed.plan);
    if (taken.some(([task, file]) => this.#hooks.isLeftOut(task, file))) return undefined;
    // What brought this run about must be in it, whatever is remembered of the last one.
    const files = new Set(taken.map(([, file]) => file));
    if (!changed.every((file) => files.has(file))) return undefined;
    this.#hasLeftOut = false;
    return narrowed;
  }

  /** What `--force` asks for is done by the first run. */
  #forceOnce(): void {
    const { options } = this.#prepared;
    if (!options.cache.isForced) return;
    this.#take({ ...this.#prepared, options: { ...options, cache: { ...options.cache, isForced: false } } });
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
  async run({ plan, narrowed }: CyclePlan, signal: AbortSignal): Promise<readonly Action[]> {
    const { onEvent, onWorkspace } = this.#hooks;
    const prepared = this.#prepared;
    const ended: Action[] = [];
    const foldersToMake = missingFolders(plan);
    const outcome = await runOnce(plan, {
      prepared,
      signal,
      onEvent: narrowed === undefined ? onEvent : withUnchanged(narrowed.narrowing, onEvent),
      onWorkspace,
      onEnded: (action) => ended.push(action),
    });
    const { invocation, surroundings } = this.#request;
    const run = { ...this.#started, invocation, surroundings, prepared, plan, ended, outcome, foldersToMake };
    // What left files out is no certificate that all is done.
    const pruned = await saveManifest({
      ...run,
      ...(narrowed === undefined ? { plan: withNothingLeftOut(plan) } : { narrowed }),
      ...(this.#hasLeftOut && { hasLeftOut: true }),
    });
    this.#hooks.onPruned(prunedLines(pruned, surroundings.cwd));
    this.#forceOnce();
    return ended;
  }
}

/** Files that are there before the run, and the tasks that take them. */
function takenFiles({ actions }: JobPlan): readonly (readonly [TaskName, string])[] {
  return actions.flatMap(({ task, source, plan }) =>
    source === undefined
      ? (plan?.outputs ?? []).flatMap(({ path }) => (path === undefined ? [] : [[task, path] as const]))
      : [],
  );
}

/** Whether a folder holds other files now than those that were taken is asked of the folder, not of what we know of it. */
function withNothingLeftOut(plan: JobPlan): JobPlan {
  const { isLeftOut: _, ...context } = plan.context;
  return { ...plan, context };
}

/** Without what only says how it is reported: a watch tells of what ran, and not of all that did not. */
function plainly(invocation: Invocation): Invocation {
  const { switches, values, lists } = invocation.flags;
  const aside = new Set(['watch', 'poll', 'json', 'print-outputs', 'verbose', 'force']);
  return {
    ...invocation,
    flags: {
      lists,
      switches: new Set([...switches].filter((name) => !aside.has(name))),
      values: new Map([['reporter', 'lines'], ...[...values].filter(([name]) => name !== 'reporter')]),
    },
  };
}
