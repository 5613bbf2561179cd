/**
 * What the server keeps of a job and of its tasks: plain values, replaced and never changed in place. A task that was
 * made on its own belongs to no job, but is run the same way. It knows no HTTP; `resources.ts` makes CloudConvert's JSON of it.
 *
 *     waiting ───► processing ───► finished
 *        └──────────────┴────────► error
 */
import type { FileResource, JsonObject, OperationName, TaskStatus } from '@pipeline/schema';

export interface StoredTask {
  readonly id: string;
  /** Null: it stands alone. */
  readonly jobId: string | null;
  /** Whose key made it. */
  readonly userId: number;
  /** Absent when it stands alone. */
  readonly name?: string;
  readonly operation: OperationName;
  /** The options as they were sent, `operation` included and `input` made a list. */
  readonly payload: JsonObject;
  /** Of `input` and of options that take a task's files, in their order. */
  readonly dependsOn: readonly string[];
  readonly ignoresError: boolean;
  readonly status: TaskStatus;
  readonly code: string | null;
  readonly message: string | null;
  /** 0 to 100; 100 while it waits, as CloudConvert has it. */
  readonly percent: number;
  readonly engine: string | null;
  readonly engineVersion: string | null;
  readonly result: TaskResult | null;
  /** Where the files of its result lie, in their order: below the task's own folder, see `taskFile`. */
  readonly places?: readonly string[];
  /** Milliseconds since the epoch, as all times here. */
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly retryOf: string | null;
}

/** A task of which nothing has been done yet. */
export const fresh = {
  status: 'waiting',
  code: null,
  message: null,
  percent: 100,
  engine: null,
  engineVersion: null,
  result: null,
  startedAt: null,
  endedAt: null,
} as const;

/** `form` only of an upload that waits: it is made when it is shown, and not kept. */
export type TaskResult = { readonly files?: readonly FileResource[] } & JsonObject;

export interface StoredJob {
  readonly id: string;
  readonly userId: number;
  readonly tag: string | null;
  readonly webhookUrl: string | null;
  readonly status: TaskStatus;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** Made by a signed URL whose result may be used again: the base of the URL and its cache key. */
  readonly cacheKey?: string;
  /** Where its client reached the server, for links in its webhooks: absent when there are none, or a public URL. */
  readonly base?: string;
  /** In the order of the request; a retry of a task stands at the end. */
  readonly taskIds: readonly string[];
}

export type JobEventName = 'created' | 'updated' | 'finished' | 'failed';

/** What everybody who follows jobs hears: sockets, webhooks, and requests that wait for an end. */
export type Change =
  | { readonly type: 'job'; readonly event: JobEventName; readonly job: StoredJob }
  | { readonly type: 'task'; readonly event: JobEventName; readonly task: StoredTask };
