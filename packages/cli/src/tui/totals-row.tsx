/** The whole run in one line: how many of how many, what goes wrong, bytes, time, and how long it may still take. */
import type { Progress } from '@pipeline/engine';
import { itemsOf } from '@pipeline/engine';
import type { ReactElement } from 'react';
import { formatBytes, formatCount } from '../reporters/quantity.ts';
import type { TerminalStyle } from '../reporters/terminal-style.ts';
import { widthOf } from '../reporters/text-width.ts';
import { liveLeft, liveSeconds } from './live-time.ts';
import { Row } from './row.tsx';

export interface TotalsRowProps {
  readonly progress: Progress;
  readonly elapsedMs: number;
  readonly leftMs: number | null;
  readonly columns: number;
  readonly style: TerminalStyle;
}

export function TotalsRow({ progress, elapsedMs, leftMs, columns, style }: TotalsRowProps): ReactElement {
  const { counts, bytesIn, bytesOut } = progress;
  const { signs } = style;
  const ended = counts.total - counts.waiting - counts.running;
  const isFinal = [...itemsOf(progress.tasks)].every((task) => task.isFinal);
  // What matters most comes first; the last fall away where there is no room.
  const parts = [
    {
      text: `${formatCount(ended)}/${formatCount(counts.total)}${isFinal ? '' : '+'} done`,
      paint: style.bold,
    },
    { text: counts.failed > 0 ? `${formatCount(counts.failed)} failed` : '', paint: style.red },
    { text: liveSeconds(elapsedMs), paint: plain },
    { text: leftMs === null ? '' : liveLeft(leftMs), paint: plain },
    { text: `${formatCount(counts.running)} running`, paint: plain },
    {
      text: bytesIn + bytesOut === 0 ? '' : `${formatBytes(bytesIn)} in, ${formatBytes(bytesOut)} out`,
      paint: style.dim,
    },
  ].filter(({ text }) => text !== '');
  const separator = ` ${signs.separator} `;
  let width = 0;
  const fitting = parts.filter(({ text }, index) => {
    width += widthOf(text) + (index === 0 ? 0 : separator.length);
    return width <= columns;
  });
  return <Row columns={columns} text={fitting.map(({ text, paint }) => paint(text)).join(separator)} />;
}

function plain(text: string): string {
  return text;
}
