import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Change } from '../../src/job.ts';
import { createJobStore } from '../../src/job-store.ts';
import { newJob } from './sketch.ts';

let dataDir = '';
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'store-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const open = (): ReturnType<typeof createJobStore> => createJobStore({ dataDir, now: () => 5000 });

const nameOf = (change: Change): string =>
  change.type === 'job'
    ? `job.${change.event} ${change.job.status}`
    : `task.${change.event} ${change.task.name} ${change.task.status}`;

test('changes are told in order, and the job follows its tasks', async () => {
  const store = await open();
  const told: string[] = [];
  store.listen((change) => told.push(nameOf(change)));
  const made = newJob({ get: 'import/raw', out: { operation: 'export/url', input: 'get' } });
  const [get = '', out = ''] = made.job.taskIds;
  await store.addJob(made);
  await store.updateTask(get, { status: 'processing', startedAt: 1000, percent: 0 });
  await store.updateTask(get, { status: 'finished', endedAt: 2000 });
  await store.updateTask(out, { status: 'error', startedAt: 2000, endedAt: 3000, code: 'X' });
  expect(told).toEqual([
    'job.created waiting',
    'task.created get waiting',
    'task.created out waiting',
    'task.updated get processing',
    'job.updated processing',
    'task.finished get finished',
    'task.failed out error',
    'job.failed error',
  ]);
  expect(store.job(made.job.id)).toMatchObject({ status: 'error', startedAt: 1000, endedAt: 3000 });
  await store.close();
});

test('after a restart what ended is as it was, and what ran waits', async () => {
  const before = await open();
  const made = newJob({ get: 'import/raw', out: { operation: 'export/url', input: 'get' } });
  const [get = '', out = ''] = made.job.taskIds;
  await before.addJob(made);
  await before.updateTask(get, { status: 'finished', startedAt: 1000, endedAt: 2000, places: ['0/a.txt'] });
  await before.updateTask(out, { status: 'processing', startedAt: 2000, percent: 3 });
  await before.close();
  const after = await open();
  expect(after.task(get)).toMatchObject({ status: 'finished', places: ['0/a.txt'], percent: 100 });
  expect(after.task(out)).toMatchObject({ status: 'waiting', startedAt: null });
  expect(after.job(made.job.id)).toMatchObject({ status: 'processing', startedAt: 1000 });
  await after.close();
});

test('the first end counts', async () => {
  const store = await open();
  const made = newJob({ get: 'import/raw' });
  const [get = ''] = made.job.taskIds;
  await store.addJob(made);
  await Promise.all([
    store.updateTask(get, { status: 'error', code: 'CANCELLED' }),
    store.updateTask(get, { status: 'finished' }),
  ]);
  expect(store.task(get)?.code).toBe('CANCELLED');
  expect(store.job(made.job.id)?.status).toBe('error');
  await store.close();
});

test('a retry opens the job again, and its success makes it finished', async () => {
  const store = await open();
  const made = newJob({ get: 'import/raw' });
  const [first] = made.tasks;
  if (first === undefined) throw new Error('no task');
  await store.addJob(made);
  await store.updateTask(first.id, { status: 'error' });
  await store.addTask({ ...first, id: 'again', retryOf: first.id });
  expect(store.job(made.job.id)).toMatchObject({
    status: 'processing',
    endedAt: null,
    taskIds: [first.id, 'again'],
  });
  await store.updateTask('again', { status: 'finished' });
  expect(store.job(made.job.id)?.status).toBe('finished');
  await store.close();
  const after = await open();
  expect(after.job(made.job.id)).toMatchObject({ status: 'finished', taskIds: [first.id, 'again'] });
  await after.close();
});

test('what is removed stays away, newest come first', async () => {
  const store = await open();
  const jobs = Array.from({ length: 5 }, (_, index) => newJob({ get: 'import/raw' }, { createdAt: index }));
  for (const made of jobs) await store.addJob(made);
  await store.removeJob(jobs[3]?.job.id ?? '');
  const left = [4, 2, 1, 0].map((index) => jobs[index]?.job.id);
  expect([...store.jobs(1)].map(({ id }) => id)).toEqual(left);
  await store.close();
  const after = await open();
  expect([...after.jobs(1)].map(({ id }) => id)).toEqual(left);
  expect([...after.jobs(2)]).toEqual([]);
  expect([...after.tasks(1)]).toHaveLength(4);
  await after.close();
});

test('damage in the middle is named', async () => {
  const store = await open();
  for (let index = 0; index < 3; index += 1) await store.addJob(newJob({ get: 'import/raw' }));
  await store.close();
  const [name = ''] = await readdir(dataDir);
  const file = path.join(dataDir, name);
  const bytes = await readFile(file);
  bytes[40] = (bytes[40] ?? 0) ^ 1;
  await writeFile(file, bytes);
  await expect(open()).rejects.toThrow(`${file} is damaged at byte 0`);
});
