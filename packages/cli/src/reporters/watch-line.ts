/** Lines about watching itself: what changed, that it waits, what there is to know. It knows no stream. */
import path from 'node:path';
import type { EndedAction, JobEvent, WatchedChange } from '@pipeline/engine';
import { failureText } from './outcome-text.ts';
import { printable } from './printable.ts';
import { formatCount, plural } from './quantity.ts';
import type { TerminalStyle } from './terminal-style.ts';

type EventOf<Type extends JobEvent['type']> = Extract<JobEvent, { readonly type: Type }>;

const namesShown = 3;
const signs = { added: '+', changed: '~', removed: '-' } as const;

/** `watching: 12 files changed: ~ a.md, + b.md, - c.md and 9 more` */
export function changedLine(event: EventOf<'watch.changed'>, style: TerminalStyle): string {
  return `${style.bold('watching')}: ${plural(event.count, 'file')} changed: ${changeNames(event)}`;
}

/** `~ a.md, + b.md, - c.md and 9 more` */
export function changeNames({ count, changes }: Pick<EventOf<'watch.changed'>, 'count' | 'changes'>): string {
  const shown = changes.slice(0, namesShown).map(changeText);
  const more = count - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${formatCount(more)} more` : ''}`;
}

/** Two lines at most, with their ends: what went wrong, and what to do. */
export function failureBlock({ action, error }: EndedAction, style: TerminalStyle): string {
  const hint = error?.hint === undefined ? '' : `${style.cyan(`  hint: ${printable(error.hint)}`)}\n`;
  return `${style.red(`${style.signs.failed} ${printable(action)}`)}  ${failureText(error)}\n${hint}`;
}

/** `watching: 1,204 files; Ctrl-C ends it` */
export function waitingLine({ files }: EventOf<'watch.waiting'>, style: TerminalStyle): string {
  return `${style.bold('watching')}: ${plural(files, 'file')}; Ctrl-C ends it`;
}

export function notedLine({ severity, message, hint }: EventOf<'watch.noted'>, style: TerminalStyle): string {
  const paint = severity === 'error' ? style.red : severity === 'warning' ? style.yellow : style.dim;
  const sign = severity === 'error' ? style.signs.failed : style.signs.warning;
  const text = hint === undefined ? printable(message) : `${printable(message)}; ${printable(hint)}`;
  return `${paint(`${sign} watching`)}: ${text}`;
}

function changeText({ path: file, change }: WatchedChange): string {
  return `${signs[change]} ${printable(path.basename(file))}`;
}
