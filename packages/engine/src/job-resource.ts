/** A run → CloudConvert's job resource, with its tasks in the order of the pipeline. It knows no HTTP. */
import {
  type FileResource,
  type JobResource,
  type JsonObject,
  resourceDate,
  type TaskResource,
} from '@pipeline/schema';
import type { Artifact } from './operation.ts';
import { converterOf, taskMessage, taskStatus } from './job-events.ts';
import type { JobPlan } from './job-plan.ts';
import { hasEnded } from './action.ts';
import { filesOf, type TaskRun } from './task-run.ts';

export interface JobRecord {
  readonly plan: JobPlan;
  readonly tasks: readonly (TaskRun | undefined)[];
  /** Milliseconds since the job began. */
  readonly times: ReadonlyMap<TaskRun, TaskTimes>;
  readonly endedMs: number;
  readonly newId: () => string;
}

export interface TaskTimes {
  readonly startedMs?: number;
  readonly endedMs?: number;
}

export function jobResource(record: JobRecord): JobResource {
  const { plan, tasks, endedMs } = record;
  const runs = tasks.filter((run) => run !== undefined);
  const ids = new Map(runs.map((run) => [run, record.newId()]));
  const starts = [...record.times.values()].flatMap(({ startedMs }) => startedMs ?? []);
  const hasFailed = runs.some(({ failure, planned }) => failure !== undefined && !planned.task.ignoreError);
  return {
    id: plan.context.jobId,
    tag: plan.pipeline.tag ?? null,
    status: hasFailed ? 'error' : 'finished',
    created_at: date(record, 0),
    started_at: starts.length === 0 ? null : date(record, Math.min(...starts)),
    ended_at: date(record, endedMs),
    tasks: runs.map((run) => taskResource(run, ids, record)),
  };
}

function taskResource(run: TaskRun, ids: ReadonlyMap<TaskRun, string>, record: JobRecord): TaskResource {
  const { plan, tasks, times } = record;
  const { task, index } = run.planned;
  const time = times.get(run);
  const isProcessing = !task.operation.startsWith('import/') && !task.operation.startsWith('export/');
  const converter = run.actions.map(converterOf).find((found) => found !== undefined);
  return {
    id: ids.get(run) ?? '',
    name: task.name,
    job_id: plan.context.jobId,
    status: taskStatus(run),
    code: run.failure?.code ?? null,
    message: taskMessage(run) ?? null,
    percent: percentOf(run),
    operation: task.operation,
    ...(isProcessing && { engine: converter?.name ?? null, engine_version: converter?.version ?? null }),
    result: resultOf(run),
    created_at: date(record, 0),
    started_at: time?.startedMs === undefined ? null : date(record, time.startedMs),
    ended_at: time?.endedMs === undefined ? null : date(record, time.endedMs),
    depends_on_task_ids: (plan.graph.predecessors[index] ?? []).flatMap((before) => {
      const run = tasks[before];
      return run === undefined ? [] : (ids.get(run) ?? []);
    }),
  };
}

function percentOf(run: TaskRun): number {
  if (run.hasEnded) return 100;
  const ended = run.actions.filter(({ state }) => hasEnded(state)).length;
  return run.actions.length === 0 ? 0 : Math.floor((ended / run.actions.length) * 100);
}

/** Null when it has nothing to show, as in CloudConvert's failed tasks. */
function resultOf(run: TaskRun): TaskResource['result'] {
  const files = filesOf(run).map(fileResource);
  const more: readonly JsonObject[] = run.actions.flatMap(({ outcome }) =>
    outcome?.type === 'finished' && outcome.result !== undefined ? [outcome.result] : [],
  );
  if (files.length === 0 && more.length === 0) return null;
  return { ...Object.assign({}, ...more), ...(files.length > 0 && { files }) };
}

function fileResource({ name, dir, sizeBytes, url }: Artifact): FileResource {
  return { filename: name, ...(dir !== '' && { dir }), size: sizeBytes, ...(url !== undefined && { url }) };
}

function date({ plan }: JobRecord, ms: number): string {
  return resourceDate(plan.context.startedAt + ms);
}
