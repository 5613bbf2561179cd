/**
 * The server as a whole: its parts, put together. `app` answers without a socket (`app.inject`); `listen` gives it one.
 * It makes no choice of its own: all of them are in its options.
 */
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { JsonObject } from '@pipeline/schema';
import { buildApp } from './app.ts';
import type { JobWork } from './app-parts.ts';
import { createAuth } from './auth.ts';
import { createJobStore, type JobStore } from './job-store.ts';
import { maskEntry } from './mask.ts';
import { createMetrics } from './metrics.ts';
import { observeRequests } from './observe-requests.ts';
import { processGauges } from './process-gauges.ts';
import { serviceRoutes } from './routes/service.ts';
import type { LogEntry, ServerOptions } from './server-options.ts';
import { openSpeakers } from './speakers.ts';
import { openWebhookStore } from './webhook-store.ts';

export interface Server {
  readonly app: FastifyInstance;
  /** Where it listens, as a URL. */
  readonly listen: (address: ListenAddress) => Promise<string>;
  /** Takes no new work, lets go of everything. What runs may end within the grace; the rest is run again after the next start. */
  readonly close: (options?: CloseOptions) => Promise<void>;
}

export interface ListenAddress {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

export interface CloseOptions {
  readonly graceMs?: number;
}

export async function createServer(options: ServerOptions): Promise<Server> {
  await mkdir(options.dataDir, { recursive: true, mode: 0o700 });
  const log = (entry: LogEntry): void => options.log(maskEntry(entry));
  const metrics = createMetrics();
  processGauges(metrics);
  const auth = createAuth(options.keys);
  const store = await createJobStore({ dataDir: options.dataDir, now: Date.now });
  const webhooks = await openWebhookStore(options.dataDir, Date.now);
  const service = {
    metrics,
    version: options.version,
    hasKey: ({ headers }: FastifyRequest) => auth.callerOf(headers.authorization) !== undefined,
    openApi: () => ({}),
  };
  const app = buildApp({
    options: { ...options, log },
    auth,
    store,
    work: storedOnly(store),
    webhooks,
    uploadForm,
    now: Date.now,
    newId: randomUUID,
    plugins: [(app) => observeRequests(app, { metrics, log }), (app) => serviceRoutes(app, service)],
  });
  const httpServer = app.server;
  const loud = { ...options, log };
  const speakers = await openSpeakers({ options: loud, httpServer, auth, store, webhooks, uploadForm });
  return {
    app,
    listen: async ({ host, port }) => {
      const url = await app.listen({ host, port });
      speakers.start(url);
      return url;
    },
    close: async ({ graceMs = 0 } = {}) => {
      speakers.closeSockets();
      await app.close();
      await speakers.closeWebhooks(Math.min(graceMs, 2000));
      await webhooks.close();
      await store.close();
    },
  };
}

const uploadForm = (): JsonObject => ({});

/** Nothing runs: what is stored waits. */
function storedOnly(store: JobStore): JobWork {
  return {
    async cancel(id) {
      await store.updateTask(id, { status: 'error', code: 'CANCELLED', endedAt: Date.now() });
      return true;
    },
    removeJob: (id) => store.removeJob(id),
    removeTask: (id) => store.removeTask(id),
  };
}
