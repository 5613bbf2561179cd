/**
 * Which actions wait, are ready, run, or have ended: the whole state of a run, without a promise, a clock or a file.
 * Files stream: as soon as an action ends, those that take its files may start. Groups, `needs` and file-valued
 * options wait for whole tasks. Nothing here recurses: what follows from an ending goes through `#drain`.
 */
import { type ActionOutcome, hasEnded, transition } from './action.ts';
import { filePlace, isSamePlace } from './artifact.ts';
import { decide } from './decide.ts';
import { Addresses, expandFile, expandGroup, groupFiles } from './expand.ts';
import { failure, type Failure } from './failure.ts';
import type { JobPlan } from './job-plan.ts';
import type { Artifact } from './operation.ts';
import {
  type Action,
  addAction,
  addressesOf,
  createAction,
  createTaskRuns,
  filesOf,
  heldBy,
  inputFailed,
  isLost,
  lacksFiles,
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

  start(action: Action): readonly Change[] {
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
        this.#endings.push({ action, outcome: { type: 'cancelled', failure: reason } });
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
    const { task, index } = run.planned;
    const known = new Map(run.actions.map((action) => [action.address, action]));
    // Groups are named as the plan named them, whatever it knew of them.
    const addresses = new Addresses();
    for (const { dir, files } of groupFiles(task, run.inputs.flatMap(filesOf))) {
      const lacking = lacksFiles(run, task.groupBy === 'dir' ? dir : undefined);
      for (const identity of expandGroup(task, dir, addresses)) {
        const isNew = !known.has(identity.address);
        if (isNew && !this.#plan.isSelected(index, identity.address)) continue;
        const action = known.get(identity.address) ?? createAction(identity, run, undefined);
        if (isNew) addAction(action);
        known.delete(identity.address);
        if (action.state !== 'waiting') continue;
        action.inputs = files;
        action.hasInputs = true;
        if (lacking === undefined) this.#offer(action);
        else
          this.#endings.push({
            action,
            outcome: { type: 'not-run', failure: inputFailed(lacking.planned.task.name) },
          });
      }
    }
    const lacking = lacksFiles(run, undefined);
    if (lacking !== undefined) run.failure ??= inputFailed(lacking.planned.task.name);
    for (const action of known.values()) {
      if (action.state !== 'waiting') continue;
      const outcome: ActionOutcome =
        lacking === undefined
          ? { type: 'skipped', reason: 'no input files' }
          : { type: 'not-run', failure: inputFailed(lacking.planned.task.name) };
      this.#endings.push({ action, outcome });
    }
  }

  /** Its files are there: makes it ready, unless something else keeps it back. */
  #offer(action: Action): void {
    const { owner } = action;
    if (owner.openGates > 0 || !action.hasInputs || action.state !== 'waiting') return;
    const outcome = this.#settleOptions(action);
    if (outcome !== undefined) {
      this.#endings.push({ action, outcome });
      return;
    }
    transition(action, 'ready');
    this.#changes.push({ type: 'ready', action });
  }

  #settleOptions(action: Action): ActionOutcome | undefined {
    const { owner } = action;
    const { task } = owner.planned;
    if (this.#stopped !== undefined) return { type: 'cancelled', failure: this.#stopped };
    if (owner.blockedBy !== undefined) return { type: 'not-run', failure: owner.blockedBy };
    owner.fileInputs ??= Object.fromEntries(
      Object.entries(owner.fileSources).map(([option, run]) => [option, filesOf(run)]),
    );
    const empty = Object.keys(owner.fileInputs).find((option) => owner.fileInputs?.[option]?.length === 0);
    if (empty !== undefined) {
      const message = `"${empty}" takes the file of task "${task.fileInputs[empty] ?? ''}", which made none`;
      return { type: 'not-run', failure: failure('input-failed', message) };
    }
    if (action.decision === undefined || action.decision.type === 'later') {
      const decided = decide(task, action, this.#plan.scope);
      if (!decided.ok)
        return { type: 'failed', failure: failure('bad-input', decided.error, { code: 'INVALID_DATA' }) };
      action.decision = decided.value;
    }
    if (action.decision.type === 'skip') return { type: 'skipped', reason: action.decision.reason };
    if (action.decision.type === 'run') {
      action.options = action.decision.options;
      action.verify = action.decision.verify;
    }
    return undefined;
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
