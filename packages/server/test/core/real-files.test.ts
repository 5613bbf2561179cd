/** The local backend behind the runner: real converters on real files, and what they make opened. */
import { readFile } from 'node:fs/promises';
import { createLocalBackend } from '@pipeline/operations';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StoredTask } from '../../src/job.ts';
import { createTaskFiles } from '../../src/task-files.ts';
import { removeDir, type Running, startRunner, tempDir } from './run-server.ts';
import { newJob, newTask } from './sketch.ts';

const backend = createLocalBackend({ maxHosts: 1 });
let dataDir = '';
let server: Running;
beforeAll(async () => {
  dataDir = await tempDir();
  server = await startRunner(dataDir, backend);
});
afterAll(async () => {
  await server.close();
  await backend.close();
  await removeDir(dataDir);
});

const svg = (color: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><rect width="40" height="30" fill="${color}"/></svg>`;

const bytesOf = (task: StoredTask, index = 0): Promise<Buffer> =>
  readFile(createTaskFiles(dataDir).pathOf(task.id, task.places?.[index] ?? ''));

describe('real files', () => {
  test('a picture is drawn, made small, stamped with another, and packed for one URL', async () => {
    const made = newJob({
      red: { operation: 'import/raw', file: svg('red'), filename: 'red.svg' },
      blue: { operation: 'import/raw', file: svg('blue'), filename: 'blue.svg' },
      png: { operation: 'convert', input: ['red', 'blue'], output_format: 'png' },
      stamp: { operation: 'convert', input: ['blue'], output_format: 'png', width: 4, height: 3 },
      marked: { operation: 'watermark', input: ['png'], image: 'stamp' },
      facts: { operation: 'metadata', input: ['png'] },
      out: { operation: 'export/url', input: ['png', 'marked'], archive_multiple_files: true },
    });
    await server.store.addJob(made);
    expect(await server.ended(made.job.id)).toMatchObject({ status: 'finished' });
    const task = (name: string): StoredTask => server.task(made.job.id, name);
    expect(task('png').result?.files?.map(({ filename }) => filename)).toEqual(['blue.png', 'red.png']);
    const png = await bytesOf(task('png'), 1);
    expect([png.toString('latin1', 1, 4), png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([
      'PNG',
      40,
      30,
    ]);
    expect(task('png').result?.files?.[1]?.size).toBe(png.length);
    expect(task('png').engine).not.toBeNull();
    // The stamp lies in the middle of the red one, and changes it.
    expect((await bytesOf(task('marked'), 1)).equals(png)).toBe(false);
    expect(JSON.stringify(task('facts').result?.['metadata'])).toContain('40');
    const zip = await bytesOf(task('out'));
    expect(task('out').result?.files).toEqual([
      {
        filename: 'out.zip',
        size: zip.length,
        url: expect.stringContaining(`/files/${task('out').id}/0/out.zip`),
      },
    ]);
    expect(zip.toString('latin1').match(/(?:red|blue)(?:-2)?\.png(?=PK)/g)).toHaveLength(4);
  });

  test('what cannot be done fails with a code and words, and the rest is done', async () => {
    const made = newJob({
      get: { operation: 'import/raw', file: svg('red'), filename: 'red.svg' },
      never: { operation: 'convert', input: ['get'], output_format: 'mp3' },
      after: { operation: 'export/url', input: ['never'] },
      broken: { operation: 'import/base64', file: 'bm90IGEgcGljdHVyZQ==', filename: 'broken.png' },
      read: { operation: 'convert', input: ['broken'], output_format: 'jpg' },
      fine: { operation: 'convert', input: ['get'], output_format: 'png' },
    });
    await server.store.addJob(made);
    expect(await server.ended(made.job.id)).toMatchObject({ status: 'error' });
    const codeOf = (name: string): string | null => server.task(made.job.id, name).code;
    expect(['never', 'after', 'read', 'fine'].map(codeOf)).toEqual([
      'INVALID_CONVERSION_TYPE',
      'INPUT_TASK_FAILED',
      'INVALID_FILE',
      null,
    ]);
    expect(server.task(made.job.id, 'read').message).toContain('broken.png');
  });

  test('a lone task converts the file of another', async () => {
    const get = newTask('import/raw', {
      payload: { operation: 'import/raw', file: svg('red'), filename: 'a.svg' },
    });
    await server.store.addTask(get);
    const convert = newTask('convert', {
      payload: { operation: 'convert', input: [get.id], output_format: 'png', filename: '${{ job.id }}.png' },
      dependsOn: [get.id],
    });
    await server.store.addTask(convert);
    expect(await server.ended(convert.id)).toMatchObject({
      status: 'finished',
      result: { files: [{ filename: '${{ job.id }}.png' }] },
    });
  });
});
