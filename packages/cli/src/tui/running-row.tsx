/** One running action: a bar where its converter tells how far it is, an honest spinner where not. */
import type { RunningAction } from '@pipeline/engine';
import type { NamedExoticComponent, ReactElement } from 'react';
import { memo } from 'react';
import { printable } from '../reporters/printable.ts';
import type { TerminalStyle } from '../reporters/terminal-style.ts';
import { fit, fitStart, truncate } from '../reporters/text-width.ts';
import { percentBar } from './bar.ts';
import { Row } from './row.tsx';

export interface RunningRowProps {
  readonly action: RunningAction;
  readonly columns: number;
  /** How long it runs, as text: it changes once a second. */
  readonly time: string;
  /** Until the next attempt, while it waits for one. */
  readonly retryTime: string | undefined;
  readonly spinner: number;
  readonly style: TerminalStyle;
}

const percentWidth = 5;
const timeWidth = 6;

export const RunningRow: NamedExoticComponent<RunningRowProps> = memo(
  (props: RunningRowProps): ReactElement => {
    const { action, columns, time, style } = props;
    const { signs } = style;
    const isWide = columns >= 60;
    const barWidth = isWide ? 10 : 0;
    const nameWidth = isWide ? Math.floor(columns * 0.42) : columns - 2 - percentWidth - timeWidth - 2;
    const used = 2 + nameWidth + 2 + (isWide ? barWidth + 1 : 0) + percentWidth + 1 + timeWidth;
    const percent = action.percent === null ? '' : `${Math.floor(action.percent)} %`;
    const bar = action.percent === null ? ' '.repeat(barWidth) : percentBar(action.percent, barWidth, style);
    const start = `${style.yellow(sign(props))} ${fit(printable(action.action), nameWidth, signs.ellipsis)} `;
    const end = `${fitStart(percent, percentWidth)} ${fitStart(time, timeWidth)}`;
    const what = isWide ? style.dim(`  ${truncate(doing(props), columns - used - 2, signs.ellipsis)}`) : '';
    return <Row columns={columns} text={`${start}${isWide ? `${bar} ` : ''}${end}${what}`} />;
  },
);

/** It turns only where nothing else shows that something goes on. */
function sign({ action, spinner, style }: RunningRowProps): string {
  if (action.retry !== undefined) return style.signs.warning;
  if (action.percent !== null) return style.signs.running;
  return style.signs.spinner[spinner % style.signs.spinner.length] ?? '';
}

function doing({ action, retryTime }: RunningRowProps): string {
  if (action.retry !== undefined)
    return `again in ${retryTime ?? ''}: ${printable(action.retry.error.message)}`;
  const parts = [
    action.attempt > 1 ? `attempt ${action.attempt}` : '',
    action.message === undefined ? printable(action.converter ?? '') : printable(action.message),
  ];
  return parts.filter((part) => part !== '').join(', ');
}
