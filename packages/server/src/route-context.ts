/** What the routes have in common: who asks, what is left of the rate, how resources are shown to this client. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { notFound, unauthenticated } from './api-error.ts';
import type { AppParts } from './app-parts.ts';
import type { StoredJob, StoredTask } from './job.ts';
import type { NeedRoom } from './open-work.ts';
import { includes, type Query } from './pagination.ts';
import type { RateLimit } from './rate-limit.ts';
import { baseOf, isSync } from './request-view.ts';
import type { View } from './resources.ts';
import type { ApiKey, Scope } from './server-options.ts';
import type { ShownTexts } from './shown-text.ts';
import type { Waiters } from './sync.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the hook that lets a request in. */
    caller: ApiKey | undefined;
  }
}

export interface RouteContext {
  readonly parts: AppParts;
  readonly rateLimit: RateLimit;
  readonly needRoom: NeedRoom;
  readonly waiters: Waiters;
  readonly texts: ShownTexts;
}

export interface ById {
  readonly Params: { readonly id: string };
  readonly Querystring: Query;
}

export interface ByQuery {
  readonly Querystring: Query;
}

type Hook = (request: FastifyRequest, reply: FastifyReply, done: () => void) => void;

/** Before the body is read: nobody else's is worth it. */
export function needs(scope: Scope, { parts }: RouteContext): Hook {
  return (request, _, done) => {
    request.caller = parts.auth.authorize(request.headers.authorization, scope);
    done();
  };
}

/** Jobs and tasks: the rate is told with every answer of the main API, and used up by what makes something. */
export function needsRate(
  scope: Scope,
  how: 'use' | 'look',
  { parts, rateLimit }: RouteContext,
): { readonly onRequest: Hook } {
  return {
    onRequest: (request, reply, done) => {
      const caller = parts.auth.authorize(request.headers.authorization, scope);
      request.caller = caller;
      const headers = rateLimit[how](caller.userId);
      if (!isSync(request)) void reply.headers(headers);
      done();
    },
  };
}

export function callerOf({ caller }: FastifyRequest): ApiKey {
  if (caller === undefined) throw unauthenticated();
  return caller;
}

export const isQuery = (query: unknown): query is Query => typeof query === 'object' && query !== null;

export function viewOf(request: FastifyRequest, { parts }: RouteContext): View {
  const base = baseOf(request.raw, parts.options.publicUrl);
  // Most requests have no query.
  const hasPayload =
    request.url.includes('payload') && isQuery(request.query) && includes(request.query).has('payload');
  return { base, uploadForm: parts.uploadForm, hasPayload };
}

/** Somebody else's is as if it were not there. */
export function ownJob(request: FastifyRequest<ById>, { parts }: RouteContext): StoredJob {
  const job = parts.store.job(request.params.id);
  if (job?.userId !== callerOf(request).userId) throw notFound('The job');
  return job;
}

export function ownTask(request: FastifyRequest<ById>, { parts }: RouteContext): StoredTask {
  const task = parts.store.task(request.params.id);
  if (task?.userId !== callerOf(request).userId) throw notFound('The task');
  return task;
}

/** Until its end, or until the client is gone. */
export async function untilEnded(id: string, reply: FastifyReply, { waiters }: RouteContext): Promise<void> {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  await waiters.ended(id, gone.signal);
}
