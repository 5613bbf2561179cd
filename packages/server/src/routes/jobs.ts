/** Jobs: made, listed, shown, waited for, deleted. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { JsonValue } from '@pipeline/schema';
import { invalidData, notFound } from '../api-error.ts';
import type { StoredJob, StoredTask } from '../job.ts';
import type { NewJob } from '../job-store.ts';
import { envelope, includes, pageOf, parameter, takePage } from '../pagination.ts';
import { isTrue, type ReadJob, readJob } from '../read-job.ts';
import { baseOf, isSync, sendEscaped, sendJson, sendNothing } from '../request-view.ts';
import { jobResource, shownUrl } from '../resources.ts';
import {
  type ById,
  type ByQuery,
  callerOf,
  needsRate,
  ownJob,
  type RouteContext,
  untilEnded,
  viewOf,
} from '../route-context.ts';

export function jobRoutes(app: FastifyInstance, context: RouteContext): void {
  const { store, work } = context.parts;
  const reads = needsRate('task.read', 'look', context);

  app.post<{ Body: JsonValue }>('/jobs', needsRate('task.write', 'use', context), async (request, reply) => {
    const made = readBody(request, context);
    await storeJob(made, context);
    void reply.code(201);
    // A job that waits for an upload would wait for ever: its client needs the form first.
    const waits = isSync(request) && !made.tasks.some(({ operation }) => operation === 'import/upload');
    if (waits) await untilEnded(made.job.id, reply, context);
    const shown = waits ? asItIsNow(made.job.id, context) : made;
    // Not returned: the answer is sent, and a reply that is given back is one more promise to wait for.
    showJob(shown, { request, reply, context, redirects: waits && made.redirects });
  });

  app.get<ByQuery>('/jobs', reads, (request, reply) => sendJson(request, reply, list(request, context)));

  app.get<ById>('/jobs/:id', reads, (request, reply) => {
    const { id } = ownJob(request, context);
    const show = () =>
      showJob(asItIsNow(id, context), { request, reply, context, redirects: wantsRedirect(request) });
    return isSync(request) ? untilEnded(id, reply, context).then(show) : show();
  });

  app.get<ById>('/jobs/:id/wait', reads, async (request, reply) => {
    const { id } = ownJob(request, context);
    await untilEnded(id, reply, context);
    return showJob(asItIsNow(id, context), { request, reply, context, redirects: wantsRedirect(request) });
  });

  app.delete<ById>('/jobs/:id', needsRate('task.write', 'look', context), async (request, reply) => {
    const job = ownJob(request, context);
    const tasks = store.tasksOf(job);
    await work.removeJob(job.id);
    for (const { id } of [job, ...tasks]) context.waiters.forget(id);
    return sendNothing(reply);
  });
}

function readBody(request: FastifyRequest<{ Body: JsonValue }>, { parts }: RouteContext): ReadJob {
  const { limits } = parts.options;
  const maker = { userId: callerOf(request).userId, newId: parts.newId, now: parts.now };
  const made = readJob(request.body, maker, { tasks: limits.tasksPerJob });
  if (!made.ok) throw invalidData(made.error);
  const { job } = made.value;
  const isTold = job.webhookUrl !== null || parts.webhooks.webhooks(job.userId).length > 0;
  if (!isTold || parts.options.publicUrl !== undefined) return made.value;
  return { ...made.value, job: { ...job, base: baseOf(request.raw, undefined) } };
}

/** Settles when it is on the disk. */
export function storeJob(made: NewJob, { parts, needRoom }: RouteContext): Promise<void> {
  needRoom({ userId: made.job.userId });
  return parts.store.addJob(made);
}

interface Showing {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly context: RouteContext;
  readonly redirects: boolean;
}

/** It may have been deleted while somebody waited for it. */
function asItIsNow(id: string, { parts }: RouteContext): NewJob {
  const job = parts.store.job(id);
  if (job === undefined) throw notFound('The job');
  return { job, tasks: parts.store.tasksOf(job) };
}

function showJob({ job, tasks }: NewJob, { request, reply, context, redirects }: Showing): FastifyReply {
  const view = viewOf(request, context);
  const url = redirects && job.status === 'finished' ? firstUrl(tasks) : undefined;
  if (url !== undefined) return reply.redirect(shownUrl(url, view.base), 302);
  if (isSync(request) || view.hasPayload === true) {
    return sendJson(request, reply, { data: jobResource(job, view, tasks) });
  }
  return sendEscaped(reply, `{"data":${context.texts.job(job, tasks, view)}}`);
}

const wantsRedirect = (request: FastifyRequest<ById>): boolean =>
  isTrue(parameter(request.query, 'redirect'));

export function firstUrl(tasks: readonly StoredTask[]): string | undefined {
  const exports = tasks.filter(({ operation }) => operation === 'export/url');
  return exports.flatMap(({ result }) => result?.files ?? []).find(({ url }) => url !== undefined)?.url;
}

function list(request: FastifyRequest<ByQuery>, context: RouteContext) {
  const { store } = context.parts;
  const { query } = request;
  const view = viewOf(request, context);
  const page = pageOf(query);
  const { items, hasMore } = takePage(
    matching(store.jobs(callerOf(request).userId), {
      status: parameter(query, 'filter[status]'),
      tag: parameter(query, 'filter[tag]'),
    }),
    page,
  );
  const hasTasks = includes(query).has('tasks');
  const data = items.map((job) => jobResource(job, view, hasTasks ? store.tasksOf(job) : undefined));
  return envelope({ data, hasMore, page, path: `${view.base}/v2/jobs`, query });
}

function* matching(
  jobs: Iterable<StoredJob>,
  wanted: { readonly status: string | undefined; readonly tag: string | undefined },
): Generator<StoredJob, void> {
  for (const job of jobs) {
    if (wanted.status !== undefined && job.status !== wanted.status) continue;
    if (wanted.tag !== undefined && job.tag !== wanted.tag) continue;
    yield job;
  }
}
