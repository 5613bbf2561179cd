/**
 * What those who run the server ask it: whether it lives, what it has done, what it can be asked. None of it is
 * CloudConvert's. `/metrics` needs a key, except from this very machine.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Metrics } from '../metrics.ts';

export interface ServiceParts {
  readonly metrics: Metrics;
  readonly version: string;
  /** Whether the request carries a key that is known here. */
  readonly hasKey: (request: FastifyRequest) => boolean;
  /** Made when it is first asked for. */
  readonly openApi: () => object;
}

export function serviceRoutes(app: FastifyInstance, parts: ServiceParts): void {
  const { metrics, version, hasKey } = parts;
  let document: string | undefined;
  app.get('/healthz', () => ({ status: 'ok', version }));
  app.get('/openapi.json', (_, reply) => {
    document ??= JSON.stringify(parts.openApi());
    return reply.type('application/json; charset=utf-8').send(document);
  });
  app.get('/metrics', (request, reply) => {
    if (!isFromHere(request) && !hasKey(request)) {
      return reply.code(401).send({ message: 'Unauthenticated.', code: 'UNAUTHENTICATED' });
    }
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(metrics.text());
  });
}

/** A proxy on this machine speaks for others. */
function isFromHere({ ip, headers }: FastifyRequest): boolean {
  const isProxied = headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined;
  return !isProxied && ['127.0.0.1', '::1', '::ffff:127.0.0.1'].includes(ip);
}
