// A receiver of webhooks on loopback that answers as the test says and keeps what it was sent.
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Receiver {
  readonly url: string;
  readonly port: number;
  readonly received: readonly Received[];
  /** Settles when so many have come in all. */
  readonly next: (count: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** `answer` is called with the number of the request, from 0. A number is a status. */
export async function receiver(
  answer: (number: number, response: ServerResponse) => number | void,
  port = 0,
): Promise<Receiver> {
  const received: Received[] = [];
  const wakes = new Set<() => void>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      received.push({ method, path: url, headers, body: Buffer.concat(chunks).toString() });
      const status = answer(received.length - 1, response);
      if (status !== undefined) response.writeHead(status).end('thanks');
      for (const wake of wakes) wake();
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    received,
    next: async (count) => {
      while (received.length < count) {
        await new Promise<void>((resolve) => {
          const wake = (): void => {
            wakes.delete(wake);
            resolve();
          };
          wakes.add(wake);
        });
      }
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
