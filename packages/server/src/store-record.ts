/**
 * What stands in the log of jobs, and what each record does to what is in memory. Ended tasks stay ended: a job that is
 * written again, so that an old segment can go, takes nothing back.
 */
import { fresh, type StoredJob, type StoredTask } from './job.ts';
import type { JobIndex } from './job-index.ts';
import type { TaskChange } from './job-store.ts';
import { hasEnded } from './job-status.ts';

export type StoreRecord =
  | { readonly type: 'job'; readonly job: StoredJob; readonly tasks: readonly StoredTask[] }
  | { readonly type: 'task'; readonly task: StoredTask }
  | { readonly type: 'end'; readonly id: string; readonly change: TaskChange }
  | { readonly type: 'gone'; readonly id: string };

/** Of a task of which nothing has been done yet, most is known beforehand: that is left out. */
export function writeRecord(record: StoreRecord): string {
  if (record.type !== 'job') return JSON.stringify(record);
  const { type, job, tasks } = record;
  const areFresh = tasks.every((task) => isFresh(task, job));
  if (areFresh && isPlain(job)) return newJobText(job, tasks);
  return JSON.stringify({ type, job, tasks: tasks.map((task) => (isFresh(task, job) ? own(task) : task)) });
}

/** Nothing has been done of it, and nothing is kept of it that most jobs do not have. */
const isPlain = ({ status, startedAt, endedAt, cacheKey, base }: StoredJob): boolean =>
  status === fresh.status &&
  startedAt === fresh.startedAt &&
  endedAt === fresh.endedAt &&
  cacheKey === undefined &&
  base === undefined;

/** As `JSON.stringify` has it, in half the time: every job that is made is written so. Ids and operations need no escapes. */
function newJobText(job: StoredJob, tasks: readonly StoredTask[]): string {
  const { id, userId, tag, webhookUrl, createdAt, taskIds } = job;
  let taskTexts = '';
  for (const task of tasks) taskTexts += taskTexts === '' ? newTaskText(task) : `,${newTaskText(task)}`;
  return `{"type":"job","job":{"id":"${id}","userId":${userId},"tag":${JSON.stringify(tag)},"webhookUrl":${JSON.stringify(webhookUrl)},"status":"waiting","createdAt":${createdAt},"startedAt":null,"endedAt":null,"taskIds":${idList(taskIds)}},"tasks":[${taskTexts}]}`;
}

function newTaskText({ id, name = '', operation, payload, dependsOn, ignoresError }: StoredTask): string {
  return `{"id":"${id}","name":${JSON.stringify(name)},"operation":"${operation}","payload":${JSON.stringify(payload)},"dependsOn":${idList(dependsOn)},"ignoresError":${ignoresError}}`;
}

const idList = (ids: readonly string[]): string => (ids.length === 0 ? '[]' : `["${ids.join('","')}"]`);

/** Only what `writeRecord` has made comes here: the log checks each record. */
export function readRecord(text: string): StoreRecord {
  const record: StoreRecord = JSON.parse(text);
  if (record.type !== 'job') return record;
  const { type, job, tasks } = record;
  const { id, userId, createdAt } = job;
  const known = { jobId: id, userId, createdAt, retryOf: null, ...fresh };
  return { type, job, tasks: tasks.map((task) => ({ ...known, ...task })) };
}

/** Nothing in it but what `own` keeps, and what follows from its job. */
const isFresh = (task: StoredTask, job: StoredJob): boolean =>
  task.status === fresh.status &&
  task.code === fresh.code &&
  task.message === fresh.message &&
  task.percent === fresh.percent &&
  task.engine === fresh.engine &&
  task.engineVersion === fresh.engineVersion &&
  task.result === fresh.result &&
  task.places === undefined &&
  task.startedAt === fresh.startedAt &&
  task.endedAt === fresh.endedAt &&
  task.retryOf === null &&
  task.userId === job.userId &&
  task.createdAt === job.createdAt;

function own(task: StoredTask): object {
  const { id, name, operation, payload, dependsOn, ignoresError } = task;
  return { id, name, operation, payload, dependsOn, ignoresError };
}

export function applyRecord(index: JobIndex, record: StoreRecord): void {
  switch (record.type) {
    case 'job':
      putJob(index, record);
      break;
    case 'task':
      if (!isEndedIn(index, record.task.id)) index.addTask(asWaiting(record.task));
      break;
    case 'end': {
      const task = index.task(record.id);
      if (task !== undefined && !hasEnded(task)) index.putTask({ ...task, ...record.change });
      break;
    }
    default:
      index.removeJob(record.id);
      index.removeTask(record.id);
  }
}

function putJob(index: JobIndex, { job, tasks }: Extract<StoreRecord, { type: 'job' }>): void {
  const known = index.job(job.id)?.taskIds ?? [];
  index.putJob({ ...job, taskIds: [...new Set([...known, ...job.taskIds])] });
  for (const task of tasks) if (!isEndedIn(index, task.id)) index.putTask(asWaiting(task));
}

function isEndedIn(index: JobIndex, id: string): boolean {
  const task = index.task(id);
  return task !== undefined && hasEnded(task);
}

/** What ran when it was written does not run any more. */
function asWaiting(task: StoredTask): StoredTask {
  if (task.status !== 'processing') return task;
  return { ...task, status: 'waiting', startedAt: null, percent: 100, engine: null, engineVersion: null };
}
