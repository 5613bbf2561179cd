import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { type Diagnostic, lineAndColumn, printDiagnostic } from '../src/index.ts';

const at = (text: string, marked: string, more: Partial<Diagnostic> = {}) => {
  const start = text.indexOf(marked);
  return (width = 80): string =>
    printDiagnostic(
      {
        code: 'PL001',
        severity: 'error',
        message: 'wrong',
        range: { start, end: start + marked.length },
        ...more,
      },
      { path: 'p.yaml', text },
      { isColored: false, width },
    );
};

test('a tab takes four columns, and the caret with it', () => {
  expect(at('a:\tb\n', 'b')()).toMatchInlineSnapshot(`
    "error[PL001]: wrong
      --> p.yaml:1:4
       |
     1 | a:    b
       |       ^"
  `);
});

test('wide and combined characters', () => {
  expect(at('名前: 値 👩‍💻 e\u0301 x\n', 'x')()).toMatchInlineSnapshot(`
    "error[PL001]: wrong
      --> p.yaml:1:16
       |
     1 | 名前: 値 👩‍💻 é x
       |               ^"
  `);
  expect(at('a: 👩‍💻値\n', '👩‍💻値')()).toMatchInlineSnapshot(`
    "error[PL001]: wrong
      --> p.yaml:1:4
       |
     1 | a: 👩‍💻値
       |    ^^^^"
  `);
});

test('a line longer than the terminal is cut around the mark', () => {
  const text = `${'a'.repeat(300)} here ${'b'.repeat(300)}\n`;
  const printed = at(text, 'here')(60);
  expect(printed).toMatchInlineSnapshot(`
    "error[PL001]: wrong
      --> p.yaml:1:302
       |
     1 | …aaaaaaaaaaaaaaaaaaaaaaaa here bbbbbbbbbbbbbbbbbbbbbbb…
       |                           ^^^^"
  `);
  for (const line of printed.split('\n')) expect(line.length).toBeLessThanOrEqual(60);
  expect(at(`name: here${'b'.repeat(300)}\n`, 'here')(40)).toMatchInlineSnapshot(`
    "error[PL001]: wrong
      --> p.yaml:1:7
       |
     1 | name: herebbbbbbbbbbbbbbbbbbbbbbbb…
       |       ^^^^"
  `);
  expect(at(`x: ${'here'.repeat(100)}\n`, 'here'.repeat(100))(40)).toMatchInlineSnapshot(`
    "error[PL001]: wrong
      --> p.yaml:1:4
       |
     1 | x: hereherehereherehereherehereher…
       |    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"
  `);
});

test('CRLF, and the end of the file', () => {
  expect(at('a: 1\r\nb: 2\r\n', '2')()).toMatchInlineSnapshot(`
    "error[PL001]: wrong
      --> p.yaml:2:4
       |
     2 | b: 2
       |    ^"
  `);
  const text = 'a: 1\nb:\n';
  expect(at(text, '', { range: { start: text.length, end: text.length } })()).toMatchInlineSnapshot(`
    "error[PL001]: wrong
      --> p.yaml:2:3
       |
     2 | b:
       |   ^"
  `);
  expect(at('', '', { range: { start: 0, end: 0 } })()).toMatchInlineSnapshot(`
    "error[PL001]: wrong
      --> p.yaml:1:1
       |
     1 |
       | ^"
  `);
});

test('several lines', () => {
  expect(at('a: [1,\n  2,\n  3]\nb: 1\n', '[1,\n  2,\n  3]')()).toMatchInlineSnapshot(`
    "error[PL001]: wrong
      --> p.yaml:1:4
       |
     1 | a: [1,
       |    ^^^
     2 |   2,
       |   ^^
     3 |   3]
       |   ^^"
  `);
  const long = `[\n${'  1,\n'.repeat(20)}]`;
  expect(at(`a: ${long}\n`, long)()).toMatchInlineSnapshot(`
    "error[PL001]: wrong
      --> p.yaml:1:4
       |
     1 | a: [
       |    ^
     2 |   1,
       |   ^^
    ...
    22 | ]
       | ^"
  `);
});

test('related places, hints, and many of them', () => {
  const text = 'a: 1\nb: 2\nc: 3\n';
  expect(
    at(text, 'c', {
      severity: 'warning',
      hint: 'first line\nsecond line',
      related: [{ message: 'it began here', range: { start: 0, end: 1 } }],
    })(),
  ).toMatchInlineSnapshot(`
    "warning[PL001]: wrong
      --> p.yaml:3:1
       |
     3 | c: 3
       | ^
       = hint: first line
               second line
    note: it began here
      --> p.yaml:1:1
       |
     1 | a: 1
       | -"
  `);
  const related = Array.from({ length: 20 }, () => ({ message: 'here', range: { start: 0, end: 1 } }));
  expect(at(text, 'c', { related })()).toContain('note: and 12 more places');
});

test('nothing in a file can give orders to a terminal', () => {
  const printed = at('a: \u001b[31mred\u202eder\u0007\n', 'red', { message: 'bad \u001b[2J' })();
  for (const order of ['\u001b', '\u0007', '\u202e']) expect(printed).not.toContain(order);
  expect(printed).toMatchInlineSnapshot(`
    "error[PL001]: bad ␛[2J
      --> p.yaml:1:9
       |
     1 | a: ␛[31mred�der␇
       |         ^^^"
  `);
});

test('colour is added, never needed', () => {
  const diagnostic: Diagnostic = {
    code: 'PL001',
    severity: 'error',
    message: 'wrong',
    range: { start: 0, end: 1 },
    hint: 'x',
  };
  const source = { path: 'p.yaml', text: 'a: 1\n' };
  const colored = printDiagnostic(diagnostic, source, { isColored: true, width: 80 });
  expect(colored).toContain('\u001b[1;31merror[PL001]\u001b[0m');
  expect(stripVTControlCharacters(colored)).toBe(
    printDiagnostic(diagnostic, source, { isColored: false, width: 80 }),
  );
});

test('line and column', () => {
  const source = { path: 'p.yaml', text: 'ab\r\ncd\n' };
  expect([0, 1, 4, 5, 7, 99, -1].map((offset) => lineAndColumn(source, offset))).toEqual([
    { line: 1, column: 1 },
    { line: 1, column: 2 },
    { line: 2, column: 1 },
    { line: 2, column: 2 },
    { line: 3, column: 1 },
    { line: 3, column: 1 },
    { line: 1, column: 1 },
  ]);
});
