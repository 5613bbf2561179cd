/**
 * JSON bodies, with bounds: on their size (the app's), on how deep they nest, and on how slowly they may arrive. Keys
 * that would reach an object's prototype are refused. An empty body is none, whatever its type says.
 */
import type { FastifyInstance } from 'fastify';
import { isJsonList, isJsonObject, type JsonValue } from '@pipeline/schema';
import { answerTo } from './answer-error.ts';
import { badRequest, invalidData } from './api-error.ts';
import { watchBodies } from './slow-bodies.ts';

const maxDepth = 64;

export function readBodies(api: FastifyInstance, patienceMs: number): void {
  const slowBodies = watchBodies(api, patienceMs);
  const parse = api.getDefaultJsonParser('error', 'error');
  api.removeAllContentTypeParsers();
  api.addContentTypeParser<string>(
    /^application\/(?:[\w.-]+\+)?json\b/,
    { parseAs: 'string' },
    (request, text, done) => {
      slowBodies.came(request);
      if (text.trim() === '') return done(null, undefined);
      return parse(request, text, (error: Error | null, value?: JsonValue) => {
        if (error !== null) return done(badRequest(`The body is not valid JSON: ${error.message}`));
        return isDeep(value) ? done(tooDeep()) : done(null, value);
      });
    },
  );
  api.addContentTypeParser<string>('*', { parseAs: 'string' }, (request, text, done) => {
    slowBodies.came(request);
    if (text === '') done(null, undefined);
    else done(answerTo({ statusCode: 415 }));
  });
}

const tooDeep = (): Error =>
  invalidData({ body: [`The body may not nest more than ${maxDepth} levels deep.`] });

/** As deep as that and no deeper: the body is somebody else's. */
export function isDeep(value: JsonValue | undefined, left: number = maxDepth): boolean {
  if (isJsonList(value))
    return value.length > 0 && (left === 0 || value.some((inner) => isDeep(inner, left - 1)));
  if (!isJsonObject(value)) return false;
  for (const key in value) if (left === 0 || isDeep(value[key], left - 1)) return true;
  return false;
}
