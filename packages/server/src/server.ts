/**
 * The server as a whole: its parts, put together. `app` answers without a socket (`app.inject`); `listen` gives it one.
 * It makes no choice of its own: all of them are in its options.
 */
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { buildApp } from './app.ts';
import type { AppParts } from './app-parts.ts';
import { type Auth, createAuth } from './auth.ts';
import { createJobStore, type JobStore } from './job-store.ts';
import { maskEntry } from './mask.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { observeRequests } from './observe-requests.ts';
import { processGauges } from './process-gauges.ts';
import { baseOf } from './request-view.ts';
import { serviceRoutes } from './routes/service.ts';
import { createRunner, type Runner } from './runner.ts';
import type { LogEntry, ServerOptions } from './server-options.ts';
import { loadServerSecret, secretFor } from './server-secret.ts';
import { openSpeakers } from './speakers.ts';
import { createTaskFiles, type TaskFiles } from './task-files.ts';
import { uploadForm } from './upload-form.ts';
import { registerUpload } from './upload.ts';
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

/** Without a byte for so long, whoever uploads is gone. */
const uploadIdleMs = 60_000;

/** What all parts share, in the order in which it is opened. */
interface Core {
  readonly options: ServerOptions;
  readonly metrics: Metrics;
  readonly auth: Auth;
  readonly store: JobStore;
  readonly webhooks: WebhookStore;
  readonly files: TaskFiles;
  readonly secret: Buffer;
  readonly runner: Runner;
}

export async function createServer(given: ServerOptions): Promise<Server> {
  await mkdir(given.dataDir, { recursive: true, mode: 0o700 });
  const options = { ...given, log: (entry: LogEntry) => given.log(maskEntry(entry)) };
  const core = await openCore(options);
  const app = buildApp(appParts(core));
  await addUpload(app, core);
  const speakers = await openSpeakers({
    options,
    httpServer: app.server,
    auth: core.auth,
    store: core.store,
    webhooks: core.webhooks,
    uploadForm: formMaker(core),
  });
  return {
    app,
    async listen({ host, port }) {
      const url = await app.listen({ host, port });
      speakers.start(url);
      return url;
    },
    async close({ graceMs = 0 } = {}) {
      speakers.closeSockets();
      await core.runner.close({ graceMs });
      await app.close();
      await speakers.closeWebhooks(Math.min(graceMs, 2000));
      await core.webhooks.close();
      await core.store.close();
    },
  };
}

async function openCore(options: ServerOptions): Promise<Core> {
  const { dataDir } = options;
  const store = await createJobStore({ dataDir, now: Date.now });
  const metrics = createMetrics();
  processGauges(metrics);
  return {
    options,
    metrics,
    auth: createAuth(options.keys),
    store,
    webhooks: await openWebhookStore(dataDir, Date.now),
    files: createTaskFiles(dataDir),
    secret: await loadServerSecret(dataDir),
    runner: await createRunner({
      store,
      backend: options.backend,
      dataDir,
      limits: options.limits,
      allow: options.allow,
      // Without the address: the file is shown with the one that a client has come by.
      urlOf: ({ id }, place) => `/files/${id}/${place}`,
      log: options.log,
      now: Date.now,
    }),
  };
}

function appParts(core: Core): AppParts {
  const { options, metrics, auth, store, runner, webhooks } = core;
  const service = {
    metrics,
    version: options.version,
    hasKey: ({ headers }: FastifyRequest) => auth.callerOf(headers.authorization) !== undefined,
    openApi: () => ({}),
  };
  return {
    options,
    auth,
    store,
    work: runner,
    webhooks,
    uploadForm: formMaker(core),
    now: Date.now,
    newId: randomUUID,
    plugins: [
      (app) => observeRequests(app, { metrics, log: options.log }),
      (app) => serviceRoutes(app, service),
    ],
  };
}

function formMaker({ secret }: Core): AppParts['uploadForm'] {
  const key = secretFor('upload', secret);
  return (task, base) => ({ ...uploadForm(task, base, key) });
}

function addUpload(app: FastifyInstance, { options, files, store, runner, secret }: Core): Promise<void> {
  return registerUpload(app, {
    dataDir: options.dataDir,
    files,
    task: (id) => store.task(id),
    uploaded: async (id, file) => {
      await runner.uploaded(id, file);
    },
    secret: secretFor('upload', secret),
    maxBytes: options.limits.uploadBytes,
    idleMs: uploadIdleMs,
    baseOf: ({ raw }) => baseOf(raw, options.publicUrl),
    now: Date.now,
  });
}
