/**
 * JSON bodies, with bounds: on their size (the app's), on how deep they nest, and on how slowly they may arrive. Keys
 * that would reach an object's prototype are refused. An empty body is none, whatever its type says.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isJsonList, isJsonObject, type JsonValue } from '@pipeline/schema';
import { answerTo, rawAnswer, tooSlow } from './answer-error.ts';
import { badRequest, invalidData } from './api-error.ts';

const maxDepth = 64;

/** A body that takes longer than the patience must come at least as fast as this. */
const leastBytesPerMs = 8;

export function readBodies(api: FastifyInstance, patienceMs: number): void {
  const parse = api.getDefaultJsonParser('error', 'error');
  api.removeAllContentTypeParsers();
  api.addContentTypeParser<string>(
    /^application\/(?:[\w.-]+\+)?json\b/,
    { parseAs: 'string' },
    (request, text, done) => {
      if (text.trim() === '') return done(null, undefined);
      return parse(request, text, (error: Error | null, value?: JsonValue) => {
        if (error !== null) return done(badRequest(`The body is not valid JSON: ${error.message}`));
        return isDeep(value) ? done(tooDeep()) : done(null, value);
      });
    },
  );
  api.addContentTypeParser<string>('*', { parseAs: 'string' }, (_, text, done) => {
    if (text === '') done(null, undefined);
    else done(answerTo({ statusCode: 415 }));
  });
  api.addHook('onRequest', (request, reply, done) => {
    if (hasBody(request)) {
      const { socket } = request.raw;
      let before = socket.bytesRead;
      const timer = setInterval(() => {
        if (socket.bytesRead - before < patienceMs * leastBytesPerMs) giveUp(request, reply);
        before = socket.bytesRead;
      }, patienceMs);
      request.raw.once('end', () => clearInterval(timer));
      reply.raw.once('close', () => clearInterval(timer));
    }
    done();
  });
}

const hasBody = ({ headers }: FastifyRequest): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

function giveUp({ raw: { socket } }: FastifyRequest, { raw }: FastifyReply): void {
  if (!raw.headersSent) socket.end(rawAnswer(tooSlow()));
  socket.destroySoon();
}

const tooDeep = (): Error =>
  invalidData({ body: [`The body may not nest more than ${maxDepth} levels deep.`] });

/** Without recursion: the body is somebody else's. */
export function isDeep(value: JsonValue | undefined): boolean {
  let level = value === undefined ? [] : [value];
  for (let depth = 0; depth <= maxDepth; depth += 1) {
    const next: JsonValue[] = [];
    for (const one of level) {
      if (isJsonList(one)) for (const inner of one) next.push(inner);
      else if (isJsonObject(one)) for (const inner of Object.values(one)) next.push(inner);
    }
    if (next.length === 0) return false;
    level = next;
  }
  return true;
}
