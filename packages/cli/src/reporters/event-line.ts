/**
 * The one line that an event is worth, or none. Shared by everything that writes lines, so that a failure reads the same
 * wherever it is met. It knows no stream and no time but that of the events.
 */
import type { JobEvent, Progress, TaskProgress } from '@pipeline/engine';
import { bytesOf, countKey, taskOf } from '@pipeline/engine';
import { unreachable } from '@pipeline/schema';
import { failureText, listed, resultText, retryText } from './outcome-text.ts';
import { printable } from './printable.ts';
import { changedLine, notedLine, waitingLine } from './watch-line.ts';
import { formatBytes, formatCount, formatDuration, plural } from './quantity.ts';
import type { Verbosity } from './reporter.ts';
import type { TerminalStyle } from './terminal-style.ts';

export interface LineOptions {
  readonly style: TerminalStyle;
  readonly verbosity: Verbosity;
}

/** `state`: progress with this event in it; asked for only where the event does not say it all. */
export function eventLine(
  event: JobEvent,
  state: () => Progress,
  { style, verbosity }: LineOptions,
): string | undefined {
  const isVerbose = verbosity === 'verbose';
  if (event.type === 'action.finished') return endedLine(event, { style, verbosity });
  if (event.type === 'watch.noted') return notedLine(event, style);
  if (verbosity === 'quiet') return undefined;
  switch (event.type) {
    case 'watch.changed':
      return changedLine(event, style);
    case 'watch.waiting':
      return waitingLine(event, style);
    case 'job.started':
      return `${style.bold(printable(event.name === '' ? event.pipeline : event.name))}  ${plural(event.tasks.length, 'task')}`;
    case 'action.started': {
      if (!isVerbose) return undefined;
      const converter = [event.converter, event.version].filter((part) => part !== undefined).join(' ');
      const attempt = event.attempt > 1 ? `attempt ${event.attempt}` : '';
      return row(style.signs.running, event.action, listed(converter, attempt));
    }
    case 'action.retried':
      return row(style.yellow(style.signs.warning), event.action, retryText(event.error, event.delay_ms));
    case 'task.finished': {
      const task = taskOf(state(), event.task);
      return task !== undefined && (isVerbose || hasNote(task)) ? taskLine(task, style) : undefined;
    }
    case 'task.started':
    case 'task.expanded':
    case 'task.unchanged':
    case 'action.progress':
    case 'job.finished':
      return undefined;
    default:
      return unreachable(event);
  }
}

type Ended = Extract<JobEvent, { type: 'action.finished' }>;

const madeText = ({ outputs, message }: Ended): string =>
  resultText({ files: outputs.length, bytes: bytesOf(outputs), message });

/** `✗ pdf[guide/broken.docx]  "guide/broken.docx" is not a Word document` */
function failureLine(action: Ended, style: TerminalStyle): string {
  const ignored = action.is_ignored === true ? style.dim('  (ignored)') : '';
  return `${style.red(`${style.signs.failed} ${printable(action.action)}`)}  ${failureText(action.error)}${ignored}`;
}

/** `✓ pdf  40 files, 3 cached, 1 failed · 1.2 MB · 12 s` */
export function taskLine(task: TaskProgress, style: TerminalStyle): string {
  const { counts } = task;
  const parts = [
    task.files > 0 || (counts.failed === 0 && !hasNote(task)) ? plural(task.files, 'file') : '',
    counts.cached > 0 ? `${formatCount(counts.cached)} cached` : '',
    counts.failed > 0 ? `${formatCount(counts.failed)} failed` : '',
    counts.skipped > 0 ? `${formatCount(counts.skipped)} skipped` : '',
    counts.notRun > 0 ? `${formatCount(counts.notRun)} not run` : '',
  ].filter((part) => part !== '');
  const tookMs =
    task.startedMs === undefined || task.endedMs === undefined ? 0 : task.endedMs - task.startedMs;
  const details = [
    parts.join(', '),
    task.bytes > 0 ? formatBytes(task.bytes) : '',
    tookMs > 0 ? formatDuration(tookMs) : '',
    task.message === undefined ? '' : printable(task.message),
  ];
  const text = details.filter((part) => part !== '').join(` ${style.signs.separator} `);
  return `${taskSign(task, style)} ${printable(task.label)}  ${text}`;
}

/** It ended without a file, and its message says why: an empty glob, nothing that came in. Its actions do not say so. */
export function hasNote({ files, message, counts }: TaskProgress): boolean {
  return files === 0 && message !== undefined && counts.failed + counts.notRun + counts.skipped === 0;
}

function taskSign(task: TaskProgress, { signs, red, green, yellow }: TerminalStyle): string {
  const { counts, status } = task;
  if (counts.failed > 0 || status === 'error') return red(signs.failed);
  if (counts.done === 0 && counts.cached > 0) return green(signs.cached);
  if (counts.done === 0 || hasNote(task)) return yellow(signs.skipped);
  return green(signs.done);
}

function endedLine(action: Ended, { style, verbosity }: LineOptions): string | undefined {
  const { signs, green, yellow } = style;
  const key = countKey(action);
  if (key === 'failed') return failureLine(action, style);
  if (verbosity === 'quiet') return undefined;
  switch (key) {
    case 'done':
      return row(
        green(signs.done),
        action.action,
        listed(madeText(action), formatDuration(action.action_ms)),
      );
    case 'cached':
      // On most days that is nearly all of them.
      if (verbosity !== 'verbose') return undefined;
      return row(
        green(signs.cached),
        action.action,
        listed(action.message === undefined ? 'cached' : '', madeText(action)),
      );
    case 'skipped':
      return row(yellow(signs.skipped), action.action, listed('skipped', reasonOf(action)));
    case 'notRun':
      // One failure can leave out thousands: the summary counts them.
      return verbosity === 'verbose'
        ? row(yellow(signs.skipped), action.action, notRunText(reasonOf(action)))
        : undefined;
    default:
      return unreachable(key);
  }
}

const reasonOf = ({ message, error }: Ended): string => printable(message ?? error?.message ?? '');

const notRunText = (reason: string): string => (reason.startsWith('not run') ? reason : `not run, ${reason}`);

function row(sign: string, action: string, details: string): string {
  return `${sign} ${printable(action)}${details === '' ? '' : `  ${details}`}`;
}
