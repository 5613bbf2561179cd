import { describe, expect, test } from 'vitest';
import { check, codes, convertWith } from './check.ts';

const tasks = 'tasks: { in: { operation: import/upload } }\n';

describe('names', () => {
  test('of tasks', () => {
    expect(check('tasks: { my task: { operation: import/upload } }\n')).toMatchInlineSnapshot(`
      "error[PL109]: "my task" cannot be the name of a task: it may have letters, digits, "-" and "_" only
        --> pipeline.yaml:1:10
         |
       1 | tasks: { my task: { operation: import/upload } }
         |          ^^^^^^^
         = hint: for instance "my-task""
    `);
    expect(codes('tasks: { 007: { operation: import/upload } }\n')).toEqual([]);
  });

  test('of variables and secrets', () => {
    expect(check(`env: [A-B, C, C]\nsecrets: [C]\n${tasks}`)).toMatchInlineSnapshot(`
      "error[PL109]: "A-B" cannot be the name of an environment variable
        --> pipeline.yaml:1:7
         |
       1 | env: [A-B, C, C]
         |       ^^^
         = hint: it begins with a letter or "_" and has letters, digits and "_" only

      error[PL109]: "C" stands under \`secrets\` and under \`env\`, where nothing is masked
        --> pipeline.yaml:1:12
         |
       1 | env: [A-B, C, C]
         |            ^
         = hint: remove it from \`env\`
      note: the other place
        --> pipeline.yaml:2:11
         |
       2 | secrets: [C]
         |           -

      error[PL109]: "C" stands twice in this list
        --> pipeline.yaml:1:15
         |
       1 | env: [A-B, C, C]
         |               ^
      note: it stands here first
        --> pipeline.yaml:1:12
         |
       1 | env: [A-B, C, C]
         |            -"
    `);
    expect(codes(`env: { 1A: x }\n${tasks}`)).toEqual(['PL109']);
    expect(codes(`params: { 1a: x }\n${tasks}`)).toEqual(['PL109']);
  });

  test('of limits', () => {
    expect(check(`concurrency: { convrt: 2 }\n${tasks}`)).toMatchInlineSnapshot(`
      "error[PL110]: there is no operation "convrt"
        --> pipeline.yaml:1:16
         |
       1 | concurrency: { convrt: 2 }
         |                ^^^^^^
         = hint: did you mean "convert"?"
    `);
    expect(codes(`concurrency: { libreoffice: 1, convert: 2, max: 50% }\n${tasks}`)).toEqual([]);
  });
});

describe('params', () => {
  test('that contradict themselves', () => {
    expect(
      check(`params:
  a: { type: integer, default: "80" }
  b: { type: integer, minimum: 5, maximum: 1 }
  c: { type: string, default: 80 }
  d: { type: string, pattern: "(", default: x }
  e: { enum: [draft, final], default: fnal }
  f: { type: string, minimum: 1 }
  g:
  h: { type: integer, default: 0, minimum: 1 }
  i: { type: string, default: x, pattern: "^v" }
  j: { type: boolean, enum: [1] }
${tasks}`),
    ).toMatchInlineSnapshot(`
      "error[PL112]: the default is the text "80", and the type is integer
        --> pipeline.yaml:2:32
         |
       2 |   a: { type: integer, default: "80" }
         |                                ^^^^
         = hint: write 80 without quotes

      error[PL112]: "maximum" (1) is less than "minimum" (5)
        --> pipeline.yaml:3:44
         |
       3 |   b: { type: integer, minimum: 5, maximum: 1 }
         |                                            ^

      error[PL112]: the default is the number 80, and the type is string
        --> pipeline.yaml:4:31
         |
       4 |   c: { type: string, default: 80 }
         |                               ^^
         = hint: put it in quotes: "80"

      error[PL112]: "(" is not a regular expression
        --> pipeline.yaml:5:31
         |
       5 |   d: { type: string, pattern: "(", default: x }
         |                               ^^^
         = hint: a backslash in double quotes is written twice; use single quotes

      error[PL112]: the default is not in "enum": draft, final
        --> pipeline.yaml:6:39
         |
       6 |   e: { enum: [draft, final], default: fnal }
         |                                       ^^^^
         = hint: did you mean "final"?

      error[PL112]: "minimum" is for numbers, and the type is string
        --> pipeline.yaml:7:22
         |
       7 |   f: { type: string, minimum: 1 }
         |                      ^^^^^^^
         = hint: write \`type: integer\` or \`type: number\`

      error[PL108]: "g" has no value
        --> pipeline.yaml:8:3
         |
       8 |   g:
         |   ^
         = hint: for instance { type: string }

      error[PL112]: the default 0 is less than "minimum" (1)
        --> pipeline.yaml:9:32
         |
       9 |   h: { type: integer, default: 0, minimum: 1 }
         |                                ^

      error[PL112]: the default does not match "pattern"
        --> pipeline.yaml:10:31
         |
      10 |   i: { type: string, default: x, pattern: "^v" }
         |                               ^

      error[PL112]: the number 1 in "enum" is not of the type boolean
        --> pipeline.yaml:11:30
         |
      11 |   j: { type: boolean, enum: [1] }
         |                              ^"
    `);
  });
});

describe('defaults', () => {
  test('are checked where they stand', () => {
    expect(
      check(`defaults:
  "*": { timeout: 10 min, qualty: 3 }
  convert: { quality: high, input: in }
  convrt: { quality: 80 }
${tasks}`),
    ).toMatchInlineSnapshot(`
      "error[PL111]: "timeout" is not a duration: "10 min"
        --> pipeline.yaml:2:19
         |
       2 |   "*": { timeout: 10 min, qualty: 3 }
         |                   ^^^^^^
         = hint: write 10m

      error[PL101]: there is no key "qualty" in any operation
        --> pipeline.yaml:2:27
         |
       2 |   "*": { timeout: 10 min, qualty: 3 }
         |                           ^^^^^^
         = hint: did you mean "quality"?

      error[PL102]: "quality" must be a whole number, not the text "high"
        --> pipeline.yaml:3:23
         |
       3 |   convert: { quality: high, input: in }
         |                       ^^^^

      error[PL101]: "input" cannot be a default of many tasks
        --> pipeline.yaml:3:29
         |
       3 |   convert: { quality: high, input: in }
         |                             ^^^^^
         = hint: write it in each task

      error[PL110]: there is no operation "convrt"
        --> pipeline.yaml:4:3
         |
       4 |   convrt: { quality: 80 }
         |   ^^^^^^
         = hint: did you mean "convert"?"
    `);
  });
});

describe('matrix', () => {
  test('mistakes', () => {
    expect(check(convertWith('    matrix: { a: [1, 1], b: [] }'))).toMatchInlineSnapshot(`
      "error[PL106]: "b" must not be empty
        --> pipeline.yaml:7:29
         |
       7 |     matrix: { a: [1, 1], b: [] }
         |                             ^^"
    `);
    expect(check(convertWith('    matrix: { a: [x, x, y], exclude: [{ a: z }] }'))).toMatchInlineSnapshot(`
      "error[PL113]: "x" stands twice in "a"
        --> pipeline.yaml:7:22
         |
       7 |     matrix: { a: [x, x, y], exclude: [{ a: z }] }
         |                      ^
         = hint: remove one of the two

      warning[PL113]: this excludes no combination of the matrix
        --> pipeline.yaml:7:39
         |
       7 |     matrix: { a: [x, x, y], exclude: [{ a: z }] }
         |                                       ^^^^^^^^
         = hint: values must be equal, type included: 480 is not "480""
    `);
    expect(check(convertWith('    matrix: { a: [1], exclude: [{ a: 1 }] }'))).toContain(
      'every combination of this matrix is excluded',
    );
    const many = Array.from({ length: 40 }, (_, index) => index).join(', ');
    expect(check(convertWith(`    matrix: { a: [${many}], b: [${many}] }`))).toContain(
      'this matrix gives 40 × 40 = 1,600 variants; 1,000 are possible',
    );
    expect(check(convertWith('    matrix: { include: [{ a: 1 }, { a: 1 }] }'))).toContain(
      'two variants of this matrix are equal',
    );
  });
});
