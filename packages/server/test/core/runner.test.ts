import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTaskFiles } from '../../src/task-files.ts';
import { fakeOperations, removeDir, type Running, startRunner, tempDir } from './run-server.ts';
import { newJob } from './sketch.ts';

let dataDir = '';
let running: Running | undefined;
beforeEach(async () => {
  dataDir = await tempDir();
});
afterEach(async () => {
  await running?.close();
  running = undefined;
  await removeDir(dataDir);
});

const raw = (filename: string) =>
  ({ operation: 'import/raw', file: 'x', filename, files: [filename] }) as const;

test('a job runs to its end, and keeps the files of every task', async () => {
  running = await startRunner(
    dataDir,
    fakeOperations({ plan: () => ({ ok: true, value: {} }), run: (call) => call.finish(['a.txt']) }),
  );
  const made = newJob({
    get: raw('a.txt'),
    pdf: { operation: 'convert', input: 'get', output_format: 'pdf' },
    out: { operation: 'export/url', input: ['pdf'] },
  });
  await running.store.addJob(made);
  expect(await running.ended(made.job.id)).toMatchObject({ status: 'finished' });
  const out = running.task(made.job.id, 'out');
  expect(out).toMatchObject({
    status: 'finished',
    code: null,
    places: ['0/a.txt'],
    result: { files: [{ filename: 'a.txt', size: 1, url: `http://here/files/${out.id}/0/a.txt` }] },
  });
  for (const id of made.job.taskIds) {
    const file = createTaskFiles(dataDir).pathOf(id, '0/a.txt');
    expect(await readFile(file, 'utf8')).toBe('x');
  }
  expect(await readdir(path.join(dataDir, 'work'))).toHaveLength(1);
});
