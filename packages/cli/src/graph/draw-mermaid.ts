/** The task graph as a Mermaid flowchart, which GitHub and GitLab draw in Markdown. */
import { describeTask } from './describe-task.ts';
import type { TaskEdge, TaskGraph } from './task-graph.ts';

export function drawMermaid(graph: TaskGraph): string {
  const ids = new Map(graph.nodes.map(({ task }, index) => [task.name, `t${index + 1}`]));
  const id = (name: string): string => ids.get(name) ?? name;
  const nodes = graph.nodes.map(({ task }) => {
    const { title, action } = describeTask(task);
    return `  ${id(task.name)}["<b>${escape(title)}</b><br/>${escape(action)}"]`;
  });
  const edges = graph.nodes.flatMap(({ task, edges }) =>
    edges.map((edge) => `  ${id(edge.from)} ${arrow(edge)} ${id(task.name)}`),
  );
  return ['flowchart LR', ...nodes, ...edges, ''].join('\n');
}

function arrow(edge: TaskEdge): string {
  if (edge.kind === 'order') return '-.->';
  return edge.label === undefined ? '-->' : `-->|${escape(edge.label)}|`;
}

/** Mermaid's own entities: `#quot;`. */
function escape(text: string): string {
  return text.replaceAll(/[^\w\s.,:;/*→×-]/gu, (character) => `#${character.codePointAt(0) ?? 63};`);
}
