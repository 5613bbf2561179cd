import { expect, test } from 'vitest';
import { check } from './check.ts';

test('a second key of the same name names the first', () => {
  expect(check('tasks: {}\nname: a\nname: b\n')).toMatchInlineSnapshot(`
    "error[PL106]: "tasks" must not be empty
      --> pipeline.yaml:1:8
       |
     1 | tasks: {}
       |        ^^

    error[PL004]: the key "name" stands twice in this map
      --> pipeline.yaml:3:1
       |
     3 | name: b
       | ^^^^
       = hint: keep one of the two
    note: it stands here first
      --> pipeline.yaml:2:1
       |
     2 | name: a
       | ----"
  `);
});

test('an empty file', () => {
  expect(check('')).toMatchInlineSnapshot(`
    "error[PL018]: a pipeline file is a map with the key "tasks"; this file holds nothing: it is empty
      --> pipeline.yaml:1:1
       |
     1 |
       | ^
       = hint: a small one to start from: \`pipeline init\`"
  `);
  expect(check('# only a comment\n')).toMatchInlineSnapshot(`
    "error[PL018]: a pipeline file is a map with the key "tasks"; this file holds nothing
      --> pipeline.yaml:1:1
       |
     1 | # only a comment
       | ^
       = hint: a small one to start from: \`pipeline init\`"
  `);
  expect(check('hello\n')).toMatchInlineSnapshot(`
    "error[PL018]: a pipeline file is a map with the key "tasks"; this file holds the text "hello"
      --> pipeline.yaml:1:1
       |
     1 | hello
       | ^
       = hint: a small one to start from: \`pipeline init\`"
  `);
});

test('two documents', () => {
  expect(check('tasks: {}\n---\ntasks: {}\n')).toMatchInlineSnapshot(`
    "error[PL003]: a second YAML document begins here; a pipeline file holds one
      --> pipeline.yaml:2:1
       |
     2 | ---
       | ^^^
       = hint: remove the \`---\` line, or put the second pipeline into a file of its own"
  `);
});

test('indentation', () => {
  expect(check('tasks:\n\tin: 1\n')).toMatchInlineSnapshot(`
    "error[PL009]: a tab in the indentation
      --> pipeline.yaml:2:1
       |
     2 |     in: 1
       | ^^^^
       = hint: YAML indents with spaces only: use two spaces"
  `);
  expect(check('tasks:\n   a: 1\n  b: 2\n')).toMatchInlineSnapshot(`
    "error[PL009]: this line is not indented like the ones that it belongs to
      --> pipeline.yaml:3:3
       |
     3 |   b: 2
       |   ^^^^
       = hint: keys of one map, and items of one list, begin in the same column"
  `);
  expect(check('name: a\n  tag: b\n')).toMatchInlineSnapshot(`
    "error[PL009]: this line is indented as if it belonged to the line above, which has its value already
      --> pipeline.yaml:2:3
       |
     2 |   tag: b
       |   ^^^^^^
       = hint: begin it in the same column as the line above, or quote the value if it goes on here"
  `);
  expect(check(' name: a\ntag: b\n')).toMatchInlineSnapshot(`
    "error[PL009]: this line begins further to the left than the first line of the file
      --> pipeline.yaml:2:1
       |
     2 | tag: b
       | ^^^^^^
       = hint: keys of one map begin in the same column"
  `);
});

test('what is never closed is shown where it opens', () => {
  expect(check('name: "abc\ntag: b\n')).toMatchInlineSnapshot(`
    "error[PL010]: this quote is never closed
      --> pipeline.yaml:1:7
       |
     1 | name: "abc
       |       ^
       = hint: put the closing " where it ends"
  `);
  expect(check('name: [1, 2\ntag: 3\n')).toMatchInlineSnapshot(`
    "error[PL010]: this list is never closed
      --> pipeline.yaml:1:7
       |
     1 | name: [1, 2
       |       ^
       = hint: put the closing \`]\` where it ends"
  `);
});

test('missing blanks', () => {
  expect(check('name:a\ntag: c\n')).toMatchInlineSnapshot(`
    "error[PL001]: there is no space after the colon
      --> pipeline.yaml:1:1
       |
     1 | name:a
       | ^^^^^^
       = hint: write \`name: a\`"
  `);
  expect(check('needs:\n-b\n')).toMatchInlineSnapshot(`
    "error[PL001]: there is no space after the dash
      --> pipeline.yaml:2:1
       |
     2 | -b
       | ^^
       = hint: write \`- b\`"
  `);
  expect(check('name: "a"#b\n')).toMatchInlineSnapshot(`
    "error[PL001]: a comment needs a space before its "#"
      --> pipeline.yaml:1:10
       |
     1 | name: "a"#b
       |          ^^
       = hint: put a space before it, or quote the value"
  `);
});

test('quotes inside quotes', () => {
  expect(check('name: "${{ x == "y" }}"\n')).toMatchInlineSnapshot(`
    "error[PL001]: there is more text after the closing quote
      --> pipeline.yaml:1:1
       |
     1 | name: "\${{ x == "y" }}"
       | ^^^^^^^^^^^^^^^^^^^^^^^
       = hint: quotes inside quotes need the other kind around them: '\${{ x == "y" }}'"
  `);
});

test('values that JSON does not have', () => {
  expect(check('tasks: {}\nname: .nan\n')).toMatchInlineSnapshot(`
    "error[PL106]: "tasks" must not be empty
      --> pipeline.yaml:1:8
       |
     1 | tasks: {}
       |        ^^

    error[PL016]: \`.nan\` is not a value that a pipeline can use
      --> pipeline.yaml:2:7
       |
     2 | name: .nan
       |       ^^^^
       = hint: if the text is meant, put it in quotes: ".nan""
  `);
  expect(check('[a]: b\n')).toMatchInlineSnapshot(`
    "error[PL017]: a key must be plain text, not a list, a map or an alias
      --> pipeline.yaml:1:1
       |
     1 | [a]: b
       | ^^^"
  `);
});

test('another version of YAML would read other booleans', () => {
  expect(check('%YAML 1.1\n---\ntasks: {}\n')).toMatchInlineSnapshot(`
    "error[PL019]: this file asks for YAML 1.1; a pipeline file is YAML 1.2
      --> pipeline.yaml:1:1
       |
     1 | %YAML 1.1
       | ^^^^^^^^^
       = hint: remove the %YAML line"
  `);
});

test('aliases are bounded, and never circular', () => {
  const bomb = ['x-a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]'];
  for (const [name, before] of Object.entries({
    b: 'a',
    c: 'b',
    d: 'c',
    e: 'd',
    f: 'e',
    g: 'f',
    h: 'g',
    i: 'h',
  })) {
    bomb.push(`x-${name}: &${name} [${Array.from({ length: 10 }, () => `*${before}`).join(', ')}]`);
  }
  expect(check(`${bomb.join('\n')}\n`)).toContain(
    'error[PL006]: the aliases of this file expand to more than 1,000,000 values',
  );
  expect(check('x-a: &a [*a]\n')).toContain('error[PL006]: the alias "*a" stands inside its own anchor');
});

test('depth is bounded', () => {
  expect(check(`name: ${'['.repeat(50_000)}\n`)).toContain('error[PL007]');
  expect(check(`x-a: ${'['.repeat(150)}${']'.repeat(150)}\n`)).toContain('error[PL007]');
});

test('size is bounded', () => {
  expect(check(`# ${'x'.repeat(17 * 1024 * 1024)}\n`)).toMatchInlineSnapshot(`
    "error[PL002]: the file has 17.0 MiB; a pipeline file has 16 MiB at most
      --> pipeline.yaml:1:1
       |
     1 | # xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…
       | ^
       = hint: files to convert do not belong into the pipeline file: name them with import/local or import/url"
  `);
});

test('anchors, aliases and merge keys are the text they stand for', () => {
  expect(
    check(`x-small: &small { width: 64, fit: max }
tasks:
  in: { operation: import/local, path: a.png }
  one: { <<: *small, operation: convert, input: in, output_format: png, width: 32 }
  out: { operation: export/local, input: one, path: out }
`),
  ).toBe('fine: in, one, out');
});

test('a mistake in merged keys is shown where it is written', () => {
  expect(
    check(`x-small: &small { width: 64px }
tasks:
  in: { operation: import/local, path: a.png }
  one: { <<: *small, operation: convert, input: in, output_format: png }
  out: { operation: export/local, input: one, path: out }
`),
  ).toMatchInlineSnapshot(`
    "error[PL102]: "width" must be a whole number, not the text "64px"
      --> pipeline.yaml:1:26
       |
     1 | x-small: &small { width: 64px }
       |                          ^^^^
       = hint: write 64"
  `);
});

test('`__proto__` is a key like others', () => {
  expect(check('tasks: {}\n__proto__: { polluted: 1 }\n')).toContain(
    'there is no key "__proto__" in a pipeline',
  );
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
});

test('JSON is YAML', () => {
  expect(check('{"tasks": {"in": {"operation": "import/upload"}}}')).toBe('fine: in');
});

test('a block that begins with a longer line of blanks', () => {
  expect(check('description: |\n    \n  text\n')).toMatchInlineSnapshot(`
    "error[PL001]: a line of blanks before the first text of this block is longer than the text is indented
      --> pipeline.yaml:3:3
       |
     3 |   text
       |   ^
       = hint: empty that line, or say how deep the block is indented: \`|2\`"
  `);
});
