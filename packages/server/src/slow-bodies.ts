/** Bodies that are on their way, and clients that are given up because they send too slowly. One timer for all of them. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { rawAnswer, tooSlow } from './answer-error.ts';

export interface SlowBodies {
  /** All of it is there. */
  readonly came: (request: FastifyRequest) => void;
}

interface Coming {
  readonly reply: FastifyReply;
  /** When it is looked at next. */
  due: number;
  bytesRead: number;
}

/** A body that takes longer than the patience must come at least as fast as this. */
const leastBytesPerMs = 8;

const ticksOfPatience = 10;

export function watchBodies(api: FastifyInstance, patienceMs: number): SlowBodies {
  const coming = new Map<FastifyRequest, Coming>();
  let tick = 0;
  // The tick that is under way counts for nothing: nobody gets less time than promised.
  const nextDue = (): number => tick + ticksOfPatience + 1;

  api.addHook('onRequest', (request, reply, done) => {
    if (hasBody(request)) {
      coming.set(request, { reply, due: nextDue(), bytesRead: request.raw.socket.bytesRead });
    }
    done();
  });

  const timer = setInterval(() => {
    tick += 1;
    for (const [request, body] of coming) {
      if (body.reply.raw.destroyed) coming.delete(request);
      if (body.reply.raw.destroyed || body.due > tick) continue;
      const { bytesRead } = request.raw.socket;
      if (bytesRead - body.bytesRead < patienceMs * leastBytesPerMs) giveUp(request, body.reply);
      body.bytesRead = bytesRead;
      body.due = nextDue();
    }
  }, patienceMs / ticksOfPatience);
  timer.unref();
  api.addHook('onClose', (_, done) => {
    clearInterval(timer);
    done();
  });
  return { came: (request) => void coming.delete(request) };
}

const hasBody = ({ headers }: FastifyRequest): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

function giveUp({ raw: { socket } }: FastifyRequest, { raw }: FastifyReply): void {
  if (!raw.headersSent) socket.end(rawAnswer(tooSlow()));
  socket.destroySoon();
}
