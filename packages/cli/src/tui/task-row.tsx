/** One task: name, bar, how many of how many. */
import type { TaskProgress } from '@pipeline/engine';
import type { NamedExoticComponent, ReactElement } from 'react';
import { memo } from 'react';
import { printable } from '../reporters/printable.ts';
import { formatCount } from '../reporters/quantity.ts';
import type { TerminalStyle } from '../reporters/terminal-style.ts';
import { fit, truncate, widthOf } from '../reporters/text-width.ts';
import { taskBar } from './bar.ts';
import { Row } from './row.tsx';

export interface TaskRowProps {
  readonly task: TaskProgress;
  readonly columns: number;
  readonly labelWidth: number;
  readonly isSelected: boolean;
  readonly style: TerminalStyle;
}

export const TaskRow: NamedExoticComponent<TaskRowProps> = memo(
  ({ task, columns, labelWidth, isSelected, style }: TaskRowProps): ReactElement => {
    const { ellipsis, selected } = style.signs;
    const barWidth = taskBarWidth(columns);
    const label = fit(printable(task.label), labelWidth, ellipsis);
    const room = columns - labelWidth - barWidth - 5;
    const [mark, name] = isSelected ? [style.cyan(selected), style.bold(label)] : [' ', label];
    const bar = taskBar(task.counts, barWidth, style);
    return <Row columns={columns} text={`${mark} ${name}  ${bar} ${countsText(task, room, style)}`} />;
  },
);

function taskBarWidth(columns: number): number {
  return Math.max(5, Math.min(30, Math.floor(columns / 4)));
}

/** `12/40, 1 failed, 2 cached`, with signs for words where there is no room; `12/40+` while more may come. */
function countsText({ counts, isFinal }: TaskProgress, room: number, { signs }: TerminalStyle): string {
  if (counts.total === 0) return truncate('waiting', room, signs.ellipsis);
  const { done, cached, skipped, failed, notRun, total } = counts;
  const ended = done + cached + skipped + failed + notRun;
  const all = `${formatCount(ended)}/${formatCount(total)}${isFinal ? '' : '+'}`;
  const parts = [
    { count: failed, word: 'failed', sign: signs.failed },
    { count: cached, word: 'cached', sign: signs.cached },
    { count: skipped, word: 'skipped', sign: signs.skipped },
    { count: notRun, word: 'not run', sign: signs.bar.lost },
  ].filter(({ count }) => count > 0);
  const long = [all, ...parts.map(({ count, word }) => `${formatCount(count)} ${word}`)].join(', ');
  const short = [all, ...parts.map(({ count, sign }) => `${formatCount(count)}${sign}`)].join(' ');
  return widthOf(long) <= room ? long : truncate(short, room, signs.ellipsis);
}
