/** Expressions checked before the run, in whole pipelines: names, types, secrets, and values that the option cannot take. */
import { expect, test } from 'vitest';
import { mistakes } from './load.ts';

/** `convert` of files with a matrix; `%` is the line under test. */
const frame = `
params:
  quality: { type: integer, default: 80 }
  ratio: { type: number, default: 0.5 }
  mode: { type: string, enum: [max, cropp] }
  label: { type: string }
env: { CITY: Ulm }
secrets: [TOKEN]
tasks:
  files: { operation: import/local, path: "*.png" }
  out:
    operation: convert
    input: files
    matrix:
      format: [webp, jpg]
      width: [480, 960]
      wide: ['960']
      include: [{ format: webp, size: big }]
    output_format: webp
    %
  all: { operation: export/local, path: out, input: out }
`;

const inTask = (line: string): readonly string[] => mistakes(frame.replace('%', () => line));

test.each([
  'width: ${{ matrix.width }}',
  'quality: ${{ params.quality }}',
  "fit: ${{ default(params.label, 'max') }}",
  'filename: ${{ slug(file.stem) }}-${{ matrix.width }}.${{ lower(file.ext) }}',
  'filename: ${{ default(matrix.size, file.stem) }}.webp',
  'x-note: ${{ secrets.TOKEN }}',
  'if: file.size > 1000 && matrix.width < 500 || !(file.ext in ["png", "jpg"])',
  "if: matrix.format == 'webp' && params.quality >= 50",
  'height: ${{ matrix.width }}',
  'filename: "${{ join([file.stem, matrix.width], \'-\') }}.webp"',
])('%s is right', (line) => expect(inTask(line)).toEqual([]));

test.each<[string, string]>([
  [
    'width: ${{ matrix.widht }}',
    'PL202 the matrix of this task has no key "widht" @ matrix.widht = did you mean "width"?',
  ],
  [
    'width: ${{ params.with }}',
    'PL202 there is no parameter "with" @ params.with = declare it at the top of the file: `params: { with: { type: string } }`',
  ],
  [
    'filename: ${{ env.CTIY }}',
    'PL202 there is no declared environment variable "CTIY" @ env.CTIY = did you mean "CITY"?',
  ],
  [
    'filename: ${{ env.HOME }}',
    'PL202 there is no declared environment variable "HOME" @ env.HOME = declare it at the top of the file: `env: [HOME]`',
  ],
  [
    'filename: ${{ file.basename }}',
    'PL202 `file` has no "basename" @ file.basename = it has path, dir, name, stem, ext, format, size',
  ],
  ['filename: ${{ job.number }}', 'PL202 `job` has no "number" @ job.number = it has id, date'],
  [
    'filename: ${{ secrets.TOKEN }}',
    'PL206 the secret "TOKEN" cannot be used here, where it could become visible @ secrets.TOKEN = secrets belong into options such as passwords, keys and `headers`; for anything else declare the variable under `env`',
  ],
  [
    'if: secrets.TOKEN == "x"',
    'PL206 the secret "TOKEN" cannot be used here, where it could become visible @ secrets.TOKEN = secrets belong into options such as passwords, keys and `headers`; for anything else declare the variable under `env`',
  ],
  [
    'filename: ${{ matrix.size }}.webp',
    'PL208 some variants have no `matrix.size` @ matrix.size = give it to every `include`, or write `default(matrix.size, …)`',
  ],
  // Types.
  [
    "if: matrix.width == '480'",
    "PL203 `==` cannot compare a whole number with text @ matrix.width == '480' = texts stand in quotes, numbers do not: '480' is a text, 480 a number",
  ],
  [
    'if: file.ext < 3',
    "PL203 `<` cannot compare text with a whole number @ file.ext < 3 = texts stand in quotes, numbers do not: '480' is a text, 480 a number",
  ],
  [
    "if: matrix.width in ['480', 960]",
    "PL203 `in` cannot compare a whole number with text @ '480' = texts stand in quotes, numbers do not: '480' is a text, 480 a number",
  ],
  ["if: matrix.format == 'wepb'", 'PL203 `matrix.format` is never "wepb" @ \'wepb\' = did you mean "webp"?'],
  [
    "if: matrix.format in ['webp', 'jgp']",
    'PL203 `matrix.format` is never "jgp" @ \'jgp\' = did you mean "jpg"?',
  ],
  [
    'if: file.ext in file.name',
    "PL203 the right side of `in` must be a list @ file.name = write `file.format in ['png', 'jpg']`",
  ],
  ['if: file.dir', 'PL205 `if` takes true or false, but this is text @ file.dir'],
  [
    'if: "!file.dir"',
    "PL203 `!` needs true or false, but this is text @ file.dir = compare it with something: `file.dir != ''`",
  ],
  [
    "filename: ${{ params.label || 'x' }}",
    'PL203 `||` needs true or false, but this is text @ params.label = compare it with something, or write `default(value, fallback)` for a fallback',
  ],
  [
    'filename: ${{ lower(matrix.width) }}',
    'PL204 `lower` takes text, but this is a whole number @ matrix.width = write `lower(text)`',
  ],
  [
    'filename: ${{ replace(file.stem, "a") }}',
    'PL204 `replace` takes 3 arguments, but 2 are given @ replace(file.stem, "a") = write `replace(text, search, replacement)`',
  ],
  ['filename: ${{ slug() }}', 'PL204 `slug` takes 1 argument, but 0 are given @ slug() = write `slug(text)`'],
  [
    'filename: ${{ join(file.stem) }}',
    'PL204 `join` takes a list: [a, b] @ file.stem = write `join([a, b], separator)`',
  ],
  [
    "filename: ${{ ['a'] }}",
    "PL203 a list is no value of its own @ ['a'] = lists stand right of `in`, and in `join(['a', 'b'], '-')`",
  ],
  // What the option can take.
  [
    'width: ${{ matrix.format }}',
    'PL205 `width` takes a whole number of at least 1, but this is text @ matrix.format',
  ],
  [
    'width: ${{ matrix.wide }}',
    'PL205 `width` takes a whole number of at least 1, but this is text @ matrix.wide = write 960 without quotes',
  ],
  [
    'width: ${{ matrix.width }}px',
    'PL205 `width` takes a whole number of at least 1, but this is text @ matrix.width = text around an expression makes it a text: leave only the expression',
  ],
  [
    'width: ${{ env.CITY }}',
    'PL205 `width` takes a whole number of at least 1, but this is text @ env.CITY = environment variables are texts: declare a parameter `{ type: integer }` instead',
  ],
  [
    'width: ${{ params.label }}',
    'PL205 `width` takes a whole number of at least 1, but this is text @ params.label = declare the parameter with `type: integer`',
  ],
  [
    'width: ${{ params.ratio }}',
    'PL205 `width` takes a whole number of at least 1, but this is a number @ params.ratio = declare the parameter with `type: integer`',
  ],
  [
    'filename: ${{ matrix.width }}',
    'PL205 `filename` takes text, but this is a whole number @ matrix.width = put the values of the matrix in quotes',
  ],
  [
    'quality: ${{ matrix.width }}',
    'PL205 `quality` takes a whole number from 1 to 100, but this can be 480 @ matrix.width',
  ],
  [
    'fit: ${{ params.mode }}',
    'PL205 `fit` takes one of max, crop, scale, but this can be "cropp" @ params.mode = did you mean "crop"?',
  ],
  [
    'fit: ${{ lower(matrix.format) }}',
    'PL205 `fit` takes one of max, crop, scale, but this can be "webp" @ lower(matrix.format)',
  ],
  [
    'strip: ${{ matrix.width }}',
    'PL205 `strip` takes true or false, but this is a whole number @ matrix.width',
  ],
])('%s', (line, expected) => expect(inTask(line)).toEqual([expected]));

test('several mistakes of one expression are told together', () => {
  expect(inTask('if: matrix.a == 1 && lower(file.size) == params.b').map((text) => text.slice(0, 5))).toEqual(
    ['PL202', 'PL204', 'PL202'],
  );
});

test('secrets are for headers and credentials', () => {
  const text = `
secrets: [TOKEN]
tasks:
  page: { operation: import/url, url: https://example.com/a.pdf, headers: { Authorization: "Bearer \${{ secrets.TOKEN }}" } }
  open: { operation: pdf/decrypt, input: page, password: "\${{ secrets.TOKEN }}" }
  all: { operation: export/local, path: out, input: open }
`;
  expect(mistakes(text)).toEqual([]);
});

test('`file` is for tasks that take one file at a time', () => {
  const text = `
tasks:
  page: { operation: import/url, url: "https://example.com/\${{ file.stem }}" }
  pack: { operation: archive, input: page, output_format: zip, filename: "\${{ file.stem }}.zip" }
  all: { operation: export/local, path: out, input: pack }
`;
  expect(mistakes(text)).toEqual([
    'PL202 this task takes no files, so there is no `file` @ file.stem = `file` is for tasks with `input`; here `params`, `env`, `matrix` and `job` can be read',
    'PL202 this task takes several files at once, so there is no single `file` @ file.stem = with `group_by: file` the task runs once for each file',
  ]);
});
