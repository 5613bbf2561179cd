/**
 * When jobs go: some time after their end, with all that belongs to them. Uploads that nobody sends are given up as well. One
 * timer for all of them, set to what is due first; it knows no routes.
 */
import type { StoredJob, StoredTask } from './job.ts';
import { hasEnded } from './job-status.ts';
import type { JobStore } from './job-store.ts';
import type { Runner } from './runner.ts';

export interface ExpiryOptions {
  readonly store: JobStore;
  readonly runner: Pick<Runner, 'removeJob' | 'removeTask'>;
  readonly retentionMs: number;
  /** How long an upload is waited for, from the making of its task. */
  readonly uploadMs?: number;
  readonly now: () => number;
  /** As `setTimeout`, with what takes it back. */
  readonly later?: (ms: number, call: () => void) => () => void;
}

export interface Expiry {
  readonly close: () => Promise<void>;
}

/** As long as CloudConvert's upload form is good for. */
const usualUploadMs = 6 * 60 * 60 * 1000;

/** What is due together goes together: nobody counts on the second. */
const shortestMs = 1000;
const longestMs = 60 * 60 * 1000;

export function startExpiry(options: ExpiryOptions): Expiry {
  const { later = afterMs } = options;
  let cancel: (() => void) | undefined;
  let sweeping = Promise.resolve();
  let isClosed = false;
  const plan = (ms: number): void => {
    if (isClosed) return;
    cancel = later(Math.min(Math.max(ms, shortestMs), longestMs), () => {
      sweeping = sweep(options).then(plan, () => plan(longestMs));
    });
  };
  plan(shortestMs);
  return {
    close: () => {
      isClosed = true;
      cancel?.();
      return sweeping;
    },
  };
}

/** Removes what is due, and tells in how many milliseconds something may be due next. */
export async function sweep(options: ExpiryOptions): Promise<number> {
  const { store, runner, now, retentionMs } = options;
  const at = now();
  let next = at + retentionMs;
  const isDue = (due: number): boolean => {
    if (due > at) next = Math.min(next, due);
    return due <= at;
  };
  for (const task of [...store.allTasks()].filter((task) => isDue(uploadEnd(task, options)))) {
    await store.updateTask(task.id, giveUp(task, at));
  }
  for (const job of [...store.allJobs()].filter((job) => isDue(endOf(job) + retentionMs))) {
    await runner.removeJob(job.id);
  }
  const lone = [...store.allTasks()].filter(({ jobId }) => jobId === null);
  for (const task of lone.filter((task) => isDue(endOf(task) + retentionMs))) {
    await runner.removeTask(task.id);
  }
  return next - at;
}

const endOf = (ended: StoredJob | StoredTask): number =>
  hasEnded(ended) ? (ended.endedAt ?? ended.createdAt) : Infinity;

function uploadEnd(task: StoredTask, { uploadMs = usualUploadMs }: ExpiryOptions): number {
  return task.operation === 'import/upload' && !hasEnded(task) ? task.createdAt + uploadMs : Infinity;
}

function giveUp({ startedAt }: StoredTask, at: number): Parameters<JobStore['updateTask']>[1] {
  return {
    status: 'error',
    code: 'TIMEOUT',
    message: 'No file was uploaded in time',
    startedAt: startedAt ?? at,
    endedAt: at,
  };
}

function afterMs(ms: number, call: () => void): () => void {
  const timer = setTimeout(call, ms);
  // The process is free to end.
  timer.unref();
  return () => clearTimeout(timer);
}
