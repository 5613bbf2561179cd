/** Jobs for tests, of which only what the test is about has to be said. */
import type { JsonObject, OperationName } from '@pipeline/schema';
import type { StoredJob, StoredTask } from '../../src/job.ts';
import type { NewJob } from '../../src/job-store.ts';

export type TaskSketch = OperationName | ({ readonly operation: OperationName } & JsonObject);

export function newJob(
  sketches: Readonly<Record<string, TaskSketch>>,
  more: Partial<StoredJob> = {},
): NewJob {
  const jobId = crypto.randomUUID();
  const ids = new Map(Object.keys(sketches).map((name) => [name, crypto.randomUUID()]));
  const tasks = Object.entries(sketches).map(([name, sketch]) => {
    const payload = typeof sketch === 'string' ? { operation: sketch } : sketch;
    const dependsOn = inputsOf(payload).flatMap((input) => ids.get(input) ?? input);
    return newTask(payload.operation, { id: ids.get(name) ?? '', name, jobId, payload, dependsOn });
  });
  const job: StoredJob = {
    id: jobId,
    userId: 1,
    tag: null,
    webhookUrl: null,
    status: 'waiting',
    createdAt: Date.now(),
    startedAt: null,
    endedAt: null,
    taskIds: tasks.map(({ id }) => id),
    ...more,
  };
  return { job, tasks };
}

export function newTask(operation: OperationName, more: Partial<StoredTask> = {}): StoredTask {
  return {
    id: crypto.randomUUID(),
    jobId: null,
    userId: 1,
    operation,
    payload: { operation },
    dependsOn: [],
    ignoresError: more.payload?.['ignore_error'] === true,
    status: 'waiting',
    code: null,
    message: null,
    percent: 100,
    engine: null,
    engineVersion: null,
    result: null,
    createdAt: Date.now(),
    startedAt: null,
    endedAt: null,
    retryOf: null,
    ...more,
  };
}

function inputsOf({ input, image }: JsonObject): readonly string[] {
  return [input, image].flat().filter((name) => typeof name === 'string');
}
