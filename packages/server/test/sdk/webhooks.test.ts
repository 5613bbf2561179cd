// Webhooks of the real server to a receiver on loopback, verified by the SDK; and URLs that the SDK signs.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { receiver } from '../live/receiver.ts';
import { at } from './files.ts';
import { signingSecret, startPlace } from './place.ts';
import type { Place } from './place.ts';

let place: Place;
beforeAll(async () => {
  place = await startPlace();
});
afterAll(() => place.close());

const raw = { operation: 'import/raw', file: 'a,b\n1,2\n', filename: 'table.csv' } as const;
const tasks = {
  raw,
  json: { operation: 'convert', input: 'raw', output_format: 'json' },
  out: { operation: 'export/url', input: 'json' },
} as const;

test('a webhook is delivered until its receiver takes it, and the SDK can verify it', async () => {
  const there = await receiver((number, response) => {
    if (number === 0) return 500;
    if (number === 1) return void response.destroy();
    return 200;
  });
  const client = place.client();
  const job = await client.jobs.create({ tasks, webhook_url: `${there.url}/hook` });
  await there.next(3);
  await there.close();
  const { body, headers } = at(there.received, 2);
  const signature = String(headers['cloudconvert-signature']);
  expect(client.webhooks.verify(body, signature, signingSecret)).toBe(true);
  expect(client.webhooks.verify(`${body} `, signature, signingSecret)).toBe(false);
  expect(body).not.toMatch(/[^\\]\//);
  const told = JSON.parse(body);
  expect(told).toMatchObject({ event: 'job.finished', job: { id: job.id, status: 'finished' } });
  const out = told.job.tasks.find(({ name }: { name: string }) => name === 'out');
  const url = out.result.files[0].url;
  expect(await (await fetch(url)).json()).toEqual([{ a: expect.anything(), b: expect.anything() }]);
});

test('webhooks of the account are made, listed, told and removed', async () => {
  const there = await receiver(() => 204);
  const client = place.client();
  const webhook = await client.call('POST', 'webhooks', {
    url: there.url,
    events: ['job.created', 'job.finished', 'job.failed'],
  });
  expect(Object.keys(webhook)).toEqual([
    'id',
    'url',
    'disabled',
    'events',
    'failing',
    'signing_secret',
    'created_at',
    'updated_at',
    'links',
  ]);
  expect(await client.call('GET', 'users/me/webhooks')).toMatchObject([{ id: webhook.id, url: there.url }]);
  await client.jobs.create({ tasks: { raw } });
  await client.jobs.create({
    tasks: { raw, bad: { operation: 'convert', input: 'raw', output_format: 'mp4' } },
  });
  await there.next(4);
  expect(there.received.map(({ body }) => JSON.parse(body).event).sort((a, b) => a.localeCompare(b))).toEqual(
    ['job.created', 'job.created', 'job.failed', 'job.finished'],
  );
  for (const { body, headers } of there.received) {
    expect(
      client.webhooks.verify(body, String(headers['cloudconvert-signature']), webhook.signing_secret),
    ).toBe(true);
  }
  await client.call('DELETE', `webhooks/${webhook.id}`);
  expect(await client.call('GET', 'users/me/webhooks')).toEqual([]);
  await there.close();
});

test('links in a webhook lead where the client of the job reached the server', async () => {
  const there = await receiver(() => 200);
  const named = place.url.replace('127.0.0.1', 'localhost');
  const body = JSON.stringify({
    tasks: { raw, out: { operation: 'export/url', input: 'raw' } },
    webhook_url: there.url,
  });
  const headers = { authorization: 'Bearer key-of-ann-0123456789', 'content-type': 'application/json' };
  expect((await fetch(`${named}/v2/jobs`, { method: 'POST', body, headers })).status).toBe(201);
  await there.next(1);
  await there.close();
  const { job } = JSON.parse(at(there.received, 0).body);
  expect(job.links.self).toBe(`${named}/v2/jobs/${job.id}`);
  expect(job.tasks[1].result.files[0].url.startsWith(`${named}/files/`)).toBe(true);
});

test('URLs that the SDK signs lead to the file, and no others do', async () => {
  const client = place.client();
  const base = `${place.url}/s/default`;
  const job = {
    tasks: {
      // Text whose base64 has both signs that the SDK replaces once only.
      raw: { ...raw, file: 'name\n>>>???~~~ÿÿÿ\n' },
      json: { operation: 'convert', input: 'raw', output_format: 'json' },
      out: { operation: 'export/url', input: 'json', inline: true },
    },
  } as const;
  const url = client.signedUrls.sign(base, signingSecret, job, 'my-key');
  expect(url.match(/[+/]/g)?.length).toBeGreaterThan(base.match(/[+/]/g)?.length ?? 0);
  const answer = await fetch(url);
  expect([answer.status, answer.redirected]).toEqual([200, true]);
  expect(answer.headers.get('content-disposition')).toMatch(/^inline/);
  expect(await answer.json()).toEqual([{ name: '>>>???~~~ÿÿÿ' }]);
  const again = await fetch(url, { redirect: 'manual' });
  expect(again.headers.get('location')).toBe(answer.url);
  for (const changed of [
    url.replace('my-key', 'other-key'),
    url.replace(/s=./, 's=g'),
    url.replace('/s/', '/x/'),
  ]) {
    expect((await fetch(changed, { redirect: 'manual' })).status).not.toBe(302);
  }
});
