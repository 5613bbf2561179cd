import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { failure } from '@pipeline/engine';
import { type FakeBackend, finishAtOnce, quiet } from '@pipeline/engine/testing';
import { ok } from '@pipeline/schema';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTaskFiles } from '../../src/task-files.ts';
import { fakeOperations, removeDir, type Running, startRunner, tempDir } from './run-server.ts';
import { newJob, type TaskSketch } from './sketch.ts';

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

async function start(backend: FakeBackend, more: Parameters<typeof startRunner>[2] = {}): Promise<Running> {
  running = await startRunner(dataDir, backend, more);
  return running;
}

/** Plans nothing; what a call makes is for the test to say. */
const open = { plan: () => ok({}) };
const pdf = (input: string, more: object = {}): TaskSketch => ({
  operation: 'convert',
  input: [input],
  output_format: 'pdf',
  ...more,
});

describe('a job', () => {
  test('runs to its end, and keeps the files of every task', async () => {
    const server = await start(fakeOperations({ ...open, run: (call) => call.finish(['a.txt']) }));
    const made = newJob({
      get: 'import/raw',
      pdf: pdf('get'),
      out: { operation: 'export/url', input: ['pdf'] },
    });
    await server.store.addJob(made);
    expect(await server.ended(made.job.id)).toMatchObject({ status: 'finished' });
    const out = server.task(made.job.id, 'out');
    expect(out).toMatchObject({
      status: 'finished',
      code: null,
      places: ['0/a.txt'],
      result: { files: [{ filename: 'a.txt', size: 1, url: `http://here/files/${out.id}/0/a.txt` }] },
    });
    for (const id of made.job.taskIds) {
      expect(await readFile(createTaskFiles(dataDir).pathOf(id, '0/a.txt'), 'utf8')).toBe('x');
    }
    const [workspace = ''] = await readdir(path.join(dataDir, 'work'));
    expect(await readdir(path.join(dataDir, 'work', workspace))).toEqual([]);
  });

  test('tells its progress, its engine, and what else came out', async () => {
    const backend = fakeOperations({
      plan: ({ task }) =>
        ok(task.operation === 'metadata' ? { converter: { name: 'exif', version: '12' } } : {}),
    });
    const server = await start(backend);
    const made = newJob({ get: 'import/raw', facts: { operation: 'metadata', input: ['get'] } });
    await server.store.addJob(made);
    (await backend.started('get')).finish(['a.jpg', 'b.jpg']);
    const first = await backend.started('facts[a.jpg]');
    const second = await backend.started('facts[b.jpg]');
    first.context.progress(50);
    second.context.progress(10);
    await quiet();
    expect(server.task(made.job.id, 'facts')).toMatchObject({
      status: 'processing',
      percent: 30,
      engine: 'exif',
    });
    second.finish([]);
    first.finish([], { result: { metadata: { Width: 3 } }, message: 'read' });
    await server.ended(made.job.id);
    expect(server.task(made.job.id, 'facts')).toMatchObject({
      status: 'finished',
      percent: 100,
      engine: 'exif',
      engineVersion: '12',
      result: { metadata: { Width: 3 } },
    });
  });

  test('what takes from a task that failed fails with it, at one moment; the others go on', async () => {
    const backend = fakeOperations({
      ...open,
      run: (call) => {
        if (call.request.task.name !== 'bad') call.finish(['a']);
        else call.fail(failure('unsupported', 'cannot do this', { hint: 'do that' }));
      },
    });
    const server = await start(backend);
    const made = newJob({
      get: 'import/raw',
      bad: pdf('get'),
      after: pdf('bad'),
      last: { operation: 'export/url', input: ['after'] },
      good: pdf('get'),
    });
    await server.store.addJob(made);
    expect(await server.ended(made.job.id)).toMatchObject({ status: 'error' });
    const [bad, after, last, good] = ['bad', 'after', 'last', 'good'].map((name) =>
      server.task(made.job.id, name),
    );
    expect(bad).toMatchObject({
      code: 'INVALID_CONVERSION_TYPE',
      message: 'cannot do this (do that)',
      result: null,
    });
    for (const task of [after, last]) {
      expect(task).toMatchObject({
        status: 'error',
        code: 'INPUT_TASK_FAILED',
        message: 'Input task has failed',
      });
      expect(task?.startedAt).toBe(task?.endedAt);
    }
    expect(good?.status).toBe('finished');
  });

  test('with ignore_error the rest goes on, and the job is finished', async () => {
    const backend = fakeOperations({
      ...open,
      run: (call) => {
        if (call.request.task.name === 'bad') call.fail(failure('bad-input', 'broken'));
        else call.finish(['a']);
      },
    });
    const server = await start(backend);
    const made = newJob({
      get: 'import/raw',
      bad: pdf('get', { ignore_error: true }),
      out: { operation: 'export/url', input: ['bad', 'get'] },
    });
    await server.store.addJob(made);
    expect(await server.ended(made.job.id)).toMatchObject({ status: 'finished' });
    expect(server.task(made.job.id, 'bad').status).toBe('error');
    expect(server.task(made.job.id, 'out').result?.files).toHaveLength(1);
  });

  test('a plan that cannot work fails its own task only, and so does a throw', async () => {
    const backend = fakeOperations({
      plan: ({ task }) => {
        if (task.name === 'throws') throw new Error('a bug');
        return task.name === 'bad' ? { ok: false, error: failure('unsupported', 'no') } : ok({});
      },
      run: (call) => call.finish(['a']),
    });
    const server = await start(backend);
    const made = newJob({ get: 'import/raw', bad: pdf('get'), throws: pdf('get'), good: pdf('get') });
    await server.store.addJob(made);
    await server.ended(made.job.id);
    const codes = ['bad', 'throws', 'good'].map((name) => server.task(made.job.id, name).code);
    expect(codes).toEqual(['INVALID_CONVERSION_TYPE', 'INTERNAL_ERROR', null]);
  });

  test('two tasks that would write one file elsewhere: one of them is refused', async () => {
    const backend = fakeOperations({
      plan: ({ task }) =>
        ok(
          task.operation === 'export/s3'
            ? { writes: ['s3://bucket/a'] }
            : { outputs: [{ dir: '', name: 'a' }] },
        ),
      run: finishAtOnce,
    });
    const server = await start(backend);
    const to = (input: string): TaskSketch => ({ operation: 'export/s3', input: [input], bucket: 'bucket' });
    const made = newJob({ get: 'import/raw', one: to('get'), two: to('get') });
    await server.store.addJob(made);
    await server.ended(made.job.id);
    expect(server.task(made.job.id, 'two')).toMatchObject({ status: 'error', code: 'INVALID_DATA' });
    expect(server.task(made.job.id, 'one').status).toBe('finished');
  });

  test('an expression in an option is text, and what is switched off fails', async () => {
    const seen: unknown[] = [];
    const watched = fakeOperations({
      ...open,
      run: (call) => {
        seen.push(call.request.options['filename']);
        call.finish(['a']);
      },
    });
    const server = await start(watched);
    const made = newJob({
      get: 'import/raw',
      pdf: pdf('get', { filename: '${{ job.id }}.pdf', unknown: 1 }),
      local: { operation: 'import/local', path: '/etc/passwd' },
      command: { operation: 'command', input: ['get'], engine: 'ffmpeg', command: 'ffmpeg', arguments: '-h' },
    });
    await server.store.addJob(made);
    await server.ended(made.job.id);
    expect(seen).toContain('${{ job.id }}.pdf');
    for (const name of ['local', 'command']) {
      expect(server.task(made.job.id, name)).toMatchObject({ status: 'error', code: 'REFUSED' });
    }
    expect(watched.calls).toEqual(['get', 'pdf[a]']);
  });

  test('a task that takes too long ends with TIMEOUT, and so does a job', async () => {
    const backend = fakeOperations({
      ...open,
      run: (call) => {
        if (call.request.task.name === 'get') call.finish(['a']);
        else
          call.context.signal.addEventListener(
            'abort',
            () => call.fail(failure('cancelled', 'told to end')),
            {
              once: true,
            },
          );
      },
    });
    const server = await start(backend, { limits: { actions: 4, jobMs: 300 } });
    const made = newJob({ get: 'import/raw', short: pdf('get', { timeout: 0.05 }), long: pdf('get') });
    await server.store.addJob(made);
    await server.ended(made.job.id);
    expect(server.task(made.job.id, 'short')).toMatchObject({ code: 'TIMEOUT' });
    expect(server.task(made.job.id, 'long')).toMatchObject({ code: 'TIMEOUT' });
  });
});
