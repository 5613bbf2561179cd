/**
 * What a run remembers of a task and of its actions. Only `schedule.ts` changes these; everyone else reads.
 */
import type { JsonObject } from '@pipeline/schema';
import type { LookUp } from './caching.ts';
import type { ActionIdentity, ActionOutcome, ActionState, Decision, PlannedAction } from './action.ts';
import { compareFiles } from './artifact.ts';
import { Addresses, isGrouped } from './expand.ts';
import { failure, type Failure } from './failure.ts';
import type { JobPlan, PlannedTask } from './job-plan.ts';
import type { ActionPlan, ActionRequest, Artifact } from './operation.ts';

export interface Action extends ActionIdentity {
  readonly owner: TaskRun;
  /** The action whose file it takes. Absent in imports and groups. */
  readonly source: Action | undefined;
  /** Which planned output of `source` it waits for. */
  output: number;
  /** What the plan promised; undefined when only the run can tell. */
  plannedOutputs: readonly Artifact[] | undefined;
  state: ActionState;
  hasInputs: boolean;
  inputs: readonly Artifact[];
  decision: Decision | undefined;
  plan: ActionPlan | undefined;
  /** What the cache was asked; undefined when it was not, or could not be. */
  lookUp: LookUp | undefined;
  /** Set with the decision, when it becomes ready. */
  options: JsonObject;
  verify: JsonObject | undefined;
  outcome: ActionOutcome | undefined;
  outputs: readonly Artifact[];
  /** Actions that take one of its files. */
  dependents: Action[];
  /** Dependents that have not ended: its files are still needed. */
  users: number;
}

export interface TaskRun {
  readonly planned: PlannedTask;
  /** The tasks whose files flow in, in the order of `input`. */
  readonly inputs: readonly TaskRun[];
  /** The tasks whose files are the values of options. */
  readonly fileSources: Readonly<Record<string, TaskRun>>;
  readonly isGrouped: boolean;
  readonly actions: Action[];
  readonly lostDirs: Set<string>;
  addresses: Addresses | undefined;
  fileInputs: Readonly<Record<string, readonly Artifact[]>> | undefined;
  /** Input tasks that have not ended. */
  openInputs: number;
  /** `needs` and file-valued options that have not ended. */
  openGates: number;
  /** Actions that have not ended. */
  unfinished: number;
  /** Tasks that take all its files at once and have not ended. */
  holders: number;
  /** Files will never come, and nobody can tell which. */
  hasUnknownLosses: boolean;
  /** A task that it needs has failed: nothing of it may start. */
  blockedBy: Failure | undefined;
  /** The first one; makes the status of the task `error`. */
  failure: Failure | undefined;
  hasStarted: boolean;
  hasEnded: boolean;
  /** What the views were told last. */
  announced: { readonly actions: number; readonly isFinal: boolean };
}

/** The state of a job in which nothing has happened yet; undefined for tasks that are not part of it. */
export function createTaskRuns({ graph, tasks }: JobPlan): readonly (TaskRun | undefined)[] {
  const runs: (TaskRun | undefined)[] = tasks.map(() => undefined);
  const byName = new Map<string, TaskRun>();
  const actions = new Map<PlannedAction, Action>();
  for (const index of graph.order) {
    const planned = tasks[index];
    if (planned === undefined) continue;
    const inputs = (graph.inputs[index] ?? []).flatMap((input) => runs[input] ?? []);
    const run = createTaskRun(planned, inputs, byName);
    run.openGates = (graph.gates[index] ?? []).filter((gate) => runs[gate] !== undefined).length;
    for (const held of heldBy(run)) held.holders += 1;
    for (const action of planned.actions) {
      const source = action.source === undefined ? undefined : actions.get(action.source.action);
      actions.set(action, addAction(createPlannedAction(action, run, source)));
    }
    runs[index] = run;
    byName.set(planned.task.name, run);
  }
  return runs;
}

function createTaskRun(
  planned: PlannedTask,
  inputs: readonly TaskRun[],
  byName: ReadonlyMap<string, TaskRun>,
): TaskRun {
  const sources = Object.entries(planned.task.fileInputs).flatMap(([option, name]): [string, TaskRun][] => {
    const run = byName.get(name);
    return run === undefined ? [] : [[option, run]];
  });
  return {
    planned,
    inputs,
    fileSources: Object.fromEntries(sources),
    isGrouped: isGrouped(planned.task),
    actions: [],
    lostDirs: new Set(),
    addresses: undefined,
    fileInputs: undefined,
    openInputs: inputs.length,
    openGates: 0,
    unfinished: 0,
    holders: 0,
    hasUnknownLosses: false,
    blockedBy: undefined,
    failure: undefined,
    hasStarted: false,
    hasEnded: false,
    announced: { actions: 0, isFinal: false },
  };
}

/** The tasks whose files, all of them, must stay until this one has ended. */
export function heldBy(run: TaskRun): readonly TaskRun[] {
  return [...new Set([...(run.isGrouped ? run.inputs : []), ...Object.values(run.fileSources)])];
}

/** Makes the action known to its task, and to the action whose file it takes. */
export function addAction(action: Action): Action {
  action.owner.actions.push(action);
  action.owner.unfinished += 1;
  if (action.source !== undefined) {
    action.source.users += 1;
    if (action.source.plannedOutputs !== undefined) action.source.dependents.push(action);
  }
  return action;
}

/** An action that the plan knew; it waits for its source. */
function createPlannedAction(planned: PlannedAction, owner: TaskRun, source: Action | undefined): Action {
  const action = createAction(planned, owner, source);
  action.output = planned.source?.output ?? 0;
  action.plannedOutputs = planned.outputs;
  action.decision = planned.decision;
  action.plan = planned.plan;
  return action;
}

/** An action that turned up during the run. */
export function createAction(identity: ActionIdentity, owner: TaskRun, source: Action | undefined): Action {
  return {
    address: identity.address,
    task: identity.task,
    variant: identity.variant,
    file: identity.file,
    owner,
    source,
    output: 0,
    plannedOutputs: undefined,
    state: 'waiting',
    hasInputs: false,
    inputs: [],
    decision: undefined,
    plan: undefined,
    lookUp: undefined,
    options: owner.planned.task.options,
    verify: undefined,
    outcome: undefined,
    outputs: [],
    dependents: [],
    users: 0,
  };
}

/** What its operation is asked. */
export function requestOf({ address, variant, inputs, options, verify, owner }: Action): ActionRequest {
  const { task } = owner.planned;
  const fileInputs = owner.fileInputs ?? {};
  const request = { task, address, variant, inputs, fileInputs, options };
  return verify === undefined ? request : { ...request, verify };
}

/** Every file that the task has made so far, by place: the same whatever ended first. */
export function filesOf(run: TaskRun): readonly Artifact[] {
  return run.actions.flatMap(({ outputs }) => outputs).sort(compareFiles);
}

export function addressesOf(run: TaskRun): Addresses {
  run.addresses ??= new Addresses(run.actions.map(({ address }) => address));
  return run.addresses;
}

/** It ended in a way that those after it have to suffer. */
export function isLost({ outcome, owner }: Action): boolean {
  if (owner.planned.task.ignoreError || outcome === undefined) return false;
  return outcome.type !== 'finished' && outcome.type !== 'skipped';
}

/** Remembers which files will never come. */
export function recordLoss({ owner, plannedOutputs }: Action): void {
  if (plannedOutputs === undefined) owner.hasUnknownLosses = true;
  else for (const { dir } of plannedOutputs) owner.lostDirs.add(dir);
}

/** Whether a group must do without a file that it should have: one that is known to be in its folder, or may be. */
export function lacksFiles(run: TaskRun, dir: string | undefined): TaskRun | undefined {
  return run.inputs.find(
    ({ planned, hasUnknownLosses, lostDirs }) =>
      !planned.task.ignoreError &&
      (hasUnknownLosses || (dir === undefined ? lostDirs.size > 0 : lostDirs.has(dir))),
  );
}

/** CloudConvert's `INPUT_TASK_FAILED`, with the name of who failed. */
export function inputFailed(who: string): Failure {
  return failure('input-failed', `not run, because ${who} failed`);
}
