/** What a drawing of a pipeline shows: its tasks in an order in which they can run, and the edges between them. */
import type { Pipeline, Task, TaskName } from '@pipeline/schema';

export interface TaskGraph {
  readonly name: string;
  /** Every task stands after all that it needs; otherwise in the order of the file. */
  readonly nodes: readonly TaskNode[];
}

export interface TaskNode {
  readonly task: Task;
  readonly edges: readonly TaskEdge[];
}

export interface TaskEdge {
  readonly from: TaskName;
  /** files: along `input`; option: the file of an option such as `image`; order: `needs`. */
  readonly kind: 'files' | 'option' | 'order';
  /** The option's name. */
  readonly label?: string;
}

export function taskGraph(pipeline: Pipeline): TaskGraph {
  const nodes = new Map(
    [...pipeline.tasks.values()].map((task) => [task.name, { task, edges: edgesOf(task) }]),
  );
  const ordered = new Map<TaskName, TaskNode>();
  // Depth first: a task follows close on what it needs, so that edges stay short. A valid pipeline has no cycle.
  const waiting = new Map(
    [...nodes.values()].map((node) => [node.task.name, new Set(node.edges.map((edge) => edge.from))]),
  );
  const dependents = dependentsOf([...nodes.values()]);
  const place = (first: TaskName): void => {
    const stack = [first];
    while (stack.length > 0) {
      const name = stack.pop() ?? first;
      const node = nodes.get(name);
      if (node === undefined || ordered.has(name) || (waiting.get(name)?.size ?? 0) > 0) continue;
      ordered.set(name, node);
      const next = dependents.get(name) ?? [];
      for (const dependent of next) waiting.get(dependent)?.delete(name);
      stack.push(...next.toReversed());
    }
  };
  for (const name of nodes.keys()) place(name);
  return { name: pipeline.name ?? pipeline.source.path, nodes: [...ordered.values()] };
}

function edgesOf(task: Task): readonly TaskEdge[] {
  const edges: TaskEdge[] = [
    ...task.inputs.map((from) => ({ from, kind: 'files' as const })),
    ...Object.entries(task.fileInputs).map(([label, from]) => ({ from, kind: 'option' as const, label })),
    ...task.needs.map((from) => ({ from, kind: 'order' as const })),
  ];
  return edges.filter((edge, index) => edges.findIndex((other) => other.from === edge.from) === index);
}

function dependentsOf(nodes: readonly TaskNode[]): ReadonlyMap<TaskName, readonly TaskName[]> {
  const dependents = new Map<TaskName, TaskName[]>();
  for (const { task, edges } of nodes) {
    for (const { from } of edges) {
      const known = dependents.get(from);
      if (known === undefined) dependents.set(from, [task.name]);
      else known.push(task.name);
    }
  }
  return dependents;
}
