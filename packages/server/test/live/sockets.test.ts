import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import type { ApiKey } from '../../src/index.ts';
import { foreignTo } from '../../src/foreign-pages.ts';
import { openSockets } from '../../src/sockets.ts';
import type { SocketLimits } from '../../src/sockets.ts';
import { job, task, testJobs } from './jobs.ts';
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

interface Place {
  readonly jobs: TestJobs;
  readonly url: string;
  readonly count: () => number;
}

async function place(options: { limits?: Partial<SocketLimits>; isOpen?: boolean } = {}): Promise<Place> {
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

interface Heard {
  readonly socket: Socket;
  readonly events: readonly (readonly unknown[])[];
  /** Settles when the server has done all that was asked before. */
  readonly settled: () => Promise<void>;
  readonly subscribe: (channel: unknown, key?: string) => void;
  readonly next: (count: number) => Promise<void>;
}

function client(url: string, transports = ['websocket'], headers: Record<string, string> = {}): Heard {
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
function withMarks({ jobs }: Place, heard: Heard): Heard {
  marks.set(heard.socket, (name) =>
    jobs.put(task(name.slice('private-task.'.length), { status: 'finished', endedAt: 1 })),
  );
  return heard;
}

const told = (heard: Heard): readonly string[] =>
  heard.events.flatMap(([event, channel]) =>
    String(channel).includes('mark-') ? [] : [`${String(event)} ${String(channel)}`],
  );

test('tells jobs and tasks on their channels, with the channel and the resource', async () => {
  const here = await place();
  here.jobs.put(job('j1', { taskIds: ['t1'] }));
  here.jobs.put(task('t1', { jobId: 'j1', name: 'it' }));
  const heard = withMarks(here, client(here.url));
  for (const channel of [
    'private-job.j1',
    'private-job.j1.tasks',
    'private-task.t1',
    'private-user.1.jobs',
    'private-user.1.tasks',
  ]) {
    heard.subscribe(channel);
  }
  await heard.settled();
  here.jobs.tell({ type: 'task', event: 'updated', task: task('t1', { jobId: 'j1', percent: 70 }) });
  here.jobs.tell({ type: 'task', event: 'finished', task: task('t1', { jobId: 'j1', status: 'finished' }) });
  here.jobs.tell({ type: 'job', event: 'finished', job: job('j1', { status: 'finished', taskIds: ['t1'] }) });
  await heard.settled();
  expect(told(heard)).toEqual([
    'task.updated private-task.t1',
    'task.updated private-job.j1.tasks',
    'task.updated private-user.1.tasks',
    'task.finished private-task.t1',
    'task.finished private-job.j1.tasks',
    'task.finished private-user.1.tasks',
    'job.finished private-job.j1',
    'job.finished private-user.1.jobs',
  ]);
  expect(heard.events.find(([event]) => event === 'job.finished')).toEqual([
    'job.finished',
    'private-job.j1',
    { job: { id: 'j1', status: 'finished', links: { self: `${here.url}/v2/jobs/j1` } } },
  ]);
  expect(heard.events.find(([event]) => event === 'task.updated')?.[2]).toEqual({
    task: { id: 't1', status: 'processing', percent: 70 },
  });
});

test.each(['websocket', 'polling'])(
  'tells an end that came before the subscription, by %s',
  async (transport) => {
    const here = await place();
    here.jobs.put(job('j1', { status: 'error', taskIds: ['t1', 't2', 't3'] }));
    here.jobs.put(task('t1', { jobId: 'j1', status: 'finished' }));
    here.jobs.put(task('t2', { jobId: 'j1', status: 'error' }));
    here.jobs.put(task('t3', { jobId: 'j1', status: 'processing' }));
    const heard = client(here.url, [transport]);
    heard.subscribe('private-job.j1');
    heard.subscribe('private-job.j1.tasks');
    heard.subscribe('private-task.t2');
    await heard.next(4);
    expect(told(heard)).toEqual([
      'job.failed private-job.j1',
      'task.finished private-job.j1.tasks',
      'task.failed private-job.j1.tasks',
      'task.failed private-task.t2',
    ]);
  },
);

test('tells an end once, also when it was told on subscription', async () => {
  const here = await place();
  const end = job('j1', { status: 'finished' });
  here.jobs.put(end);
  const heard = withMarks(here, client(here.url));
  heard.subscribe('private-job.j1');
  heard.subscribe('private-job.j1');
  await heard.settled();
  here.jobs.tell({ type: 'job', event: 'finished', job: end });
  await heard.settled();
  expect(told(heard)).toEqual(['job.finished private-job.j1']);
  // A retry opens it again; its next end is another one.
  here.jobs.tell({ type: 'job', event: 'updated', job: job('j1') });
  here.jobs.tell({ type: 'job', event: 'failed', job: job('j1', { status: 'error' }) });
  await heard.settled();
  expect(told(heard).slice(1)).toEqual(['job.updated private-job.j1', 'job.failed private-job.j1']);
});

test.each([
  ['a job of somebody else', 'private-job.j1', 'bob-key'],
  ['its tasks', 'private-job.j1.tasks', 'bob-key'],
  ['a task of somebody else', 'private-task.t1', 'bob-key'],
  ['somebody else as a whole', 'private-user.1.jobs', 'bob-key'],
  ['a job that is not there', 'private-job.j9', 'ann-key'],
  ['a key that may only write', 'private-job.j1', 'writer-key'],
  ['a wrong key', 'private-job.j1', 'ann-ke'],
  ['a channel without its prefix', 'job.j1', 'ann-key'],
  ['a channel that goes on', 'private-job.j1.tasks.x', 'ann-key'],
  ['a channel that is no text', { channel: 'private-job.j1' }, 'ann-key'],
])('says nothing about %s', async (_, channel, key) => {
  const here = await place();
  here.jobs.put(job('j1', { status: 'finished', taskIds: ['t1'] }));
  here.jobs.put(task('t1', { jobId: 'j1', status: 'finished' }));
  const heard = withMarks(here, client(here.url));
  heard.subscribe(channel, key);
  await heard.settled();
  here.jobs.tell({ type: 'task', event: 'finished', task: task('t1', { jobId: 'j1', status: 'finished' }) });
  here.jobs.tell({ type: 'job', event: 'finished', job: job('j1', { status: 'finished' }) });
  await heard.settled();
  expect(told(heard)).toEqual([]);
});

test('survives messages that make no sense', async () => {
  const here = await place();
  here.jobs.put(job('j1', { status: 'finished' }));
  const heard = withMarks(here, client(here.url));
  for (const message of [
    undefined,
    null,
    7,
    'private-job.j1',
    [],
    { channel: null },
    { channel: 'private-job.j1', auth: 7 },
  ]) {
    heard.socket.emit('subscribe', message);
  }
  heard.socket.emit('subscribe');
  heard.socket.emit('unsubscribe', { channel: 'private-job.none' });
  heard.socket.emit('toString', {});
  await heard.settled();
  expect(told(heard)).toEqual([]);
});

test('hears no more after unsubscribing', async () => {
  const here = await place();
  here.jobs.put(job('j1'));
  const heard = withMarks(here, client(here.url));
  heard.subscribe('private-job.j1');
  heard.socket.emit('unsubscribe', { channel: 'private-job.j1' });
  await heard.settled();
  here.jobs.tell({ type: 'job', event: 'finished', job: job('j1', { status: 'finished' }) });
  await heard.settled();
  expect(told(heard)).toEqual([]);
});

test('takes no more subscriptions of one socket than the limit, those that are over not counted', async () => {
  const here = await place({ limits: { subscriptionsPerSocket: 3 } });
  for (const id of ['j1', 'j2', 'j3', 'j4']) here.jobs.put(job(id));
  for (let number = 0; number < 20; number++) here.jobs.put(job(`over-${number}`, { status: 'finished' }));
  const heard = client(here.url);
  heard.subscribe('private-job.j1');
  for (let number = 0; number < 20; number++) heard.subscribe(`private-job.over-${number}`);
  for (const id of ['j2', 'j3', 'j4']) heard.subscribe(`private-job.${id}`);
  heard.socket.emit('unsubscribe', { channel: 'private-job.j1' });
  heard.subscribe('private-job.over-0');
  await heard.next(21);
  for (const id of ['j4', 'j3', 'j2', 'j1']) here.jobs.tell({ type: 'job', event: 'updated', job: job(id) });
  await heard.next(23);
  expect(told(heard).slice(-3)).toEqual([
    'job.finished private-job.over-0',
    'job.updated private-job.j3',
    'job.updated private-job.j2',
  ]);
});

test('closes a socket that guesses, and one that sends too much', async () => {
  const here = await place({ limits: { refusals: 5, messageBytes: 2000 } });
  const guesser = client(here.url);
  const gone = new Promise((resolve) => guesser.socket.on('disconnect', resolve));
  for (let id = 0; id < 5; id++) guesser.subscribe(`private-job.${id}`);
  expect(await gone).toBe('io server disconnect');
  const loud = client(here.url);
  const alsoGone = new Promise((resolve) => loud.socket.on('disconnect', resolve));
  loud.subscribe('x'.repeat(3000));
  await alsoGone;
  expect(here.count()).toBe(0);
});

test('lets in no more sockets than the limit', async () => {
  const here = await place({ limits: { sockets: 1 } });
  const first = client(here.url);
  await new Promise<void>((resolve) => first.socket.on('connect', () => resolve()));
  const second = client(here.url);
  await new Promise((resolve) => second.socket.on('connect_error', resolve));
  expect(second.socket.connected).toBe(false);
});

test('lets somebody in for one who listens to nothing', async () => {
  const here = await place({ limits: { sockets: 2, silentMs: 0 } });
  here.jobs.put(job('j1', { status: 'finished' }));
  const listener = client(here.url);
  listener.subscribe('private-job.j1');
  await listener.next(1);
  const silent = client(here.url);
  const gone = new Promise((resolve) => silent.socket.on('disconnect', resolve));
  await new Promise<void>((resolve) => silent.socket.on('connect', () => resolve()));
  const third = client(here.url);
  third.subscribe('private-job.j1');
  await third.next(1);
  expect(await gone).toBe('io server disconnect');
  expect(listener.socket.connected).toBe(true);
});

test('keeps pages of other sites out where no key is needed', async () => {
  const here = await place({ isOpen: true });
  const page = client(here.url, ['websocket'], { origin: 'https://elsewhere.example' });
  await new Promise((resolve) => page.socket.on('connect_error', resolve));
  expect(page.socket.connected).toBe(false);
  const rebound = client(here.url, ['websocket'], { host: 'elsewhere.example' });
  await new Promise((resolve) => rebound.socket.on('connect_error', resolve));
  const own = client(here.url, ['websocket'], { origin: here.url });
  await new Promise<void>((resolve) => own.socket.on('connect', () => resolve()));
});

test.each([
  'garbage',
  '4',
  '42',
  '42{}',
  '42["subscribe"',
  '42["__proto__",1]',
  '45999999-["subscribe",{"_placeholder":true,"num":0}]',
  '40/admin,',
  '4'.repeat(5000),
])('survives the packet %s', async (packet) => {
  const here = await place();
  const address = `${here.url}/socket.io/?EIO=4&transport=polling`;
  const { sid } = JSON.parse((await (await fetch(address)).text()).slice(1));
  await fetch(`${address}&sid=${sid}`, { method: 'POST', body: '40' });
  const answer = await fetch(`${address}&sid=${sid}`, { method: 'POST', body: packet });
  expect([200, 400]).toContain(answer.status);
  here.jobs.put(job('j1', { status: 'finished' }));
  const heard = client(here.url);
  heard.subscribe('private-job.j1');
  await heard.next(1);
});

test('leaves other paths to the HTTP server', async () => {
  const here = await place();
  expect(await (await fetch(`${here.url}/v2/jobs`)).text()).toBe('not a socket');
  expect((await fetch(`${here.url}/socket.io/?EIO=4&transport=polling`)).status).toBe(200);
});
