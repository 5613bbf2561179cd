import { execFileSync } from 'node:child_process';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { printable, printableLines } from '../../src/reporters/printable.ts';
import { formatBytes, formatCount, formatDuration, formatElapsed } from '../../src/reporters/quantity.ts';
import { shellCommand } from '../../src/reporters/shell-quote.ts';
import { fit, truncate, truncateMiddle, widthOf, wrapColumns } from '../../src/reporters/text-width.ts';

describe('printable', () => {
  it('shows what would move, colour, ring or reorder, and leaves the rest', () => {
    expect(printable('a\u001B[2Jb\nc\td\u0007\u0085\u2028\u202Ee\uD800')).toBe(
      String.raw`a\x1b[2Jb\nc\td\x07\x85\u2028\u202ee\ud800`,
    );
    expect(printable('Übung – 中文 👩‍👩‍👧 "quoted" \\n')).toBe('Übung – 中文 👩‍👩‍👧 "quoted" \\n');
  });

  it('keeps of a program what was seen last in each line', () => {
    expect(printableLines('\n\u001B[31mred\u001B[0m\r\n10 %\r50 %\r100 %\r\n\n\tdone\u0007  \n\n')).toEqual([
      'red',
      '100 %',
      '',
      String.raw`  done\x07`,
    ]);
    expect(printableLines('\n \n')).toEqual([]);
  });
});

describe('columns', () => {
  it('counts every character of the first planes as string-width does, those that it need not ask for too', () => {
    const differing: string[] = [];
    for (let code = 0x20; code < 0x3000; code += 1) {
      const text = String.fromCodePoint(code);
      if (widthOf(text) !== stringWidth(text)) differing.push(code.toString(16));
    }
    expect(differing).toEqual([]);
  });

  it('counts what a terminal shows', () => {
    expect(['abc', 'é', 'e\u0301', '中文', '👩‍👩‍👧', '\u001B[31mred\u001B[39m'].map(widthOf)).toEqual([
      3, 1, 1, 4, 2, 3,
    ]);
  });

  it('cuts at characters, never beyond the width', () => {
    expect(truncate('中文名字.docx', 6)).toBe('中文…');
    expect(truncate('👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧', 4)).toBe('👩‍👩‍👧…');
    expect(truncateMiddle('guide/chapter-one/intro.docx', 15)).toBe('guide/c…ro.docx');
    expect(truncateMiddle('guide/chapter-one/intro.docx', 15, '...')).toBe('guide/...o.docx');
    for (let width = 0; width < 30; width += 1) {
      for (const text of [
        '中文名字中文名字中文名字.docx',
        'plain-ascii-name-of-some-length.md',
        '',
        'e\u0301'.repeat(40),
      ]) {
        expect(widthOf(truncate(text, width))).toBeLessThanOrEqual(width);
        expect(widthOf(fit(text, width))).toBe(width);
      }
    }
  });

  it('wraps at spaces, and inside of long words', () => {
    expect(wrapColumns('one two three', 8)).toEqual(['one two', 'three']);
    expect(wrapColumns('中文中文中文 ab', 5)).toEqual(['中文', '中文', '中文', 'ab']);
    expect(wrapColumns('a b', Infinity)).toEqual(['a b']);
  });
});

it('writes numbers as people read them', () => {
  expect([0, 249, 9949, 9950, 59_400, 61_000, 3_599_000, 7_380_000].map(formatDuration)).toEqual([
    '0.0 s',
    '0.2 s',
    '9.9 s',
    '10 s',
    '59 s',
    '1 min 01 s',
    '59 min 59 s',
    '2 h 03 min',
  ]);
  expect([0, 65_250, 3_723_000].map(formatElapsed)).toEqual([' 0:00.0', ' 1:05.2', '1:02:03']);
  expect([0, 999, 1000, 9949, 9960, 999_499, 999_950, 34_000_000, 5e15].map(formatBytes)).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '9.9 kB',
    '10 kB',
    '999 kB',
    '1.0 MB',
    '34 MB',
    '5.0 PB',
  ]);
  expect([0, 999, 1000, 1_234_567].map(formatCount)).toEqual(['0', '999', '1,000', '1,234,567']);
});

it('quotes so that a shell gives back exactly the words', () => {
  const words = [
    'a',
    "it's",
    'pdf[guide/a b.docx;w=1]',
    '$HOME `x` "y"',
    '',
    '-n',
    '*',
    'new\nline',
    '\u001B[2J1\\',
    "\u202E'",
    'ü中👍',
  ];
  expect(shellCommand(words)).toMatch(/^[^\p{Cc}\p{Bidi_Control}]*$/u);
  const script = `printf '%s\\0' ${shellCommand(words)}`;
  expect(execFileSync('bash', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1)).toEqual(words);
});
