/** A recorded resource → what the store would have to hold for it. */
import type { StoredJob, StoredTask } from '../../src/job.ts';
import type { JobStore } from '../../src/job-store.ts';

/** As JSON.parse gives it: the recordings are data of others, looked at by tests only. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Recorded = any;

const time = (text: string | null | undefined): number | null =>
  text === null || text === undefined ? null : Date.parse(text);

export function storedTask(recorded: Recorded, changes: Partial<StoredTask> = {}): StoredTask {
  const isForm = recorded.result?.form !== undefined;
  return {
    id: recorded.id,
    jobId: recorded.job_id ?? null,
    userId: 1,
    ...(recorded.name !== undefined && { name: recorded.name }),
    operation: recorded.operation,
    payload: recorded.payload ?? { operation: recorded.operation },
    dependsOn:
      recorded.depends_on_task_ids ?? (recorded.depends_on_tasks ?? []).map((one: Recorded) => one.id),
    ignoresError: false,
    status: recorded.status,
    code: recorded.code ?? null,
    message: isForm ? null : (recorded.message ?? null),
    percent: recorded.percent ?? 100,
    engine: recorded.engine ?? null,
    engineVersion: recorded.engine_version ?? null,
    result: isForm ? null : recorded.result,
    createdAt: time(recorded.created_at) ?? 0,
    startedAt: time(recorded.started_at),
    endedAt: time(recorded.ended_at),
    retryOf: recorded.retry_of_task_id ?? null,
    ...changes,
  };
}

export function storedJob(recorded: Recorded): { job: StoredJob; tasks: readonly StoredTask[] } {
  const tasks = (recorded.tasks ?? []).map((task: Recorded) => storedTask(task));
  const job: StoredJob = {
    id: recorded.id,
    userId: 1,
    tag: recorded.tag ?? null,
    webhookUrl: null,
    status: recorded.status,
    createdAt: time(recorded.created_at) ?? 0,
    startedAt: time(recorded.started_at),
    endedAt: time(recorded.ended_at),
    taskIds: tasks.map(({ id }: StoredTask) => id),
  };
  return { job, tasks };
}

/** With a job around it where it belongs to one: the store keeps no task of a job that is not there. */
export async function putTask(store: JobStore, task: StoredTask): Promise<void> {
  const { jobId } = task;
  if (jobId === null || store.job(jobId) !== undefined) return store.addTask(task);
  const { job } = storedJob({ id: jobId, status: task.status });
  return store.addJob({ job: { ...job, taskIds: [task.id] }, tasks: [task] });
}
