/**
 * The picture of a watch that waits, row by row: the last result of each task, what is broken, and what is watched. Pure
 * text; it is drawn once and stays until something happens.
 */
import type { Counts } from '@pipeline/engine';
import { countsText, failureText } from '../reporters/outcome-text.ts';
import { printable } from '../reporters/printable.ts';
import { formatClock, formatCount, formatDuration, plural } from '../reporters/quantity.ts';
import type { TerminalStyle } from '../reporters/terminal-style.ts';
import { fit, truncate, widthOf } from '../reporters/text-width.ts';
import type { Watched, WatchedTask } from '../reporters/watched.ts';
import { maxHeight } from './frame.ts';

export interface WaitingLayout {
  readonly columns: number;
  readonly rows: number;
  readonly style: TerminalStyle;
  readonly hasKeys: boolean;
}

export function waitingRows(state: Watched, layout: WaitingLayout): readonly string[] {
  const { columns, rows, style, hasKeys } = layout;
  const free = Math.max(1, maxHeight(rows) - 1 - (hasKeys ? 1 : 0));
  const failureRoom = state.failures.length === 0 ? 0 : Math.max(1, Math.floor(free / 2));
  const failures = failureRows(state, failureRoom, layout);
  const tasks = taskRows(state.tasks, free - failures.length, layout);
  const keys = truncate('q quit   s plain lines', columns, style.signs.ellipsis);
  return [...tasks, ...failures, totalsRow(state, layout), ...(hasKeys ? [style.dim(keys)] : [])];
}

function taskRows(tasks: readonly WatchedTask[], room: number, layout: WaitingLayout): readonly string[] {
  const { columns, style } = layout;
  const widest = Math.max(0, ...tasks.map(({ label }) => widthOf(printable(label))));
  const labelWidth = Math.min(widest, Math.max(8, Math.floor(columns * 0.3)));
  const count = tasks.length <= room ? room : Math.max(0, room - 1);
  const chosen = new Set(tasks.toSorted((a, b) => worth(b) - worth(a)).slice(0, count));
  const shown = tasks.filter((task) => chosen.has(task)).map((task) => taskRow(task, labelWidth, layout));
  const hidden = tasks.length - shown.length;
  if (hidden === 0 || room === 0) return shown;
  return [...shown, style.dim(truncate(`  +${plural(hidden, 'more task')}`, columns, style.signs.ellipsis))];
}

/** What is broken, and what ran last, is worth more than what stands still. */
function worth({ progress, ran }: WatchedTask): number {
  return (progress.counts.failed > 0 ? Number.MAX_SAFE_INTEGER : 0) + (ran?.at ?? 0);
}

/** `✓ html   14:03:22  3 ran · 0.4 s` */
function taskRow(
  { label, progress, ran }: WatchedTask,
  labelWidth: number,
  { columns, style }: WaitingLayout,
): string {
  const { signs } = style;
  const { counts } = progress;
  const isBroken = counts.failed > 0;
  const paint = isBroken ? style.red : counts.notRun + counts.skipped > 0 ? style.yellow : style.green;
  const sign = isBroken ? signs.failed : counts.notRun + counts.skipped > 0 ? signs.skipped : signs.done;
  const name = fit(printable(label), labelWidth, signs.ellipsis);
  const facts = [
    ran === undefined ? 'not run yet' : formatClock(ran.at),
    isBroken ? plural(counts.failed, 'failure') : '',
    ran === undefined ? '' : ranText(ran.actions, counts.total),
    ran === undefined || ran.ms < 50 ? '' : formatDuration(ran.ms),
  ].filter((fact) => fact !== '');
  const room = columns - labelWidth - 4;
  const rest = room < 2 ? '' : truncate(facts.join(` ${signs.separator} `), room, signs.ellipsis);
  if (rest === '') return `${paint(sign)} ${name}`;
  return `${paint(sign)} ${name}  ${isBroken ? style.red(rest) : rest}`;
}

/** `12 ran`, `2 of 12 ran` */
function ranText(ran: number, total: number): string {
  return total > ran ? `${formatCount(ran)} of ${formatCount(total)} ran` : `${formatCount(ran)} ran`;
}

function failureRows({ failures, failed }: Watched, room: number, layout: WaitingLayout): readonly string[] {
  const { columns, style } = layout;
  const count = failed <= room ? room : Math.max(1, room - 1);
  const rows = failures.slice(0, count).map(({ action, error }) => {
    const text = `${style.signs.failed} ${printable(action)}: ${failureText(error)}`;
    return style.red(truncate(text, columns, style.signs.ellipsis));
  });
  const more = failed - rows.length;
  return more > 0 && rows.length < room ? [...rows, style.red(`  +${plural(more, 'more failure')}`)] : rows;
}

function totalsRow({ files = 0, lastRun, failed }: Watched, { columns, style }: WaitingLayout): string {
  const { signs } = style;
  const parts = [
    `watching ${plural(files, 'file')}`,
    failed > 0 ? `${formatCount(failed)} failed` : '',
    lastRun === undefined
      ? 'nothing has run yet'
      : `last run ${formatClock(lastRun.at)}, ${formatDuration(lastRun.ms)}`,
  ].filter((part) => part !== '');
  return style.bold(truncate(parts.join(` ${signs.separator} `), columns, signs.ellipsis));
}

/** What stays above: `14:03:22 ✓ ~ a.md, + b.md · 3 ran, 9 cached · 0.4 s` */
export function runRow(counts: Counts, row: RunRow): string {
  const { style, names } = row;
  const separator = ` ${style.signs.separator} `;
  const facts = [names, countsText(counts) || 'nothing to do', formatDuration(row.ms)].filter(
    (fact) => fact !== '',
  );
  const isGood = counts.failed === 0 && row.isComplete;
  const sign = isGood ? style.green(style.signs.done) : style.red(style.signs.failed);
  return `${style.dim(formatClock(row.at))} ${sign} ${facts.join(separator)}${row.isComplete ? '' : ' (interrupted)'}`;
}

export interface RunRow {
  readonly style: TerminalStyle;
  /** Of the files that changed. */
  readonly names: string;
  readonly at: number;
  readonly ms: number;
  readonly isComplete: boolean;
}
