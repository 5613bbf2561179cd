/** A store and a runner on a folder of their own, with the engine's fake operations making real files. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Backend, failure, type Operation } from '@pipeline/engine';
import {
  fakeBackend,
  type FakeBackend,
  type FakeBackendOptions,
  memoryWorkspace,
} from '@pipeline/engine/testing';
import { err } from '@pipeline/schema';
import type { Change, StoredJob, StoredTask } from '../../src/job.ts';
import { createJobStore, type JobStore } from '../../src/job-store.ts';
import { hasEnded } from '../../src/job-status.ts';
import { createRunner, type Runner, type RunnerOptions } from '../../src/runner.ts';

export interface Running {
  readonly dataDir: string;
  readonly store: JobStore;
  readonly runner: Runner;
  readonly changes: readonly Change[];
  /** Closes both and leaves the folder. */
  readonly close: () => Promise<void>;
  readonly ended: (id: string) => Promise<StoredJob | StoredTask>;
  /** The task of that name in the job, as it is now. */
  readonly task: (job: string, name: string) => StoredTask;
}

export const tempDir = (): Promise<string> => mkdtemp(path.join(tmpdir(), 'server-'));
export const removeDir = (dir: string): Promise<void> => rm(dir, { recursive: true, force: true });

export async function startRunner(
  dataDir: string,
  backend: Backend,
  more: Partial<RunnerOptions> = {},
): Promise<Running> {
  const store = await createJobStore({ dataDir, now: Date.now });
  const changes: Change[] = [];
  store.listen((change) => changes.push(change));
  const runner = await createRunner({
    store,
    backend,
    dataDir,
    limits: { actions: 2, jobMs: 60_000 },
    allow: { localFiles: false, command: false },
    urlOf: ({ id }, place) => `http://here/files/${id}/${place}`,
    log: ({ message, error }) => {
      throw new Error(`${message}: ${JSON.stringify(error)}`);
    },
    now: Date.now,
    ...more,
  });
  return {
    dataDir,
    store,
    runner,
    changes,
    close: async () => {
      await runner.close();
      await store.close();
    },
    ended: (id) => endOf(store, id),
    task: (jobId, name) => {
      const job = store.job(jobId);
      const task = job === undefined ? undefined : store.tasksOf(job).findLast((one) => one.name === name);
      if (task === undefined) throw new Error(`there is no task ${name}`);
      return task;
    },
  };
}

function endOf(store: JobStore, id: string): Promise<StoredJob | StoredTask> {
  return new Promise((resolve) => {
    const look = (): boolean => {
      const found = store.job(id) ?? store.task(id);
      if (found === undefined || !hasEnded(found)) return false;
      resolve(found);
      return true;
    };
    if (look()) return;
    const stop = store.listen(() => {
      if (look()) stop();
    });
  });
}

/** Its operations start and end when the test says so, or when they are told to. */
export function fakeOperations(more: Partial<FakeBackendOptions> = {}): FakeBackend {
  const workspace = {
    ...memoryWorkspace(),
    write: (file: string) => {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, 'x');
    },
  };
  const backend = fakeBackend({ workspace, ...more });
  const load: FakeBackend['load'] = async (name) => {
    const operation = await backend.load(name);
    return operation === undefined
      ? undefined
      : { ...operation, run: (...call) => untilTold(operation, call) };
  };
  return { ...backend, load };
}

function untilTold(operation: Operation, call: Parameters<Operation['run']>): ReturnType<Operation['run']> {
  const [, { signal }] = call;
  const told = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  return Promise.race([operation.run(...call), told.then(() => err(failure('cancelled', 'told to end')))]);
}
