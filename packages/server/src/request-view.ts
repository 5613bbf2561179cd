/** What a request says besides its body: by which address it came, and whether its client wants to wait for the end. */
import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { JsonObject } from '@pipeline/schema';

/** What tells by which address somebody came: also of a socket's first request. */
export interface Arrival {
  readonly headers: { readonly host?: string | undefined };
  readonly socket: { readonly localPort?: number | undefined };
}

/** `sync.…` and `<region>.sync.…`, or a path below `/sync`: the answer comes when the job or task has ended. */
export function isSync(request: FastifyRequest): boolean {
  return request.url.startsWith('/sync/') || knownHost(request.headers.host ?? '').isSync;
}

/** Where this client reaches the server. Links lead to the main API, also from the waiting one. */
export function baseOf({ headers, socket }: Arrival, publicUrl: string | undefined): string {
  if (publicUrl !== undefined) return publicUrl;
  return knownHost(headers.host ?? '').base ?? `http://localhost:${socket.localPort ?? 80}`;
}

interface KnownHost {
  readonly isSync: boolean;
  /** Undefined: it is no name of a host. */
  readonly base: string | undefined;
}

/** Clients call a server by few names: the last is remembered. */
let last = { host: '', known: readHost('') };

function knownHost(host: string): KnownHost {
  if (host !== last.host) last = { host, known: readHost(host) };
  return last.known;
}

function readHost(host: string): KnownHost {
  const isHost = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?$/i.test(host);
  const main = host.replace(/^((?:[a-z0-9-]+\.)?)sync\./i, '$1');
  return { isSync: main !== host, base: isHost ? `http://${main}` : undefined };
}

/**
 * CloudConvert's two styles, as recorded. The main API: slashes escaped, no charset, not to be cached. The waiting one:
 * plain, with a charset and a weak tag.
 */
export function sendJson(request: FastifyRequest, reply: FastifyReply, value: JsonObject): FastifyReply {
  return sendRawJson(request, reply, JSON.stringify(value));
}

/** JSON that is text already. */
export function sendRawJson(request: FastifyRequest, reply: FastifyReply, text: string): FastifyReply {
  return isSync(request) ? sendWaited(reply, text) : sendEscaped(reply, escapeSlashes(text));
}

/** JSON text of the main API. */
export function sendEscaped(reply: FastifyReply, text: string): FastifyReply {
  return reply
    .header('content-type', 'application/json')
    .header('cache-control', 'no-cache, private')
    .serializer(asItIs)
    .send(text);
}

/** With a serializer of its own, no charset is added to the type; as a text, it is sent together with the headers. */
const asItIs = (text: string): string => text;

/** In JSON, a slash stands in texts only. */
export const escapeSlashes = (json: string): string => json.replaceAll('/', '\\/');

function sendWaited(reply: FastifyReply, text: string): FastifyReply {
  const body = Buffer.from(text);
  const hash = createHash('sha1').update(body).digest('base64').slice(0, 27);
  return reply
    .header('content-type', 'application/json; charset=utf-8')
    .header('vary', 'Accept-Encoding, Origin')
    .header('etag', `W/"${body.length.toString(16)}-${hash}"`)
    .send(body);
}

export function sendNothing(reply: FastifyReply): FastifyReply {
  return reply.code(204).header('cache-control', 'no-cache, private').send();
}
