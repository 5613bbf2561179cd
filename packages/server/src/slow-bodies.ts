/** Bodies that are on their way, and clients that are given up because they send too slowly. One timer for all of them. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { rawAnswer, tooSlow } from './answer-error.ts';

export interface SlowBodies {
  /** All of it is there. */
  readonly came: (request: FastifyRequest) => void;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** As long as it is on its way. */
    comingBody: Coming | undefined;
  }
}

interface Coming {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Its place in the list. */
  place: number;
  /** When it is looked at next. */
  due: number;
  bytesRead: number;
}

/** A body that takes longer than the patience must come at least as fast as this. */
const leastBytesPerMs = 8;

const ticksOfPatience = 10;

export function watchBodies(api: FastifyInstance, patienceMs: number): SlowBodies {
  api.decorateRequest('comingBody', undefined);
  const coming: Coming[] = [];
  let tick = 0;
  // The tick that is under way counts for nothing: nobody gets less time than promised.
  const nextDue = (): number => tick + ticksOfPatience + 1;

  api.addHook('onRequest', (request, reply, done) => {
    if (hasBody(request)) {
      const { bytesRead } = request.raw.socket;
      request.comingBody = { request, reply, place: coming.length, due: nextDue(), bytesRead };
      coming.push(request.comingBody);
    }
    done();
  });

  /** The last one takes its place: nothing is looked for, as every request with a body comes by here. */
  const came = (request: FastifyRequest): void => {
    const body = request.comingBody;
    const last = body === undefined ? undefined : coming.pop();
    if (body === undefined || last === undefined) return;
    request.comingBody = undefined;
    if (last === body) return;
    coming[body.place] = last;
    last.place = body.place;
  };

  const look = (body: Coming): void => {
    const { request, reply } = body;
    if (reply.raw.destroyed) came(request);
    if (reply.raw.destroyed || body.due > tick) return;
    const { bytesRead } = request.raw.socket;
    if (bytesRead - body.bytesRead < patienceMs * leastBytesPerMs) giveUp(request, reply);
    body.bytesRead = bytesRead;
    body.due = nextDue();
  };

  const timer = setInterval(() => {
    tick += 1;
    for (const body of coming.slice()) look(body);
  }, patienceMs / ticksOfPatience);
  timer.unref();
  api.addHook('onClose', (_, done) => {
    clearInterval(timer);
    done();
  });
  return { came };
}

const hasBody = ({ headers }: FastifyRequest): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

function giveUp({ raw: { socket } }: FastifyRequest, { raw }: FastifyReply): void {
  if (!raw.headersSent) socket.end(rawAnswer(tooSlow()));
  socket.destroySoon();
}
