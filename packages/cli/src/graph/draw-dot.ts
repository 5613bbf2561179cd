/** The task graph in Graphviz' DOT language. */
import { describeTask } from './describe-task.ts';
import type { TaskEdge, TaskGraph } from './task-graph.ts';

export function drawDot(graph: TaskGraph): string {
  const nodes = graph.nodes.map(({ task }) => {
    const { title, action } = describeTask(task);
    return `  ${quote(task.name)} [label=${quote(`${title}\n${action}`)}];`;
  });
  const edges = graph.nodes.flatMap(({ task, edges }) =>
    edges.map((edge) => `  ${quote(edge.from)} -> ${quote(task.name)}${attributes(edge)};`),
  );
  return [
    `digraph ${quote(graph.name)} {`,
    '  rankdir=LR;',
    '  node [shape=box, style=rounded, fontname="sans-serif"];',
    ...nodes,
    ...edges,
    '}',
    '',
  ].join('\n');
}

function attributes(edge: TaskEdge): string {
  if (edge.kind === 'order') return ' [style=dashed]';
  return edge.label === undefined ? '' : ` [label=${quote(edge.label)}]`;
}

function quote(text: string): string {
  const escaped = text.replaceAll('\\', String.raw`\\`).replaceAll('"', String.raw`\"`);
  return `"${escaped.replaceAll('\n', String.raw`\n`)}"`;
}
