/**
 * What is stored → CloudConvert's JSON, with its keys in the order of recorded answers, for the API, for webhooks and for
 * sockets alike. It knows neither HTTP nor who asks.
 */
import {
  type FileResource,
  type JsonObject,
  type JsonValue,
  operationSpecs,
  resourceDate,
} from '@pipeline/schema';
import type { StoredJob, StoredTask } from './job.ts';
import type { StoredWebhook } from './webhook-store.ts';

export interface View {
  /** Where clients reach the server, without a slash at the end: links start with it. */
  readonly base: string;
  readonly uploadForm: (task: StoredTask, base: string) => JsonObject;
  /** Tasks with the options that they were made with: `include=payload`. */
  readonly hasPayload?: boolean;
}

/** What else `include=` adds to a task. */
export interface TaskExtras {
  /** Ids of the tasks that repeat it. */
  readonly retries?: readonly string[];
  readonly dependsOn?: readonly StoredTask[];
  /** Null: it stands alone. */
  readonly job?: StoredJob | null;
}

export function taskResource(task: StoredTask, view: View, extras: TaskExtras = {}): JsonObject {
  const hasEnded = task.status === 'finished' || task.status === 'error';
  const { job, dependsOn, retries } = extras;
  return {
    id: task.id,
    ...(task.name !== undefined && { name: task.name }),
    job_id: task.jobId,
    status: task.status,
    credits: hasEnded ? 0 : null,
    code: task.code,
    message: messageOf(task),
    percent: task.percent,
    operation: operationWord(task),
    ...(isProcessing(task) && { engine: task.engine, engine_version: task.engineVersion }),
    ...(view.hasPayload === true && { payload: { ...task.payload, operation: operationWord(task) } }),
    result: resultOf(task, view),
    created_at: date(task.createdAt),
    started_at: dateOrNull(task.startedAt),
    ended_at: dateOrNull(task.endedAt),
    retry_of_task_id: task.retryOf,
    copy_of_task_id: task.retryOf,
    ...(retries !== undefined && { retries }),
    user_id: task.userId,
    priority: 10,
    host_name: task.startedAt === null || task.operation === 'import/upload' ? null : place,
    storage: task.operation.startsWith('import/') || task.result !== null ? place : null,
    region: place,
    ...(dependsOn === undefined
      ? { depends_on_task_ids: task.dependsOn }
      : { depends_on_tasks: dependsOn.map((one) => taskResource(one, view)) }),
    ...(job !== undefined && { job: job === null ? null : jobResource(job, view) }),
    links: { self: `${view.base}/v2/tasks/${task.id}` },
  };
}

/** Without `tasks` unless they are given, as in lists. */
export function jobResource(job: StoredJob, view: View, tasks?: readonly StoredTask[]): JsonObject {
  return {
    id: job.id,
    tag: job.tag,
    status: job.status,
    created_at: date(job.createdAt),
    started_at: dateOrNull(job.startedAt),
    ended_at: dateOrNull(job.endedAt),
    ...(tasks !== undefined && { tasks: tasks.map((task) => taskResource(task, view)) }),
    links: { self: `${view.base}/v2/jobs/${job.id}` },
  };
}

export function webhookResource(webhook: StoredWebhook, base: string): JsonObject {
  return {
    id: webhook.id,
    url: webhook.url,
    disabled: webhook.disabled,
    events: webhook.events,
    failing: webhook.failing,
    signing_secret: webhook.signingSecret,
    created_at: resourceDate(webhook.createdAt),
    updated_at: resourceDate(webhook.updatedAt),
    links: { self: `${base}/v2/webhooks/${webhook.id}` },
  };
}

/** CloudConvert's name of it: where a path has several, the one that its own clients know in answers. */
function operationWord({ operation }: StoredTask): string {
  return operationSpecs[operation].alias ?? operation;
}

/** Host, storage and region are one: this machine. */
const place = 'local';

function isProcessing({ operation }: StoredTask): boolean {
  return !operation.startsWith('import/') && !operation.startsWith('export/');
}

const waitsForFile = ({ operation, status, result }: StoredTask): boolean =>
  operation === 'import/upload' && status === 'waiting' && result === null;

function messageOf(task: StoredTask): string | null {
  return task.message ?? (waitsForFile(task) ? 'Waiting for file upload' : null);
}

function resultOf(task: StoredTask, view: View): JsonValue {
  if (waitsForFile(task)) return { form: view.uploadForm(task, view.base) };
  const { result } = task;
  if (result?.files === undefined) return result;
  return { ...result, files: result.files.map((file) => shownFile(file, view.base)) };
}

function shownFile({ url, ...file }: FileResource, base: string): JsonObject {
  return url === undefined ? file : { ...file, url: shownUrl(url, base) };
}

/** URLs of this server are kept without its address, which may change. */
export const shownUrl = (url: string, base: string): string => (url.startsWith('/') ? base + url : url);

const dateOrNull = (timeMs: number | null): string | null => (timeMs === null ? null : date(timeMs));

/** Most times that are shown together are of the same second. */
let lastSecond = Number.NaN;
let lastDate = '';

function date(timeMs: number): string {
  const second = Math.floor(timeMs / 1000);
  if (second !== lastSecond) {
    lastSecond = second;
    lastDate = resourceDate(timeMs);
  }
  return lastDate;
}
