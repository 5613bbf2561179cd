import { afterEach, expect, test } from 'vitest';
import { postWebhook } from '../../src/post-webhook.ts';
import type { WebhookPost } from '../../src/post-webhook.ts';
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
