/**
 * Watches every request from outside: one line in the log when it has ended, and its numbers in the metrics. It changes
 * no request and no answer.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Metrics } from './metrics.ts';
import type { LogEntry } from './server-options.ts';

export interface Observers {
  readonly metrics: Metrics;
  readonly log: (entry: LogEntry) => void;
  /** Only those that the server failed are logged. */
  readonly isQuiet: boolean;
}

interface Measured {
  readonly received: number;
  readonly sent: number;
  readonly seconds: number;
}

interface Answered {
  readonly method: string;
  readonly route: string;
  readonly status: number;
}

/** As nginx has it: nobody is left to be answered. */
const closedByClient = 499;

export function observeRequests(app: FastifyInstance, { metrics, log, isQuiet }: Observers): void {
  const count = requestCounter(metrics);
  app.addHook('onRequest', (request, reply, done) => {
    const { socket } = request.raw;
    const before = socket.bytesWritten;
    const startedAt = performance.now();
    // Not `onResponse`: a client that went away, and an answer that was taken over, end here too. It comes once in any case.
    reply.raw.on('close', () =>
      record(request, reply, {
        received: Number(request.headers['content-length'] ?? 0),
        sent: socket.bytesWritten - before,
        seconds: (performance.now() - startedAt) / 1000,
      }),
    );
    done();
  });

  const record = (request: FastifyRequest, reply: FastifyReply, measured: Measured): void => {
    const status = reply.raw.headersSent ? reply.raw.statusCode : closedByClient;
    const { method } = request;
    count({ method, route: request.routeOptions.url ?? 'none', status }, measured);
    const level = status >= 500 ? 'error' : 'info';
    if (isQuiet && level === 'info') return;
    const { received, sent, seconds } = measured;
    log({
      level,
      message: 'request',
      id: request.id,
      method,
      url: request.url,
      status,
      ms: Math.round(seconds * 10_000) / 10,
      received,
      sent,
      from: request.ip,
    });
  };
}

type Count = (measured: Measured) => void;

function requestCounter(metrics: Metrics): (answered: Answered, measured: Measured) => void {
  const known = new Map<string, Count>();
  // Most come in rows of one kind, which then needs no key.
  let last: (Answered & { readonly count: Count }) | undefined;
  return ({ method, route, status }, measured) => {
    if (method !== last?.method || route !== last.route || status !== last.status) {
      const key = `${status} ${method} ${route}`;
      const count = known.get(key) ?? counterOf({ method, route, status }, metrics);
      known.set(key, count);
      last = { method, route, status, count };
    }
    last.count(measured);
  };
}

function counterOf({ method, route, status }: Answered, metrics: Metrics): Count {
  const requests = metrics.counter('pipeline_http_requests_total', { method, route, status: String(status) });
  const receivedBytes = metrics.counter('pipeline_http_received_bytes_total', { route });
  const sentBytes = metrics.counter('pipeline_http_sent_bytes_total', { route });
  const duration = metrics.histogram('pipeline_http_request_duration_seconds', { method, route });
  return ({ received, sent, seconds }) => {
    requests(1);
    receivedBytes(received);
    sentBytes(sent);
    duration(seconds);
  };
}
