/**
 * All jobs and tasks that the server knows, in memory and in its log: what was acknowledged is on the disk. It is the
 * only place that changes them, and tells every change to who listens, in order. It runs nothing and knows no HTTP.
 */
import type { Change, StoredJob, StoredTask } from './job.ts';

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
  /** Files of its own included. The status of the job follows from its tasks. Ends are on the disk before they are told. */
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
    | 'startedAt'
    | 'endedAt'
  >
>;
