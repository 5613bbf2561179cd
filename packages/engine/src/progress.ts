/**
 * How far a run is: `(progress, event) → progress`, pure, used by every view alike. It is given events only, so a view
 * in another process sees the same. It knows no clock (a view adds the time since the last event), no text layout and
 * no colours. A new state shares all that did not change: an event costs the same with 10 tasks and with 10,000.
 * How a state is changed without touching the one before is the business of `progress-draft.ts`.
 */
import type { TaskStatus } from '@pipeline/schema';
import { unreachable } from '@pipeline/schema';
import type { ActionIdentity, Counts, JobEvent } from './event.ts';
import type { Failure } from './failure.ts';
import type { Keyed, Sequence } from './persistent.ts';
import { append, emptyKeyed, emptySequence, itemAt, sequenceOf } from './persistent.ts';
import { ProgressDraft } from './progress-draft.ts';
import type { ActionCounts, EndedAction, EventOf, TaskProgress } from './task-progress.ts';
import { addEnded, countKey, endedAction, newTask, noCounts } from './task-progress.ts';

export interface Progress {
  /** Absent before `job.started`. */
  readonly job?: { readonly id: string; readonly name: string; readonly pipeline: string };
  readonly status: TaskStatus;
  /** Of the latest event. */
  readonly ms: number;
  /** In the order of the file. */
  readonly tasks: Sequence<TaskProgress>;
  readonly taskIndex: ReadonlyMap<string, number>;
  readonly counts: ActionCounts;
  /** By action address, in no order. */
  readonly running: Keyed<RunningAction>;
  /** What went wrong itself, in the order in which it did; not what was left out because of it. */
  readonly failures: Sequence<EndedAction>;
  /** Actions that were left out, with a reason: an empty glob, an `if`. */
  readonly notes: Sequence<EndedAction>;
  /** At most five, the slowest first. */
  readonly slowest: readonly EndedAction[];
  /** Of the files that tasks without input brought in. */
  readonly bytesIn: number;
  /** Of the files of tasks that no other task takes from. */
  readonly bytesOut: number;
  /** Files of tasks that no other task takes from. */
  readonly filesOut: number;
  /** What paid services charged so far. */
  readonly credits: number;
  /** Set by `job.finished`. */
  readonly end?: { readonly counts: Counts; readonly exitCode: number };
}

export interface RunningAction extends ActionIdentity {
  /** Of the first attempt, in milliseconds since the job started. */
  readonly startedMs: number;
  readonly attempt: number;
  /** Null: the converter cannot tell. */
  readonly percent: number | null;
  readonly message?: string;
  readonly backend: 'local' | 'cloudconvert';
  readonly converter?: string | undefined;
  /** Set between two attempts. */
  readonly retry?: { readonly atMs: number; readonly error: Failure };
}

const slowestLength = 5;

export const emptyProgress: Progress = {
  status: 'waiting',
  ms: 0,
  tasks: emptySequence,
  taskIndex: new Map(),
  counts: noCounts,
  running: emptyKeyed,
  failures: emptySequence,
  notes: emptySequence,
  slowest: [],
  bytesIn: 0,
  bytesOut: 0,
  filesOut: 0,
  credits: 0,
};

export function progress(state: Progress, event: JobEvent): Progress {
  return progressAfter(state, [event]);
}

/** What one event after the other leads to: what several of them touch is copied once. */
export function progressAfter(state: Progress, events: readonly JobEvent[]): Progress {
  let draft = new ProgressDraft(state);
  for (const event of events) {
    // A new job, as in watch mode, starts from nothing.
    if (event.type === 'job.started') draft = new ProgressDraft(jobStarted(event));
    else take(draft, event);
  }
  return draft.finish();
}

function take(draft: ProgressDraft, event: Exclude<JobEvent, { readonly type: 'job.started' }>): void {
  switch (event.type) {
    case 'action.finished':
      actionFinished(draft, event);
      break;
    case 'action.started':
      actionStarted(draft, event);
      break;
    case 'action.progress':
    case 'action.retried':
      if (!changeRunning(draft, event)) return;
      break;
    case 'job.finished':
      draft.state.status = event.job.status;
      draft.state.end = { counts: event.counts, exitCode: event.exit_code };
      break;
    case 'watch.changed':
    case 'watch.waiting':
    case 'watch.noted':
      return;
    default:
      changeTask(draft, event);
  }
  draft.state.ms = Math.max(draft.state.ms, event.ms);
}

function changeTask(
  draft: ProgressDraft,
  event: EventOf<'task.started' | 'task.expanded' | 'task.unchanged' | 'task.finished'>,
): void {
  const task = draft.task(event.task);
  switch (event.type) {
    case 'task.started':
      task.status = 'processing';
      task.startedMs = event.ms;
      break;
    case 'task.expanded':
      task.expanded = Math.max(task.expanded, event.actions);
      task.isFinal ||= event.is_final;
      break;
    case 'task.unchanged':
      task.counts.cached += event.actions;
      task.unchanged += event.actions;
      task.files += event.files ?? 0;
      if (task.isSink) draft.state.filesOut += event.files ?? 0;
      break;
    case 'task.finished':
      task.status = event.status;
      task.isFinal = true;
      task.endedMs = event.ms;
      if (event.message !== undefined) task.message = event.message;
      break;
    default:
      unreachable(event);
  }
}

function jobStarted(event: EventOf<'job.started'>): Progress {
  const taken = new Set(event.tasks.flatMap((task) => task.inputs));
  const tasks = event.tasks.map((task) => newTask(task, !taken.has(task.task)));
  return {
    ...emptyProgress,
    job: { id: event.job, name: event.name, pipeline: event.pipeline },
    status: 'processing',
    ms: event.ms,
    tasks: sequenceOf(tasks),
    taskIndex: new Map(tasks.map((task, index) => [task.task, index])),
  };
}

function actionStarted(draft: ProgressDraft, event: EventOf<'action.started'>): void {
  const before = draft.running(event.action);
  const { action, task, file, variant, attempt, backend, converter } = event;
  draft.setRunning({
    action,
    task,
    file,
    variant,
    startedMs: before?.startedMs ?? event.ms,
    attempt,
    percent: null,
    backend,
    converter,
  });
  if (before === undefined) draft.task(task).counts.running += 1;
}

function actionFinished(draft: ProgressDraft, event: EventOf<'action.finished'>): void {
  const { state } = draft;
  const ended = endedAction(event);
  const key = countKey(ended);
  const task = draft.task(event.task);
  if (draft.removeRunning(event.action)) task.counts.running -= 1;
  addEnded(task, ended, key);
  if (key === 'failed') state.failures = append(state.failures, ended);
  else if (key === 'skipped' && ended.message !== undefined) state.notes = append(state.notes, ended);
  state.slowest = withSlow(state.slowest, ended);
  if (task.isSource) state.bytesIn += ended.bytes;
  if (task.isSink) {
    state.bytesOut += ended.bytes;
    state.filesOut += ended.files;
  }
  state.credits += event.credits ?? 0;
}

/** False: it does not run. */
function changeRunning(
  draft: ProgressDraft,
  event: EventOf<'action.progress'> | EventOf<'action.retried'>,
): boolean {
  const before = draft.running(event.action);
  if (before === undefined) return false;
  if (event.type === 'action.retried') {
    const retry = { atMs: event.ms + event.delay_ms, error: event.error };
    draft.setRunning({ ...before, percent: null, retry });
  } else {
    const { percent, message } = event;
    draft.setRunning({ ...before, percent, ...(message !== undefined && { message }) });
  }
  return true;
}

/** By address where times are equal, so that the order of events does not show. */
function withSlow(slowest: readonly EndedAction[], ended: EndedAction): readonly EndedAction[] {
  if (ended.actionMs <= 0) return slowest;
  const last = slowest[slowestLength - 1];
  if (last !== undefined && bySlowness(ended, last) > 0) return slowest;
  return [...slowest, ended].sort(bySlowness).slice(0, slowestLength);
}

function bySlowness(a: EndedAction, b: EndedAction): number {
  if (a.actionMs !== b.actionMs) return b.actionMs - a.actionMs;
  return a.action < b.action ? -1 : 1;
}

export function taskOf(state: Progress, name: string): TaskProgress | undefined {
  const index = state.taskIndex.get(name);
  return index === undefined ? undefined : itemAt(state.tasks, index);
}
