/**
 * Walks the graph before anything runs: which actions there will be, what each will do and write, and every reason why
 * that cannot work, all at once. What only the run can tell (the pages of a PDF) is left open, and expanded then by the
 * same rules. It reads folders only through `Operation.plan`, and starts nothing.
 */
import {
  type BackendName,
  err,
  ok,
  type Pipeline,
  type Result,
  type RunValues,
  type Task,
} from '@pipeline/schema';
import type { PlannedAction } from './action.ts';
import { jobScope } from './decide.ts';
import { buildGraph, type GraphError } from './graph.ts';
import type { JobPlan, PlannedTask, PlanNote, PlanProblem } from './job-plan.ts';
import { createMask, type Mask } from './mask-secrets.ts';
import type { Backend, Operation, RunContext } from './operation.ts';
import { findCollisions } from './plan-collisions.ts';
import { planTask } from './plan-task.ts';
import { narrowActions, type Selection, selectTasks } from './select.ts';

export interface PlanRequest {
  readonly pipeline: Pipeline;
  readonly values: RunValues;
  readonly backends: { readonly local: Backend; readonly cloudconvert?: Backend };
  readonly context: RunContext;
  /** For tasks without `runs_on`; local when absent. */
  readonly defaultBackend?: BackendName;
  readonly select?: Selection;
}

export async function planJob(request: PlanRequest): Promise<Result<JobPlan, readonly PlanProblem[]>> {
  const { pipeline, values, context } = request;
  const built = buildGraph(pipeline);
  if (!built.ok) return err([graphProblem(built.error)]);
  const graph = built.value;
  const selection = selectTasks(request.select ?? {}, graph);
  if (!selection.ok) return err(selection.error);
  const scope = jobScope(values, context);
  const mask = createMask(values.secrets);
  const loaded = await loadOperations(
    request,
    graph.tasks.filter((_, index) => selection.value.tasks.has(index)),
  );

  const tasks: (PlannedTask | undefined)[] = graph.tasks.map(() => undefined);
  const problems: PlanProblem[] = [];
  for (const index of graph.order) {
    const task = graph.tasks[index];
    if (task === undefined || !selection.value.tasks.has(index)) continue;
    const operation = loaded.get(task);
    if (operation === undefined || !operation.ok) {
      problems.push(operation?.error ?? notAvailable(task, 'local'));
      continue;
    }
    const planned = await planTask({ index, task, ...operation.value }, { graph, tasks, scope, context });
    tasks[index] = planned.task;
    problems.push(...planned.problems);
  }

  const narrowed = narrowActions({ graph, tasks, selection: selection.value });
  if (!narrowed.ok) return err([...unique(problems), ...narrowed.error].map(masked(mask)));
  const actions = graph.order.flatMap((index) => narrowed.value[index]?.actions ?? []);
  const collisions = findCollisions(actions, { pipeline, context });
  problems.push(...collisions.problems);
  if (problems.length > 0) return err(unique(problems).map(masked(mask)));
  const notes = [...notesOf(actions), ...collisions.notes].map((note) => ({
    ...note,
    message: mask.text(note.message),
  }));
  const { isSelected } = selection.value;
  const plan = { pipeline, context, graph, scope, mask, tasks: narrowed.value, actions, notes, isSelected };
  for (const backend of Object.values(request.backends)) backend?.prepare?.(plan);
  return ok(plan);
}

type LoadedOperation = Result<{ backend: BackendName; operation: Operation }, PlanProblem>;

/** Each operation once, all at the same time: they are the modules that this pipeline pays for. */
async function loadOperations(
  request: PlanRequest,
  tasks: readonly Task[],
): Promise<ReadonlyMap<Task, LoadedOperation>> {
  const loads = new Map<string, Promise<Operation | undefined>>();
  const entries = tasks.map(async (task): Promise<[Task, LoadedOperation]> => {
    const name = isOfThisMachine(task) ? 'local' : (task.runsOn ?? request.defaultBackend ?? 'local');
    const backend = request.backends[name];
    if (backend === undefined) return [task, err(noBackend(task))];
    const key = `${name} ${task.operation}`;
    const load = loads.get(key) ?? backend.load(task.operation);
    loads.set(key, load);
    const operation = await load;
    return [task, operation === undefined ? err(notAvailable(task, name)) : ok({ backend: name, operation })];
  });
  return new Map(await Promise.all(entries));
}

/** Files of this machine are read and written here, whoever works on them. */
const isOfThisMachine = ({ operation }: Task): boolean =>
  operation === 'import/local' || operation === 'export/local';

function graphProblem(error: GraphError): PlanProblem {
  if (error.type === 'unknown-task') {
    const { task, name } = error;
    return {
      kind: 'error',
      message: `task "${task.name}" refers to "${name}", which is no task`,
      range: task.range,
      task: task.name,
    };
  }
  const [first, ...rest] = error.tasks;
  if (first === undefined) throw new Error('a cycle has at least one task');
  const names = [...error.tasks, first].map((task) => task.name).join(' → ');
  return {
    kind: 'error',
    message: `these tasks wait for each other: ${names}`,
    range: first.range,
    related: rest.map((task) => ({ message: 'part of the cycle', range: task.range })),
    hint: 'remove one of these references',
    task: first.name,
  };
}

function noBackend(task: Task): PlanProblem {
  const isOwnWish = task.runsOn === 'cloudconvert';
  return {
    kind: 'missing',
    message: `task "${task.name}" is to run on CloudConvert, which needs an API key`,
    hint: `set CLOUDCONVERT_API_KEY to a key from https://cloudconvert.com/dashboard/api/v2/keys with the scopes task.read and task.write; or ${
      isOwnWish ? `remove "runs_on: cloudconvert" from task "${task.name}"` : 'leave "--on cloudconvert" out'
    } to run it on this machine`,
    range: task.range,
    task: task.name,
  };
}

function notAvailable(task: Task, backend: BackendName): PlanProblem {
  return {
    kind: 'missing',
    message: `task "${task.name}": the operation ${task.operation} is not available on the ${backend} backend yet`,
    hint: 'leave this task out with --only or --until, or use another operation',
    range: task.range,
    task: task.name,
  };
}

/** A thousand files that lack the same converter are one problem. */
function unique(problems: readonly PlanProblem[]): readonly PlanProblem[] {
  const byText = new Map<string, PlanProblem>();
  for (const problem of problems) {
    const key = `${problem.task ?? ''}\n${problem.kind}\n${problem.message}`;
    if (!byText.has(key)) byText.set(key, problem);
  }
  return [...byText.values()];
}

function notesOf(actions: readonly PlannedAction[]): readonly PlanNote[] {
  return actions.flatMap(({ task, address, plan }) =>
    plan?.note === undefined ? [] : [{ task, address, message: plan.note }],
  );
}

const masked =
  (mask: Mask) =>
  (problem: PlanProblem): PlanProblem => ({
    ...problem,
    message: mask.text(problem.message),
    ...(problem.hint !== undefined && { hint: mask.text(problem.hint) }),
  });
