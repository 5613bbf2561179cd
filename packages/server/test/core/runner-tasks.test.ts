import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { failure } from '@pipeline/engine';
import { type FakeBackend, finishAtOnce, quiet } from '@pipeline/engine/testing';
import { ok } from '@pipeline/schema';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTaskFiles } from '../../src/task-files.ts';
import { fakeOperations, removeDir, type Running, startRunner, tempDir } from './run-server.ts';
import { newJob, newTask, type TaskSketch } from './sketch.ts';

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
const filesIn = (id: string): Promise<readonly string[]> => readdir(path.join(dataDir, 'files', id));

describe('uploads', () => {
  const upload = async (server: Running, id: string, name = 'up.txt'): Promise<boolean> => {
    const files = createTaskFiles(dataDir);
    const place = await files.placeFor(id, name);
    await writeFile(files.pathOf(id, place), 'hello');
    return server.runner.uploaded(id, { place, filename: name, size: 5 });
  };

  test('a chain of tasks starts when its own upload is there', async () => {
    const backend = fakeOperations({ run: finishAtOnce });
    const server = await start(backend);
    const made = newJob({ a: 'import/upload', b: 'import/upload', pa: pdf('a'), pb: pdf('b') });
    const [a = '', b = ''] = made.job.taskIds;
    await server.store.addJob(made);
    expect(await upload(server, a)).toBe(true);
    await server.ended(server.task(made.job.id, 'pa').id);
    expect(server.task(made.job.id, 'pb').status).toBe('waiting');
    expect(await upload(server, b)).toBe(true);
    expect(await server.ended(made.job.id)).toMatchObject({ status: 'finished' });
    expect(backend.calls).toEqual(['pa[up.txt]', 'pb[up.txt]']);
    expect(server.task(made.job.id, 'a').result).toEqual({ files: [{ filename: 'up.txt', size: 5 }] });
  });

  test('one for a task that was cancelled is of no use, and is not kept', async () => {
    const server = await start(fakeOperations({ run: finishAtOnce }));
    const made = newJob({ a: 'import/upload', pa: pdf('a') });
    const [a = ''] = made.job.taskIds;
    await server.store.addJob(made);
    expect(await server.runner.cancel(a)).toBe(true);
    expect(await upload(server, a)).toBe(false);
    await expect(filesIn(a)).rejects.toThrow('ENOENT');
    expect(await server.ended(made.job.id)).toMatchObject({ status: 'error' });
    expect(server.task(made.job.id, 'pa').code).toBe('INPUT_TASK_FAILED');
  });
});

describe('cancelling and removing', () => {
  const obedient = (): FakeBackend => fakeOperations({ ...open });

  test('a running task is told to end, what takes from it fails, and the others go on', async () => {
    const backend = obedient();
    const server = await start(backend);
    const made = newJob({ get: 'import/raw', slow: pdf('get'), after: pdf('slow'), other: pdf('get') });
    await server.store.addJob(made);
    (await backend.started('get')).finish(['a']);
    const slow = await backend.started('slow[a]');
    const other = await backend.started('other[a]');
    slow.context.signal.addEventListener('abort', () => slow.fail(failure('cancelled', 'gone')));
    const id = server.task(made.job.id, 'slow').id;
    expect(await server.runner.cancel(id)).toBe(true);
    expect(await server.runner.cancel(id)).toBe(false);
    expect(backend.running).toEqual(new Set(['other[a]']));
    expect(server.task(made.job.id, 'slow')).toMatchObject({ status: 'error', code: 'CANCELLED' });
    other.finish(['b']);
    expect(await server.ended(made.job.id)).toMatchObject({ status: 'error' });
    expect(server.task(made.job.id, 'after').code).toBe('INPUT_TASK_FAILED');
    expect(server.task(made.job.id, 'other').status).toBe('finished');
    expect(await server.runner.cancel('nobody')).toBe(false);
  });

  test('when a job is removed nothing of it runs, and no file is left', async () => {
    const backend = obedient();
    const server = await start(backend);
    const made = newJob({ get: 'import/raw', slow: pdf('get') });
    const lone = newTask('convert', {
      payload: { operation: 'convert', input: [made.tasks[1]?.id ?? ''] },
      dependsOn: [made.tasks[1]?.id ?? ''],
    });
    await server.store.addJob(made);
    await server.store.addTask(lone);
    (await backend.started('get')).finish(['a']);
    const slow = await backend.started('slow[a]');
    slow.context.signal.addEventListener('abort', () => slow.fail(failure('cancelled', 'gone')));
    await server.runner.removeJob(made.job.id);
    expect(backend.running.size).toBe(0);
    expect(server.store.job(made.job.id)).toBeUndefined();
    expect(await readdir(path.join(dataDir, 'files'))).toEqual([]);
    expect(await server.ended(lone.id)).toMatchObject({ code: 'INPUT_TASK_FAILED' });
  });

  test('when a task is removed its files go, and what takes from it fails', async () => {
    const backend = obedient();
    const server = await start(backend);
    const made = newJob({ get: 'import/raw', slow: pdf('get'), after: pdf('slow') });
    await server.store.addJob(made);
    (await backend.started('get')).finish(['a']);
    const slow = await backend.started('slow[a]');
    slow.context.signal.addEventListener('abort', () => slow.fail(failure('cancelled', 'gone')));
    const { id } = server.task(made.job.id, 'slow');
    await server.runner.removeTask(id);
    expect(server.store.task(id)).toBeUndefined();
    await server.ended(made.job.id);
    expect(server.task(made.job.id, 'after').code).toBe('INPUT_TASK_FAILED');
  });
});

describe('tasks alone, and again', () => {
  test('a lone task takes the files of others once they have ended', async () => {
    const backend = fakeOperations({ ...open });
    const server = await start(backend);
    const first = newTask('import/raw');
    const second = newTask('import/raw');
    const dependsOn = [first.id, second.id];
    const merge = newTask('merge', { payload: { operation: 'merge', input: dependsOn }, dependsOn });
    for (const task of [first, second, merge]) await server.store.addTask(task);
    (await backend.started('import/raw')).finish(['a.pdf']);
    (await backend.started('import/raw')).finish(['a.pdf']);
    const call = await backend.started('merge');
    expect(call.request.inputs.map(({ name, path: file }) => [name, path.relative(dataDir, file)])).toEqual([
      ['a.pdf', `files/${first.id}/0/a.pdf`],
      ['a.pdf', `files/${second.id}/0/a.pdf`],
    ]);
    call.finish(['all.pdf']);
    expect(await server.ended(merge.id)).toMatchObject({ status: 'finished', places: ['0/all.pdf'] });
  });

  test('a retry in a job takes what the others made, and those after it are retried likewise', async () => {
    let isBroken = true;
    const backend = fakeOperations({
      ...open,
      run: (call) => {
        if (isBroken && call.request.task.name === 'pdf') call.fail(failure('stalled', 'no'));
        else call.finish(['a']);
      },
    });
    const server = await start(backend);
    const made = newJob({
      get: 'import/raw',
      pdf: pdf('get'),
      out: { operation: 'export/url', input: ['pdf'] },
    });
    await server.store.addJob(made);
    expect(await server.ended(made.job.id)).toMatchObject({ status: 'error' });
    isBroken = false;
    for (const name of ['pdf', 'out']) {
      const { places: _, ...old } = server.task(made.job.id, name);
      await server.store.addTask({
        ...old,
        id: crypto.randomUUID(),
        retryOf: old.id,
        status: 'waiting',
        code: null,
        message: null,
        result: null,
        startedAt: null,
        endedAt: null,
      });
    }
    expect(await server.ended(made.job.id)).toMatchObject({ status: 'finished' });
    expect(server.task(made.job.id, 'out').result?.files).toHaveLength(1);
    expect(backend.calls.filter((address) => address === 'get')).toHaveLength(1);
  });
});

test('after a restart what had not ended runs again from its inputs, and nothing else', async () => {
  const before = fakeOperations({ ...open });
  const stopped = await start(before);
  const made = newJob({ get: 'import/raw', slow: pdf('get'), up: 'import/upload', late: pdf('up') });
  await stopped.store.addJob(made);
  (await before.started('get')).finish(['a']);
  const slow = await before.started('slow[a]');
  slow.context.signal.addEventListener('abort', () => slow.fail(failure('cancelled', 'gone')));
  await stopped.ended(stopped.task(made.job.id, 'get').id);
  await stopped.close();
  const after = fakeOperations({ ...open, run: (call) => call.finish(['b']) });
  const server = await start(after);
  expect(server.task(made.job.id, 'slow').status).toBe('waiting');
  await server.ended(server.task(made.job.id, 'slow').id);
  expect(after.calls).toEqual(['slow[a]']);
  expect(server.store.job(made.job.id)?.status).toBe('processing');
  await server.runner.removeJob(made.job.id);
});

test('jobs share the places, and each gets its turn', async () => {
  const backend = fakeOperations({ ...open });
  const server = await start(backend, { limits: { actions: 2, jobMs: 60_000 } });
  const many = newJob(
    Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`many${index}`, 'import/raw' as const])),
  );
  const few = newJob({ few: 'import/raw' });
  await server.store.addJob(many);
  const first = await backend.started('many0');
  await backend.started('many1');
  await server.store.addJob(few);
  while (server.runner.state().running < 2) await quiet();
  await quiet();
  expect(backend.running.size).toBe(2);
  first.finish(['a']);
  const second = await backend.started('many2');
  second.finish(['a']);
  await backend.started('few');
  expect(backend.running.size).toBe(2);
});
