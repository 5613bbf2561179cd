// Sockets on a server of their own, with jobs under the test's control, and clients that keep what they hear.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'vitest';
import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import type { ApiKey } from '../../src/index.ts';
import { foreignTo } from '../../src/foreign-pages.ts';
import { openSockets } from '../../src/sockets.ts';
import type { SocketLimits } from '../../src/sockets.ts';
import { task, testJobs } from './jobs.ts';
import type { TestJobs } from './jobs.ts';

const keys: readonly ApiKey[] = [
  { name: 'ann', key: 'ann-key', userId: 1, scopes: ['task.read'] },
  { name: 'bob', key: 'bob-key', userId: 2, scopes: ['task.read'] },
  { name: 'writer', key: 'writer-key', userId: 1, scopes: ['task.write'] },
];

const ended: (() => void)[] = [];
afterEach(() => {
  for (const end of ended.splice(0)) end();
});

export interface Place {
  readonly jobs: TestJobs;
  readonly url: string;
  readonly count: () => number;
}

export async function place(
  options: { limits?: Partial<SocketLimits>; isOpen?: boolean } = {},
): Promise<Place> {
  const jobs = testJobs();
  const httpServer = createServer((_, response) => response.end('not a socket'));
  const sockets = openSockets({
    httpServer,
    store: jobs.store,
    ...(options.isOpen === true && { isForeign: (headers) => foreignTo(undefined)(headers) !== undefined }),
    authenticate: (authorization) =>
      keys.find(({ key }) => authorization === `Bearer ${key}`) ??
      (options.isOpen === true ? keys[0] : undefined),
    baseUrl: (request) => `http://${request.headers.host}`,
    show: {
      job: ({ id, status }, base) => ({ id, status, links: { self: `${base}/v2/jobs/${id}` } }),
      task: ({ id, status, percent }) => ({ id, status, percent }),
    },
    ...(options.limits !== undefined && { limits: options.limits }),
  });
  await new Promise<void>((resolve) => httpServer.listen(0, '127.0.0.1', resolve));
  ended.push(() => {
    sockets.close();
    httpServer.close();
  });
  const { port } = httpServer.address() as AddressInfo;
  return { jobs, url: `http://127.0.0.1:${port}`, count: sockets.count };
}

export interface Heard {
  readonly socket: Socket;
  readonly events: readonly (readonly unknown[])[];
  /** Settles when the server has done all that was asked before. */
  readonly settled: () => Promise<void>;
  readonly subscribe: (channel: unknown, key?: string) => void;
  readonly next: (count: number) => Promise<void>;
}

export function client(url: string, transports = ['websocket'], headers: Record<string, string> = {}): Heard {
  const socket = io(url, { transports, forceNew: true, reconnection: false, extraHeaders: headers });
  ended.push(() => socket.close());
  const events: unknown[][] = [];
  let wake = (): void => undefined;
  socket.onAny((...event: unknown[]) => {
    events.push(event);
    wake();
  });
  const next = async (count: number): Promise<void> => {
    while (events.length < count) await new Promise<void>((resolve) => (wake = resolve));
  };
  const subscribe = (channel: unknown, key = 'ann-key'): void => {
    socket.emit('subscribe', { channel, auth: { headers: { Authorization: `Bearer ${key}` } } });
  };
  return { socket, events, subscribe, next, settled: () => settled(socket) };
}

/** Messages of one connection are read in their order: when the server has answered this one, it has read those before. */
async function settled(socket: Socket): Promise<void> {
  const mark = `private-task.mark-${Math.random().toString(36).slice(2)}`;
  marks.get(socket)?.(mark);
  await new Promise<void>((resolve) => {
    const hear = (name: unknown): void => {
      if (name !== mark) return;
      socket.off('task.finished', hear);
      resolve();
    };
    socket.on('task.finished', hear);
    socket.emit('subscribe', { channel: mark, auth: { headers: { Authorization: 'Bearer ann-key' } } });
  });
}
const marks = new WeakMap<Socket, (name: string) => void>();

/** `settled` subscribes to tasks that have ended; those must be there. */
export function withMarks({ jobs }: Place, heard: Heard): Heard {
  marks.set(heard.socket, (name) =>
    jobs.put(task(name.slice('private-task.'.length), { status: 'finished', endedAt: 1 })),
  );
  return heard;
}

export const told = (heard: Heard): readonly string[] =>
  heard.events.flatMap(([event, channel]) =>
    String(channel).includes('mark-') ? [] : [`${String(event)} ${String(channel)}`],
  );
