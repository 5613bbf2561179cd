/**
 * Cycles of a graph, each knot of them once: a walk without recursion, so that 10,000 tasks in a row are no problem.
 * It knows nodes and edges only.
 */
export interface Edge {
  readonly to: string;
}

/** Edges of each cycle, from its first node round to it. Nodes and edges that nobody knows are passed over. */
export function findCycles<E extends Edge>(
  graph: ReadonlyMap<string, readonly E[]>,
): readonly (readonly E[])[] {
  const cycles: E[][] = [];
  const done = new Set<string>();
  // Only one cycle is reported through a node: mending it usually mends the others.
  const reported = new Set<string>();
  for (const start of graph.keys()) {
    if (done.has(start)) continue;
    const depth = new Map<string, number>([[start, 0]]);
    const stack: { node: string; next: number; via?: E }[] = [{ node: start, next: 0 }];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const edge = graph.get(top.node)?.[top.next];
      top.next += 1;
      if (edge === undefined) {
        stack.pop();
        depth.delete(top.node);
        done.add(top.node);
      } else if (graph.has(edge.to) && !done.has(edge.to)) {
        const at = depth.get(edge.to);
        if (at === undefined) {
          depth.set(edge.to, stack.length);
          stack.push({ node: edge.to, next: 0, via: edge });
        } else {
          const nodes = stack.slice(at).map(({ node }) => node);
          if (nodes.some((node) => reported.has(node))) continue;
          for (const node of nodes) reported.add(node);
          cycles.push([...stack.slice(at + 1).flatMap(({ via }) => via ?? []), edge]);
        }
      }
    }
  }
  return cycles;
}
