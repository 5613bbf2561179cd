/**
 * An answer to a client that is still sending. A connection that is closed with bytes unread is reset, and with it the
 * answer is lost before the client has read it: so what comes is thrown away for a moment, and only then it is closed.
 */
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorBody, type ApiError } from './api-error.ts';

const lingerMs = 1000;

export function refuseEarly(request: FastifyRequest, reply: FastifyReply, refusal: ApiError): FastifyReply {
  const body = Buffer.from(JSON.stringify(errorBody(refusal)));
  reply.code(refusal.status).headers(refusal.headers).type('application/json');
  if (request.raw.readableEnded || request.raw.destroyed) return reply.send(body);
  const answer = async function* (): AsyncGenerator<Buffer> {
    yield body;
    await thrownAway(request.raw);
  };
  return reply
    .header('connection', 'close')
    .header('content-length', body.length)
    .send(Readable.from(answer(), { objectMode: false }));
}

function thrownAway(rest: Readable): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(end, lingerMs);
    rest.once('end', end).once('close', end).once('error', end).resume();
  });
}
