/**
 * How far a run is: `(progress, event) → progress`, pure, used by every view alike. It is given events only, so a view
 * in another process sees the same. It knows no clock (a view adds the time since the last event), no text layout and
 * no colours. A new state shares all that did not change: an event costs the same with 10 tasks and with 10,000.
 */
import type { TaskStatus } from '@pipeline/schema';
import { unreachable } from '@pipeline/schema';
import type { ActionIdentity, Counts, JobEvent } from './event.ts';
import type { Failure } from './failure.ts';
import type { Keyed, Sequence } from './persistent.ts';
import {
  append,
  emptyKeyed,
  emptySequence,
  itemAt,
  sequenceOf,
  valueOf,
  withItem,
  withoutKey,
  withValue,
} from './persistent.ts';
import type { ActionCounts, EndedAction, EventOf, TaskProgress } from './task-progress.ts';
import { counted, countKey, endedAction, newTask, noCounts, settled, withEnded } from './task-progress.ts';

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
  const next = reduce(state, event);
  if (next === state) return state;
  return event.ms > next.ms ? { ...next, ms: event.ms } : next;
}

const laterOf = (state: Progress, event: JobEvent): number => Math.max(state.ms, event.ms);

function reduce(state: Progress, event: JobEvent): Progress {
  switch (event.type) {
    case 'job.started':
      return jobStarted(event);
    case 'task.started':
      return changeTask(state, event.task, (task) => ({
        ...task,
        status: 'processing',
        startedMs: event.ms,
      }));
    case 'task.expanded':
      return changeTask(state, event.task, (task) => ({
        ...task,
        expanded: Math.max(task.expanded, event.actions),
        isFinal: task.isFinal || event.is_final,
      }));
    case 'task.unchanged':
      return taskUnchanged(state, event);
    case 'task.finished':
      return changeTask(state, event.task, (task) => ({
        ...task,
        status: event.status,
        isFinal: true,
        endedMs: event.ms,
        ...(event.message === undefined ? {} : { message: event.message }),
      }));
    case 'action.started':
      return actionStarted(state, event);
    case 'action.progress':
      return changeRunning(state, event.action, (action) => ({
        ...action,
        percent: event.percent,
        ...(event.message === undefined ? {} : { message: event.message }),
      }));
    case 'action.retried':
      return changeRunning(state, event.action, (action) => ({
        ...action,
        percent: null,
        retry: { atMs: event.ms + event.delay_ms, error: event.error },
      }));
    case 'action.finished':
      return actionFinished(state, event);
    case 'watch.changed':
    case 'watch.waiting':
    case 'watch.noted':
      return state;
    case 'job.finished':
      return { ...state, status: event.job.status, end: { counts: event.counts, exitCode: event.exit_code } };
    default:
      return unreachable(event);
  }
}

/** A new job, as in watch mode, starts from nothing. */
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

function taskUnchanged(state: Progress, { task, actions, files = 0 }: EventOf<'task.unchanged'>): Progress {
  const next = changeTask(state, task, (before) => ({
    ...counted(before, 'cached', actions),
    unchanged: before.unchanged + actions,
    files: before.files + files,
  }));
  return taskOf(next, task)?.isSink === true ? { ...next, filesOut: next.filesOut + files } : next;
}

function actionStarted(state: Progress, event: EventOf<'action.started'>): Progress {
  const before = valueOf(state.running, event.action);
  const { task, file, variant, attempt, backend, converter } = event;
  const startedMs = before?.startedMs ?? event.ms;
  const action: RunningAction = {
    action: event.action,
    task,
    file,
    variant,
    startedMs,
    attempt,
    percent: null,
    backend,
    converter,
  };
  const running = withValue(state.running, event.action, action);
  const next = { ...state, ms: laterOf(state, event), running };
  return before === undefined ? changeTask(next, event.task, withStarted) : next;
}

function actionFinished(state: Progress, event: EventOf<'action.finished'>): Progress {
  const wasRunning = valueOf(state.running, event.action) !== undefined;
  const ended = endedAction(event);
  const key = countKey(ended);
  const next = changeTask(state, event.task, (task) => withEnded(task, ended, wasRunning));
  const task = taskOf(next, event.task);
  return {
    ...next,
    ms: laterOf(state, event),
    running: withoutKey(next.running, event.action),
    failures: key === 'failed' ? append(next.failures, ended) : next.failures,
    notes: key === 'skipped' && ended.message !== undefined ? append(next.notes, ended) : next.notes,
    slowest: withSlow(next.slowest, ended),
    bytesIn: next.bytesIn + (task?.isSource === true ? ended.bytes : 0),
    bytesOut: next.bytesOut + (task?.isSink === true ? ended.bytes : 0),
    filesOut: next.filesOut + (task?.isSink === true ? ended.files : 0),
    credits: next.credits + (event.credits ?? 0),
  };
}

const withStarted = (task: TaskProgress): TaskProgress => counted(task, 'running', 1);

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

function changeTask(state: Progress, name: string, change: (task: TaskProgress) => TaskProgress): Progress {
  const index = state.taskIndex.get(name);
  const before = index === undefined ? undefined : itemAt(state.tasks, index);
  // A task that was not announced has no place in the order of the file: it stands at the end.
  if (index === undefined || before === undefined) return changeTask(withTask(state, name), name, change);
  const after = settled(change(before));
  return {
    ...state,
    tasks: withItem(state.tasks, index, after),
    counts: replaced(state.counts, before.counts, after.counts),
  };
}

function withTask(state: Progress, name: string): Progress {
  const task = newTask({ task: name, label: name, operation: '', inputs: [] }, true);
  return {
    ...state,
    tasks: append(state.tasks, task),
    taskIndex: new Map([...state.taskIndex, [name, state.tasks.length]]),
  };
}

function replaced(sum: ActionCounts, before: ActionCounts, after: ActionCounts): ActionCounts {
  return {
    total: sum.total - before.total + after.total,
    done: sum.done - before.done + after.done,
    cached: sum.cached - before.cached + after.cached,
    skipped: sum.skipped - before.skipped + after.skipped,
    failed: sum.failed - before.failed + after.failed,
    notRun: sum.notRun - before.notRun + after.notRun,
    running: sum.running - before.running + after.running,
    waiting: sum.waiting - before.waiting + after.waiting,
  };
}

function changeRunning(
  state: Progress,
  action: string,
  change: (action: RunningAction) => RunningAction,
): Progress {
  const before = valueOf(state.running, action);
  if (before === undefined) return state;
  return { ...state, running: withValue(state.running, action, change(before)) };
}

export function taskOf(state: Progress, name: string): TaskProgress | undefined {
  const index = state.taskIndex.get(name);
  return index === undefined ? undefined : itemAt(state.tasks, index);
}
