/** Servers on loopback: a well-behaved one, and one that writes to the socket whatever a test wants. */
import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, RequestListener } from 'node:http';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { undo } from './action.ts';

export interface Loopback {
  /** `http://127.0.0.1:1234` */
  readonly origin: string;
  readonly requests: readonly IncomingMessage[];
}

export async function serve(listener: RequestListener): Promise<Loopback> {
  const requests: IncomingMessage[] = [];
  const server = createHttpServer((request, response) => {
    requests.push(request);
    listener(request, response);
  });
  undo(() => {
    server.close();
    server.closeAllConnections();
  });
  return { origin: await listen(server), requests };
}

/** `answer` is called once for each connection, when the request has come. Returns the origin. */
export async function serveRaw(answer: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => answer(socket));
  });
  undo(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return await listen(server);
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${port(server.address())}`;
}

const port = (address: ReturnType<Server['address']>): number =>
  typeof address === 'object' && address !== null ? address.port : Number.NaN;
