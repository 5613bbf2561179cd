/** Offset → line and column, both from 1; columns count UTF-16 code units, as editors do. */
import type { Source } from './source.ts';

export interface LineAndColumn {
  readonly line: number;
  readonly column: number;
}

/** An offset outside the text is taken for its nearest end. */
export function lineAndColumn(source: Source, offset: number): LineAndColumn {
  const starts = lineStarts(source);
  const at = Math.min(Math.max(0, offset), source.text.length);
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: at - (starts[low] ?? 0) + 1 };
}

/** The text of a line (from 1) without its line end, and where it starts; empty beyond the last. */
export function lineText(source: Source, line: number): { readonly text: string; readonly start: number } {
  const starts = lineStarts(source);
  const start = starts[line - 1] ?? source.text.length;
  const text = source.text.slice(start, starts[line] ?? source.text.length);
  return { text: text.replace(/\r?\n$/, ''), start };
}

// Many diagnostics of one file ask for the same table.
const known = new WeakMap<Source, readonly number[]>();

function lineStarts(source: Source): readonly number[] {
  const old = known.get(source);
  if (old !== undefined) return old;
  const starts = [0];
  for (let at = source.text.indexOf('\n'); at >= 0; at = source.text.indexOf('\n', at + 1))
    starts.push(at + 1);
  known.set(source, starts);
  return starts;
}
