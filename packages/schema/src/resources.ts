/**
 * CloudConvert's JSON resources, as recorded from its v2 API: what `--json`, the server and the client speak.
 * Key order is that of real responses. Dates are `YYYY-MM-DDTHH:MM:SS+00:00`.
 */
import type { JsonObject } from './json.ts';

export type TaskStatus = 'waiting' | 'processing' | 'finished' | 'error';

export interface FileResource {
  readonly filename: string;
  readonly dir?: string;
  readonly size?: number;
  readonly url?: string;
}

export interface TaskResource {
  readonly id: string;
  readonly name: string;
  readonly job_id: string;
  readonly status: TaskStatus;
  readonly code: string | null;
  readonly message: string | null;
  readonly percent: number;
  readonly operation: string;
  readonly engine?: string | null;
  readonly engine_version?: string | null;
  readonly result: ({ readonly files?: readonly FileResource[] } & JsonObject) | null;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  readonly depends_on_task_ids: readonly string[];
}

export interface JobResource {
  readonly id: string;
  readonly tag: string | null;
  readonly status: TaskStatus;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  /** In the order of the pipeline. */
  readonly tasks: readonly TaskResource[];
}

/** 1_700_000_000_000 → `2023-11-14T22:13:20+00:00`, CloudConvert's form. */
export function resourceDate(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19)}+00:00`;
}
