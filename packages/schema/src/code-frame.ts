/**
 * The lines of a range with a gutter and marks below: tabs, wide characters, lines longer than the terminal and ranges
 * over several lines included. It knows neither diagnostics nor colours.
 */
import { type Cell, cells, visible } from './display-width.ts';
import { lineAndColumn, lineText } from './line-and-column.ts';
import type { Range, Source } from './source.ts';

export interface CodeFrame {
  readonly source: Source;
  readonly range: Range;
  /** Columns for the line numbers. */
  readonly gutter: number;
  /** Columns of the terminal. */
  readonly width: number;
  /** What underlines: `^` or `-`. */
  readonly mark: string;
  readonly paint: { readonly mark: (text: string) => string; readonly gutter: (text: string) => string };
}

/** Lines of a longer range that are shown: its first ones and its last. */
const maximumLines = 4;
const ellipsis = '…';

export function codeFrame(frame: CodeFrame): string {
  const range = shownRange(frame.source, frame.range);
  const first = lineAndColumn(frame.source, range.start);
  const last = lineAndColumn(frame.source, Math.max(range.start, range.end - 1)).line;
  const { gutter } = frame.paint;
  const blank = ' '.repeat(frame.gutter);
  const output = [
    `${blank}${gutter('-->')} ${visible(frame.source.path)}:${first.line}:${first.column}`,
    `${blank} ${gutter('|')}`,
  ];
  for (const line of shownLines(first.line, last)) {
    if (line === undefined) output.push(gutter('...'));
    else output.push(...markedLine(frame, line, range));
  }
  return output.join('\n');
}

/** A place behind the last line end is shown behind the last text: there is nothing to see on an empty line. */
function shownRange({ text }: Source, range: Range): Range {
  if (range.start < text.length)
    return { start: range.start, end: Math.min(Math.max(range.start, range.end), text.length) };
  const end = text.trimEnd().length;
  return { start: end, end };
}

function shownLines(first: number, last: number): readonly (number | undefined)[] {
  const count = last - first + 1;
  if (count <= maximumLines) return Array.from({ length: count }, (_, index) => first + index);
  return [first, first + 1, undefined, last];
}

function markedLine(frame: CodeFrame, line: number, range: Range): readonly string[] {
  const { text, start } = lineText(frame.source, line);
  const indent = text.length - text.trimStart().length;
  const from = Math.max(range.start - start, range.start < start ? Math.min(indent, text.length) : 0);
  const to = Math.min(range.end - start, text.length);
  const near = nearby(text, from);
  const window = cut(near, { from, to, width: Math.max(16, frame.width - frame.gutter - 3) });
  const before = sum(window.cells.filter((cell) => cell.index < from)) + (window.isCutBefore ? 1 : 0);
  const marked = sum(window.cells.filter((cell) => cell.index >= from && cell.index < to));
  const shown =
    (window.isCutBefore ? ellipsis : '') +
    window.cells.map((cell) => cell.text).join('') +
    (window.isCutAfter ? ellipsis : '');
  const number = String(line).padStart(frame.gutter);
  const bar = frame.paint.gutter('|');
  return [
    `${frame.paint.gutter(number)} ${bar} ${shown}`.trimEnd(),
    `${' '.repeat(frame.gutter)} ${bar} ${' '.repeat(before)}${frame.paint.mark(frame.mark.repeat(Math.max(1, marked)))}`,
  ];
}

interface Window {
  readonly cells: readonly Cell[];
  readonly isCutBefore: boolean;
  readonly isCutAfter: boolean;
}

/** A line may be as long as a file may be: only what can be seen is measured. */
function nearby(text: string, from: number): Window {
  const start = text.length > 5000 ? Math.max(0, from - 1000) : 0;
  const end = text.length > 5000 ? start + 5000 : text.length;
  const shifted = cells(text.slice(start, end)).map((cell) => ({ ...cell, index: cell.index + start }));
  return { cells: shifted, isCutBefore: start > 0, isCutAfter: end < text.length };
}

/** The part of a line that fits, with the marked place in it and some text before for context. */
function cut(near: Window, { from, to, width }: { from: number; to: number; width: number }): Window {
  const all = near.cells;
  if (sum(all) <= width && !near.isCutBefore && !near.isCutAfter) return near;
  const marked = sum(all.filter((cell) => cell.index >= from && cell.index < to));
  const context = Math.max(4, Math.floor((width - marked) / 2));
  let begin = all.findIndex((cell) => cell.index >= from);
  if (begin < 0) begin = all.length;
  // A line that fits up to the end of the mark begins at its beginning.
  if (sum(all.filter((cell) => cell.index < to)) + 1 <= width) begin = 0;
  for (let room = context; begin > 0 && room > 0; room -= all[begin]?.width ?? 1) begin -= 1;
  const isCutBefore = begin > 0 || near.isCutBefore;
  let end = begin;
  let room = width - (isCutBefore ? 1 : 0) - 1;
  while (end < all.length && (all[end]?.width ?? 0) <= room) {
    room -= all[end]?.width ?? 0;
    end += 1;
  }
  return { cells: all.slice(begin, end), isCutBefore, isCutAfter: end < all.length || near.isCutAfter };
}

const sum = (some: readonly Cell[]): number => some.reduce((total, cell) => total + cell.width, 0);
