/**
 * The channels of CloudConvert's events: what they are called, who may hear them, what is said on them. Pure.
 *
 *     private-job.ID   private-job.ID.tasks   private-task.ID   private-user.ID.jobs   private-user.ID.tasks
 */
import { unreachable } from '@pipeline/schema';
import type { Change, JobEventName, StoredJob, StoredTask } from './job.ts';
import { hasEnded } from './job-status.ts';
import type { JobStore } from './job-store.ts';
import type { ApiKey } from './server-options.ts';

export type Channel =
  | { readonly type: 'job'; readonly jobId: string }
  | { readonly type: 'job-tasks'; readonly jobId: string }
  | { readonly type: 'task'; readonly taskId: string }
  | { readonly type: 'user-jobs'; readonly userId: number }
  | { readonly type: 'user-tasks'; readonly userId: number };

const names: readonly (readonly [RegExp, (id: string) => Channel])[] = [
  [/^private-job\.([\w-]{1,64})$/, (jobId) => ({ type: 'job', jobId })],
  [/^private-job\.([\w-]{1,64})\.tasks$/, (jobId) => ({ type: 'job-tasks', jobId })],
  [/^private-task\.([\w-]{1,64})$/, (taskId) => ({ type: 'task', taskId })],
  [/^private-user\.(\d{1,15})\.jobs$/, (id) => ({ type: 'user-jobs', userId: Number(id) })],
  [/^private-user\.(\d{1,15})\.tasks$/, (id) => ({ type: 'user-tasks', userId: Number(id) })],
];

export function parseChannel(name: string): Channel | undefined {
  for (const [pattern, make] of names) {
    const id = pattern.exec(name)?.[1];
    if (id !== undefined) return make(id);
  }
  return undefined;
}

/** On which channels a change is told. */
export function channelsOf(change: Change): readonly string[] {
  if (change.type === 'job') {
    const { id, userId } = change.job;
    return [`private-job.${id}`, `private-user.${userId}.jobs`];
  }
  const { id, jobId, userId } = change.task;
  return [
    `private-task.${id}`,
    ...(jobId === null ? [] : [`private-job.${jobId}.tasks`]),
    `private-user.${userId}.tasks`,
  ];
}

type Jobs = Pick<JobStore, 'job' | 'task' | 'tasksOf'>;

/** A job of somebody else is as if it were not there. */
export function mayHear(channel: Channel, key: ApiKey, store: Jobs): boolean {
  return key.scopes.includes('task.read') && ownerOf(channel, store) === key.userId;
}

function ownerOf(channel: Channel, store: Jobs): number | undefined {
  switch (channel.type) {
    case 'job':
    case 'job-tasks':
      return store.job(channel.jobId)?.userId;
    case 'task':
      return store.task(channel.taskId)?.userId;
    case 'user-jobs':
    case 'user-tasks':
      return channel.userId;
    default:
      return unreachable(channel);
  }
}

/** What was told on the channel before somebody came, as far as a client may wait for it. */
export function endsSoFar(channel: Channel, store: Jobs): readonly Change[] {
  switch (channel.type) {
    case 'job': {
      const job = store.job(channel.jobId);
      const event = job === undefined ? undefined : endEvent(job.status);
      return job === undefined || event === undefined ? [] : [{ type: 'job', event, job }];
    }
    case 'job-tasks': {
      const job = store.job(channel.jobId);
      return job === undefined ? [] : store.tasksOf(job).flatMap(endOf);
    }
    case 'task': {
      const task = store.task(channel.taskId);
      return task === undefined ? [] : endOf(task);
    }
    case 'user-jobs':
    case 'user-tasks':
      return [];
    default:
      return unreachable(channel);
  }
}

/** Nothing more is told on it, unless the job or task is tried again. */
export function isOver(channel: Channel, store: Jobs): boolean {
  switch (channel.type) {
    case 'job':
    case 'job-tasks':
      return hasGoneOrEnded(store.job(channel.jobId));
    case 'task':
      return hasGoneOrEnded(store.task(channel.taskId));
    case 'user-jobs':
    case 'user-tasks':
      return false;
    default:
      return unreachable(channel);
  }
}

const hasGoneOrEnded = (one: StoredJob | StoredTask | undefined): boolean =>
  one === undefined || hasEnded(one);

function endOf(task: StoredTask): readonly Change[] {
  const event = endEvent(task.status);
  return event === undefined ? [] : [{ type: 'task', event, task }];
}

function endEvent(status: string): JobEventName | undefined {
  if (status === 'finished') return 'finished';
  return status === 'error' ? 'failed' : undefined;
}

export const isEnd = (event: JobEventName): boolean => event === 'finished' || event === 'failed';
