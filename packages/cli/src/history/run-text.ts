/** One run of the past for people: how it was started, what each action came to, and the summary that closed it. */
import path from 'node:path';
import type { JobEvent, PastRun, Progress } from '@pipeline/engine';
import { emptyProgress, itemsOf, ProgressFollower } from '@pipeline/engine';
import { eventLine } from '../reporters/event-line.ts';
import { printable } from '../reporters/printable.ts';
import { formatDuration, plural } from '../reporters/quantity.ts';
import type { ReportStream } from '../reporters/reporter.ts';
import { shellCommand } from '../reporters/shell-quote.ts';
import { summaryText } from '../reporters/summary.ts';
import type { TerminalStyle } from '../reporters/terminal-style.ts';
import { shortId } from './find-run.ts';
import { commandOf } from './run-call.ts';
import { dateText, pipelineName, stateText, twoDigits } from './runs-text.ts';

export interface RunTextOptions {
  readonly style: TerminalStyle;
  readonly stream: Pick<ReportStream, 'isTTY' | 'columns'>;
  readonly isVerbose: boolean;
  /** Whether `retry` without an id means this run. */
  readonly isLast: boolean;
}

/** Ends with a newline. */
export function runText(run: PastRun, events: Iterable<JobEvent>, options: RunTextOptions): string {
  const { style, stream, isVerbose, isLast } = options;
  const { lines, state } = actionLines(events, { ...options, isEnded: run.exitCode !== undefined });
  const retry = ['pipeline', 'retry', ...(isLast ? [] : [shortId(run)]), '--failed'];
  const closing = summaryText(state, {
    style,
    stream,
    verbosity: isVerbose ? 'verbose' : 'normal',
    command: commandOf(run.header),
    ...(run.header.file === null ? {} : { retryFailed: retry }),
  });
  const hasEnded = state.end !== undefined;
  return [
    ...headLines(run, style),
    '',
    ...lines,
    ...(hasEnded ? [] : ['', ...openLines(run, state, shellCommand(retry))]),
    '',
  ]
    .join('\n')
    .concat(hasEnded ? closing : '');
}

function headLines(run: PastRun, { bold, dim }: TerminalStyle): readonly string[] {
  const { header, ms, state, exitCode } = run;
  const at = new Date(header.at);
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(twoDigits).join(':');
  const code = exitCode === undefined || exitCode === 0 ? '' : `, exit code ${exitCode}`;
  const rows: readonly (readonly [string, string])[] = [
    ['run', header.job],
    ['file', header.file === null ? 'standard input' : header.file.split(path.sep).join('/')],
    ['started', `${dateText(at)} ${time}`],
    ['result', `${stateText(state)}${code}, ${formatDuration(ms)}`],
    ['command', shellCommand(commandOf(header))],
    ['by', `pipeline ${header.tool} on ${header.host}, process ${header.pid}`],
  ];
  return [
    bold(printable(pipelineName(run))),
    ...rows.map(([name, text]) => `  ${dim(name.padEnd(8))} ${printable(text)}`),
  ];
}

interface Told {
  readonly lines: readonly string[];
  readonly state: Progress;
}

/** A line for each action; those that were as before are only counted, unless all is asked for. */
function actionLines(
  events: Iterable<JobEvent>,
  { style, isVerbose, isEnded }: RunTextOptions & { readonly isEnded: boolean },
): Told {
  const follower = new ProgressFollower(emptyProgress);
  const lines: string[] = [];
  for (const event of events) {
    follower.take(event);
    if (event.type !== 'action.finished') continue;
    if (event.status === 'cached' && !isVerbose) continue;
    // Told in full at the end.
    if (hasFailed(event) && isEnded) continue;
    const line = eventLine(event, () => follower.latest(), { style, verbosity: 'verbose' });
    if (line !== undefined) lines.push(line);
  }
  const state = follower.latest();
  for (const { label, counts, unchanged } of itemsOf(state.tasks)) {
    const count = isVerbose ? unchanged : counts.cached;
    if (count > 0)
      lines.push(
        `${style.green(style.signs.cached)} ${printable(label)}  ${plural(count, 'action')} as before`,
      );
  }
  return { lines, state };
}

function hasFailed({ status, error }: Extract<JobEvent, { type: 'action.finished' }>): boolean {
  return status === 'error' && error?.type !== 'input-failed';
}

/** It has no end: it still runs, or was killed. */
function openLines({ state, header }: PastRun, { counts }: Progress, retry: string): readonly string[] {
  const waiting = counts.running + counts.waiting;
  const rest = waiting === 0 ? '' : `; ${plural(waiting, 'known action')} had not ended`;
  if (state === 'running') return [`it is still running${rest}`];
  if (state === 'elsewhere')
    return [`it was started on ${printable(header.host)}, and has not ended as far as is known here${rest}`];
  return [`it was killed, or the machine went down${rest}`, `go on with it: ${retry}`];
}
