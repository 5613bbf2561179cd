/**
 * One task of the plan: the actions that can be known from what its predecessors will yield, and what the operation
 * says of each. It knows nothing of selection, of other tasks' problems or of the run.
 */
import type { BackendName, Task } from '@pipeline/schema';
import type { ActionIdentity, Decision, PlannedAction } from './action.ts';
import { compareFiles, plannedArtifact } from './artifact.ts';
import { decide, type JobScope } from './decide.ts';
import {
  Addresses,
  expandFile,
  expandGroup,
  expandImport,
  groupFiles,
  isGrouped,
  isImport,
} from './expand.ts';
import { failure, type Failure } from './failure.ts';
import type { Graph } from './graph.ts';
import type { ActionPlan, Artifact, Operation, RunContext } from './operation.ts';
import type { PlannedTask, PlanProblem } from './job-plan.ts';

export interface TaskToPlan {
  readonly index: number;
  readonly task: Task;
  readonly backend: BackendName;
  readonly operation: Operation;
}

export interface Surroundings {
  readonly graph: Graph;
  /** Planned so far: all predecessors, unless they have problems of their own. */
  readonly tasks: readonly (PlannedTask | undefined)[];
  readonly scope: JobScope;
  readonly context: RunContext;
}

export interface TaskPlanning {
  readonly task: PlannedTask;
  readonly problems: readonly PlanProblem[];
}

/** An action of which it is not known yet what it will do. */
interface Draft {
  readonly identity: ActionIdentity;
  readonly inputs: readonly Artifact[];
  readonly source?: PlannedAction['source'];
}

/** A file that an input task will yield, and who makes it. */
interface ComingFile {
  readonly file: Artifact;
  readonly source: { readonly action: PlannedAction; readonly output: number };
}

export async function planTask(toPlan: TaskToPlan, around: Surroundings): Promise<TaskPlanning> {
  const { index, task } = toPlan;
  const { drafts, isComplete } = draftActions(toPlan, around);
  const fileInputs = knownFileInputs(task, around);
  const actions: PlannedAction[] = [];
  const problems: PlanProblem[] = [];
  for (const draft of drafts) {
    const { inputs } = draft;
    const { address, variant, file } = draft.identity;
    const decided = decide(task, { variant, file, inputs }, around.scope);
    if (!decided.ok) {
      problems.push(problemOf(draft, task, failure('bad-input', decided.error)));
      continue;
    }
    const decision = decided.value;
    if (decision.type !== 'run' || fileInputs === undefined) {
      actions.push(plannedAction(draft, decision));
      continue;
    }
    const { options, verify } = decision;
    const known = { task, address, variant, inputs, fileInputs, options };
    const request = verify === undefined ? known : { ...known, verify };
    const answer = toPlan.operation.plan(request, around.context);
    // Most plans are at hand: waiting for each would be most of the time that a plan of many files takes.
    const planned = answer instanceof Promise ? await answer : answer;
    if (planned.ok) actions.push(plannedAction(draft, unlessIdle(decision, planned.value), planned.value));
    else problems.push(problemOf(draft, task, planned.error));
  }
  const { backend, operation } = toPlan;
  return {
    task: { index, task, backend, operation, actions, isComplete: isComplete && problems.length === 0 },
    problems,
  };
}

function draftActions(
  { index, task }: TaskToPlan,
  around: Surroundings,
): { readonly drafts: readonly Draft[]; readonly isComplete: boolean } {
  const addresses = new Addresses();
  if (isImport(task)) {
    return {
      drafts: expandImport(task, addresses).map((identity) => ({ identity, inputs: [] })),
      isComplete: true,
    };
  }
  const { files, isComplete } = comingFiles(around.graph.inputs[index] ?? [], around);
  if (isGrouped(task)) {
    if (!isComplete) return { drafts: [], isComplete };
    const groups = groupFiles(
      task,
      files.map(({ file }) => file),
    );
    const drafts = groups.flatMap(({ dir, files }) =>
      expandGroup(task, dir, addresses).map((identity) => ({ identity, inputs: files })),
    );
    return { drafts, isComplete };
  }
  const drafts = files.flatMap(({ file, source }) => {
    const inputs = [file];
    return expandFile(task, file, addresses).map((identity) => ({ identity, inputs, source }));
  });
  return { drafts, isComplete };
}

/** In the order of `input`, then by place. */
function comingFiles(
  inputs: readonly number[],
  around: Pick<Surroundings, 'tasks'>,
): { readonly files: readonly ComingFile[]; readonly isComplete: boolean } {
  const files: ComingFile[] = [];
  let isComplete = true;
  for (const input of inputs) {
    const planned = around.tasks[input];
    const own: ComingFile[] = [];
    isComplete &&= planned?.isComplete ?? false;
    for (const action of planned?.actions ?? []) {
      if (action.outputs === undefined) isComplete = false;
      action.outputs?.forEach((file, output) => own.push({ file, source: { action, output } }));
    }
    own.sort((a, b) => compareFiles(a.file, b.file));
    for (const coming of own) files.push(coming);
  }
  return { files, isComplete };
}

/** Undefined when a file-valued option takes files that are not known yet. */
export function knownFileInputs(
  task: Task,
  around: Pick<Surroundings, 'graph' | 'tasks'>,
): Readonly<Record<string, readonly Artifact[]>> | undefined {
  const known: Record<string, readonly Artifact[]> = {};
  for (const [option, name] of Object.entries(task.fileInputs)) {
    const index = around.graph.tasks.findIndex((candidate) => candidate.name === name);
    const { files, isComplete } = comingFiles([index], around);
    if (!isComplete) return undefined;
    known[option] = files.map(({ file }) => file);
  }
  return known;
}

/** What would yield nothing, and says why, as an import whose glob matches no file, need not start. */
function unlessIdle(
  decision: Extract<Decision, { readonly type: 'run' }>,
  { outputs, note }: ActionPlan,
): Decision {
  return outputs?.length === 0 && note !== undefined
    ? { type: 'skip', reason: note, options: decision.options }
    : decision;
}

/** Without a plan: only the run can ask the operation. */
function plannedAction(
  { identity, inputs, source }: Draft,
  decision: Decision,
  plan?: ActionPlan,
): PlannedAction {
  const { address, task, variant, file } = identity;
  // What is skipped yields nothing, and that is known.
  const outputs = decision.type === 'skip' ? [] : plan?.outputs?.map((made) => plannedArtifact(task, made));
  return {
    address,
    task,
    variant,
    file,
    inputs,
    source,
    decision,
    plan,
    converter: plan?.converter,
    outputs,
    writes: plan?.writes,
  };
}

function problemOf(draft: Draft, task: Task, failure: Failure): PlanProblem {
  const isMissing = failure.type === 'converter-missing' || failure.type === 'not-available';
  return {
    kind: isMissing ? 'missing' : 'error',
    message: failure.message,
    ...(failure.hint !== undefined && { hint: failure.hint }),
    range: task.range,
    task: task.name,
    address: draft.identity.address,
  };
}
