/**
 * Goes through a plan as a run would, and asks of each action what the run will ask: is there a stored result? Files of
 * results that are there are known, so that what follows from them is known too: it is expanded, decided and planned by
 * the rules of the run. It starts nothing and writes nothing.
 */
import type { PlannedAction } from './action.ts';
import { type Companions, companionsOf, withCompanions } from './companions.ts';
import { isSamePlace, madeArtifact } from './artifact.ts';
import type { JobPlan, PlannedTask, PlanProblem } from './job-plan.ts';
import type { ActionRequest, Artifact } from './operation.ts';
import { knownFileInputs, planTask } from './plan-task.ts';
import { predictAction } from './predict-action.ts';
import { predictLeftOver } from './predict-left-over.ts';
import { predictExport } from './predict-export.ts';
import type { ActionPrediction, KnownPast, Prediction, TaskPrediction } from './prediction.ts';
import type { Reason } from './reason.ts';

export async function predictJob(plan: JobPlan, past: KnownPast): Promise<Prediction> {
  const walk: Walk = {
    plan,
    past,
    companions: companionsOf(plan),
    tasks: plan.tasks.map(() => undefined),
    reshaped: new Set(),
    files: new Map(),
    makers: new Map(),
  };
  const tasks: TaskPrediction[] = [];
  for (const index of plan.graph.order) {
    const planned = plan.tasks[index];
    if (planned !== undefined) tasks.push(await predictTask(planned, walk));
  }
  return { tasks, leftOver: await predictLeftOver(plan, tasks, past) };
}

interface Walk {
  readonly plan: JobPlan;
  readonly past: KnownPast;
  readonly companions: Companions;
  /** As they will be: with the files of stored results. By their number in the graph. */
  readonly tasks: (PlannedTask | undefined)[];
  /** Tasks that yield other files than the plan could know. */
  readonly reshaped: Set<number>;
  /** What is known of a file by now: with its hash, or in place of the planned one. */
  readonly files: Map<Artifact, Artifact>;
  /** Who makes a file that is not made yet. */
  readonly makers: Map<Artifact, string>;
}

async function predictTask(planned: PlannedTask, walk: Walk): Promise<TaskPrediction> {
  const { task, problems } = await expandAgain(planned, walk);
  const fileInputs = knownFileInputs(task.task, { graph: walk.plan.graph, tasks: walk.tasks });
  const actions: ActionPrediction[] = [];
  for (const action of task.actions) actions.push(await predict({ action, task, fileInputs }, walk));
  walk.tasks[task.index] = { ...task, actions: actions.map(({ action }) => action) };
  if (task !== planned || actions.some(({ action }, at) => isReshaped(action, task.actions[at])))
    walk.reshaped.add(task.index);
  return {
    task: task.task.name,
    backend: task.backend,
    actions,
    followsFrom: task.isComplete || problems.length > 0 ? [] : openBefore(task, walk),
    problems,
  };
}

/** It yields other files than the plan promised: those that take them must be looked for anew. */
function isReshaped({ outputs = [] }: PlannedAction, planned: PlannedAction | undefined): boolean {
  const promised = planned?.outputs ?? [];
  return (
    outputs.length !== promised.length || outputs.some((file, index) => !isSamePlace(file, promised[index]))
  );
}

/** What the plan left open may be known by now; by the rules of the plan, which are those of the run. */
async function expandAgain(
  planned: PlannedTask,
  { plan, tasks, reshaped }: Walk,
): Promise<{ readonly task: PlannedTask; readonly problems: readonly PlanProblem[] }> {
  const { index, actions, isComplete } = planned;
  const before = [...(plan.graph.inputs[index] ?? []), ...(plan.graph.gates[index] ?? [])];
  const isOpen = actions.some((action) => action.plan === undefined && action.decision.type !== 'skip');
  if (isComplete && !isOpen && !before.some((input) => reshaped.has(input)))
    return { task: planned, problems: [] };
  const around = { graph: plan.graph, tasks, scope: plan.scope, context: plan.context };
  const again = await planTask(planned, around);
  const known = new Set(actions.map(({ address }) => address));
  const isWanted = (address: string): boolean => known.has(address) || plan.isSelected(index, address);
  return {
    task: { ...again.task, actions: again.task.actions.filter(({ address }) => isWanted(address)) },
    problems: again.problems.filter(({ address }) => address !== undefined && isWanted(address)),
  };
}

/** Who makes files of which only the run can tell. */
function openBefore({ index }: PlannedTask, { plan, tasks }: Walk): readonly string[] {
  const before = [...(plan.graph.inputs[index] ?? []), ...(plan.graph.gates[index] ?? [])];
  return [...new Set(before)].flatMap((input) => {
    const planned = tasks[input];
    if (planned === undefined) return [];
    const open = planned.actions.filter(({ outputs }) => outputs === undefined);
    return open.length === 0 && !planned.isComplete
      ? [planned.task.name]
      : open.map(({ address }) => address);
  });
}

interface ActionToPredict {
  readonly action: PlannedAction;
  readonly task: PlannedTask;
  /** Undefined: the files of an option are not known. */
  readonly fileInputs: ActionRequest['fileInputs'] | undefined;
}

async function predict({ action, task, fileInputs }: ActionToPredict, walk: Walk): Promise<ActionPrediction> {
  const { decision, plan } = action;
  const inputs = await Promise.all(action.inputs.map((file) => known(file, walk)));
  const files = await Promise.all(
    Object.entries(fileInputs ?? {}).map(async ([option, some]): Promise<[string, readonly Artifact[]]> => [
      option,
      await Promise.all(some.map((file) => known(file, walk))),
    ]),
  );
  // Copies of thousands of actions cost more than all questions about them.
  const isSame = inputs.every((file, index) => file === action.inputs[index]);
  const ready = isSame ? action : { ...action, inputs };
  if (decision.type === 'skip')
    return {
      action: ready,
      status: 'skipped',
      reasons: [{ code: 'skipped', text: decision.reason }],
      writes: [],
    };
  const makers = unknownMakers([...inputs, ...files.flatMap(([, some]) => some)], walk);
  if (decision.type === 'later' || plan === undefined)
    return ended(ready, { status: 'may-run', reasons: [later(makers)], writes: [] }, walk);
  if (task.task.operation === 'export/local') {
    const makerOf = (file: Artifact): string => walk.makers.get(file) ?? task.task.name;
    const { options } = decision;
    return ended(ready, await predictExport({ action, inputs, options, makerOf }, walk.past), walk);
  }
  const { address, variant } = action;
  const { options, verify } = decision;
  const bare = { task: task.task, address, variant, inputs, fileInputs: Object.fromEntries(files), options };
  const request = verify === undefined ? bare : { ...bare, verify };
  const { baseDir } = walk.plan.context;
  const whole = withCompanions(plan, walk.companions.get(address), walk.past.digest);
  const asked = { baseDir, request, backend: task.backend, plan: whole, makers };
  const answer = await predictAction(asked, walk.past);
  return ended(ready, { ...answer, writes: [] }, walk);
}

type Answer = Omit<ActionPrediction, 'action'>;

/** Remembers what the files of the action will be, for those that take them. */
function ended(action: PlannedAction, answer: Answer, walk: Walk): ActionPrediction {
  const outputs =
    answer.record?.outputs.map((file) => {
      const path = walk.past.cache?.objectPath(file.sha256) ?? '';
      return madeArtifact(action.task, { ...file, path }, file.sizeBytes);
    }) ?? action.outputs;
  for (const [index, file] of (action.outputs ?? []).entries()) {
    const made = outputs?.[index];
    if (made !== undefined) walk.files.set(file, made);
  }
  for (const file of outputs ?? []) if (file.path === '') walk.makers.set(file, action.address);
  return { action: outputs === action.outputs ? action : { ...action, outputs }, ...answer };
}

/** The file as it will be, with its hash where there is one already. */
async function known(planned: Artifact, { files, past }: Walk): Promise<Artifact> {
  const file = files.get(planned) ?? planned;
  if (file.path === '' || file.sha256 !== undefined) return file;
  const sha256 = await past.hashFile(file.path);
  const hashed = sha256 === undefined ? file : { ...file, sha256 };
  files.set(planned, hashed);
  return hashed;
}

function unknownMakers(files: readonly Artifact[], { makers }: Walk): readonly string[] {
  const unknown = files.filter(({ sha256 }) => sha256 === undefined);
  return [...new Set(unknown.map((file) => makers.get(file) ?? file.task))];
}

function later(makers: readonly string[]): Reason {
  const who = makers.length === 0 ? 'its files are' : `${makers.join(', ')} has made its file`;
  return { code: 'known-in-run', text: `known when ${who}${makers.length === 0 ? ' there' : ''}` };
}
