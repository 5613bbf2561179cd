import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isPublicAddress } from '@pipeline/operations';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LogEntry, WebhookStore } from '../../src/index.ts';
import { openWebhookStore } from '../../src/webhook-store.ts';
import { openWebhooks } from '../../src/webhooks.ts';
import type { WebhookLimits, Webhooks } from '../../src/webhooks.ts';
import { job, testJobs } from './jobs.ts';
import type { TestJobs } from './jobs.ts';
import { receiver } from './receiver.ts';
import type { Receiver } from './receiver.ts';

let dataDir: string;
const ended: (() => Promise<void>)[] = [];
beforeEach(() => {
  dataDir = mkdtempSync(path.join(os.tmpdir(), 'pipeline-webhooks-'));
});
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
  rmSync(dataDir, { recursive: true, force: true });
});

interface Place {
  readonly jobs: TestJobs;
  readonly store: WebhookStore;
  readonly webhooks: Webhooks;
  readonly log: readonly LogEntry[];
  readonly counted: readonly string[];
  readonly close: () => Promise<void>;
}

interface Options {
  readonly jobs?: TestJobs;
  readonly limits?: Partial<WebhookLimits>;
  readonly mayReach?: (address: string) => boolean;
}

async function place({ jobs = testJobs(), limits, mayReach = () => true }: Options = {}): Promise<Place> {
  const store = await openWebhookStore(dataDir, () => 1000);
  const log: LogEntry[] = [];
  const counted: string[] = [];
  const webhooks = await openWebhooks({
    dataDir,
    jobs: jobs.store,
    webhooks: store,
    show: { job: ({ id, status }, base) => ({ id, status, links: { self: `${base}/v2/jobs/${id}` } }) },
    signingSecret: 'secret-of-jobs',
    mayReach,
    version: '1.2.3',
    now: Date.now,
    log: (entry) => log.push(entry),
    count: (outcome) => counted.push(outcome),
    limits: { firstRetryMs: 5, maxRetryMs: 20, ...limits },
  });
  webhooks.start(() => 'http://here');
  let isClosed = false;
  const close = async (): Promise<void> => {
    if (isClosed) return;
    isClosed = true;
    await webhooks.close(100);
    await store.close();
  };
  ended.push(close);
  return { jobs, store, webhooks, log, counted, close };
}

async function receives(...given: Parameters<typeof receiver>): Promise<Receiver> {
  const made = await receiver(...given);
  ended.push(made.close);
  return made;
}

const finished = (id: string, webhookUrl: string | null = null): Parameters<TestJobs['tell']>[0] => ({
  type: 'job',
  event: 'finished',
  job: job(id, { status: 'finished', endedAt: Date.UTC(2026, 10, 26), webhookUrl }),
});

/** The queue is written after the receiver has answered. */
async function emptied({ webhooks }: Place): Promise<void> {
  while (webhooks.pending() > 0) await sleep(2);
}

test("delivers a job's end to its own webhook, signed over the bytes that are sent", async () => {
  const here = await place();
  const there = await receives(() => 200);
  here.jobs.tell({ type: 'job', event: 'created', job: job('j1', { webhookUrl: `${there.url}/hook?x=1` }) });
  here.jobs.tell({ type: 'job', event: 'updated', job: job('j1', { webhookUrl: `${there.url}/hook?x=1` }) });
  here.jobs.tell(finished('j1', `${there.url}/hook?x=1`));
  await emptied(here);
  expect(there.received).toHaveLength(1);
  const [{ method, path: target, headers, body }] = there.received as [Receiver['received'][number]];
  expect(`${method} ${target}`).toBe('POST /hook?x=1');
  expect(body).toBe(
    String.raw`{"event":"job.finished","job":{"id":"j1","status":"finished","links":{"self":"http:\/\/here\/v2\/jobs\/j1"}}}`,
  );
  expect(headers['content-type']).toBe('application/json');
  expect(headers['cloudconvert-signature']).toBe(
    createHmac('sha256', 'secret-of-jobs').update(body).digest('hex'),
  );
});

test('delivers to the webhooks of the account what each asked for, signed with its own secret', async () => {
  const here = await place();
  const there = await receives(() => 204);
  const all = await here.store.add({
    userId: 1,
    url: `${there.url}/all`,
    events: ['job.created', 'job.finished', 'job.failed'],
  });
  const failures = await here.store.add({ userId: 1, url: `${there.url}/failures`, events: ['job.failed'] });
  await here.store.add({ userId: 2, url: `${there.url}/stranger`, events: ['job.created', 'job.failed'] });
  here.jobs.tell({ type: 'job', event: 'created', job: job('j1') });
  here.jobs.tell({
    type: 'job',
    event: 'failed',
    job: job('j1', { status: 'error', endedAt: Date.UTC(2026, 11) }),
  });
  await emptied(here);
  expect(there.received.map(({ path: at, body }) => `${at} ${JSON.parse(body).event}`).sort()).toEqual([
    '/all job.created',
    '/all job.failed',
    '/failures job.failed',
  ]);
  for (const { path: at, headers, body } of there.received) {
    const secret = at === '/all' ? all.signingSecret : failures.signingSecret;
    expect(headers['cloudconvert-signature']).toBe(createHmac('sha256', secret).update(body).digest('hex'));
  }
});

test('tries again after an answer of 500 and after a broken connection, and marks what keeps failing', async () => {
  const here = await place({ limits: { failingAfter: 2 } });
  const seen: boolean[] = [];
  const there = await receives((number, response) => {
    seen.push(here.store.webhook(1)?.failing ?? false);
    if (number === 0) return 500;
    if (number < 3) return void response.destroy();
    return 200;
  });
  await here.store.add({ userId: 1, url: there.url, events: ['job.finished'] });
  here.jobs.tell(finished('j1'));
  await emptied(here);
  expect(there.received).toHaveLength(4);
  expect(new Set(there.received.map(({ body }) => body)).size).toBe(1);
  expect(seen).toEqual([false, false, true, true]);
  expect(here.counted).toEqual(['failed', 'failed', 'failed', 'delivered']);
  expect(here.store.webhook(1)).toMatchObject({ failing: false, disabled: false });
});

test('a receiver that is gone is asked no more, and one that refuses is not asked again', async () => {
  const here = await place();
  const gone = await receives(() => 410);
  const refuses = await receives(() => 404);
  await here.store.add({ userId: 1, url: gone.url, events: ['job.finished'] });
  await here.store.add({ userId: 1, url: refuses.url, events: ['job.finished'] });
  here.jobs.tell(finished('j1'));
  await emptied(here);
  here.jobs.tell(finished('j2'));
  await emptied(here);
  expect(here.store.webhook(1)).toMatchObject({ disabled: true });
  expect(gone.received).toHaveLength(1);
  expect(refuses.received).toHaveLength(2);
  expect(here.log).toContainEqual({
    level: 'warn',
    message: 'webhook was not taken',
    job: 'j1',
    event: 'job.finished',
    host: `127.0.0.1:${refuses.port}`,
    reason: 'answered with 404',
  });
});

test('gives up in the end', async () => {
  const here = await place({ limits: { giveUpMs: -1 } });
  const there = await receives(() => 503);
  here.jobs.tell(finished('j1', there.url));
  await emptied(here);
  expect(there.received).toHaveLength(1);
});

test('does not wait for a receiver that never answers', async () => {
  const here = await place({ limits: { timeoutMs: 50 } });
  const there = await receives((number) => (number === 0 ? undefined : 200));
  here.jobs.tell(finished('j1', there.url));
  await emptied(here);
  expect(there.received).toHaveLength(2);
  expect(here.log.at(0)).toMatchObject({ reason: 'no answer within 0.05 s' });
});

test('a slow receiver holds up no other, and gets no more at once than the limit', async () => {
  const here = await place({ limits: { deliveriesPerOrigin: 3, deliveries: 4 } });
  let open = 0;
  const slow = await receives(() => void open++);
  const quick = await receives(() => 200);
  for (let number = 0; number < 10; number++) here.jobs.tell(finished(`slow-${number}`, slow.url));
  for (let number = 0; number < 10; number++) here.jobs.tell(finished(`quick-${number}`, quick.url));
  await quick.next(10);
  expect(open).toBe(3);
});

test('a user whose receivers are all slow holds up no other user', async () => {
  const here = await place({ limits: { deliveriesPerUser: 2, deliveries: 3 } });
  const slow = await Promise.all([1, 2, 3, 4].map(() => receives(() => undefined)));
  const quick = await receives(() => 200);
  for (const { url } of slow) here.jobs.tell(finished(`slow at ${url}`, url));
  const { job: other } = finished('quick', quick.url) as { job: ReturnType<typeof job> };
  here.jobs.tell({ type: 'job', event: 'finished', job: { ...other, userId: 2 } });
  await quick.next(1);
  expect(slow.filter(({ received }) => received.length > 0).length).toBeLessThanOrEqual(2);
});

test('what was not taken before the end is delivered after the next start', async () => {
  const first = await place();
  const refusing = await receives(() => 503);
  first.jobs.tell(finished('j1', refusing.url));
  first.jobs.tell(finished('j2', refusing.url));
  await refusing.next(2);
  await first.close();
  await refusing.close();
  // A job may be deleted by then: what is in the queue is delivered all the same.
  const jobs = testJobs();
  const there = await receives(() => 200, refusing.port);
  const second = await place({ jobs });
  await emptied(second);
  expect(new Set(there.received.map(({ body }) => JSON.parse(body).job.id))).toEqual(new Set(['j1', 'j2']));
  expect(there.received).toHaveLength(2);
  await second.close();
  const third = await place({ jobs });
  expect(third.webhooks.pending()).toBe(0);
});

test('what ended unheard is found in the jobs after the next start, and delivered once', async () => {
  const jobs = testJobs();
  const there = await receives(() => 200);
  const first = await place({ jobs });
  await first.store.add({ userId: 2, url: `${there.url}/account`, events: ['job.created', 'job.failed'] });
  await first.close();
  const { job: made } = finished('j1', `${there.url}/own`) as { job: ReturnType<typeof job> };
  jobs.put(made);
  jobs.put(job('j2', { userId: 2, status: 'error', endedAt: Date.UTC(2026, 11) }));
  jobs.put(job('j3', { webhookUrl: `${there.url}/own` }));
  const second = await place({ jobs });
  await emptied(second);
  const expected = ['/account job.created', '/account job.failed', '/own job.finished'];
  const told = (): readonly string[] =>
    there.received.map(({ path: at, body }) => `${at} ${JSON.parse(body).event}`).sort();
  expect(told()).toEqual(expected);
  await second.close();
  const third = await place({ jobs });
  expect(third.webhooks.pending()).toBe(0);
  expect(told()).toEqual(expected);
});

test.each([
  'http://127.0.0.1',
  'http://localhost',
  'http://[::1]',
  'http://169.254.169.254/latest',
  'http://2130706433',
])('sends nothing to %s unless that is allowed', async (target) => {
  const there = await receives(() => 200);
  const here = await place({ mayReach: isPublicAddress });
  const url = new URL(target);
  url.port = String(there.port);
  here.jobs.tell(finished('j1', url.href));
  await emptied(here);
  expect(there.received).toEqual([]);
  expect(here.log.at(0)?.['reason']).toMatch(/ is an address of a private network$/);
});
