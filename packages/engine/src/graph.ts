/**
 * Which task waits for which: the only file about edges. Tasks are numbers here, their place in the pipeline file.
 * It knows no files, no actions and no time; nothing recurses, so that a chain may be as long as it likes.
 */
import { err, ok, type Pipeline, type Result, type Task, type TaskName } from '@pipeline/schema';

export interface Graph {
  /** In the order of the file. Every other array has one entry for each. */
  readonly tasks: readonly Task[];
  /** Tasks whose files flow in, in the order of `input`. */
  readonly inputs: readonly Edges[];
  /** Tasks that must have ended before any action starts: `needs` and file-valued options. */
  readonly gates: readonly Edges[];
  /** Both of the above, each task once. */
  readonly predecessors: readonly Edges[];
  readonly successors: readonly Edges[];
  /** Every task after its predecessors; ties in the order of the file. */
  readonly order: readonly number[];
  /** How many tasks stand before it on the longest way: 0 for imports. */
  readonly depths: readonly number[];
}

export type Edges = readonly number[];

export type GraphError =
  | { readonly type: 'cycle'; readonly tasks: readonly Task[] }
  | { readonly type: 'unknown-task'; readonly task: Task; readonly name: TaskName };

/** The language has refused both errors already; a pipeline that was made by hand has not been through it. */
export function buildGraph(pipeline: Pipeline): Result<Graph, GraphError> {
  const tasks = [...pipeline.tasks.values()];
  const indexes = new Map(tasks.map((task, index) => [task.name, index]));
  const inputs: Edges[] = [];
  const gates: Edges[] = [];
  for (const task of tasks) {
    const names = [...task.inputs, ...task.needs, ...Object.values(task.fileInputs)];
    const unknown = names.find((name) => !indexes.has(name));
    if (unknown !== undefined) return err({ type: 'unknown-task', task, name: unknown });
    inputs.push(indexesOf(task.inputs, indexes));
    gates.push(indexesOf([...task.needs, ...Object.values(task.fileInputs)], indexes));
  }
  const predecessors = inputs.map((edges, index) => [...new Set([...edges, ...(gates[index] ?? [])])]);
  const successors = reversed(predecessors);
  const order = sortTopologically(predecessors, successors);
  if (order.length < tasks.length)
    return err({ type: 'cycle', tasks: findCycle(tasks, predecessors, order) });
  return ok({ tasks, inputs, gates, predecessors, successors, order, depths: depthsOf(predecessors, order) });
}

/** The given tasks and everything that can be reached from them along the edges. */
export function reachable(starts: Iterable<number>, edges: readonly Edges[]): ReadonlySet<number> {
  const found = new Set(starts);
  // A set is walked in insertion order, and the walk sees what is added on the way.
  for (const index of found) for (const next of edges[index] ?? []) found.add(next);
  return found;
}

function indexesOf(names: readonly TaskName[], indexes: ReadonlyMap<TaskName, number>): Edges {
  return [...new Set(names)].flatMap((name) => indexes.get(name) ?? []);
}

function reversed(edges: readonly Edges[]): readonly Edges[] {
  const back: number[][] = edges.map(() => []);
  for (const [index, targets] of edges.entries()) for (const target of targets) back[target]?.push(index);
  return back;
}

/** Kahn's algorithm. Tasks on a cycle, and those behind one, are left out. */
function sortTopologically(predecessors: readonly Edges[], successors: readonly Edges[]): readonly number[] {
  const missing = predecessors.map((edges) => edges.length);
  const order = [...missing.keys()].filter((index) => missing[index] === 0);
  for (const index of order) {
    for (const successor of successors[index] ?? []) {
      const left = (missing[successor] ?? 0) - 1;
      missing[successor] = left;
      if (left === 0) order.push(successor);
    }
  }
  return order;
}

function depthsOf(predecessors: readonly Edges[], order: readonly number[]): readonly number[] {
  const depths = predecessors.map(() => 0);
  for (const index of order) {
    for (const before of predecessors[index] ?? []) {
      depths[index] = Math.max(depths[index] ?? 0, (depths[before] ?? 0) + 1);
    }
  }
  return depths;
}

/**
 * Every task that is not in the order has a predecessor that is not either: walking back must come round. The cycle
 * begins with the first of its tasks in the file.
 */
function findCycle(
  tasks: readonly Task[],
  predecessors: readonly Edges[],
  order: readonly number[],
): readonly Task[] {
  const sorted = new Set(order);
  // A set keeps the order of the walk.
  const path = new Set<number>();
  let at = tasks.findIndex((_, index) => !sorted.has(index));
  while (!path.has(at)) {
    path.add(at);
    at = predecessors[at]?.find((index) => !sorted.has(index)) ?? at;
  }
  const walked = [...path];
  const cycle = walked.slice(walked.indexOf(at)).reverse();
  const first = cycle.indexOf(cycle.reduce((least, index) => Math.min(least, index), at));
  return [...cycle.slice(first), ...cycle.slice(0, first)].flatMap((index) => tasks[index] ?? []);
}
