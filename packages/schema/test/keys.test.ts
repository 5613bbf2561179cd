import { describe, expect, test } from 'vitest';
import { operationNames, operationSpecs } from '../src/index.ts';
import { check, codes, convertWith } from './check.ts';

const azure = (operation: string): string =>
  check(`tasks:
  in: { operation: ${operation}, storage_account: a, container: b, sas_token: "\${{ secrets.T }}", blob: c }
  out: { operation: export/url, input: in }
secrets: [T]
`);
const sftp = (keys: string): string =>
  check(`tasks: { in: { operation: import/sftp, host: a, username: b, password: c${keys} } }\n`);
const tasks = 'tasks: { in: { operation: import/upload } }\n';

describe('keys', () => {
  test('unknown ones, with what was meant', () => {
    expect(check(`nmae: a\n${tasks}`)).toMatchInlineSnapshot(`
      "error[PL101]: there is no key "nmae" in a pipeline
        --> pipeline.yaml:1:1
         |
       1 | nmae: a
         | ^^^^
         = hint: did you mean "name"?"
    `);
    expect(check(`vars: {}\n${tasks}`)).toContain('hint: here it is called "params"');
    expect(check(convertWith('    ouput_format: png'))).toMatchInlineSnapshot(`
      "error[PL101]: there is no key "ouput_format" in convert
        --> pipeline.yaml:7:5
         |
       7 |     ouput_format: png
         |     ^^^^^^^^^^^^
         = hint: did you mean "output_format"?"
    `);
    expect(check(convertWith('    continue_on_error: true'))).toContain(
      'hint: here it is called "ignore_error"',
    );
    expect(check(convertWith('    bucket: a'))).toContain('hint: it is an option of import/s3');
    expect(check(convertWith('    options: { qualty: 3 }'))).toContain('hint: did you mean "quality"?');
    expect(check(convertWith('    retry: { attempt: 3 }'))).toMatchInlineSnapshot(`
      "error[PL101]: there is no key "attempt" in "retry"
        --> pipeline.yaml:7:14
         |
       7 |     retry: { attempt: 3 }
         |              ^^^^^^^
         = hint: did you mean "attempts"?"
    `);
  });

  test('a misspelt required key is not missing as well', () => {
    expect(
      check(`tasks:
  in: { operation: import/upload }
  one: { operation: convert, input: in, ouput_format: png }
  out: { operation: export/url, input: one }
`),
    ).toMatchInlineSnapshot(`
      "error[PL101]: there is no key "ouput_format" in convert
        --> pipeline.yaml:3:41
         |
       3 |   one: { operation: convert, input: in, ouput_format: png }
         |                                         ^^^^^^^^^^^^
         = hint: did you mean "output_format"?"
    `);
  });

  test('`x-` keys are ignored where control keys stand', () => {
    expect(check(`x-top: 1\n${convertWith('    x-task: 1\n    retry: { attempts: 2, x-why: flaky }')}`)).toBe(
      'fine: in, one, out',
    );
  });

  test('all mistakes at once, in the order of the file', () => {
    expect(
      codes(`version: 2
tasks:
  in: { operation: import/locl, path: a }
  one: { operation: convert, input: inn, output_format: 7, quality: high }
  two: { operation: convert, input: one, output_format: png, foo: 1, if: "file.xyz == 1" }
`),
    ).toEqual(['PL103', 'PL110', 'PL301', 'PL102', 'PL102', 'PL101', 'PL202']);
  });
});

describe('types', () => {
  test('are never coerced; the fix is told', () => {
    expect(check(convertWith('    width: 640px'))).toMatchInlineSnapshot(`
      "error[PL102]: "width" must be a whole number, not the text "640px"
        --> pipeline.yaml:7:12
         |
       7 |     width: 640px
         |            ^^^^^
         = hint: write 640"
    `);
    expect(check(convertWith('    width: "640"'))).toContain('hint: write 640 without quotes');
    expect(check(convertWith('    width: 1.5'))).toContain('must be a whole number, not the number 1.5');
    expect(check(convertWith('    filename: 2024'))).toContain('hint: put it in quotes: "2024"');
    expect(check(convertWith('    strip: [true]'))).toContain('hint: write true');
    expect(check(`secrets: TOKEN\n${tasks}`)).toContain('hint: write [TOKEN]');
    expect(check(`env: { PORT: 8080 }\n${tasks}`)).toContain('hint: put it in quotes: "8080"');
    expect(check('tasks: [{ operation: convert }]\n')).toContain('"tasks" must be a map, not a list');
    expect(check('tasks: { pdf: convert }\n')).toMatchInlineSnapshot(`
      "error[PL102]: the task "pdf" must be a map, not the text "convert"
        --> pipeline.yaml:1:15
         |
       1 | tasks: { pdf: convert }
         |               ^^^^^^^
         = hint: below the name stand its keys: \`operation: …\`, \`input: …\`"
    `);
  });

  test('empty values', () => {
    expect(check(convertWith('    filename:'))).toMatchInlineSnapshot(`
      "error[PL108]: "filename" has no value
        --> pipeline.yaml:7:5
         |
       7 |     filename:
         |     ^^^^^^^^
         = hint: for instance report.pdf"
    `);
    expect(check(convertWith('    label: ""'))).toContain('"label" must not be empty');
    expect(check('tasks: {}\n')).toContain('"tasks" must not be empty');
    expect(check('name: a\n')).toContain('error[PL104]: a pipeline needs "tasks"');
  });

  test('limits', () => {
    expect(check(convertWith('    width: 0'))).toMatchInlineSnapshot(`
      "error[PL106]: "width" must be at least 1, not the number 0
        --> pipeline.yaml:7:12
         |
       7 |     width: 0
         |            ^"
    `);
    expect(check(convertWith('    retry: 0'))).toContain('"retry" must be at least 1');
    expect(check(`concurrency: 0\n${tasks}`)).toContain('"concurrency" must be at least 1');
    expect(check(`concurrency: half\n${tasks}`)).toMatchInlineSnapshot(`
      "error[PL107]: "concurrency" does not have the right form: the text "half"
        --> pipeline.yaml:1:14
         |
       1 | concurrency: half
         |              ^^^^
         = hint: for instance 4"
    `);
  });

  test('one of a few values', () => {
    expect(check(convertWith('    fit: maxx'))).toMatchInlineSnapshot(`
      "error[PL103]: "fit" must be max, crop or scale, not the text "maxx"
        --> pipeline.yaml:7:10
         |
       7 |     fit: maxx
         |          ^^^^
         = hint: did you mean "max"?"
    `);
    expect(check(`on_error: halt\n${tasks}`)).toContain(
      '"on_error" must be continue or stop, not the text "halt"',
    );
    expect(check(`version: "1"\n${tasks}`)).toContain('hint: write 1 without quotes');
  });

  test('durations', () => {
    expect(check(convertWith('    timeout: 10 minutes'))).toMatchInlineSnapshot(`
      "error[PL111]: "timeout" is not a duration: "10 minutes"
        --> pipeline.yaml:7:14
         |
       7 |     timeout: 10 minutes
         |              ^^^^^^^^^^
         = hint: write 10m"
    `);
    expect(check(convertWith('    timeout: soon'))).toContain('hint: write 500ms, 90s, 10m, 1h30m');
    expect(check(convertWith('    retry: { attempts: 2, delay: 1 sec }'))).toContain('hint: write 1s');
  });

  test('expressions stand in options, not in control keys', () => {
    expect(check(convertWith('    width: ${{ 3 }}\n    filename: ${{ file.stem }}.webp'))).toBe(
      'fine: in, one, out',
    );
    expect(check(convertWith('    timeout: ${{ params.t }}'))).toMatchInlineSnapshot(`
      "error[PL114]: "timeout" cannot hold an expression
        --> pipeline.yaml:7:14
         |
       7 |     timeout: \${{ params.t }}
         |              ^^^^^^^^^^^^^^^
         = hint: it must be known before the run: write the value itself; expressions stand in options and in \`if\`"
    `);
    expect(check(convertWith('    matrix: { a: [1, "${{ params.t }}"] }'))).toContain('error[PL114]');
    expect(check(`tag: \${{ params.t }}\n${tasks}`)).toContain('error[PL114]');
  });
});

describe('operations', () => {
  test('unknown ones, with what was meant', () => {
    expect(check('tasks: { in: { operation: import/lokal, path: a } }\n')).toMatchInlineSnapshot(`
      "error[PL110]: there is no operation "import/lokal"
        --> pipeline.yaml:1:27
         |
       1 | tasks: { in: { operation: import/lokal, path: a } }
         |                           ^^^^^^^^^^^^
         = hint: did you mean "import/local"?"
    `);
    expect(check('tasks: { in: { operation: import/file, path: a } }\n')).toContain(
      'here it is called "import/local"',
    );
    expect(check('tasks: { in: { path: a } }\n')).toMatchInlineSnapshot(`
      "error[PL104]: the task "in" needs "operation"
        --> pipeline.yaml:1:10
         |
       1 | tasks: { in: { path: a } }
         |          ^^
         = hint: for instance \`operation: convert\`"
    `);
  });

  test("CloudConvert's other spelling", () => {
    expect(azure('import/azure-blob')).toBe('fine: in, out');
    expect(azure('import/azure/blob')).toBe('fine: in, out');
  });

  test('what is missing, and what excludes each other', () => {
    expect(check('tasks: { in: { operation: import/local } }\n')).toMatchInlineSnapshot(`
      "error[PL104]: import/local "in" needs "path"
        --> pipeline.yaml:1:10
         |
       1 | tasks: { in: { operation: import/local } }
         |          ^^
         = hint: for instance \`path: ["docs/**/*.docx", "!docs/_drafts/**"]\`"
    `);
    expect(sftp('')).toMatchInlineSnapshot(`
      "error[PL105]: import/sftp "in" needs "file" or "path"
        --> pipeline.yaml:1:10
         |
       1 | tasks: { in: { operation: import/sftp, host: a, username: b, password: c } }
         |          ^^"
    `);
    expect(sftp(', file: a, path: b')).toMatchInlineSnapshot(`
      "error[PL105]: only one of "file" and "path" can be given
        --> pipeline.yaml:1:84
         |
       1 | tasks: { in: { operation: import/sftp, host: a, username: b, password: c, file: a, path: b } }
         |                                                                                    ^^^^
         = hint: remove one of them
      note: the other one
        --> pipeline.yaml:1:75
         |
       1 | tasks: { in: { operation: import/sftp, host: a, username: b, password: c, file: a, path: b } }
         |                                                                           ----"
    `);
  });

  test.each(operationNames)('the example of %s is right', (name) => {
    const spec = operationSpecs[name];
    const { input, image } = spec.example;
    const inputs = [input, image].flat().filter((one) => typeof one === 'string');
    const imports = Object.fromEntries(inputs.map((one) => [one, { operation: 'import/upload' }]));
    const secrets = [...JSON.stringify(spec.example).matchAll(/secrets\.(\w+)/g)].map(([, secret]) => secret);
    const matrix = /\$\{\{ *(params|env|matrix)\./.test(JSON.stringify(spec.example));
    expect(matrix).toBe(false);
    const job = { secrets: [...new Set(secrets)], tasks: { ...imports, 'the-task': spec.example } };
    expect(codes(JSON.stringify(job)).filter((code) => code !== 'PL305' && code !== 'PL306')).toEqual([]);
  });
});
