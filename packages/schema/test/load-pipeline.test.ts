import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { convertWith, load } from './check.ts';

const task = (keys: string) => {
  const found = load(convertWith(keys)).tasks.get('one');
  if (found === undefined) throw new Error('no task');
  return found;
};

const grouped = (keys: string) =>
  load(`tasks:
  in: { operation: import/upload }
  one: { operation: archive, input: in, output_format: zip${keys} }
  out: { operation: export/url, input: one }
`).tasks.get('one')?.groupBy;

const exported = (keys: string) =>
  load(`tasks:
  in: { operation: import/local, path: "*" }
  out: { operation: ${keys}, input: in }
`).tasks.get('out')?.groupBy;

const variants = (matrix: string) => task(`    matrix: ${matrix}`).variants;

test('files that a %d numbers are taken together, unless the task says otherwise', () => {
  const s3 = 'export/s3, bucket: b, region: r, access_key_id: a, secret_access_key: s';
  expect(exported(`${s3}, key: "pages/%03d.png"`)).toBe('all');
  expect(exported(`${s3}, key: "pages/%d.png", group_by: dir`)).toBe('dir');
  expect(exported(`${s3}, key: pages/a.png`)).toBe('file');
  expect(exported(`${s3}, key_prefix: "pages/%d"`)).toBe('file');
  expect(exported('export/sftp, host: h, username: u, password: p, file: "%d.png"')).toBe('all');
  expect(exported('export/azure/blob, storage_account: a, sas_token: s, container: c, blob: "%d.png"')).toBe(
    'all',
  );
});

test('a task without control keys has their defaults', () => {
  const text = convertWith('    width: 640');
  const { range, optionRanges, ...one } = task('    width: 640');
  expect(one).toEqual({
    name: 'one',
    operation: 'convert',
    inputs: ['in'],
    fileInputs: {},
    needs: [],
    variants: [{}],
    groupBy: 'file',
    retry: { attempts: 1, delayMs: 1000, backoff: 2, maxDelayMs: 30_000, on: 'transient' },
    ignoreError: false,
    cache: true,
    options: { output_format: 'webp', width: 640 },
    templates: [],
  });
  expect(text.slice(range.start, range.end)).toBe('one');
  expect(Object.entries(optionRanges).map(([key, { start, end }]) => [key, text.slice(start, end)])).toEqual([
    ['output_format', 'webp'],
    ['width', '640'],
  ]);
});

test('control keys', () => {
  const one = task(`    needs: [in]
    if: matrix.size > 10
    matrix: { size: [5, 20] }
    group_by: dir
    retry: { attempts: 4, delay: 500ms, backoff: 3, max_delay: 1h30m, on: any }
    timeout: 10m
    ignore_error: true
    cache: false
    runs_on: cloudconvert
    label: Small`);
  expect(one).toMatchObject({
    needs: ['in'],
    groupBy: 'dir',
    retry: { attempts: 4, delayMs: 500, backoff: 3, maxDelayMs: 5_400_000, on: 'any' },
    timeoutMs: 600_000,
    ignoreError: true,
    cache: false,
    runsOn: 'cloudconvert',
    label: 'Small',
  });
  expect(one.options).toEqual({ output_format: 'webp' });
  expect(one.condition?.parts).toMatchObject([{ type: 'binary', operator: '>' }]);
  expect(task('    timeout: 90').timeoutMs).toBe(90_000);
  expect(task('    retry: 3').retry.attempts).toBe(3);
  expect(task('    if: false').condition?.parts).toMatchObject([{ type: 'literal', value: false }]);
  expect(task('    if: ${{ file.ext == "png" }}').condition?.parts).toMatchObject([{ type: 'binary' }]);
});

test('merge and archive take all files at once unless told otherwise', () => {
  expect(grouped('')).toBe('all');
  expect(grouped(', group_by: dir')).toBe('dir');
});

describe('options', () => {
  test('`options:` wins over flat ones', () => {
    expect(task('    width: 1\n    options: { width: 2, height: 3 }').options).toEqual({
      output_format: 'webp',
      width: 2,
      height: 3,
    });
  });

  test('defaults: the operation wins over `*`, the task over both', () => {
    const { tasks } = load(`defaults:
  "*": { retry: 2, quality: 10, width: 10 }
  convert: { quality: 20, height: 20, timeout: 5 }
tasks:
  in: { operation: import/local, path: a.png }
  one: { operation: convert, input: in, output_format: webp, height: 30 }
  two: { operation: archive, input: one, output_format: zip }
  out: { operation: export/url, input: two }
`);
    expect(tasks.get('one')).toMatchObject({
      options: { output_format: 'webp', quality: 20, width: 10, height: 30 },
      retry: { attempts: 2 },
      timeoutMs: 5000,
    });
    expect(tasks.get('two')?.options).toEqual({ output_format: 'zip' });
    expect(tasks.get('in')?.retry.attempts).toBe(2);
  });

  test('expressions keep their text, with the parsed template and its place beside', () => {
    const text = convertWith('    filename: "a\\t${{ file.stem }}.webp"');
    const one = load(text).tasks.get('one');
    expect(one?.options['filename']).toBe('a\t${{ file.stem }}.webp');
    const template = one?.templates[0];
    expect(template?.path).toEqual(['filename']);
    const expression = template?.template.parts[1];
    if (typeof expression !== 'object') throw new Error('no expression');
    expect(text.slice(expression.range.start, expression.range.end)).toBe('file.stem');
  });
});

describe('matrix', () => {
  test('every combination, less excluded ones', () => {
    expect(variants('{ a: [1, 2], b: [x, y], exclude: [{ a: 1, b: y }] }')).toEqual([
      { a: 1, b: 'x' },
      { a: 2, b: 'x' },
      { a: 2, b: 'y' },
    ]);
  });

  test('include as GitHub Actions does it', () => {
    // The example of its documentation.
    expect(
      variants(`
      fruit: [apple, pear]
      animal: [cat, dog]
      include:
        - color: green
        - { color: pink, animal: cat }
        - { fruit: apple, shape: circle }
        - fruit: banana
        - { fruit: banana, animal: cat }`),
    ).toEqual([
      { fruit: 'apple', animal: 'cat', color: 'pink', shape: 'circle' },
      { fruit: 'apple', animal: 'dog', color: 'green', shape: 'circle' },
      { fruit: 'pear', animal: 'cat', color: 'pink' },
      { fruit: 'pear', animal: 'dog', color: 'green' },
      { fruit: 'banana' },
      { fruit: 'banana', animal: 'cat' },
    ]);
  });

  test('include alone', () => {
    expect(variants('{ include: [{ a: 1, b: 2 }, { a: 3 }] }')).toEqual([{ a: 1, b: 2 }, { a: 3 }]);
  });
});

test('the top level', () => {
  const pipeline = load(`version: 1
name: site
description: for \${{ nobody }}
tag: t
webhook_url: https://example.com/
params:
  quality: { type: integer, default: 80, minimum: 1, maximum: 100, description: Of images }
  title: Untitled
  ratio: 1.5
  draft: false
  needed: { type: string }
env: { STAGE: test, CI: }
secrets: [TOKEN]
concurrency: { max: 50%, libreoffice: 1, import/azure-blob: 3 }
on_error: stop
watch: { paths: docs/**, settle: 1s, on_busy: restart, initial: false }
tasks: { in: { operation: import/upload } }
`);
  const { source, tasks, params, env, concurrency, ...head } = pipeline;
  expect(head).toEqual({
    name: 'site',
    description: 'for ${{ nobody }}',
    tag: 't',
    webhookUrl: 'https://example.com/',
    secrets: ['TOKEN'],
    onError: 'stop',
    watch: {
      paths: ['docs/**'],
      ignore: [],
      settleMs: 1000,
      debounceMs: 100,
      onBusy: 'restart',
      initial: false,
    },
  });
  expect(source.path).toBe('pipeline.yaml');
  expect([...tasks.keys()]).toEqual(['in']);
  expect([...env]).toEqual([
    ['STAGE', 'test'],
    ['CI', undefined],
  ]);
  expect(concurrency.max).toEqual({ percent: 50 });
  expect([...concurrency.limits]).toEqual([
    ['libreoffice', 1],
    ['import/azure/blob', 3],
  ]);
  expect([...params.values()].map(({ range: _range, ...param }) => param)).toEqual([
    { name: 'quality', type: 'integer', default: 80, minimum: 1, maximum: 100, description: 'Of images' },
    { name: 'title', type: 'string', default: 'Untitled' },
    { name: 'ratio', type: 'number', default: 1.5 },
    { name: 'draft', type: 'boolean', default: false },
    { name: 'needed', type: 'string' },
  ]);
});

test('CloudConvert job bodies pass unchanged', () => {
  const job = {
    tag: null,
    webhook_url: '',
    redirect: false,
    tasks: {
      'import-1': { operation: 'import/url', url: 'https://example.com/file.docx' },
      convert: {
        operation: 'convert',
        input: ['import-1'],
        output_format: 'pdf',
        engine: 'office',
        timeout: 600,
      },
      'export-1': { operation: 'export/url', input: 'convert', inline: false, archive_multiple_files: false },
    },
  };
  const { tasks, tag, webhookUrl } = load(JSON.stringify(job, undefined, 2));
  expect([...tasks.values()].map(({ operation, inputs }) => [operation, inputs])).toEqual([
    ['import/url', []],
    ['convert', ['import-1']],
    ['export/url', ['convert']],
  ]);
  expect([tag, webhookUrl]).toEqual([undefined, undefined]);
});

test.each([
  'quickstart/pipeline.yaml',
  'site-assets/pipeline.yaml',
  'cloudconvert-job/pipeline.yaml',
  'cloudconvert-job/job.json',
])('the example %s is right', (name) => {
  const text = readFileSync(new URL(`../../../examples/${name}`, import.meta.url), 'utf8');
  expect(load(text).tasks.size).toBeGreaterThan(2);
});
