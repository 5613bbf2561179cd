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
}

interface Measured {
  readonly sent: number;
  readonly seconds: number;
}

/** As nginx has it: nobody is left to be answered. */
const closedByClient = 499;

export function observeRequests(app: FastifyInstance, { metrics, log }: Observers): void {
  app.addHook('onRequest', (request, reply, done) => {
    const { socket } = request.raw;
    const before = socket.bytesWritten;
    const startedAt = performance.now();
    // Not `onResponse`: a client that went away, and an answer that was taken over, end here too.
    reply.raw.once('close', () =>
      record(request, reply, {
        sent: socket.bytesWritten - before,
        seconds: (performance.now() - startedAt) / 1000,
      }),
    );
    done();
  });

  const record = (request: FastifyRequest, reply: FastifyReply, { sent, seconds }: Measured): void => {
    const status = reply.raw.headersSent ? reply.raw.statusCode : closedByClient;
    const { method } = request;
    const route = request.routeOptions.url ?? 'none';
    const received = Number(request.headers['content-length'] ?? 0);
    metrics.count('pipeline_http_requests_total', { method, route, status: String(status) });
    metrics.count('pipeline_http_received_bytes_total', { route }, received);
    metrics.count('pipeline_http_sent_bytes_total', { route }, sent);
    metrics.observe('pipeline_http_request_duration_seconds', { method, route }, seconds);
    log({
      level: status >= 500 ? 'error' : 'info',
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
