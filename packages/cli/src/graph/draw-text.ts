/**
 * The task graph for a terminal: one line a task, with rails on the left along which files flow down.
 *
 *     ●         docs       import/local docs/*.md
 *     ●         pdf        convert → pdf
 *     ├─●       cover      thumbnail → png   width 480
 *     │ │ ●     photos     import/local photos/*.jpg
 *     ●─╯─╯ …
 *
 * A rail begins at a task and ends at the last one that takes its files. `┼` on a line joins it, `│` is crossed.
 */
import { type TaskDescription, describeTask } from './describe-task.ts';
import type { TaskGraph, TaskNode } from './task-graph.ts';

export function drawText(graph: TaskGraph, width: number): string {
  const rails = drawRails(graph.nodes);
  const rows = graph.nodes.map(({ task }) => describeTask(task));
  const railWidth = Math.max(0, ...rails.map((rail) => rail.length));
  const titleWidth = Math.max(0, ...rows.map((row) => row.title.length));
  const actionWidth = Math.max(0, ...rows.map((row) => row.action.length));
  const lines = rows.map((row, index) => {
    const start = `${(rails[index] ?? '').padEnd(railWidth)}  ${row.title.padEnd(titleWidth)}  `;
    return clip(`${start}${withDetails(row, actionWidth)}`.trimEnd(), width);
  });
  const count = graph.nodes.length === 1 ? '1 task' : `${graph.nodes.length} tasks`;
  return [`${graph.name}: ${count}`, '', ...lines, ''].join('\n');
}

function withDetails(row: TaskDescription, actionWidth: number): string {
  return row.details.length === 0
    ? row.action
    : `${row.action.padEnd(actionWidth)}  ${row.details.join(', ')}`;
}

/** Names may hold only ASCII, so units are columns up to the options; a clipped option costs nothing. */
function clip(line: string, width: number): string {
  return line.length > width ? `${line.slice(0, width - 1)}…` : line;
}

/** A rail carries the files of one task; a freed place is taken again from the left. */
type Rails = (string | undefined)[];

function drawRails(nodes: readonly TaskNode[]): readonly string[] {
  const usesLeft = new Map<string, number>();
  for (const { edges } of nodes)
    for (const { from } of edges) usesLeft.set(from, (usesLeft.get(from) ?? 0) + 1);
  const rails: Rails = [];
  return nodes.map(({ task, edges }) => {
    const sources = edges.map(({ from }) => rails.indexOf(from)).filter((rail) => rail !== -1);
    for (const { from } of edges) usesLeft.set(from, (usesLeft.get(from) ?? 0) - 1);
    const ending = sources.filter((rail) => usesLeft.get(rails[rail] ?? '') === 0);
    const own = placeFor(rails, ending);
    const line = drawLine(rails, { own, sources, ending });
    for (const rail of ending) rails[rail] = undefined;
    rails[own] = (usesLeft.get(task.name) ?? 0) > 0 ? task.name : undefined;
    return line;
  });
}

/** On the rail that ends here, if one does; else on the first free one. */
function placeFor(rails: Rails, ending: readonly number[]): number {
  if (ending.length > 0) return Math.min(...ending);
  const free = rails.indexOf(undefined);
  return free === -1 ? rails.length : free;
}

interface Line {
  /** The rail of the task itself. */
  readonly own: number;
  /** Rails whose files flow into it. */
  readonly sources: readonly number[];
  /** Those of them that end here. */
  readonly ending: readonly number[];
}

function drawLine(rails: Rails, { own, sources, ending }: Line): string {
  const joined = [own, ...sources];
  const left = Math.min(...joined);
  const right = Math.max(...joined);
  let line = '';
  for (let rail = 0; rail < Math.max(rails.length, own + 1); rail += 1) {
    const isOn = rail > left && rail < right;
    if (rail === own) line += '●';
    else if (sources.includes(rail))
      line += junction({ isLeft: rail === left, isRight: rail === right, isEnding: ending.includes(rail) });
    else if (rails[rail] === undefined) line += isOn ? '─' : ' ';
    else line += '│';
    line += rail >= left && rail < right ? '─' : ' ';
  }
  return line.trimEnd();
}

function junction(at: {
  readonly isLeft: boolean;
  readonly isRight: boolean;
  readonly isEnding: boolean;
}): string {
  if (at.isLeft) return at.isEnding ? '╰' : '├';
  if (at.isRight) return at.isEnding ? '╯' : '┤';
  return at.isEnding ? '┴' : '┼';
}
