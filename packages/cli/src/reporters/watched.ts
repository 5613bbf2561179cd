/**
 * What is remembered between the runs of a watched pipeline: when each task did something last and how that went, what is
 * broken until it is mended, and the last run. `(state, event, progress) → state`, pure; it grows with the tasks, never
 * with the runs.
 */
import type { EndedAction, JobEvent, Progress, TaskProgress, WatchedChange } from '@pipeline/engine';
import { itemsOf } from '@pipeline/engine';

export interface Watched {
  readonly pipeline: string;
  readonly tasks: readonly WatchedTask[];
  /** The first of those of the last run that came to an end. */
  readonly failures: readonly EndedAction[];
  readonly failed: number;
  readonly lastRun?: LastRun;
  /** Set while nothing runs. */
  readonly files?: number;
  /** Milliseconds since the epoch of the latest event that tells them, and what changed. */
  readonly at: number;
  readonly changes: readonly WatchedChange[];
  readonly changed: number;
}

export interface LastRun {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly ms: number;
}

export interface WatchedTask {
  readonly task: string;
  readonly label: string;
  /** As it stood at the end of the last run. */
  readonly progress: TaskProgress;
  /** The last run in which it did anything; absent: none yet. */
  readonly ran?: { readonly at: number; readonly ms: number; readonly actions: number };
}

export const emptyWatched: Watched = {
  pipeline: '',
  tasks: [],
  failures: [],
  failed: 0,
  at: 0,
  changes: [],
  changed: 0,
};

const failuresKept = 20;

/** `progress`: with this event in it; `at`: milliseconds since the epoch. */
export function watched(
  state: Watched,
  event: JobEvent,
  { progress, at }: { progress: Progress; at: number },
): Watched {
  switch (event.type) {
    case 'watch.changed': {
      const { files: _, ...rest } = state;
      return { ...rest, at: event.at, changes: event.changes, changed: event.count };
    }
    case 'watch.waiting':
      return { ...state, at: event.at, files: event.files };
    case 'job.finished':
      return finished(state, progress, at);
    default:
      return state;
  }
}

function finished(state: Watched, progress: Progress, at: number): Watched {
  const exitCode = progress.end?.exitCode;
  // What was cut off says nothing about what is broken.
  if (exitCode === 130 || exitCode === 143) return state;
  const before = new Map(state.tasks.map((task) => [task.task, task]));
  const failures = [...itemsOf(progress.failures)];
  return {
    ...state,
    pipeline: progress.job?.name || progress.job?.pipeline || '',
    tasks: [...itemsOf(progress.tasks)].map((task) => watchedTask(task, before.get(task.task), at)),
    failures: failures.slice(0, failuresKept),
    failed: failures.length,
    lastRun: { at, ms: progress.ms },
  };
}

function watchedTask(task: TaskProgress, before: WatchedTask | undefined, at: number): WatchedTask {
  const { done, failed } = task.counts;
  const ms = task.startedMs === undefined || task.endedMs === undefined ? 0 : task.endedMs - task.startedMs;
  const ran = done + failed > 0 ? { at, ms, actions: done + failed } : before?.ran;
  return { task: task.task, label: task.label, progress: task, ...(ran === undefined ? {} : { ran }) };
}
