/**
 * Which actions wait, are ready, run, or have ended: the whole state of a run, without a promise, a clock or a file.
 * Files stream: as soon as an action ends, those that take its files may start. Groups, `needs` and file-valued
 * options wait for whole tasks. Nothing here recurses: what follows from an ending goes through `#drain`.
 */
import { type ActionOutcome, hasEnded, transition } from './action.ts';
import { filePlace, isSamePlace } from './artifact.ts';
import { expandFile } from './expand.ts';
import type { Failure } from './failure.ts';
import type { JobPlan } from './job-plan.ts';
import type { Artifact } from './operation.ts';
import { settleGroups } from './settle-groups.ts';
import { settleOptions } from './settle-options.ts';
import {
  type Action,
  addAction,
  addressesOf,
  createAction,
  createTaskRuns,
  heldBy,
  inputFailed,
  isLost,
  recordLoss,
  type TaskRun,
} from './task-run.ts';

/** What a step led to, in order: the run turns these into events, starts and clean-ups. */
export type Change =
  | { readonly type: 'expanded'; readonly task: TaskRun; readonly actions: number; readonly isFinal: boolean }
  | { readonly type: 'ready'; readonly action: Action }
  | { readonly type: 'task-started'; readonly task: TaskRun }
  | { readonly type: 'ended'; readonly action: Action }
  /** Nobody needs its files any more. */
  | { readonly type: 'released'; readonly action: Action }
  | { readonly type: 'task-ended'; readonly task: TaskRun };

export class Schedule {
  /** In the order of the file; undefined for a task that is not part of the job. */
  readonly tasks: readonly (TaskRun | undefined)[];
  readonly #runs: readonly TaskRun[];
  readonly #plan: JobPlan;
  #changes: Change[] = [];
  #endings: { readonly action: Action; readonly outcome: ActionOutcome }[] = [];
  #mayHaveEnded: TaskRun[] = [];
  #openTasks: number;
  #stopped: Failure | undefined;

  constructor(plan: JobPlan) {
    this.#plan = plan;
    this.tasks = createTaskRuns(plan);
    this.#runs = this.tasks.filter((run) => run !== undefined);
    this.#openTasks = this.#runs.length;
  }

  get isDone(): boolean {
    return this.#openTasks === 0;
  }

  /** The first step, once: announces what the plan knows. */
  begin(): readonly Change[] {
    for (const run of this.#runs) this.#announce(run, run.planned.isComplete);
    for (const index of this.#plan.graph.order) {
      const run = this.tasks[index];
      if (run === undefined) continue;
      for (const action of run.actions) {
        if (action.decision?.type === 'skip') {
          this.#endings.push({ action, outcome: { type: 'skipped', reason: action.decision.reason } });
        } else if (run.inputs.length === 0) {
          action.hasInputs = true;
          this.#offer(action);
        }
      }
      if (run.openInputs === 0) this.#closeInputs(run);
      this.#mayHaveEnded.push(run);
    }
    return this.#drain();
  }

  start(action: Action): readonly Extract<Change, { type: 'task-started' }>[] {
    transition(action, 'running');
    const { owner } = action;
    if (owner.hasStarted) return [];
    owner.hasStarted = true;
    return [{ type: 'task-started', task: owner }];
  }

  end(action: Action, outcome: ActionOutcome): readonly Change[] {
    this.#endings.push({ action, outcome });
    return this.#drain();
  }

  /** Nothing may start any more. What runs is not touched: it ends by itself, through `end`. */
  stop(reason: Failure): readonly Change[] {
    this.#stopped ??= reason;
    for (const run of this.#runs) {
      if (run.openInputs > 0 && !run.planned.isComplete) run.failure ??= reason;
      for (const action of run.actions) {
        if (action.state !== 'waiting' && action.state !== 'ready') continue;
        this.#endings.push({ action, outcome: cancelled(reason) });
      }
    }
    return this.#drain();
  }

  #drain(): readonly Change[] {
    while (this.#endings.length > 0 || this.#mayHaveEnded.length > 0) {
      for (const { action, outcome } of this.#endings.splice(0)) this.#end(action, outcome);
      for (const run of this.#mayHaveEnded.splice(0)) this.#endTask(run);
    }
    return this.#changes.splice(0);
  }

  #end(action: Action, outcome: ActionOutcome): void {
    // Two inputs of one action may fail in the same step.
    if (hasEnded(action.state)) return;
    transition(action, outcome.type);
    const { owner, source } = action;
    action.outcome = outcome;
    action.inputs = [];
    if (outcome.type === 'finished') action.outputs = outcome.outputs;
    if (outcome.type !== 'finished' && outcome.type !== 'skipped') {
      owner.failure ??= outcome.failure;
      recordLoss(action);
    }
    this.#changes.push({ type: 'ended', action });
    if (this.#stopped === undefined) this.#deliver(action);
    this.#release(action);
    if (source !== undefined) {
      source.users -= 1;
      this.#release(source);
    }
    owner.unfinished -= 1;
    if (owner.unfinished === 0) this.#mayHaveEnded.push(owner);
  }

  /** Hands its files to the actions that wait for them, and makes those that the plan could not know. */
  #deliver(action: Action): void {
    const { outputs, plannedOutputs, dependents } = action;
    if (plannedOutputs === undefined) {
      for (const consumer of this.#fileConsumers(action.owner)) this.#expandFiles(consumer, action, outputs);
      return;
    }
    const isAsPlanned =
      outputs.length === plannedOutputs.length &&
      outputs.every((file, i) => isSamePlace(file, plannedOutputs[i]));
    const byPlace = isAsPlanned ? undefined : new Map(outputs.map((file) => [filePlace(file), file]));
    for (const dependent of dependents) {
      const file = byPlace === undefined ? outputs[dependent.output] : byPlace.get(dependent.file ?? '');
      this.#receive(dependent, file);
    }
    action.dependents = [];
    if (byPlace === undefined) return;
    // The files have changed since the plan was made: what is new flows on as well.
    for (const file of plannedOutputs) byPlace.delete(filePlace(file));
    for (const consumer of this.#fileConsumers(action.owner))
      this.#expandFiles(consumer, action, [...byPlace.values()]);
  }

  #receive(action: Action, file: Artifact | undefined): void {
    const { source } = action;
    if (source === undefined || action.state !== 'waiting') return;
    if (file !== undefined) {
      action.inputs = [file];
      action.hasInputs = true;
      this.#offer(action);
    } else if (isLost(source)) {
      this.#endings.push({ action, outcome: { type: 'not-run', failure: inputFailed(source.address) } });
    } else {
      this.#endings.push({
        action,
        outcome: { type: 'skipped', reason: `${source.address} made no such file` },
      });
    }
  }

  #expandFiles(consumer: TaskRun, source: Action, files: readonly Artifact[]): void {
    if (isLost(source)) {
      consumer.hasUnknownLosses = true;
      consumer.failure ??= inputFailed(source.address);
    }
    const { planned } = consumer;
    for (const file of files) {
      for (const identity of expandFile(planned.task, file, addressesOf(consumer))) {
        if (!this.#plan.isSelected(planned.index, identity.address)) continue;
        const action = createAction(identity, consumer, source);
        addAction(action);
        action.inputs = [file];
        action.hasInputs = true;
        this.#offer(action);
      }
    }
    this.#announce(consumer, consumer.announced.isFinal);
  }

  /** No more files will come. */
  #closeInputs(run: TaskRun): void {
    if (run.isGrouped) this.#expandGroups(run);
    this.#announce(run, true);
  }

  /** All its input tasks have ended: now, and only now, is it known what a group consists of. */
  #expandGroups(run: TaskRun): void {
    if (this.#stopped !== undefined) return;
    const isSelected = (address: string): boolean => this.#plan.isSelected(run.planned.index, address);
    for (const { action, outcome } of settleGroups(run, isSelected)) {
      if (outcome === undefined) this.#offer(action);
      else this.#endings.push({ action, outcome });
    }
  }

  /** Its files are there: makes it ready, unless something else keeps it back. */
  #offer(action: Action): void {
    const { owner } = action;
    if (owner.openGates > 0 || !action.hasInputs || action.state !== 'waiting') return;
    const outcome =
      this.#stopped === undefined ? settleOptions(action, this.#plan.scope) : cancelled(this.#stopped);
    if (outcome !== undefined) {
      this.#endings.push({ action, outcome });
      return;
    }
    transition(action, 'ready');
    this.#changes.push({ type: 'ready', action });
  }

  #endTask(run: TaskRun): void {
    if (run.hasEnded || run.unfinished > 0 || run.openInputs > 0 || run.openGates > 0) return;
    run.hasEnded = true;
    this.#openTasks -= 1;
    this.#changes.push({ type: 'task-ended', task: run });
    for (const index of this.#plan.graph.successors[run.planned.index] ?? []) {
      const successor = this.tasks[index];
      if (successor !== undefined) this.#passOn(run, successor);
    }
    for (const held of heldBy(run)) {
      held.holders -= 1;
      if (held.holders === 0) for (const action of held.actions) this.#release(action);
    }
  }

  /** A task has ended: its successors have one less to wait for. */
  #passOn(run: TaskRun, successor: TaskRun): void {
    const { index, task } = run.planned;
    const { graph } = this.#plan;
    if (graph.inputs[successor.planned.index]?.includes(index) === true) {
      successor.openInputs -= 1;
      if (run.hasUnknownLosses && !task.ignoreError && !successor.isGrouped) {
        successor.hasUnknownLosses = true;
        successor.failure ??= inputFailed(task.name);
      }
      if (successor.openInputs === 0) this.#closeInputs(successor);
    }
    if (graph.gates[successor.planned.index]?.includes(index) === true) {
      successor.openGates -= 1;
      if (run.failure !== undefined && !task.ignoreError) {
        successor.blockedBy ??= inputFailed(task.name);
        successor.failure ??= successor.blockedBy;
      }
      if (successor.openGates === 0) for (const action of successor.actions) this.#offer(action);
    }
    this.#mayHaveEnded.push(successor);
  }

  #release(action: Action): void {
    if (action.state !== 'finished' || action.users > 0 || action.owner.holders > 0) return;
    this.#changes.push({ type: 'released', action });
  }

  #announce(run: TaskRun, isFinal: boolean): void {
    const { announced, actions } = run;
    if (announced.actions === actions.length && (announced.isFinal || !isFinal)) return;
    run.announced = { actions: actions.length, isFinal };
    this.#changes.push({ type: 'expanded', task: run, ...run.announced });
  }

  #fileConsumers(run: TaskRun): readonly TaskRun[] {
    const { graph } = this.#plan;
    return (graph.successors[run.planned.index] ?? []).flatMap((index) => {
      const consumer = this.tasks[index];
      return consumer !== undefined && !consumer.isGrouped && consumer.inputs.includes(run) ? consumer : [];
    });
  }
}

const cancelled = (why: Failure): ActionOutcome => ({ type: 'cancelled', failure: why });
