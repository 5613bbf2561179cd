/** What the selected task has done last: its latest failure with the converter's last words, then its files. */
import type { EndedAction, TaskProgress } from '@pipeline/engine';
import type { ReactElement } from 'react';
import { failureText, lastWords, resultText } from '../reporters/outcome-text.ts';
import { printable } from '../reporters/printable.ts';
import { formatDuration } from '../reporters/quantity.ts';
import type { TerminalStyle } from '../reporters/terminal-style.ts';
import { truncate } from '../reporters/text-width.ts';
import { Row } from './row.tsx';

export interface TaskDetailProps {
  readonly task: TaskProgress;
  readonly columns: number;
  readonly rows: number;
  readonly style: TerminalStyle;
}

const words = 3;

export function TaskDetail({ task, columns, rows, style }: TaskDetailProps): ReactElement {
  const lines = detailLines(task, style).slice(0, rows);
  return (
    <>
      {lines.map(({ text, paint }, index) => (
        // The place of a line is all the identity it has.
        // oxlint-disable-next-line no-array-index-key
        <Row key={index} columns={columns} text={paint(truncate(text, columns, style.signs.ellipsis))} />
      ))}
    </>
  );
}

interface Line {
  readonly text: string;
  readonly paint: (text: string) => string;
}

function detailLines(task: TaskProgress, style: TerminalStyle): readonly Line[] {
  const { signs, bold, dim } = style;
  const { lastFailure } = task;
  const rest = task.recent.filter((action) => action !== lastFailure).toReversed();
  const title = `${signs.rule}${signs.rule} ${printable(task.label)} ${signs.separator} ${printable(task.operation)}`;
  return [
    { text: title, paint: bold },
    ...(lastFailure === undefined ? [] : failureLines(lastFailure, style)),
    ...rest.map((action) => fileLine(action, style)),
    ...(lastFailure === undefined && rest.length === 0
      ? [{ text: '  no file has come out yet', paint: dim }]
      : []),
  ];
}

function failureLines(action: EndedAction, { signs, red, dim, cyan }: TerminalStyle): readonly Line[] {
  const { error } = action;
  const tail = error === undefined ? [] : lastWords(error, words);
  return [
    { text: `${signs.failed} ${printable(action.action)}: ${failureText(error)}`, paint: red },
    ...tail.map((line) => ({ text: `  ${signs.gutter} ${line}`, paint: dim })),
    ...(error?.hint === undefined ? [] : [{ text: `  hint: ${printable(error.hint)}`, paint: cyan }]),
  ];
}

function fileLine(action: EndedAction, { signs, red, dim }: TerminalStyle): Line {
  const name = printable(action.file ?? action.action);
  const detail = [resultText(action), action.actionMs > 0 ? formatDuration(action.actionMs) : ''];
  const text = detail.filter((part) => part !== '').join(', ');
  switch (action.status) {
    case 'error':
      return { text: `${signs.failed} ${name}: ${failureText(action.error)}`, paint: red };
    case 'skipped':
    case 'cancelled':
      return { text: `${signs.skipped} ${name}  ${text}`, paint: dim };
    case 'cached':
      return { text: `${signs.cached} ${name}  ${text}`, paint: (line) => line };
    case 'finished':
    default:
      return { text: `${signs.done} ${name}  ${text}`, paint: (line) => line };
  }
}
