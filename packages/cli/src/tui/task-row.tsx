/** One task: name, bar, how many of how many. */
import type { TaskProgress } from '@pipeline/engine';
import { Text } from 'ink';
import type { NamedExoticComponent, ReactElement } from 'react';
import { memo } from 'react';
import { printable } from '../reporters/printable.ts';
import { formatCount } from '../reporters/quantity.ts';
import type { TerminalStyle } from '../reporters/terminal-style.ts';
import { fit, truncate } from '../reporters/text-width.ts';
import { taskBar } from './bar.ts';

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
    return (
      <Text wrap="truncate">
        {isSelected ? style.cyan(`${selected} `) : '  '}
        {isSelected ? style.bold(label) : label}
        {'  '}
        {taskBar(task.counts, barWidth, style)} {truncate(countsText(task), room, ellipsis)}
      </Text>
    );
  },
);

export function taskBarWidth(columns: number): number {
  return Math.max(5, Math.min(30, Math.floor(columns / 4)));
}

/** `12/40, 2 cached, 1 failed`; `12/40+` while more may come. */
function countsText({ counts, isFinal }: TaskProgress): string {
  if (counts.total === 0) return 'waiting';
  const { done, cached, skipped, failed, notRun, total } = counts;
  const ended = done + cached + skipped + failed + notRun;
  const parts = [
    `${formatCount(ended)}/${formatCount(total)}${isFinal ? '' : '+'}`,
    failed > 0 ? `${formatCount(failed)} failed` : '',
    cached > 0 ? `${formatCount(cached)} cached` : '',
    skipped > 0 ? `${formatCount(skipped)} skipped` : '',
    notRun > 0 ? `${formatCount(notRun)} not run` : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}
