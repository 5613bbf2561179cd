import { expect, test } from 'vitest';
import { job, task } from './jobs.ts';
import { client, place, told, withMarks } from './listening.ts';

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
