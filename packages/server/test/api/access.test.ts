/** Who may do what: keys, scopes, other users' jobs, pages of other sites, and how much at once. */
import { describe, expect, test } from 'vitest';
import type { Scope } from '../../src/server-options.ts';
import { allScopes, finish, startApi, testKey } from './api.ts';

const url = { url: 'http://invalid.url' };
const as = (name: string) => ({
  headers: { authorization: `Bearer key-of-${name}`, 'content-type': 'application/json' },
});

const unauthenticated = { message: 'Unauthenticated.', code: 'UNAUTHENTICATED' };

test.each([
  ['none', {}],
  ['another', { authorization: 'Bearer key-of-somebody' }],
  ['one with more behind it', { authorization: 'Bearer key-of-ann2' }],
  ['an empty one', { authorization: 'Bearer ' }],
  ['one of another scheme', { authorization: 'Basic key-of-ann' }],
  ['an enormous one', { authorization: `Bearer ${'x'.repeat(10_000)}` }],
])('a wrong key: %s', async (_, headers) => {
  const api = await startApi({ keys: [testKey('ann', 1)] });
  for (const path of ['/v2/jobs', '/v2/tasks', '/v2/users/me', '/v2/users/me/webhooks', '/sync/v2/jobs/x']) {
    const answer = await api.get(path, { headers });
    expect([path, answer.statusCode, answer.json()]).toEqual([path, 401, unauthenticated]);
  }
  expect((await api.get('/v2/operations', { headers })).statusCode).toBe(200);
});

test('any of several keys opens, with any spelling of the scheme', async () => {
  const api = await startApi({ keys: [testKey('ann', 1), testKey('bob', 2)] });
  for (const name of ['ann', 'bob']) {
    expect((await api.get('/v2/users/me', as(name))).json().data.username).toBe(name);
  }
  const spelt = await api.get('/v2/users/me', { headers: { authorization: 'bearer  key-of-ann ' } });
  expect(spelt.json().data.id).toBe(1);
});

test('every endpoint wants its scope, and no other', async () => {
  const needs: readonly (readonly [string, string, Scope])[] = [
    ['GET', '/v2/jobs', 'task.read'],
    ['GET', '/v2/jobs/x', 'task.read'],
    ['GET', '/v2/jobs/x/wait', 'task.read'],
    ['POST', '/v2/jobs', 'task.write'],
    ['DELETE', '/v2/jobs/x', 'task.write'],
    ['GET', '/v2/tasks', 'task.read'],
    ['GET', '/v2/tasks/x', 'task.read'],
    ['GET', '/v2/tasks/x/wait', 'task.read'],
    ['POST', '/v2/tasks/x/cancel', 'task.write'],
    ['POST', '/v2/tasks/x/retry', 'task.write'],
    ['DELETE', '/v2/tasks/x', 'task.write'],
    ['POST', '/v2/convert', 'task.write'],
    ['POST', '/v2/import/azure-blob', 'task.write'],
    ['GET', '/v2/users/me', 'user.read'],
    ['GET', '/v2/users/me/webhooks', 'webhook.read'],
    ['POST', '/v2/webhooks', 'webhook.write'],
    ['DELETE', '/v2/webhooks/1', 'webhook.write'],
  ];
  const keys = allScopes.flatMap((scope) => [
    testKey(`only ${scope}`, 1, [scope]),
    testKey(
      `all but ${scope}`,
      1,
      allScopes.filter((other) => other !== scope),
    ),
  ]);
  const api = await startApi({ keys });
  for (const [method, path, scope] of needs) {
    for (const prefix of ['', '/sync']) {
      const ask = (name: string) =>
        api.app.inject({ method, url: prefix + path, headers: as(name).headers, payload: '{}' } as never);
      const lacking = await ask(`all but ${scope}`);
      expect([path, lacking.statusCode, lacking.json()]).toEqual([
        path,
        403,
        { message: `The API key lacks the scope ${scope}.`, code: 'FORBIDDEN' },
      ]);
      expect([path, [401, 403]]).not.toEqual([
        path,
        expect.arrayContaining([(await ask(`only ${scope}`)).statusCode]),
      ]);
    }
  }
});

test('each user sees only what is theirs', async () => {
  const api = await startApi({ keys: [testKey('ann', 1), testKey('ann too', 1), testKey('bob', 2)] });
  const job = (
    await api.post('/v2/jobs', { tasks: { in: { operation: 'import/url', ...url } } }, as('ann'))
  ).json().data;
  const [task] = job.tasks;
  expect((await api.get(`/v2/jobs/${job.id}`, as('ann too'))).statusCode).toBe(200);
  const paths = [
    `/v2/jobs/${job.id}`,
    `/v2/jobs/${job.id}/wait`,
    `/v2/tasks/${task.id}`,
    `/v2/tasks/${task.id}/wait`,
  ];
  for (const path of [...paths, ...paths.map((path) => `/sync${path}`)]) {
    expect([path, (await api.get(path, as('bob'))).statusCode]).toEqual([path, 404]);
  }
  for (const path of [`/v2/tasks/${task.id}/cancel`, `/v2/tasks/${task.id}/retry`]) {
    expect((await api.post(path, '', as('bob'))).statusCode).toBe(404);
  }
  for (const path of [`/v2/jobs/${job.id}`, `/v2/tasks/${task.id}`]) {
    expect((await api.remove(path, as('bob'))).statusCode).toBe(404);
  }
  expect((await api.get('/v2/jobs', as('bob'))).json().data).toEqual([]);
  expect((await api.get(`/v2/tasks?filter[job_id]=${job.id}`, as('bob'))).json().data).toEqual([]);
  expect((await api.get('/v2/tasks', as('ann'))).json().data).toHaveLength(1);
});

describe('without keys', () => {
  test.each([
    ['127.0.0.1:3000', undefined, 200],
    ['localhost:3000', 'http://localhost:5173', 200],
    ['[::1]:3000', undefined, 200],
    ['sync.api.cloudconvert.com', undefined, 200],
    ['attacker.example', undefined, 403],
    ['localhost.attacker.example', undefined, 403],
    ['127.0.0.1:3000', 'https://attacker.example', 403],
    ['127.0.0.1:3000', 'http://1.2.3.4', 403],
    ['127.0.0.1:3000', 'null', 403],
    ['convert.example.org', 'https://convert.example.org', 200],
    ['sync.convert.example.org', undefined, 200],
  ])('called %s, from a page of %s: %i', async (host, origin, status) => {
    const api = await startApi({ publicUrl: 'https://convert.example.org' });
    const headers = { host, ...(origin !== undefined && { origin }) };
    expect((await api.get('/v2/users/me', { headers })).statusCode).toBe(status);
  });

  test('a form of another site cannot post JSON', async () => {
    const api = await startApi();
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=a',
    ]) {
      const answer = await api.post('/v2/import/url', url, { headers: { 'content-type': type } });
      expect([answer.statusCode, answer.json().code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
    }
    expect([...api.store.tasks(1)]).toEqual([]);
  });
});

describe('too much at once', () => {
  test('429 with the time to wait, when a minute’s worth is made; reading uses nothing up', async () => {
    const api = await startApi({
      limits: { createdPerMinute: 3 },
      keys: [testKey('ann', 1), testKey('bob', 2)],
    });
    const rates = (answer: { headers: Record<string, unknown> }) => [
      answer.headers['x-ratelimit-limit'],
      answer.headers['x-ratelimit-remaining'],
      answer.headers['retry-after'],
    ];
    expect(rates(await api.get('/v2/jobs', as('ann')))).toEqual(['3', '3', undefined]);
    const first = await api.post('/v2/import/url', url, as('ann'));
    expect(rates(first)).toEqual(['3', '2', undefined]);
    expect(rates(await api.get(`/v2/tasks/${first.json().data.id}`, as('ann')))).toEqual([
      '3',
      '2',
      undefined,
    ]);
    await api.post(`/v2/tasks/${first.json().data.id}/retry`, '', as('ann'));
    api.clock.now += 20_000;
    await api.post('/v2/jobs', {}, as('ann'));
    const refused = await api.post('/v2/import/url', url, as('ann'));
    expect([refused.statusCode, refused.statusMessage, rates(refused)]).toEqual([
      429,
      'Too Many Requests',
      ['3', '0', '40'],
    ]);
    expect(refused.json()).toEqual({ message: 'Too Many Attempts.', code: 'TOO_MANY_REQUESTS' });
    expect((await api.post('/v2/import/url', url, as('bob'))).statusCode).toBe(201);
    api.clock.now += 40_000;
    expect(rates(await api.post('/v2/import/url', url, as('ann')))).toEqual(['3', '2', undefined]);
  });

  test('402 when too many jobs are open, also of many requests at once; each end makes room', async () => {
    const api = await startApi({ limits: { openJobs: 3 } });
    const job = { tasks: { in: { operation: 'import/url', ...url } } };
    const answers = await Promise.all(Array.from({ length: 8 }, () => api.post('/v2/jobs', job)));
    expect(answers.map(({ statusCode }) => statusCode).sort((a, b) => a - b)).toEqual([
      201, 201, 201, 402, 402, 402, 402, 402,
    ]);
    const refused = await api.post('/v2/import/url', url);
    expect([refused.statusCode, refused.json()]).toEqual([
      402,
      { message: 'You have started too many jobs at once. At most 3 may be open.', code: 'TOO_MANY_JOBS' },
    ]);
    const [first, second] = answers
      .filter(({ statusCode }) => statusCode === 201)
      .map((answer) => answer.json().data);
    await finish(api, first.tasks[0].id);
    expect((await api.post('/v2/import/url', url)).statusCode).toBe(201);
    expect((await api.post('/v2/jobs', job)).statusCode).toBe(402);
    await api.remove(`/v2/jobs/${second.id}`);
    expect((await api.post('/v2/jobs', job)).statusCode).toBe(201);
    // What was refused as wrong takes no room.
    expect((await api.post('/v2/jobs', { tasks: {} })).statusCode).toBe(422);
  });
});
