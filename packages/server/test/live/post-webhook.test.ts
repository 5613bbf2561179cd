import { afterEach, expect, test } from 'vitest';
import { postWebhook } from '../../src/post-webhook.ts';
import type { WebhookPost } from '../../src/post-webhook.ts';
import { isPublicAddress as isPublicToTasks } from '../../../operations/src/http/public-address.ts';
import { isPublicAddress } from '../../src/public-address.ts';
import { receiver } from './receiver.ts';
import type { Receiver } from './receiver.ts';

const ended: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0)) await end();
});

async function receives(...given: Parameters<typeof receiver>): Promise<Receiver> {
  const made = await receiver(...given);
  ended.push(made.close);
  return made;
}

const post = (url: string, change: Partial<WebhookPost> = {}): ReturnType<typeof postWebhook> =>
  postWebhook({
    url,
    body: '{}',
    signature: 's',
    version: '1',
    isAllowed: (address) => address === '127.0.0.1',
    timeoutMs: 5000,
    signal: new AbortController().signal,
    ...change,
  });

test.each([
  [200, { type: 'taken' }],
  [204, { type: 'taken' }],
  [410, { type: 'gone' }],
  [400, { type: 'refused', reason: 'answered with 400' }],
  [304, { type: 'refused', reason: 'answered with 304' }],
  [429, { type: 'failed', reason: 'answered with 429' }],
  [500, { type: 'failed', reason: 'answered with 500' }],
])('an answer of %i', async (status, outcome) => {
  const there = await receives(() => status);
  expect(await post(there.url)).toEqual(outcome);
});

test.each([301, 302, 307, 308])('a redirect by %i is followed with the body', async (status) => {
  const there = await receives(() => 200);
  const moved = await receives((_, response) => {
    response.writeHead(status, { location: `${there.url}/new` }).end();
  });
  expect(await post(moved.url, { body: 'the body' })).toEqual({ type: 'taken' });
  expect(there.received).toMatchObject([{ method: 'POST', path: '/new', body: 'the body' }]);
});

test.each(['http://127.0.0.2', 'http://[::1]', 'http://10.0.0.1', 'file:///etc/passwd'])(
  'a redirect to %s is not followed',
  async (location) => {
    const moved = await receives((_, response) => {
      response.writeHead(307, { location }).end();
    });
    expect(await post(moved.url)).toMatchObject({ type: 'refused' });
  },
);

test('a circle of redirects ends', async () => {
  const there = await receives((_, response) => {
    response.writeHead(308, { location: '/' }).end();
  });
  expect(await post(there.url)).toEqual({ type: 'refused', reason: 'redirected more than 3 times' });
  expect(there.received).toHaveLength(4);
});

test('a name is looked at after it was resolved, and the connection goes where was looked', async () => {
  const there = await receives(() => 200);
  const looked: string[] = [];
  const url = `http://localhost:${there.port}`;
  const isAllowed = (address: string): boolean => {
    looked.push(address);
    return address === '127.0.0.1';
  };
  expect(await post(url, { isAllowed })).toEqual({ type: 'taken' });
  expect(looked).toContain('127.0.0.1');
  expect(await post(url, { isAllowed: () => false })).toEqual({
    type: 'refused',
    reason: 'localhost is an address of a private network',
  });
  expect(there.received).toHaveLength(1);
});

test('nobody there, no such name, an endless answer', async () => {
  const there = await receives((_, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write('x'.repeat(10_000)), 1);
    response.on('close', () => clearInterval(timer));
  });
  expect(await post(there.url)).toEqual({ type: 'taken' });
  const { port } = there;
  await there.close();
  expect(await post(`http://127.0.0.1:${port}`)).toMatchObject({ type: 'failed' });
  expect(await post('http://nowhere.invalid')).toMatchObject({ type: 'failed' });
});

test.each([
  '8.8.8.8',
  '1.1.1.1',
  '172.15.0.1',
  '172.32.0.1',
  '192.0.1.1',
  '100.128.0.1',
  '2606:4700:4700::1111',
  '2a00:1450:4001::1',
  '64:ff9b::808:808',
  '64:ff9b::8.8.8.8',
])('%s is public', (address) => {
  expect([isPublicAddress(address), isPublicToTasks(address)]).toEqual([true, true]);
});

test.each([
  '127.0.0.1',
  '127.255.255.254',
  '0.0.0.0',
  '10.1.2.3',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::1',
  '::',
  'fe80::1',
  'fe80::1%eth0',
  'fc00::1',
  'fd12::1',
  'ff02::1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '::ffff:10.0.0.1',
  '::127.0.0.1',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  '2001:0:7f00:1::',
  'fec0::1',
  '::ffff:8.8.8.8',
  '168.63.129.16',
  '64:ff9b::',
  '64:ff9b::a9fe:a9fe',
  '64:ff9b:1::808:808',
  '3fff::1',
  '4000::1',
  'localhost',
  '',
])('%s is not public, neither here nor to tasks', (address) => {
  expect([isPublicAddress(address), isPublicToTasks(address)]).toEqual([false, false]);
});
