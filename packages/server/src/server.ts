/**
 * The server as a whole: its parts, put together. `app` answers without a socket (`app.inject`); `listen` gives it one.
 * It makes no choice of its own: all of them are in its options.
 */
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { maskEntry } from './mask.ts';
import { createMetrics } from './metrics.ts';
import { observeRequests } from './observe-requests.ts';
import { processGauges } from './process-gauges.ts';
import { serviceRoutes } from './routes/service.ts';
import type { LogEntry, ServerOptions } from './server-options.ts';

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
  const app = fastify({
    bodyLimit: options.limits.bodyBytes,
    // Of the headers; a body may take as long as it moves.
    connectionTimeout: 0,
    genReqId: () => randomUUID(),
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 1000 },
  });
  observeRequests(app, { metrics, log });
  serviceRoutes(app, {
    metrics,
    version: options.version,
    hasKey: () => options.keys.length === 0,
    openApi: () => ({}),
  });
  return {
    app,
    listen: ({ host, port }) => app.listen({ host, port }),
    close: () => app.close(),
  };
}
