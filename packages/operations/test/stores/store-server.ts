/** What the stores of these tests share: the whole request, and answers that a test wants once. */
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { Loopback } from '../places/loopback.ts';
import { serve } from '../places/loopback.ts';

export interface Received {
  readonly method: string;
  /** As it came, still encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly rawQuery: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Answered {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface StoreServer {
  readonly origin: string;
  readonly received: readonly Received[];
  /** The next requests are answered so, whatever they are; `break` breaks the connection. */
  readonly next: (...answers: readonly (Answered | 'break')[]) => void;
}

export async function serveStore(
  answer: (request: Received, origin: string) => Answered | Promise<Answered>,
): Promise<StoreServer> {
  const received: Received[] = [];
  const prepared: (Answered | 'break')[] = [];
  const server: Loopback = await serve((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const [path = '', rawQuery = ''] = (request.url ?? '').split('?');
      const one = {
        method: request.method ?? '',
        path,
        rawQuery,
        query: new URLSearchParams(rawQuery),
        headers: request.headers,
        body: Buffer.concat(chunks),
      };
      received.push(one);
      const next = prepared.shift();
      if (next === 'break') request.socket.destroy();
      else void Promise.resolve(next ?? answer(one, server.origin)).then((made) => send(response, made));
    });
  });
  return { origin: server.origin, received, next: (...answers) => void prepared.push(...answers) };
}

function send(response: ServerResponse, { status, headers, body = '' }: Answered): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, { 'content-length': bytes.length, ...headers });
  response.end(bytes);
}
