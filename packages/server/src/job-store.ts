/**
 * All jobs and tasks that the server knows, in memory and in its log: what was acknowledged is on the disk. It is the
 * only place that changes them, and tells every change to who listens, in order. It runs nothing and knows no HTTP.
 *
 * Only what must outlive the process is logged: what was made, how it ended, and what was removed. That a task runs is
 * known in memory alone, so that after a restart it waits again.
 */
import type { Change, StoredJob, StoredTask } from './job.ts';
import { JobIndex } from './job-index.ts';
import { hasEnded, settleJob } from './job-status.ts';
import { openStoreLog } from './store-log.ts';

export interface NewJob {
  readonly job: StoredJob;
  readonly tasks: readonly StoredTask[];
}

export interface JobStore {
  /** Settles when it is on the disk: only then may a client be told. */
  readonly addJob: (made: NewJob) => Promise<void>;
  /** One that stands alone, or a retry inside a job, which is then open again. */
  readonly addTask: (task: StoredTask) => Promise<void>;
  readonly job: (id: string) => StoredJob | undefined;
  readonly task: (id: string) => StoredTask | undefined;
  readonly tasksOf: (job: StoredJob) => readonly StoredTask[];
  /** Newest first. */
  readonly jobs: (userId: number) => Iterable<StoredJob>;
  readonly tasks: (userId: number) => Iterable<StoredTask>;
  /** Of all users, in no order. */
  readonly allJobs: () => Iterable<StoredJob>;
  readonly allTasks: () => Iterable<StoredTask>;
  /**
   * Files of its own included. The status of the job follows from its tasks. Ends are on the disk before they are told.
   * The first end counts: what comes after it changes nothing.
   */
  readonly updateTask: (id: string, change: TaskChange) => Promise<void>;
  readonly removeJob: (id: string) => Promise<void>;
  readonly removeTask: (id: string) => Promise<void>;
  /** Returns a function that ends it. */
  readonly listen: (listener: (change: Change) => void) => () => void;
  /** Writes what is left and lets go of the log. */
  readonly close: () => Promise<void>;
}

/** What may change of a task once it is there. */
export type TaskChange = Partial<
  Pick<
    StoredTask,
    | 'status'
    | 'code'
    | 'message'
    | 'percent'
    | 'engine'
    | 'engineVersion'
    | 'result'
    | 'places'
    | 'startedAt'
    | 'endedAt'
  >
>;

export interface JobStoreOptions {
  readonly dataDir: string;
  readonly now: () => number;
  /** Of the log; for tests. */
  readonly segmentBytes?: number;
}

/** Throws when the log is damaged. */
export async function createJobStore(options: JobStoreOptions): Promise<JobStore> {
  const { dataDir, now, segmentBytes } = options;
  const index = new JobIndex();
  const log = await openStoreLog(
    { dir: dataDir, ...(segmentBytes !== undefined && { segmentBytes }) },
    index,
  );
  index.sort();
  const listeners = new Set<(change: Change) => void>();
  /** Tasks whose end is on its way to the disk. */
  const ending = new Map<string, Promise<void>>();

  const tell = (change: Change): void => {
    for (const listener of listeners) listener(change);
  };
  const retellJob = (id: string | null): void => {
    const before = id === null ? undefined : index.job(id);
    if (before === undefined) return;
    const after = settleJob(before, index.tasksOf(before));
    if (after === before) return;
    index.putJob(after);
    if (after.status === before.status) return;
    const event = eventOf(after.status);
    tell({ type: 'job', event, job: after });
  };
  const apply = (id: string, change: TaskChange): void => {
    const before = index.task(id);
    if (before === undefined || hasEnded(before)) return;
    const task = { ...before, ...change };
    index.putTask(task);
    tell({ type: 'task', event: eventOf(task.status), task });
    retellJob(task.jobId);
  };
  const end = async (id: string, change: TaskChange): Promise<void> => {
    const ended = { endedAt: now(), percent: 100, ...change };
    try {
      await log.append({ type: 'end', id, change: ended });
    } finally {
      ending.delete(id);
    }
    apply(id, ended);
  };

  return {
    addJob: async ({ job, tasks }) => {
      await log.append({ type: 'job', job, tasks });
      index.putJob(job);
      for (const task of tasks) index.putTask(task);
      tell({ type: 'job', event: 'created', job });
      for (const task of tasks) tell({ type: 'task', event: 'created', task });
    },
    addTask: async (task) => {
      await log.append({ type: 'task', task });
      index.addTask(task);
      tell({ type: 'task', event: 'created', task });
      retellJob(task.jobId);
    },
    job: (id) => index.job(id),
    task: (id) => index.task(id),
    tasksOf: (job) => index.tasksOf(job),
    jobs: (userId) => index.jobs(userId),
    tasks: (userId) => index.tasks(userId),
    allJobs: () => index.allJobs(),
    allTasks: () => index.allTasks(),
    updateTask: async (id, change) => {
      const task = index.task(id);
      if (task === undefined || hasEnded(task)) return;
      const ends = ending.get(id);
      if (ends !== undefined) return ends;
      if (change.status !== 'finished' && change.status !== 'error') {
        apply(id, change);
        return;
      }
      const ended = end(id, change);
      ending.set(id, ended);
      return ended;
    },
    removeJob: async (id) => {
      const job = index.job(id);
      if (job === undefined) return;
      index.removeJob(id);
      await log.append({ type: 'gone', id });
    },
    removeTask: async (id) => {
      const task = index.task(id);
      if (task === undefined) return;
      index.removeTask(id);
      await log.append({ type: 'gone', id });
      retellJob(task.jobId);
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: () => log.close(),
  };
}

function eventOf(status: StoredTask['status']): Change['event'] {
  if (status === 'finished') return 'finished';
  return status === 'error' ? 'failed' : 'updated';
}
