import { expect, test } from 'vitest';
import { parsePageRange, selectPages } from '../src/page-range.ts';

test.each([
  ['1-2,5', [1, 2, 5]],
  [3, [3]],
  ['4-', [4, 5, 6]],
  [' 2 - 3 , 2', [2, 3]],
  ['5,1', [5, 1]],
  ['5-900', [5, 6]],
  ['9', []],
])('%j of six pages', (text, pages) => {
  const ranges = parsePageRange(text);
  expect(ranges.ok ? selectPages(ranges.value, 6) : ranges.error).toEqual(pages);
});

test.each([
  ['', '"" is not a page or a range such as "1-2,5"'],
  ['1-2;5', '"1-2;5" is not a page or a range such as "1-2,5"'],
  ['-3', '"-3" is not a page or a range such as "1-2,5"'],
  ['0-2', 'pages are counted from 1'],
  ['5-3', 'the range "5-3" runs backwards'],
])('%j is not a page range', (text, message) => {
  expect(parsePageRange(text)).toEqual({ ok: false, error: message });
});
