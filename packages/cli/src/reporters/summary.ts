/**
 * What a person reads when a run is over: what went wrong and what to do, what was left out, where the time went, and
 * in the last line how it ended. Text only; it is given all that it says, and knows no stream.
 */
import type { Counts, EndedAction, Failure, Progress } from '@pipeline/engine';
import { itemsOf, taskOf } from '@pipeline/engine';
import { hasNote } from './event-line.ts';
import { converterEnd, countsText, failureText, lastWords } from './outcome-text.ts';
import { printable } from './printable.ts';
import { formatBytes, formatCount, formatDuration, plural } from './quantity.ts';
import { shellCommand } from './shell-quote.ts';
import type { ReportStream, Verbosity } from './reporter.ts';
import type { TerminalStyle } from './terminal-style.ts';
import { widthOf, wrapColumns } from './text-width.ts';

export interface SummaryOptions {
  readonly style: TerminalStyle;
  /** Where it goes: lines are only broken for a terminal, never in a log. */
  readonly stream: Pick<ReportStream, 'isTTY' | 'columns'>;
  readonly verbosity: Verbosity;
  /** What starts this run again; absent: the file that the events name. */
  readonly command: readonly string[] | undefined;
  /** What runs again all that failed, if anything can. */
  readonly retryFailed?: readonly string[] | undefined;
}

interface Layout {
  readonly style: TerminalStyle;
  readonly width: number;
  readonly isVerbose: boolean;
  readonly command: readonly string[] | undefined;
  /** Instead of that of the one action that failed. */
  readonly retryFailed: readonly string[] | undefined;
}

const lastWordsLength = 8;

/** Ends with a newline. */
export function summaryText(state: Progress, options: SummaryOptions): string {
  const { style, stream, verbosity, command, retryFailed } = options;
  const width = stream.isTTY === true ? Math.max(20, stream.columns ?? 80) : Infinity;
  const layout: Layout = { style, width, isVerbose: verbosity === 'verbose', command, retryFailed };
  return summaryLines(state, layout)
    .map((line) => `${line}\n`)
    .join('');
}

function summaryLines(state: Progress, layout: Layout): readonly string[] {
  if (isUpToDate(state))
    return [`up to date: ${plural(state.filesOut, 'file')}, ${formatDuration(state.ms)}`];
  const failed = [...itemsOf(state.failures)];
  const { retryFailed } = layout;
  const one = failed.length > 1 || retryFailed === undefined ? undefined : shellCommand(retryFailed);
  const all = failed.length > 1 && retryFailed !== undefined ? shellCommand(retryFailed) : undefined;
  const failures = [
    ...failed.flatMap((action) => {
      // Never broken: it is there to be copied.
      const retry = `  retry: ${one ?? retryCommand(action.action, state, layout.command)}`;
      return ['', ...failureLines(action, layout), retry];
    }),
    ...(all === undefined ? [] : ['', `retry all ${formatCount(failed.length)}: ${all}`]),
  ];
  const rest = [...noteLines(state, layout), ...slowestLines(state, layout), ...headline(state, layout)];
  return [...failures, ...(failures.length === 0 ? [] : ['']), ...rest];
}

/** `pipeline run -f site.yaml --from 'pdf[guide/intro.docx]'`: the action and what comes after it, so that its file arrives. */
export function retryCommand(action: string, state: Progress, command?: readonly string[]): string {
  const start = command ?? ['pipeline', 'run', '-f', state.job?.pipeline ?? 'pipeline.yaml'];
  return shellCommand([...start, '--from', action]);
}

/** How it ended, in a word. */
export function endWord(state: Progress): 'finished' | 'failed' | 'interrupted' | 'timed out' {
  const exitCode = state.end?.exitCode;
  if (exitCode === 130 || exitCode === 143) return 'interrupted';
  if (exitCode === 124) return 'timed out';
  return state.status === 'error' || (exitCode !== undefined && exitCode !== 0) ? 'failed' : 'finished';
}

export function endCounts(state: Progress): Counts {
  const { done, cached, skipped, failed, notRun } = state.counts;
  return state.end?.counts ?? { ran: done, cached, skipped, failed, not_run: notRun };
}

/** Everything that processes files came from the cache: only imports, which always look, ran. */
function isUpToDate(state: Progress): boolean {
  if (endWord(state) !== 'finished' || state.counts.cached === 0) return false;
  const { total, cached, skipped } = state.counts;
  let imports = 0;
  for (const task of itemsOf(state.tasks)) if (task.isSource) imports += task.counts.done;
  return total === cached + skipped + imports;
}

function failureLines(action: EndedAction, layout: Layout): readonly string[] {
  const { style, width } = layout;
  const { error } = action;
  const title = `${style.signs.failed} ${printable(action.action)}`;
  return [
    style.bold(style.red(title)) + style.dim(action.isIgnored ? '  (ignored)' : ''),
    ...indented(failureText(error), width),
    ...(error === undefined ? [] : converterLines(error, layout)),
    ...(error?.hint === undefined ? [] : indented(`hint: ${printable(error.hint)}`, width).map(style.cyan)),
  ];
}

function converterLines(error: Failure, { style, width, isVerbose }: Layout): readonly string[] {
  const words = lastWords(error, lastWordsLength);
  const end = converterEnd(error);
  const command = error.converter?.command;
  const tail = words.flatMap((line) =>
    wrapColumns(line, width - 4).map((part) => `  ${style.signs.gutter} ${part}`),
  );
  return [
    ...(words.length === 0 ? [] : indented(`${end} and said:`, width)),
    ...tail.map(style.dim),
    ...(isVerbose && command !== undefined ? [`  command: ${shellCommand(command)}`] : []),
  ];
}

/** What was left out, and why: one line for a whole task, one for all actions of a task that share the reason. */
function noteLines(state: Progress, { style, width }: Layout): readonly string[] {
  const groups = new Map<string, { readonly text: string; readonly count: number }>();
  for (const task of itemsOf(state.tasks)) {
    if (!hasNote(task)) continue;
    groups.set(task.task, { text: `${printable(task.label)}: ${printable(task.message ?? '')}`, count: 1 });
  }
  for (const { task, message = '' } of itemsOf(state.notes)) {
    const text = `${printable(taskOf(state, task)?.label ?? task)}: skipped: ${printable(message)}`;
    groups.set(text, { text, count: (groups.get(text)?.count ?? 0) + 1 });
  }
  return [...groups.values()].flatMap(({ text, count }) => {
    const [first = '', ...rest] = indented(
      count === 1 ? text : `${text} (${formatCount(count)} times)`,
      width,
    );
    return [`${style.yellow(style.signs.skipped)} ${first.trimStart()}`, ...rest];
  });
}

function slowestLines(state: Progress, { style, width }: Layout): readonly string[] {
  // What would be shown as 0.0 s took no time.
  const slowest = state.slowest.filter((action) => action.actionMs >= 50);
  if (slowest.length < 2) return [];
  const separator = ` ${style.signs.separator} `;
  const lines: string[] = [];
  let line = '  slowest: ';
  for (const [index, action] of slowest.entries()) {
    const last = index === slowest.length - 1 ? '' : separator;
    const text = `${formatDuration(action.actionMs)} ${printable(action.action)}${last}`;
    if (index > 0 && widthOf((line + text).trimEnd()) > width) {
      lines.push(line.trimEnd());
      line = ' '.repeat(4);
    }
    line += text;
  }
  return [...lines, line].map(style.dim);
}

function headline(state: Progress, { style, width }: Layout): readonly string[] {
  const word = endWord(state);
  const isGood = word === 'finished';
  const sign = isGood ? style.signs.done : word === 'failed' ? style.signs.failed : style.signs.warning;
  const paint = isGood ? style.green : word === 'failed' ? style.red : style.yellow;
  const name = state.job === undefined || state.job.name === '' ? 'pipeline' : printable(state.job.name);
  const bytes = `${formatBytes(state.bytesIn)} in, ${formatBytes(state.bytesOut)} out`;
  const counts = countsText(endCounts(state));
  const facts = [
    isGood || word === 'failed' ? '' : word,
    counts === '' ? 'nothing to do' : counts,
    formatDuration(state.ms),
    state.bytesIn + state.bytesOut === 0 ? '' : bytes,
    state.credits === 0 ? '' : `credits used: ${formatCount(state.credits)}`,
  ].filter((fact) => fact !== '');
  const lines = indented(`${name}: ${facts.join(` ${style.signs.separator} `)}`, width);
  return [style.bold(paint(`${sign} ${(lines[0] ?? '').trimStart()}`)), ...lines.slice(1)];
}

function indented(text: string, width: number): readonly string[] {
  return wrapColumns(text, Math.max(10, width - 2)).map((line) => `  ${line}`);
}
