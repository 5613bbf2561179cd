/** Lists of tasks by their filters, and what `include=` adds to each of them. */
import type { FastifyRequest } from 'fastify';
import type { JsonObject } from '@pipeline/schema';
import { operationNamed } from './create-tasks.ts';
import type { StoredTask } from './job.ts';
import type { JobStore } from './job-store.ts';
import { envelope, includes, pageOf, parameter, type Query, takePage } from './pagination.ts';
import { type TaskExtras, taskResource } from './resources.ts';
import { type ByQuery, callerOf, isQuery, type RouteContext, viewOf } from './route-context.ts';

export function listTasks(request: FastifyRequest<ByQuery>, context: RouteContext): JsonObject {
  const { store } = context.parts;
  const { query } = request;
  const view = viewOf(request, context);
  const page = pageOf(query);
  const { items, hasMore } = takePage(matching(candidates(request, store), query), page);
  const retries = includes(query).has('retries') ? retriesOf(store, callerOf(request).userId) : undefined;
  const data = items.map((task) =>
    taskResource(task, view, {
      ...extrasOf(task, query, store),
      ...(retries !== undefined && { retries: retries.get(task.id) ?? [] }),
    }),
  );
  return envelope({ data, hasMore, page, path: `${view.base}/v2/tasks`, query });
}

export function extrasFor(task: StoredTask, query: unknown, store: JobStore): TaskExtras {
  const asked = isQuery(query) ? query : {};
  return {
    ...extrasOf(task, asked, store),
    ...(includes(asked).has('retries') && { retries: retriesOf(store, task.userId).get(task.id) ?? [] }),
  };
}

function extrasOf(task: StoredTask, query: Query, store: JobStore): TaskExtras {
  const wanted = includes(query);
  const job = task.jobId === null ? undefined : store.job(task.jobId);
  return {
    ...(wanted.has('depends_on_tasks') && {
      dependsOn: task.dependsOn.flatMap((id) => store.task(id) ?? []),
    }),
    ...(wanted.has('job') && { job: job ?? null }),
  };
}

/** Of all tasks of a user: one walk, however many are listed. */
function retriesOf(store: JobStore, userId: number): ReadonlyMap<string, readonly string[]> {
  const retries = new Map<string, string[]>();
  for (const { id, retryOf } of store.tasks(userId)) {
    if (retryOf === null) continue;
    const others = retries.get(retryOf);
    if (others === undefined) retries.set(retryOf, [id]);
    else others.unshift(id);
  }
  return retries;
}

function candidates(request: FastifyRequest<ByQuery>, store: JobStore): Iterable<StoredTask> {
  const { userId } = callerOf(request);
  const jobId = parameter(request.query, 'filter[job_id]');
  if (jobId === undefined) return store.tasks(userId);
  const job = store.job(jobId);
  return job?.userId === userId ? store.tasksOf(job) : [];
}

function* matching(tasks: Iterable<StoredTask>, query: Query): Generator<StoredTask, void> {
  const status = parameter(query, 'filter[status]');
  const word = parameter(query, 'filter[operation]');
  const operation = word === undefined ? undefined : (operationNamed(word) ?? word);
  for (const task of tasks) {
    if (status !== undefined && task.status !== status) continue;
    if (operation !== undefined && task.operation !== operation) continue;
    yield task;
  }
}
