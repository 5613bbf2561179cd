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
import { openStoreLog, type StoreLog } from './store-log.ts';

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
  /** Jobs and lone tasks that have not ended, and what is on its way to the disk. */
  readonly openCount: (userId: number) => number;
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
export async function createJobStore({ dataDir, now, segmentBytes }: JobStoreOptions): Promise<JobStore> {
  const index = new JobIndex();
  const log = await openStoreLog(
    { dir: dataDir, ...(segmentBytes !== undefined && { segmentBytes }) },
    index,
  );
  index.sort();
  const changes = new Changes({ index, log, now });
  return {
    addJob: (made) => changes.addJob(made),
    addTask: (task) => changes.addTask(task),
    job: (id) => index.job(id),
    task: (id) => index.task(id),
    tasksOf: (job) => index.tasksOf(job),
    jobs: (userId) => index.jobs(userId),
    tasks: (userId) => index.tasks(userId),
    openCount: (userId) => index.openCount(userId) + changes.comingCount(userId),
    allJobs: () => index.allJobs(),
    allTasks: () => index.allTasks(),
    updateTask: (id, change) => changes.updateTask(id, change),
    removeJob: (id) => changes.removeJob(id),
    removeTask: (id) => changes.removeTask(id),
    listen: (listener) => changes.listen(listener),
    close: () => log.close(),
  };
}

interface Parts {
  readonly index: JobIndex;
  readonly log: StoreLog;
  readonly now: () => number;
}

/** Writes a change down, makes it, and tells it, in this order. */
class Changes {
  readonly #parts: Parts;
  #listeners: readonly ((change: Change) => void)[] = [];
  /** Tasks whose end is on its way to the disk. */
  readonly #ending = new Map<string, Promise<void>>();
  /** By user: jobs and tasks that are on their way to the disk. */
  readonly #coming = new Map<number, number>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  comingCount(userId: number): number {
    return this.#coming.get(userId) ?? 0;
  }

  async addJob({ job, tasks }: NewJob): Promise<void> {
    const { index, log } = this.#parts;
    this.#countComing(job.userId, 1);
    try {
      await log.append({ type: 'job', job, tasks });
    } finally {
      this.#countComing(job.userId, -1);
    }
    index.addNew(job, tasks);
    this.#tell({ type: 'job', event: 'created', job });
    for (const task of tasks) this.#tell({ type: 'task', event: 'created', task });
  }

  async addTask(task: StoredTask): Promise<void> {
    const { index, log } = this.#parts;
    this.#countComing(task.userId, 1);
    try {
      await log.append({ type: 'task', task });
    } finally {
      this.#countComing(task.userId, -1);
    }
    if (!index.addTask(task)) return;
    this.#tell({ type: 'task', event: 'created', task });
    this.#settleJob(task.jobId);
  }

  async updateTask(id: string, change: TaskChange): Promise<void> {
    const task = this.#parts.index.task(id);
    if (task === undefined || hasEnded(task)) return undefined;
    const ending = this.#ending.get(id);
    if (ending !== undefined) return ending;
    if (change.status !== 'finished' && change.status !== 'error') {
      this.#change(id, change);
      return undefined;
    }
    const ended = this.#end(task, change);
    this.#ending.set(id, ended);
    return ended;
  }

  async removeJob(id: string): Promise<void> {
    const { index, log } = this.#parts;
    if (index.job(id) === undefined) return;
    index.removeJob(id);
    await log.append({ type: 'gone', id });
  }

  async removeTask(id: string): Promise<void> {
    const { index, log } = this.#parts;
    const task = index.task(id);
    if (task === undefined) return;
    index.removeTask(id);
    await log.append({ type: 'gone', id });
    this.#settleJob(task.jobId);
  }

  listen(listener: (change: Change) => void): () => void {
    this.#listeners = [...this.#listeners, listener];
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener);
    };
  }

  #countComing(userId: number, more: 1 | -1): void {
    this.#coming.set(userId, this.comingCount(userId) + more);
  }

  /** What was not written down while it ran is written with its end. */
  async #end({ id, startedAt, engine, engineVersion }: StoredTask, change: TaskChange): Promise<void> {
    const { log, now } = this.#parts;
    const ended = { startedAt, engine, engineVersion, endedAt: now(), percent: 100, ...change };
    try {
      await log.append({ type: 'end', id, change: ended });
    } finally {
      this.#ending.delete(id);
    }
    this.#change(id, ended);
  }

  #change(id: string, change: TaskChange): void {
    const { index } = this.#parts;
    const before = index.task(id);
    if (before === undefined || hasEnded(before)) return;
    const task = { ...before, ...change };
    index.putTask(task);
    this.#tell({ type: 'task', event: eventOf(task.status), task });
    this.#settleJob(task.jobId);
  }

  #settleJob(id: string | null): void {
    const { index } = this.#parts;
    const before = id === null ? undefined : index.job(id);
    if (before === undefined) return;
    const job = settleJob(before, index.tasksOf(before));
    if (job === before) return;
    index.putJob(job);
    if (job.status !== before.status) this.#tell({ type: 'job', event: eventOf(job.status), job });
  }

  #tell(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }
}

function eventOf(status: StoredTask['status']): Change['event'] {
  if (status === 'finished') return 'finished';
  return status === 'error' ? 'failed' : 'updated';
}
