/** Short texts about actions and counts that every view says in the same words. Safe to print: all names are escaped. */
import type { Counts, EndedAction, Failure, RunningAction } from '@pipeline/engine';
import { printable, printableLines } from './printable.ts';
import { formatBytes, formatCount, formatDuration, plural } from './quantity.ts';

/** `12 ran, 3 cached, 1 failed, 2 not run`; empty when nothing was there to do. */
export function countsText(counts: Counts): string {
  const parts: readonly (readonly [number, string])[] = [
    [counts.failed, 'failed'],
    [counts.ran, 'ran'],
    [counts.cached, 'cached'],
    [counts.skipped, 'skipped'],
    [counts.not_run, 'not run'],
  ];
  return parts
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${formatCount(count)} ${word}`)
    .join(', ');
}

/** What came out: `3 files, 45 kB`, `120 kB`, and what the converter says of it. */
export function resultText(made: Pick<EndedAction, 'files' | 'bytes' | 'message'>): string {
  const files = made.files === 1 ? '' : plural(made.files, 'file');
  const bytes = made.files === 0 ? '' : formatBytes(made.bytes);
  const message = made.message === undefined ? '' : printable(made.message);
  return listed(listed(files, bytes), message);
}

/** Both, as far as there are both. */
export function listed(one: string, other: string): string {
  return one === '' || other === '' ? one + other : `${one}, ${other}`;
}

export function failureText(failure: Failure | undefined): string {
  return failure === undefined ? 'failed without a reason' : printable(failure.message);
}

/** Why it took another attempt, and when: `retries in 2.0 s: the connection dropped`. */
export function retryText(failure: Failure, delayMs: number): string {
  return `tries again in ${formatDuration(delayMs)}: ${printable(failure.message)}`;
}

/** What a running action does right now: `62 %, page 3`, `attempt 2`. */
export function runningText(action: RunningAction): string {
  const parts = [
    action.attempt > 1 ? `attempt ${action.attempt}` : '',
    action.percent === null ? '' : `${Math.floor(action.percent)} %`,
    action.message === undefined ? '' : printable(action.message),
  ];
  return parts.filter((part) => part !== '').join(', ');
}

/** How the converter ended: `pandoc ended with exit code 64`; empty when there is nothing to tell. */
export function converterEnd({ converter }: Failure): string {
  if (converter === undefined) return '';
  const name = printable(converter.name);
  if (converter.signal !== undefined && converter.signal !== null)
    return `${name} was ended by ${printable(converter.signal)}`;
  if (converter.exitCode === undefined || converter.exitCode === null) return name;
  return `${name} ended with exit code ${converter.exitCode}`;
}

/** The converter's last words, at most `count` lines; none when the message says the same. */
export function lastWords(failure: Failure, count: number): readonly string[] {
  const lines = printableLines(failure.converter?.stderr ?? '');
  const message = printable(failure.message);
  return lines.every((line) => message.includes(line.trim())) ? [] : lines.slice(-count);
}
