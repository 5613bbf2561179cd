/**
 * The server as a whole: its parts, put together. `app` answers without a socket (`app.inject`); `listen` gives it one.
 * It makes no choice of its own: all of them are in its options.
 */
import { mkdir } from 'node:fs/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { buildApp } from './app.ts';
import type { AppParts } from './app-parts.ts';
import { type Auth, createAuth } from './auth.ts';
import { lockDataDir } from './data-lock.ts';
import { startExpiry } from './expiry.ts';
import { type FileExchange, openFileExchange } from './file-exchange.ts';
import { createJobStore, type JobStore } from './job-store.ts';
import { maskEntry } from './mask.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { newId } from './new-id.ts';
import { observeRequests } from './observe-requests.ts';
import { processGauges } from './process-gauges.ts';
import { serviceRoutes } from './routes/service.ts';
import { createRunner, type Runner } from './runner.ts';
import type { LogEntry, ServerOptions, SignedUrlBase } from './server-options.ts';
import { openSpeakers } from './speakers.ts';
import { isAllowedOperation } from './allowed-operation.ts';
import { openApi } from './openapi/openapi.ts';
import { createTaskFiles, type TaskFiles } from './task-files.ts';
import { watchWork } from './work-metrics.ts';
import { openWebhookStore, type WebhookStore } from './webhook-store.ts';

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

/** What all parts share, in the order in which it is opened. */
interface Core {
  readonly options: ServerOptions;
  readonly metrics: Metrics;
  readonly auth: Auth;
  readonly store: JobStore;
  readonly webhooks: WebhookStore;
  readonly files: TaskFiles;
  readonly exchange: FileExchange;
  readonly runner: Runner;
}

export async function createServer(given: ServerOptions): Promise<Server> {
  await mkdir(given.dataDir, { recursive: true, mode: 0o700 });
  const options = { ...given, log: (entry: LogEntry) => given.log(maskEntry(entry)) };
  const unlock = await lockDataDir(options.dataDir);
  const core = await openCore(options).catch(async (error: unknown) => {
    await unlock();
    throw error;
  });
  const expiry = startExpiry({ ...core, retentionMs: options.retentionMs, now: Date.now });
  const app = buildApp(appParts(core));
  const speakers = await openSpeakers({
    options,
    httpServer: app.server,
    auth: core.auth,
    metrics: core.metrics,
    store: core.store,
    webhooks: core.webhooks,
    uploadForm: core.exchange.uploadForm,
  });
  watchWork(core.metrics, { ...core, actionLimit: options.limits.actions });
  return {
    app,
    async listen({ host, port }) {
      const url = await app.listen({ host, port });
      speakers.start(url);
      return url;
    },
    async close({ graceMs = 0 } = {}) {
      await expiry.close();
      await core.runner.close({ graceMs });
      speakers.closeSockets();
      await app.close();
      await speakers.closeWebhooks(Math.min(graceMs, 2000));
      await core.webhooks.close();
      await core.store.close();
      await unlock();
    },
  };
}

async function openCore(options: ServerOptions): Promise<Core> {
  const { dataDir } = options;
  const store = await createJobStore({ dataDir, now: Date.now });
  const metrics = createMetrics();
  processGauges(metrics);
  const files = createTaskFiles(dataDir);
  const exchange = await openFileExchange({ options, files, now: Date.now });
  return {
    options,
    metrics,
    auth: createAuth(options.keys),
    store,
    webhooks: await openWebhookStore(dataDir, Date.now),
    files,
    exchange,
    runner: await createRunner({
      store,
      backend: options.backend,
      dataDir,
      limits: options.limits,
      allow: options.allow,
      // Without the address: the file is shown with the one that a client has come by.
      urlOf: exchange.downloadUrl,
      log: options.log,
      now: Date.now,
    }),
  };
}

function appParts(core: Core): AppParts {
  const { options, metrics, auth, store, runner, webhooks, exchange } = core;
  const { isQuiet = false } = options;
  const service = {
    metrics,
    version: options.version,
    hasKey: ({ headers }: FastifyRequest) => auth.callerOf(headers.authorization) !== undefined,
    openApi: () =>
      openApi({
        version: options.version,
        ...(options.publicUrl !== undefined && { publicUrl: options.publicUrl }),
        hasKeys: options.keys.length > 0,
        isOffered: (operation) => isAllowedOperation(operation, options.allow),
      }),
  };
  return {
    options,
    auth,
    store,
    work: runner,
    webhooks,
    uploadForm: exchange.uploadForm,
    signedUrls: options.signedUrls ?? [defaultSignedUrls(options)],
    now: Date.now,
    newId,
    plugins: [
      (app) => observeRequests(app, { metrics, log: options.log, isQuiet }),
      (app) => serviceRoutes(app, service),
      exchange.plugin({
        task: (id) => store.task(id),
        uploaded: (id, file) => runner.uploaded(id, file),
      }),
    ],
  };
}

const defaultSignedUrls = ({ signingSecret, keys }: ServerOptions): SignedUrlBase => ({
  id: 'default',
  signingSecret,
  userId: keys[0]?.userId ?? 1,
});
