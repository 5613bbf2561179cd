/** Whatever is done to the store, and wherever its log is cut behind what it acknowledged: nothing of that is lost. */
import { rm } from 'node:fs/promises';
import { array, assert, asyncProperty, constantFrom, nat, record } from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createJobStore, type JobStore } from '../../src/job-store.ts';
import { removeDir, tempDir } from './run-server.ts';
import { newJob, newTask } from './sketch.ts';

let dataDir = '';
beforeEach(async () => {
  dataDir = await tempDir();
});
afterEach(() => removeDir(dataDir));

const steps = array(
  record({
    what: constantFrom(
      'job',
      'task',
      'retry',
      'start',
      'finish',
      'fail',
      'remove job',
      'remove task',
      'reopen',
    ),
    which: nat(),
    /** Those that are not awaited run together with the next. */
    isAwaited: constantFrom(true, false),
  }),
  { minLength: 5, maxLength: 60 },
);

/** Everything that must be there again, in a form that can be compared. */
function stateOf(store: JobStore): readonly unknown[] {
  const jobs = [...store.allJobs()].sort((a, b) => (a.id < b.id ? -1 : 1));
  const tasks = [...store.allTasks()].sort((a, b) => (a.id < b.id ? -1 : 1));
  const open = { status: 'waiting', startedAt: null, percent: 100 };
  return [
    ...jobs.map(({ id, taskIds, status }) => ({
      id,
      taskIds,
      hasEnded: status === 'finished' || status === 'error',
    })),
    ...tasks.map((task) => (task.status === 'processing' ? { ...task, ...open } : task)),
  ];
}

test('a store that is opened again holds what was acknowledged, also when its log was cleaned', async () => {
  await assert(
    asyncProperty(steps, async (list) => {
      await rm(dataDir, { recursive: true, force: true });
      // Segments so small that every few records begin a new one, and cleaning is always at work.
      const open = (): Promise<JobStore> => createJobStore({ dataDir, now: () => 1, segmentBytes: 1500 });
      let store = await open();
      let pending: Promise<unknown>[] = [];
      for (const step of list) {
        if (step.what === 'reopen') {
          await Promise.all(pending);
          pending = [];
          const before = stateOf(store);
          await store.close();
          store = await open();
          expect(stateOf(store)).toEqual(before);
          continue;
        }
        const done = perform(store, step.what, step.which);
        if (step.isAwaited) await done;
        else pending.push(done);
      }
      await Promise.all(pending);
      const before = stateOf(store);
      await store.close();
      const after = await open();
      expect(stateOf(after)).toEqual(before);
      await after.close();
    }),
    { numRuns: 30, seed: 5 },
  );
});

async function perform(store: JobStore, what: string, which: number): Promise<void> {
  const jobs = [...store.allJobs()];
  const tasks = [...store.allTasks()];
  const job = jobs[which % Math.max(1, jobs.length)];
  const task = tasks[which % Math.max(1, tasks.length)];
  if (what === 'job')
    await store.addJob(newJob({ a: 'import/raw', b: { operation: 'convert', input: 'a' } }));
  if (what === 'task') await store.addTask(newTask('import/raw'));
  if (job !== undefined && what === 'retry') {
    const [first] = store.tasksOf(job);
    if (first !== undefined)
      await store.addTask(newTask('import/raw', { jobId: job.id, name: 'a', retryOf: first.id }));
  }
  if (job !== undefined && what === 'remove job') await store.removeJob(job.id);
  if (task === undefined) return;
  if (what === 'start')
    await store.updateTask(task.id, { status: 'processing', startedAt: 2, percent: which % 100 });
  if (what === 'finish')
    await store.updateTask(task.id, { status: 'finished', places: ['0/a'], result: { files: [] } });
  if (what === 'fail') await store.updateTask(task.id, { status: 'error', code: 'X', message: 'why' });
  if (what === 'remove task') await store.removeTask(task.id);
}

test('the log stays in proportion to what lives', async () => {
  const store = await createJobStore({ dataDir, now: () => 1, segmentBytes: 4000 });
  const kept = newJob({ a: 'import/raw' });
  await store.addJob(kept);
  for (let round = 0; round < 10; round += 1) {
    const made = Array.from({ length: 20 }, () => newJob({ a: 'import/raw' }));
    await Promise.all(made.map((one) => store.addJob(one)));
    await Promise.all(made.map(({ job }) => store.removeJob(job.id)));
  }
  await store.close();
  const { readdir, stat } = await import('node:fs/promises');
  const sizes = await Promise.all(
    (await readdir(dataDir)).map(async (name) => (await stat(`${dataDir}/${name}`)).size),
  );
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(50_000);
  const after = await createJobStore({ dataDir, now: () => 1 });
  expect([...after.allJobs()].map(({ id }) => id)).toEqual([kept.job.id]);
  await after.close();
});
