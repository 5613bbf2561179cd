/** A whole API without a socket, with a store on the disk that nothing runs: tests say what becomes of its tasks. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { onTestFinished } from 'vitest';
import { buildApp } from '../../src/app.ts';
import type { AppOptions, Patience } from '../../src/app-parts.ts';
import { createAuth } from '../../src/auth.ts';
import { createJobStore, type JobStore } from '../../src/job-store.ts';
import type { ApiKey, CatalogueEntry, LogEntry, Scope, ServerLimits } from '../../src/server-options.ts';
import { openWebhookStore } from '../../src/webhook-store.ts';

export const allScopes: readonly Scope[] = [
  'user.read',
  'user.write',
  'task.read',
  'task.write',
  'webhook.read',
  'webhook.write',
];

export const testKey = (name: string, userId: number, scopes: readonly Scope[] = allScopes): ApiKey => ({
  name,
  key: `key-of-${name}`,
  userId,
  scopes,
});

export interface Setting {
  readonly keys?: readonly ApiKey[];
  readonly limits?: Partial<ServerLimits>;
  readonly catalogue?: readonly CatalogueEntry[];
  readonly publicUrl?: string;
  readonly patience?: Patience;
}

export interface Api {
  readonly app: FastifyInstance;
  readonly store: JobStore;
  readonly dataDir: string;
  readonly logged: LogEntry[];
  /** Moved by tests. */
  readonly clock: { now: number };
  readonly get: (url: string, options?: Partial<InjectOptions>) => ReturnType<typeof ask>;
  readonly post: (url: string, payload?: unknown, options?: Partial<InjectOptions>) => ReturnType<typeof ask>;
  readonly remove: (url: string, options?: Partial<InjectOptions>) => ReturnType<typeof ask>;
  /** Names of all that lies in the server's folder. */
  readonly onDisk: () => readonly string[];
}

const sandbox = 'api.sandbox.cloudconvert.com';

export async function startApi(setting: Setting = {}): Promise<Api> {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'pipeline-api-'));
  const clock = { now: Date.UTC(2020, 11, 17, 5, 33, 53) };
  const now = (): number => clock.now;
  const store = await createJobStore({ dataDir, now });
  const webhooks = await openWebhookStore(dataDir, now);
  const logged: LogEntry[] = [];
  const options: AppOptions = {
    keys: setting.keys ?? [],
    limits: { ...defaultLimits, ...setting.limits },
    catalogue: async () => setting.catalogue ?? [],
    log: (entry) => logged.push(entry),
    ...(setting.publicUrl !== undefined && { publicUrl: setting.publicUrl }),
  };
  const app = buildApp({
    options,
    auth: createAuth(options.keys),
    store,
    work: {
      async cancel(id) {
        await store.updateTask(id, { status: 'error', code: 'CANCELLED', startedAt: now(), endedAt: now() });
        return true;
      },
      removeJob: (id) => store.removeJob(id),
      removeTask: (id) => store.removeTask(id),
    },
    webhooks,
    uploadForm: ({ id }, base) => ({ url: `${base}/tasks`, parameters: { acl: 'private', key: `${id}/` } }),
    now,
    newId: randomUUID,
    plugins: [],
    ...(setting.patience !== undefined && { patience: setting.patience }),
  });
  onTestFinished(async () => {
    await app.close();
    await store.close();
    await webhooks.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  return {
    app,
    store,
    dataDir,
    logged,
    clock,
    get: (url, more) => ask(app, { method: 'GET', url, ...more }),
    post: (url, payload, more) => ask(app, { method: 'POST', url, ...body(payload), ...more }),
    remove: (url, more) => ask(app, { method: 'DELETE', url, ...more }),
    onDisk: () => readdirSync(dataDir, { recursive: true }).map(String),
  };
}

const defaultLimits: ServerLimits = {
  bodyBytes: 1_000_000,
  uploadBytes: 1_000_000,
  actions: 1,
  openJobs: 100,
  tasksPerJob: 100,
  jobMs: 60_000,
  createdPerMinute: 500,
};

function body(payload: unknown): Partial<InjectOptions> {
  if (payload === undefined) return {};
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  return { payload: text, headers: { 'content-type': 'application/json' } };
}

const ask = (app: FastifyInstance, options: InjectOptions) =>
  app.inject({ ...options, headers: { host: sandbox, ...options.headers } });

/** Ends a task as whoever runs it would. */
export async function finish(api: Api, id: string, result: object | null = { files: [] }): Promise<void> {
  const at = api.clock.now;
  const change = {
    status: 'finished',
    startedAt: at,
    endedAt: at,
    result: JSON.parse(JSON.stringify(result)),
  } as const;
  await api.store.updateTask(id, change);
}
