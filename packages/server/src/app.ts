/**
 * The API without a socket: routes below `/v2`, and below `/sync/v2` for those who wait, bodies read with bounds, errors
 * answered as CloudConvert words them. `app.inject` is enough to use it.
 */
import fastify from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errorBody, notFound } from './api-error.ts';
import type { AppParts, Patience } from './app-parts.ts';
import { answerTo, refuseConnection } from './answer-error.ts';
import { keepOut } from './foreign-pages.ts';
import { roomFor } from './open-work.ts';
import { createRateLimit } from './rate-limit.ts';
import { readBodies } from './read-body.ts';
import { refuseEarly } from './refuse-early.ts';
import { sendJson } from './request-view.ts';
import type { RouteContext } from './route-context.ts';
import { jobRoutes } from './routes/jobs.ts';
import { operationRoutes } from './routes/operations.ts';
import { signedUrlRoutes } from './routes/signed-urls.ts';
import { taskRoutes } from './routes/tasks.ts';
import { userRoutes } from './routes/users.ts';
import { webhookRoutes } from './routes/webhooks.ts';
import { createShownTexts } from './shown-text.ts';
import { createWaiters } from './sync.ts';

const usualPatience: Patience = { headersMs: 20_000, bodyMs: 30_000 };
const maxConnections = 10_000;

export function buildApp(parts: AppParts): FastifyInstance {
  const { patience = usualPatience } = parts;
  const app = fastify({
    bodyLimit: parts.options.limits.bodyBytes,
    requestTimeout: 0,
    forceCloseConnections: true,
    genReqId: requestIds(parts.newId),
    http: {
      headersTimeout: patience.headersMs,
      connectionsCheckingInterval: Math.min(patience.headersMs, 5000),
    },
    routerOptions: { maxParamLength: 1000, ignoreTrailingSlash: true },
    clientErrorHandler: refuseConnection,
    // A path that is no URL has no route whose errors the handler below would see.
    frameworkErrors: (error, request, reply) => void fail(error, { request, reply, parts }),
  });
  app.server.maxConnections = maxConnections;
  app.decorateRequest('caller', undefined);
  app.setErrorHandler((error, request, reply) => fail(error, { request, reply, parts }));
  app.setNotFoundHandler((request, reply) => fail(notFound('The endpoint'), { request, reply, parts }));
  if (parts.options.keys.length === 0) keepOut(app, parts.options.publicUrl);
  for (const plugin of parts.plugins) plugin(app);
  const context = contextOf(parts);
  signedUrlRoutes(app, context);
  for (const prefix of ['/v2', '/sync/v2']) {
    app.register(
      (api, _, done) => {
        addRoutes(api, context, patience);
        done();
      },
      { prefix },
    );
  }
  app.addHook('preClose', async () => {
    context.waiters.close();
    // Their answers are written before the connections are closed.
    await new Promise(setImmediate);
  });
  return app;
}

/** Of requests, for the log only: a number behind what tells this start of the server from others. */
function requestIds(newId: () => string): () => string {
  const start = newId().slice(0, 8);
  let count = 0;
  return () => {
    count += 1;
    return `${start}-${count}`;
  };
}

function contextOf(parts: AppParts): RouteContext {
  const { limits } = parts.options;
  return {
    parts,
    rateLimit: createRateLimit(limits.createdPerMinute, parts.now),
    needRoom: roomFor(parts.store, limits.openJobs),
    waiters: createWaiters(parts.store),
    texts: createShownTexts(),
  };
}

function addRoutes(api: FastifyInstance, context: RouteContext, patience: Patience): void {
  readBodies(api, patience.bodyMs);
  jobRoutes(api, context);
  taskRoutes(api, context);
  userRoutes(api, context);
  webhookRoutes(api, context);
  operationRoutes(api, context);
}

interface Failed {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly parts: AppParts;
}

function fail(error: unknown, { request, reply, parts }: Failed): FastifyReply {
  const answer = answerTo(error);
  if (answer.status >= 500) {
    const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
    parts.options.log({ level: 'error', message: 'a request failed', id: request.id, details });
  }
  if (isStillSending(request)) return refuseEarly(request, reply, answer);
  void reply.code(answer.status).headers(answer.headers);
  return sendJson(request, reply, errorBody(answer));
}

/** A small body is on its way to the end anyway. */
function isStillSending({ headers, raw }: FastifyRequest): boolean {
  const isLarge =
    headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 65_536;
  return isLarge && !raw.readableEnded;
}
