/** The runs of the past as a table for people, and each of them as JSON for programs. It reads no files. */
import path from 'node:path';
import type { JsonObject } from '@pipeline/schema';
import { unreachable } from '@pipeline/schema';
import type { PastRun, RunState, UnreadableRun } from '@pipeline/engine';
import { ioReason } from '../io-reason.ts';
import { printable } from '../reporters/printable.ts';
import { formatCount, formatDuration } from '../reporters/quantity.ts';
import type { TerminalStyle } from '../reporters/terminal-style.ts';
import { fitStart, truncateMiddle, widthOf } from '../reporters/text-width.ts';
import { shortId } from './find-run.ts';

export interface TableOptions {
  readonly style: TerminalStyle;
  /** Columns. */
  readonly width: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const titles = ['started', 'id', 'pipeline', 'result', 'ran', 'cached', 'failed', 'time'] as const;
const pipelineColumn = 2;
const resultColumn = 3;
const firstNumber = 4;
/** A name that is cut shorter tells nothing. */
const narrowest = 8;

/** The newest first, as given. Ends with a newline. */
export function runsTable(runs: readonly PastRun[], { style, width, now }: TableOptions): string {
  const rows = runs.map((run) => cellsOf(run, now));
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => widthOf(row[column] ?? ''))),
  );
  const others = widths.reduce((sum, own, column) => sum + (column === pipelineColumn ? 0 : own + 2), 0);
  const room = Math.max(narrowest, Math.min(widths[pipelineColumn] ?? 0, width - others));
  widths[pipelineColumn] = room;
  const line = (cells: readonly string[], paint = (text: string): string => text): string =>
    cells
      .map((cell, column) => {
        const own = widths[column] ?? 0;
        const cut = truncateMiddle(cell, own, style.signs.ellipsis);
        const filled = column >= firstNumber ? fitStart(cut, own) : cut + fitStart('', own - widthOf(cut));
        return column === resultColumn ? paint(filled) : filled;
      })
      .join('  ')
      .trimEnd();
  const body = rows.map((row, index) => line(row, painter(runs[index]?.state, style)));
  return [style.dim(line(titles)), ...body].map((text) => `${text}\n`).join('');
}

function cellsOf(run: PastRun, now: number): readonly string[] {
  const { header, counts, ms, state } = run;
  const took = state === 'running' ? now - Date.parse(header.at) : ms;
  return [
    startText(Date.parse(header.at), now),
    shortId(run),
    printable(pipelineName(run)),
    stateText(state),
    ...[counts.ran, counts.cached, counts.failed].map(formatCount),
    formatDuration(took),
  ];
}

export function pipelineName({ header }: PastRun): string {
  if (header.name !== '') return header.name;
  return header.file === null ? '<stdin>' : header.file.split(path.sep).join('/');
}

export function stateText(state: RunState): string {
  switch (state) {
    case 'timed-out':
      return 'timed out';
    case 'elsewhere':
      return 'unfinished';
    case 'finished':
    case 'failed':
    case 'interrupted':
    case 'running':
      return state;
    default:
      return unreachable(state);
  }
}

function painter(
  state: RunState | undefined,
  { green, red, yellow }: TerminalStyle,
): (text: string) => string {
  if (state === 'finished') return green;
  return state === 'failed' || state === 'timed-out' ? red : yellow;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** By the clock of this machine: `14:05` today, `Nov 24 14:05` within half a year, `2024-11-24` before. */
export function startText(at: number, now: number): string {
  const [date, today] = [new Date(at), new Date(now)];
  const time = `${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`;
  if (date.toDateString() === today.toDateString()) return time;
  const halfYearMs = 182 * 24 * 60 * 60 * 1000;
  if (Math.abs(now - at) < halfYearMs)
    return `${months[date.getMonth()] ?? ''} ${String(date.getDate()).padStart(2)} ${time}`;
  return dateText(date);
}

export const dateText = (date: Date): string =>
  `${date.getFullYear()}-${twoDigits(date.getMonth() + 1)}-${twoDigits(date.getDate())}`;

export const twoDigits = (value: number): string => String(value).padStart(2, '0');

export function runJson(run: PastRun): JsonObject {
  const { header, counts, ms, state, exitCode, file, sizeBytes } = run;
  return {
    id: header.job,
    started_at: header.at,
    name: header.name,
    file: header.file,
    result: state,
    exit_code: exitCode ?? null,
    counts: { ...counts },
    ms: Math.round(ms),
    params: header.params,
    masked_params: header.masked,
    cwd: header.cwd,
    flags: header.flags,
    version: header.tool,
    host: header.host,
    pid: header.pid,
    journal: file,
    journal_bytes: sizeBytes,
  };
}

/** Why a file of the history tells nothing, in words. */
export function faultText({ fault }: UnreadableRun): string {
  switch (fault.type) {
    case 'garbage':
      return 'it is not the journal of a run';
    case 'newer':
      return `version ${printable(fault.tool)} of pipeline wrote it, and this one cannot read it`;
    case 'unreadable':
      return ioReason(fault.error);
    default:
      return unreachable(fault);
  }
}
