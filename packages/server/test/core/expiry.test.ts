import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { ok } from '@pipeline/schema';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startExpiry, sweep } from '../../src/expiry.ts';
import { fakeOperations, removeDir, type Running, startRunner, tempDir } from './run-server.ts';
import { newJob, newTask } from './sketch.ts';

let dataDir = '';
let server: Running;
beforeEach(async () => {
  dataDir = await tempDir();
  const backend = fakeOperations({ plan: () => ok({}), run: (call) => call.finish(['a']) });
  server = await startRunner(dataDir, backend);
});
afterEach(async () => {
  await server.close();
  await removeDir(dataDir);
});

const hour = 3_600_000;
const files = (): Promise<readonly string[]> => readdir(path.join(dataDir, 'files')).catch(() => []);
const options = (now: number) => ({ ...server, retentionMs: 24 * hour, now: () => now });

test('jobs and lone tasks go a day after their end, with their files', async () => {
  const made = newJob({ get: 'import/raw', out: { operation: 'export/url', input: ['get'] } });
  const lone = newTask('import/raw');
  await server.store.addJob(made);
  await server.store.addTask(lone);
  await server.ended(made.job.id);
  await server.ended(lone.id);
  const end = Date.now();
  expect(await sweep(options(end + 23 * hour))).toBeLessThanOrEqual(hour);
  expect(await files()).toHaveLength(3);
  await sweep(options(end + 24 * hour));
  expect([...server.store.allJobs(), ...server.store.allTasks()]).toEqual([]);
  expect(await files()).toEqual([]);
});

test('an upload that nobody sends is given up, and with it the job', async () => {
  const made = newJob({ up: 'import/upload', out: { operation: 'export/url', input: ['up'] } });
  await server.store.addJob(made);
  await sweep(options(made.tasks[0]?.createdAt ?? 0));
  expect(server.task(made.job.id, 'up').status).toBe('waiting');
  await sweep(options(Date.now() + 7 * hour));
  expect(await server.ended(made.job.id)).toMatchObject({ status: 'error' });
  expect(server.task(made.job.id, 'up').code).toBe('TIMEOUT');
  expect(server.task(made.job.id, 'out').code).toBe('INPUT_TASK_FAILED');
});

test('there is one timer, set to what is due first', async () => {
  const waits: number[] = [];
  const calls: (() => void)[] = [];
  const later = (ms: number, call: () => void): (() => void) => {
    waits.push(ms);
    calls.push(call);
    return () => calls.splice(0);
  };
  const lone = newTask('import/raw');
  await server.store.addTask(lone);
  await server.ended(lone.id);
  const expiry = startExpiry({ ...server, retentionMs: 10_000, now: Date.now, later });
  expect(waits).toEqual([1000]);
  calls.shift()?.();
  while (waits.length < 2) await new Promise((resolve) => setImmediate(resolve));
  expect(waits[1]).toBeGreaterThan(5000);
  expect(waits[1]).toBeLessThanOrEqual(10_000);
  await expiry.close();
  expect(calls).toEqual([]);
});
