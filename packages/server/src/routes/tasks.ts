/** Tasks: made alone by their operation's path, listed, shown, waited for, cancelled, repeated, deleted. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isJsonObject, type JsonValue } from '@pipeline/schema';
import { invalidData, invalidState, notFound } from '../api-error.ts';
import { operationWords, readLoneTask } from '../create-tasks.ts';
import { storedTask } from '../stored-tasks.ts';
import type { StoredTask } from '../job.ts';
import { hasEnded } from '../job-status.ts';
import { isSync, sendJson, sendNothing } from '../request-view.ts';
import { taskResource } from '../resources.ts';
import { retryOf } from '../retry-task.ts';
import {
  type ById,
  type ByQuery,
  callerOf,
  needsRate,
  ownTask,
  type RouteContext,
  untilEnded,
  viewOf,
} from '../route-context.ts';
import { extrasFor, listTasks } from '../task-list.ts';

export function taskRoutes(app: FastifyInstance, context: RouteContext): void {
  const { work } = context.parts;
  const reads = needsRate('task.read', 'look', context);
  const writes = needsRate('task.write', 'look', context);
  createRoutes(app, context);

  app.get<ByQuery>('/tasks', reads, (request, reply) =>
    sendJson(request, reply, listTasks(request, context)),
  );

  app.get<ById>('/tasks/:id', reads, async (request, reply) => {
    const { id } = ownTask(request, context);
    if (isSync(request)) await untilEnded(id, reply, context);
    return showTask(id, { request, reply, context });
  });

  app.get<ById>('/tasks/:id/wait', reads, async (request, reply) => {
    const { id } = ownTask(request, context);
    await untilEnded(id, reply, context);
    return showTask(id, { request, reply, context });
  });

  app.post<ById>('/tasks/:id/cancel', writes, async (request, reply) => {
    const task = ownTask(request, context);
    const isCancelled = !hasEnded(task) && (await work.cancel(task.id));
    if (!isCancelled) throw invalidState('Cannot change status: task already completed.');
    return showTask(task.id, { request, reply, context });
  });

  app.delete<ById>('/tasks/:id', writes, async (request, reply) => {
    const task = ownTask(request, context);
    await work.removeTask(task.id);
    context.waiters.forget(task.id);
    return sendNothing(reply);
  });
}

function createRoutes(app: FastifyInstance, context: RouteContext): void {
  const { store, newId, now } = context.parts;
  const creates = needsRate('task.write', 'use', context);

  for (const operation of operationWords()) {
    app.post<{ Body: JsonValue }>(`/${operation}`, creates, async (request, reply) => {
      const { userId } = callerOf(request);
      const body = isJsonObject(request.body) ? request.body : {};
      const read = readLoneTask(operation, body, (id) => store.task(id)?.userId === userId);
      if (!read.ok) throw invalidData(read.error);
      return addTask(storedTask(read.value, { userId, newId, now }), { request, reply, context });
    });
  }

  app.post<ById>('/tasks/:id/retry', creates, async (request, reply) => {
    const task = ownTask(request, context);
    return addTask(retryOf(task, store, { newId, now }), { request, reply, context });
  });
}

interface Asked {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly context: RouteContext;
}

async function addTask(task: StoredTask, asked: Asked): Promise<FastifyReply> {
  const { request, reply, context } = asked;
  const { needRoom, parts } = context;
  const { userId, jobId } = task;
  const job = jobId === null ? undefined : parts.store.job(jobId);
  needRoom({ userId, job });
  await parts.store.addTask(task);
  void reply.code(201);
  if (isSync(request) && task.operation !== 'import/upload') await untilEnded(task.id, reply, context);
  return showTask(task.id, asked);
}

/** As it is now: it may have been deleted while somebody waited for it. */
function showTask(id: string, { request, reply, context }: Asked): FastifyReply {
  const task = context.parts.store.task(id);
  if (task === undefined) throw notFound('The task');
  const extras = extrasFor(task, request.query, context.parts.store);
  return sendJson(request, reply, { data: taskResource(task, viewOf(request, context), extras) });
}
