import { describe, expect, test } from 'vitest';
import { check, codes } from './check.ts';

test('an unknown task', () => {
  expect(
    check(`tasks:
  docs: { operation: import/upload }
  out: { operation: export/url, input: [dcos] }
`),
  ).toMatchInlineSnapshot(`
    "error[PL301]: there is no task "dcos"
      --> pipeline.yaml:3:41
       |
     3 |   out: { operation: export/url, input: [dcos] }
       |                                         ^^^^
       = hint: did you mean "docs"?"
  `);
});

describe('cycles', () => {
  test('are named, with every step', () => {
    expect(
      check(`tasks:
  a: { operation: convert, input: c, output_format: pdf }
  b: { operation: convert, input: a, output_format: pdf }
  c: { operation: convert, input: b, output_format: pdf }
  out: { operation: export/url, input: c }
`),
    ).toMatchInlineSnapshot(`
      "error[PL302]: these tasks wait for each other, so none can begin: a → c → b → a
        --> pipeline.yaml:2:35
         |
       2 |   a: { operation: convert, input: c, output_format: pdf }
         |                                   ^
         = hint: remove one of the references
      note: "c" waits for "b"
        --> pipeline.yaml:4:35
         |
       4 |   c: { operation: convert, input: b, output_format: pdf }
         |                                   -
      note: "b" waits for "a"
        --> pipeline.yaml:3:35
         |
       3 |   b: { operation: convert, input: a, output_format: pdf }
         |                                   -"
    `);
  });

  test('of one task, and by needs', () => {
    expect(codes('tasks: { a: { operation: convert, input: a, output_format: pdf } }\n')).toEqual(['PL302']);
    expect(
      codes(`tasks:
  a: { operation: import/upload, needs: b }
  b: { operation: export/url, input: a }
`),
    ).toEqual(['PL302']);
  });

  test('10,000 tasks in a row overflow nothing', () => {
    const lines = Array.from(
      { length: 10_000 },
      (_, index) =>
        `  t${index}: { operation: convert, input: t${(index + 1) % 10_000}, output_format: pdf }`,
    );
    expect(codes(`tasks:\n${lines.join('\n')}\n`)).toEqual(['PL302']);
  });
});

test('inputs where none belong, and none where they do', () => {
  expect(
    check(`tasks:
  docs: { operation: import/upload, input: other }
  other: { operation: import/upload }
  pdf: { operation: convert, output_format: pdf }
  none: { operation: convert, output_format: pdf, input: [] }
  out: { operation: export/url, input: [pdf, none] }
`),
  ).toMatchInlineSnapshot(`
    "error[PL303]: no files flow into import/upload: it brings its own
      --> pipeline.yaml:2:37
       |
     2 |   docs: { operation: import/upload, input: other }
       |                                     ^^^^^
       = hint: remove \`input\`; for order only, write \`needs\`

    error[PL304]: the task "pdf" has no "input": convert needs files
      --> pipeline.yaml:4:3
       |
     4 |   pdf: { operation: convert, output_format: pdf }
       |   ^^^
       = hint: for instance \`input: other\`

    error[PL304]: the task "none" has no "input": convert needs files
      --> pipeline.yaml:5:58
       |
     5 |   none: { operation: convert, output_format: pdf, input: [] }
       |                                                          ^^
       = hint: for instance \`input: pdf\`"
  `);
});

test('the result of an export', () => {
  expect(
    check(`tasks:
  docs: { operation: import/upload }
  out: { operation: export/url, input: docs }
  pdf: { operation: convert, input: out, output_format: pdf }
`),
  ).toMatchInlineSnapshot(`
    "error[PL307]: the task "out" is an export: its files leave the job and flow nowhere
      --> pipeline.yaml:4:37
       |
     4 |   pdf: { operation: convert, input: out, output_format: pdf }
       |                                     ^^^
       = hint: take what it exports: \`input: docs\`; for order only, write \`needs\`"
  `);
  expect(
    codes(`tasks:
  docs: { operation: import/upload }
  out: { operation: export/url, input: docs }
  again: { operation: export/url, input: docs, needs: out }
`),
  ).toEqual([]);
});

test('results that nobody takes are warnings', () => {
  expect(
    check(`tasks:
  docs: { operation: import/upload }
  logo: { operation: import/upload }
  pdf: { operation: convert, input: docs, output_format: pdf }
  out: { operation: export/url, input: [docs, docs] }
`),
  ).toMatchInlineSnapshot(`
    "warning[PL306]: nothing takes the files of the import "logo"
      --> pipeline.yaml:3:3
       |
     3 |   logo: { operation: import/upload }
       |   ^^^^
       = hint: name it in the \`input\` of a task, or remove it

    warning[PL305]: nothing takes the files of "pdf", so they are lost after the run
      --> pipeline.yaml:4:3
       |
     4 |   pdf: { operation: convert, input: docs, output_format: pdf }
       |   ^^^
       = hint: add it to the \`input\` of an export, or remove the task

    warning[PL308]: "docs" stands twice in this list; its files flow in once
      --> pipeline.yaml:5:47
       |
     5 |   out: { operation: export/url, input: [docs, docs] }
       |                                               ^^^^
       = hint: remove one of the two"
  `);
});

test('imports alone, and imports with metadata, are jobs', () => {
  expect(check('tasks: { a: { operation: import/upload }, b: { operation: import/upload } }\n')).toBe(
    'fine: a, b',
  );
  expect(check('tasks: { a: { operation: import/upload }, m: { operation: metadata, input: a } }\n')).toBe(
    'fine: a, m',
  );
});

const watermark = (image: string): string =>
  check(`tasks:
  photo: { operation: import/local, path: a.jpg }
  logo: { operation: import/local, path: logo.png }
  mark: { operation: watermark, input: photo, image: ${image} }
  out: { operation: export/url, input: mark }
`);

test('a task may be an option', () => {
  expect(watermark('logo')).toBe('fine: photo, logo, mark, out');
  expect(watermark('lgoo')).toContain('error[PL301]: there is no task "lgoo"');
  expect(watermark('"${{ params.x }}"')).toContain('error[PL114]: "image" cannot hold an expression');
});
