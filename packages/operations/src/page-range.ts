/**
 * CloudConvert's page ranges: comma separated numbers and ranges, from 1: `1-2,5`. An open end is understood too:
 * `3-` is "from page 3". It knows no document; `selectPages` is told how many pages there are.
 */
import type { JsonValue, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema/result';

export interface PageRange {
  readonly first: number;
  /** Inclusive; infinite for an open end. */
  readonly last: number;
}

/** A YAML `pages: 3` is a number; its meaning is certain. The error says what is wrong with the text. */
export function parsePageRange(pages: JsonValue): Result<readonly PageRange[], string> {
  const text = typeof pages === 'number' ? String(pages) : pages;
  if (typeof text !== 'string') return err('must be a text such as "1-2,5"');
  const ranges: PageRange[] = [];
  for (const part of text.split(',')) {
    const range = parsePart(part.trim());
    if (!range.ok) return range;
    ranges.push(range.value);
  }
  return ok(ranges);
}

/** Page numbers from 1, in the order that was asked for, each once. Empty: none of them is in the document. */
export function selectPages(ranges: readonly PageRange[], pageCount: number): readonly number[] {
  const pages = ranges.flatMap(({ first, last }) => {
    const end = Math.min(last, pageCount);
    return Array.from({ length: Math.max(0, end - first + 1) }, (_, index) => first + index);
  });
  return [...new Set(pages)];
}

function parsePart(part: string): Result<PageRange, string> {
  const match = /^(\d+)(?:\s*(-)\s*(\d*))?$/u.exec(part);
  if (match === null) return err(`"${part}" is not a page or a range such as "1-2,5"`);
  const first = Number(match[1]);
  const last = match[2] === undefined ? first : match[3] === '' ? Number.POSITIVE_INFINITY : Number(match[3]);
  if (first < 1) return err('pages are counted from 1');
  if (last < first) return err(`the range "${part}" runs backwards`);
  return ok({ first, last });
}
