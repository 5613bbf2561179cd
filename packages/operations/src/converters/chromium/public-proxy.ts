/**
 * A proxy on loopback that leads to public addresses only, for a browser that loads pages of strangers: whatever such a
 * page names, redirects to or fetches by a script goes through here, is resolved here, and is connected to at the very
 * address that was checked. It reads nothing of what is encrypted, and knows no page.
 */
import http from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import { lookupOf, NotPublic } from '../../http/network.ts';
import type { Network } from '../../http/network.ts';

export interface PublicProxy {
  /** `http://127.0.0.1:1234` */
  readonly url: string;
  /** Whether a connection to it was refused for its address; a name as in a URL. */
  readonly hasRefused: (host: string) => boolean;
  /** Breaks off what is open. */
  readonly close: () => void;
}

/** Hosts whose silence would hold a page up forever: the page itself has a limit too. */
const idleMs = 60_000;

/** Said of one hop only. */
const hopHeaders = ['connection', 'keep-alive', 'proxy-authorization', 'proxy-connection', 'te', 'upgrade'];

export async function startPublicProxy(network: Network): Promise<PublicProxy> {
  const refused = new Set<string>();
  const open = new Set<Duplex>();
  const rules: Rules = {
    network,
    note: (error, host) => {
      if (!(error instanceof NotPublic)) return 502;
      refused.add(host);
      return 403;
    },
  };
  const server = http.createServer((request, response) => forward(request, response, rules));
  server.on('connect', (request: IncomingMessage, client: Duplex, head: Buffer) => {
    open.add(client);
    client.on('close', () => open.delete(client));
    tunnel({ target: request.url ?? '', client, head }, rules);
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    hasRefused: (host) => refused.has(host),
    close: () => {
      server.close();
      server.closeAllConnections();
      for (const client of open) client.destroy();
    },
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('a proxy without a port'));
      else resolve(address.port);
    });
  });
}

interface Rules {
  readonly network: Network;
  /** The status that the browser is told. */
  readonly note: (error: Error, host: string) => number;
}

/** `GET http://host/path`: sent on as it is. */
function forward(request: IncomingMessage, response: ServerResponse, { network, note }: Rules): void {
  const url = URL.canParse(request.url ?? '') ? new URL(request.url ?? '') : undefined;
  if (url?.protocol !== 'http:') {
    response.writeHead(400).end();
    return;
  }
  const fail = (error: Error): void => {
    const status = note(error, url.hostname);
    if (response.headersSent) response.destroy();
    else response.writeHead(status).end();
  };
  const wrong = network.refused(url.hostname);
  if (wrong !== undefined) {
    fail(wrong);
    return;
  }
  const kept = Object.entries(request.headers).filter(([name]) => !hopHeaders.includes(name));
  const headers = { ...Object.fromEntries(kept), host: url.host };
  const call = http.request(url, {
    method: request.method,
    headers,
    agent: false,
    timeout: idleMs,
    ...lookupOf(network),
  });
  call.on('timeout', () => call.destroy(new Error('idle')));
  call.on('error', fail);
  call.on('response', (answer) => {
    answer.on('error', fail);
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  response.on('close', () => call.destroy());
  request.pipe(call);
}

interface Tunnel {
  /** `host:443` */
  readonly target: string;
  readonly client: Duplex;
  readonly head: Buffer;
}

/** Bytes both ways, for https and web sockets. */
function tunnel({ target, client, head }: Tunnel, { network, note }: Rules): void {
  client.on('error', () => client.destroy());
  const url = URL.canParse(`https://${target}`) ? new URL(`https://${target}`) : undefined;
  const fail = (error: Error): void => {
    const status = note(error, url?.hostname ?? '');
    client.end(`HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\ncontent-length: 0\r\n\r\n`);
  };
  const wrong = url === undefined ? new Error('no address') : network.refused(url.hostname);
  if (url === undefined || wrong !== undefined) {
    fail(wrong ?? new Error('no address'));
    return;
  }
  const port = url.port === '' ? 443 : Number(url.port);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const server = net.connect({ host, port, timeout: idleMs, ...lookupOf(network) });
  let isOpen = false;
  server.on('connect', () => {
    isOpen = true;
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    server.write(head);
    server.pipe(client).pipe(server);
  });
  server.on('timeout', () => server.destroy(new Error('idle')));
  server.on('error', (error) => (isOpen ? client.destroy() : fail(error)));
  server.on('close', () => client.destroy());
  client.on('close', () => server.destroy());
}
