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

test('what it costs is told, and nothing reads the key', async () => {
  const ran = await runOn({
    fake,
    files: { 'a.txt': 'A', 'b.txt': 'B' },
    yaml: `
tasks:
  docs: { operation: import/local, path: '*.txt' }
  pdf: { operation: convert, input: docs, output_format: pdf }
  small: { operation: optimize, input: pdf }
  out: { operation: export/local, input: small, path: out }
`,
  });
  const paid = ran.events.flatMap((event) =>
    event.type === 'action.finished' && event.credits !== undefined
      ? [`${event.action} ${event.credits}`]
      : [],
  );
  expect(paid.toSorted()).toEqual(['pdf[a.txt] 1', 'pdf[b.txt] 1', 'small[a.pdf] 1', 'small[b.pdf] 1']);
  expect(JSON.stringify(ran.events)).not.toContain('test-key');
});

test('the job that CloudConvert documents runs there as it is', async () => {
  const ran = await runOn({
    fake,
    yaml: `
tasks:
  import-my-file: { operation: import/url, url: 'https://my.url/file.docx' }
  convert-my-file: { operation: convert, input: import-my-file, output_format: pdf }
  export-my-file: { operation: export/url, input: convert-my-file }
`,
  });
  expect(errorsOf(ran)).toEqual([]);
  expect(fake.jobs).toHaveLength(1);
  expect(Object.values(tasksOf(0))).toEqual([
    { operation: 'import/url', url: 'https://my.url/file.docx', filename: 'file.docx' },
    { operation: 'convert', input: ['import-my-file-1'], output_format: 'pdf', filename: 'file.pdf' },
    { operation: 'export/url', input: ['convert-my-file-1'] },
  ]);
  const exported = ran.outcome.job.tasks.at(-1)?.result?.files;
  expect(exported).toEqual([{ filename: 'file.pdf', size: 29, url: expect.stringContaining('/files/') }]);
  expect(fake.downloads).toEqual([]);
});

test('files that only the run knows of go on in another job', async () => {
  const ran = await runOn({
    fake,
    files: { 'a.pdf': 'A' },
    yaml: `
tasks:
  docs: { operation: import/local, path: '*.pdf' }
  pages: { operation: pdf/split-pages, input: docs }
  cover: { operation: thumbnail, input: pages, output_format: png }
  out: { operation: export/local, input: cover, path: out }
`,
  });
  expect(errorsOf(ran)).toEqual([]);
  expect(ran.made).toMatchObject({
    'out/a-1.png': 'png(A p1)',
    'out/a-2.png': 'png(A p2)',
    'out/a-3.png': 'png(A p3)',
  });
  // The pages come at once, and go together.
  expect(fake.jobs.map(({ tasks }) => tasks.length)).toEqual([3, 9]);
});

test('work here between work there makes further jobs, and never one that waits for itself', async () => {
  const ran = await runOn({
    fake,
    files: { 'a.txt': 'A', 'b.txt': 'B' },
    yaml: `
tasks:
  docs: { operation: import/local, path: '*.txt' }
  pdf: { operation: convert, input: docs, output_format: pdf }
  tar: { operation: archive, input: pdf, output_format: tar, runs_on: local }
  zip: { operation: convert, input: tar, output_format: zip }
  all: { operation: archive, input: [pdf, zip], output_format: 7z, filename: all.7z }
  out: { operation: export/local, input: all, path: out }
`,
  });
  expect(errorsOf(ran)).toEqual([]);
  expect(fake.jobs).toHaveLength(3);
  expect(ran.made['out/all.7z']).toMatch(/^archive\(pdf\(A\)\+pdf\(B\)\+zip\(/);
});

test('a file that is not made here is left out, and what can do without it goes on', async () => {
  const ran = await runOn({
    fake,
    files: { 'a.txt': 'A', 'b.txt': 'B', 'c.svg': 'no picture' },
    yaml: `
tasks:
  docs: { operation: import/local, path: '*.txt' }
  pictures: { operation: import/local, path: '*.svg' }
  png: { operation: convert, input: pictures, output_format: png, runs_on: local, ignore_error: true }
  pdf: { operation: convert, input: [docs, png], output_format: pdf }
  all: { operation: merge, input: pdf, output_format: pdf, filename: all.pdf }
  out: { operation: export/local, input: all, path: out }
`,
  });
  expect(ran.made['out/all.pdf']).toBe('merge(pdf(A)+pdf(B))');
  expect(fake.jobs.flatMap(({ tasks }) => tasks.map(({ name }) => name))).not.toContain('pdf-3');
  expect(ran.outcome.exitCode).toBe(0);
});

test('a fan-out is cut into jobs that CloudConvert takes', async () => {
  const files = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`in/${at}.txt`, String(at)]));
  const ran = await runOn({
    fake,
    files,
    yaml: `
tasks:
  docs: { operation: import/local, path: 'in/*.txt' }
  pdf: { operation: convert, input: docs, output_format: pdf }
  all: { operation: merge, input: pdf, output_format: pdf, filename: all.pdf }
  out: { operation: export/local, input: [pdf, all], path: out }
`,
  });
  expect(errorsOf(ran)).toEqual([]);
  expect(ran.outcome.exitCode).toBe(0);
  expect(Object.keys(ran.made)).toHaveLength(81);
  const sizes = fake.jobs.map(({ tasks }) => tasks.length);
  // 33 files to a job; the merge needs all of them, whatever that makes.
  expect(sizes.toSorted((a, b) => a - b)).toEqual([21, 42, 99]);
});

test('what must hold is held here, before anybody there gets it', async () => {
  const ran = await runOn({
    fake,
    files: { 'a.txt': 'A' },
    yaml: `
tasks:
  docs: { operation: import/local, path: '*.txt' }
  pdf: { operation: convert, input: docs, output_format: pdf, verify: { pages: 1 } }
  cover: { operation: thumbnail, input: pdf, output_format: png }
  out: { operation: export/local, input: cover, path: out }
`,
  });
  expect(errorsOf(ran)[0]).toMatch(/^pdf\[a.txt\]: /);
  expect(fake.jobs).toHaveLength(1);
  expect(Object.values(tasksOf(0)).map((body) => body)).not.toContainEqual(
    expect.objectContaining({ operation: 'thumbnail' }),
  );
});

test('an archive with folders is packed here, as CloudConvert keeps none', async () => {
  const ran = await runOn({
    fake,
    files: { 'docs/a.txt': 'A', 'docs/guide/a.txt': 'B' },
    yaml: `
tasks:
  docs: { operation: import/local, path: 'docs/**/*.txt', base: docs }
  pdf: { operation: convert, input: docs, output_format: pdf }
  kit: { operation: archive, input: pdf, output_format: tar }
  out: { operation: export/local, input: kit, path: out }
`,
  });
  expect(errorsOf(ran)).toEqual([]);
  expect(ran.made['out/kit.tar']).toContain('guide/a.pdf');
  expect(fake.jobs).toHaveLength(1);
  expect(JSON.stringify(tasksOf(0))).not.toContain('archive');
});
