/** What connected actions become at CloudConvert, and which files come down. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FakeCloudConvert, startFake } from './fake-cloudconvert.ts';
import { errorsOf, runOn } from './run-on-fake.ts';

let fake: FakeCloudConvert;
beforeEach(async () => {
  fake = await startFake();
});
afterEach(() => fake.close());

const tasksOf = (at: number): Readonly<Record<string, unknown>> =>
  Object.fromEntries(fake.jobs[at]?.tasks.map(({ name, body }) => [name ?? '', body]) ?? []);

test('several files and tasks are one job; what stays between them never comes down', async () => {
  const ran = await runOn({
    fake,
    files: { 'docs/a.txt': 'A', 'docs/guide/b.txt': 'B' },
    yaml: `
tasks:
  docs: { operation: import/local, path: 'docs/**/*.txt', base: docs }
  pdf: { operation: convert, input: docs, output_format: pdf }
  cover: { operation: thumbnail, input: pdf, output_format: png, width: 200 }
  all: { operation: merge, input: pdf, output_format: pdf, filename: all.pdf }
  out: { operation: export/local, input: [cover, all], path: out }
`,
  });
  expect(errorsOf(ran)).toEqual([]);
  expect(ran.outcome.exitCode).toBe(0);
  expect(ran.made).toEqual({
    'docs/a.txt': 'A',
    'docs/guide/b.txt': 'B',
    'out/a.png': 'png(pdf(A))',
    'out/all.pdf': 'merge(pdf(A)+pdf(B))',
    'out/guide/b.png': 'png(pdf(B))',
  });
  expect(fake.jobs).toHaveLength(1);
  expect(tasksOf(0)).toEqual({
    'upload-1': { operation: 'import/upload' },
    'upload-2': { operation: 'import/upload' },
    'pdf-1': { operation: 'convert', input: ['upload-1'], output_format: 'pdf', filename: 'a.pdf' },
    'pdf-2': { operation: 'convert', input: ['upload-2'], output_format: 'pdf', filename: 'b.pdf' },
    'cover-1': {
      operation: 'thumbnail',
      input: ['pdf-1'],
      output_format: 'png',
      width: 200,
      filename: 'a.png',
    },
    'cover-2': {
      operation: 'thumbnail',
      input: ['pdf-2'],
      output_format: 'png',
      width: 200,
      filename: 'b.png',
    },
    'all-1': { operation: 'merge', input: ['pdf-1', 'pdf-2'], output_format: 'pdf', filename: 'all.pdf' },
    'export-1': { operation: 'export/url', input: ['cover-1'] },
    'export-2': { operation: 'export/url', input: ['cover-2'] },
    'export-3': { operation: 'export/url', input: ['all-1'] },
  });
  expect(fake.uploads.toSorted()).toEqual(['a.txt 1', 'b.txt 1']);
  expect(fake.downloads.toSorted()).toEqual(['a.png 0', 'all.pdf 0', 'b.png 0']);
  expect(ran.journal).toEqual([]);
});
