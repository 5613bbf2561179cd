// Jobs and tasks under the test's control: no log, no runner.
import type { Change, JobStore, StoredJob, StoredTask } from '../../src/index.ts';

export interface TestJobs {
  readonly store: JobStore;
  readonly put: (made: StoredJob | StoredTask) => void;
  readonly tell: (change: Change) => void;
}

export function testJobs(): TestJobs {
  const jobs = new Map<string, StoredJob>();
  const tasks = new Map<string, StoredTask>();
  const listeners = new Set<(change: Change) => void>();
  const put = (made: StoredJob | StoredTask): void => {
    if ('taskIds' in made) jobs.set(made.id, made);
    else tasks.set(made.id, made);
  };
  const refuse = (): never => {
    throw new Error('not in this test');
  };
  return {
    put,
    tell: (change) => {
      put(change.type === 'job' ? change.job : change.task);
      for (const listener of listeners) listener(change);
    },
    store: {
      job: (id) => jobs.get(id),
      task: (id) => tasks.get(id),
      tasksOf: (job) => job.taskIds.flatMap((id) => tasks.get(id) ?? []),
      jobs: (userId) => [...jobs.values()].filter((job) => job.userId === userId).reverse(),
      openCount: refuse,
      allJobs: () => jobs.values(),
      allTasks: () => tasks.values(),
      tasks: (userId) => [...tasks.values()].filter((task) => task.userId === userId).reverse(),
      listen: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      addJob: refuse,
      addTask: refuse,
      updateTask: refuse,
      removeJob: async (id) => {
        jobs.delete(id);
      },
      removeTask: refuse,
      close: async () => undefined,
    },
  };
}

export const job = (id: string, change: Partial<StoredJob> = {}): StoredJob => ({
  id,
  userId: 1,
  tag: null,
  webhookUrl: null,
  status: 'processing',
  createdAt: Date.UTC(2026, 10, 25),
  startedAt: Date.UTC(2026, 10, 25),
  endedAt: null,
  taskIds: [],
  ...change,
});

export const task = (id: string, change: Partial<StoredTask> = {}): StoredTask => ({
  id,
  jobId: null,
  userId: 1,
  operation: 'convert',
  payload: { operation: 'convert' },
  dependsOn: [],
  ignoresError: false,
  status: 'processing',
  code: null,
  message: null,
  percent: 50,
  engine: null,
  engineVersion: null,
  result: null,
  places: [],
  createdAt: Date.UTC(2026, 10, 25),
  startedAt: Date.UTC(2026, 10, 25),
  endedAt: null,
  retryOf: null,
  ...change,
});
