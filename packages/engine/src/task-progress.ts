/**
 * How far one task is, and the words for it: counts by state, and what is kept of an action that ended. The part of the
 * progress reducer that looks at a single task; it knows nothing of the job around it.
 */
import type { TaskStatus } from '@pipeline/schema';
import { unreachable } from '@pipeline/schema';
import type { ActionIdentity, ActionStatus, JobEvent, TaskSummary } from './event.ts';
import type { Failure } from './failure.ts';

/** Actions by state. `total` is the sum of the others, always. */
export interface ActionCounts {
  readonly total: number;
  readonly done: number;
  readonly cached: number;
  readonly skipped: number;
  readonly failed: number;
  /** Ended without a result because something before them failed or the run was stopped. */
  readonly notRun: number;
  readonly running: number;
  /** Known, and not started yet. */
  readonly waiting: number;
}

export interface TaskProgress extends TaskSummary {
  readonly status: TaskStatus;
  readonly counts: ActionCounts;
  /** As `task.expanded` said; `counts.total` is more when events of unannounced actions came. */
  readonly expanded: number;
  /** Beside those: as they were, and not looked at one by one; counted as cached. */
  readonly unchanged: number;
  /** No more actions will come: the totals can be trusted. */
  readonly isFinal: boolean;
  /** Brings files in. */
  readonly isSource: boolean;
  /** No other task takes its files. */
  readonly isSink: boolean;
  readonly files: number;
  readonly bytes: number;
  /** Wall time of all actions that ended with a result, cached ones included, and how many those were. */
  readonly busyMs: number;
  readonly samples: number;
  /** The latest files, the newest last. */
  readonly recent: readonly EndedAction[];
  readonly lastFailure?: EndedAction;
  readonly startedMs?: number;
  readonly endedMs?: number;
  readonly message?: string;
}

export interface EndedAction extends ActionIdentity {
  readonly status: ActionStatus;
  readonly endedMs: number;
  readonly actionMs: number;
  readonly files: number;
  readonly bytes: number;
  readonly message?: string | undefined;
  readonly error?: Failure | undefined;
  readonly isIgnored: boolean;
  readonly converter?: string | undefined;
}

export type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** A task that is being changed. `total` and `waiting` of its counts are as they were until it is settled. */
export interface TaskDraft extends Mutable<Omit<TaskProgress, 'counts' | 'recent'>> {
  readonly counts: Mutable<ActionCounts>;
  readonly recent: EndedAction[];
}

export type CountKey = Exclude<keyof ActionCounts, 'total' | 'waiting'>;
export type EventOf<Type extends JobEvent['type']> = Extract<JobEvent, { readonly type: Type }>;

/** Per task. A long list is the journal's business. */
const recentLength = 16;
export const noCounts: ActionCounts = {
  total: 0,
  done: 0,
  cached: 0,
  skipped: 0,
  failed: 0,
  notRun: 0,
  running: 0,
  waiting: 0,
};

export function newTask(summary: TaskSummary, isSink: boolean): TaskProgress {
  return {
    ...summary,
    status: 'waiting',
    counts: noCounts,
    expanded: 0,
    unchanged: 0,
    isFinal: false,
    isSource: summary.inputs.length === 0,
    isSink,
    files: 0,
    bytes: 0,
    busyMs: 0,
    samples: 0,
    recent: [],
  };
}

export function taskDraft(task: TaskProgress): TaskDraft {
  return { ...task, counts: { ...task.counts }, recent: [...task.recent] };
}

/** `key`: what became of it. */
export function addEnded(task: TaskDraft, ended: EndedAction, key: CountKey): void {
  task.counts[key] += 1;
  task.files += ended.files;
  task.bytes += ended.bytes;
  task.recent.push(ended);
  if (key === 'failed') task.lastFailure = ended;
  if (key !== 'done' && key !== 'cached') return;
  task.busyMs += ended.actionMs;
  task.samples += 1;
}

/** `waiting` and `total` follow from the rest. */
export function settle({ counts, recent, expanded, unchanged }: TaskDraft): void {
  const { done, cached, skipped, failed, notRun, running } = counts;
  const known = done + cached + skipped + failed + notRun + running;
  counts.total = Math.max(expanded + unchanged, known);
  counts.waiting = counts.total - known;
  recent.splice(0, recent.length - recentLength);
}

export function endedAction(event: EventOf<'action.finished'>): EndedAction {
  const { action, task, file, variant, status, message, error, converter } = event;
  return {
    action,
    task,
    file,
    variant,
    status,
    endedMs: event.ms,
    actionMs: event.action_ms,
    files: event.outputs.length,
    bytes: bytesOf(event.outputs),
    message,
    error,
    isIgnored: event.is_ignored === true,
    converter,
  };
}

export function bytesOf(outputs: EventOf<'action.finished'>['outputs']): number {
  let bytes = 0;
  for (const output of outputs) bytes += output.bytes;
  return bytes;
}

/** What became of it, as the closing summary counts. */
export function countKey(event: Pick<EndedAction, 'status' | 'error'>): Exclude<CountKey, 'running'> {
  switch (event.status) {
    case 'finished':
      return 'done';
    case 'cached':
      return 'cached';
    case 'skipped':
      return 'skipped';
    case 'cancelled':
      return 'notRun';
    case 'error':
      return event.error?.type === 'input-failed' ? 'notRun' : 'failed';
    default:
      return unreachable(event.status);
  }
}
