/** Jobs over the API: made, listed, shown, waited for, deleted. */
import { describe, expect, test } from 'vitest';
import { finish, startApi, type Api } from './api.ts';

const simple = {
  tasks: {
    'import-it': { operation: 'import/raw', file: 'a', filename: 'a.txt' },
    'export-it': { operation: 'export/url', input: 'import-it' },
  },
};
const syncHost = { headers: { host: 'sync.api.sandbox.cloudconvert.com' } };

async function make(api: Api, more: object = {}) {
  const answer = await api.post('/v2/jobs', { ...simple, ...more });
  expect(answer.statusCode).toBe(201);
  return answer.json().data;
}

async function finishJob(api: Api, job: { tasks: readonly { id: string }[] }): Promise<void> {
  const [first, second] = job.tasks;
  await finish(api, first?.id ?? '', { files: [{ filename: 'a.txt', size: 1 }] });
  await finish(api, second?.id ?? '', { files: [{ filename: 'a.txt', size: 1, url: '/files/a/a.txt' }] });
}

describe('POST /v2/jobs', () => {
  test('makes a job with its tasks in the order of the request', async () => {
    const api = await startApi();
    const answer = await api.post('/v2/jobs', {
      tag: 'mine',
      tasks: { out: { operation: 'export/url', input: ['in'] }, in: { operation: 'import/upload' } },
    });
    expect([answer.statusCode, answer.statusMessage]).toEqual([201, 'Created']);
    const { data } = answer.json();
    expect(data).toMatchObject({ tag: 'mine', status: 'waiting', started_at: null, ended_at: null });
    expect(data.tasks.map(({ name }: { name: string }) => name)).toEqual(['out', 'in']);
    expect(data.tasks[0].depends_on_task_ids).toEqual([data.tasks[1].id]);
    expect(data.tasks[1]).toMatchObject({ message: 'Waiting for file upload', percent: 100 });
    expect(data.tasks[1].result.form.url).toBe('http://api.sandbox.cloudconvert.com/tasks');
    expect(data.links.self).toBe(`http://api.sandbox.cloudconvert.com/v2/jobs/${data.id}`);
    expect(api.store.job(data.id)?.taskIds).toEqual(data.tasks.map(({ id }: { id: string }) => id));
  });

  test('takes a list of named tasks, and null, empty and textual values as some clients send them', async () => {
    const api = await startApi();
    const answer = await api.post('/v2/jobs', {
      tag: '',
      webhook_url: null,
      redirect: false,
      tasks: [
        { name: 'in', operation: 'import/url', url: 'http://invalid.url', filename: null, headers: [] },
        {
          name: 'it',
          operation: 'convert',
          input: 'in',
          output_format: 'png',
          width: '250',
          strip: 'true',
          engine: '',
        },
      ],
    });
    expect([answer.statusCode, answer.json().data.tag]).toEqual([201, null]);
    const [, it] = answer.json().data.tasks;
    const { payload } = (await api.get(`/v2/tasks/${it.id}?include=payload`)).json().data;
    expect(payload).toEqual({
      operation: 'convert',
      input: ['in'],
      output_format: 'png',
      width: 250,
      strip: true,
    });
  });

  test('keeps options that nobody knows, and does not show options unless asked', async () => {
    const api = await startApi();
    const { tasks } = await make(api, {
      tasks: { one: { operation: 'import/raw', file: '', filename: 'a.txt', surprise: { a: [1] }, if: 'x' } },
    });
    expect(tasks[0]).not.toHaveProperty('payload');
    const shown = (await api.get(`/v2/tasks/${tasks[0].id}?include=payload`)).json().data;
    expect(shown.payload).toEqual({
      operation: 'import/raw',
      file: '',
      filename: 'a.txt',
      surprise: { a: [1] },
      if: 'x',
    });
  });

  test('waits on the waiting API, but not for an upload', async () => {
    const api = await startApi();
    const waited = api.post('/sync/v2/jobs', simple);
    await expect.poll(() => [...api.store.tasks(1)].length).toBe(2);
    const [job] = [...api.store.jobs(1)];
    await finishJob(api, { tasks: (job?.taskIds ?? []).map((id) => ({ id })) });
    const answer = await waited;
    expect([answer.statusCode, answer.json().data.status]).toEqual([201, 'finished']);
    const upload = await api.post('/sync/v2/jobs', { tasks: { in: { operation: 'import/upload' } } });
    expect(upload.json().data.tasks[0].result.form).toBeDefined();
  });

  test('leads to the exported file when asked to', async () => {
    const api = await startApi();
    const waited = api.post(
      '/v2/jobs',
      { ...simple, redirect: true },
      { headers: { ...syncHost.headers, 'content-type': 'application/json' } },
    );
    await expect.poll(() => [...api.store.tasks(1)].length).toBe(2);
    const [job] = [...api.store.jobs(1)];
    await finishJob(api, { tasks: (job?.taskIds ?? []).map((id) => ({ id })) });
    const answer = await waited;
    expect([answer.statusCode, answer.headers.location]).toEqual([
      302,
      'http://api.sandbox.cloudconvert.com/files/a/a.txt',
    ]);
    const again = await api.get(`/v2/jobs/${job?.id}?redirect=true`);
    expect([again.statusCode, again.headers.location]).toEqual([
      302,
      'http://api.sandbox.cloudconvert.com/files/a/a.txt',
    ]);
  });
});

describe('GET /v2/jobs/{id}', () => {
  test('shows tasks as they are now, whoever has asked before', async () => {
    const api = await startApi();
    const job = await make(api);
    await api.get(`/v2/jobs/${job.id}`);
    await finishJob(api, job);
    const { data } = (await api.get(`/v2/jobs/${job.id}`)).json();
    expect([data.status, data.tasks[1].status]).toEqual(['finished', 'finished']);
    expect(data.tasks[1].result.files[0].url).toBe('http://api.sandbox.cloudconvert.com/files/a/a.txt');
    const elsewhere = await api.get(`/v2/jobs/${job.id}`, { headers: { host: '127.0.0.1:3000' } });
    expect(elsewhere.json().data.tasks[1].result.files[0].url).toBe('http://127.0.0.1:3000/files/a/a.txt');
  });

  test.each([
    ['/v2/jobs/ID', 'sync.api.sandbox.cloudconvert.com'],
    ['/v2/jobs/ID', 'us-east.sync.api.cloudconvert.com'],
    ['/v2/jobs/ID', 'sync.localhost:3000'],
    ['/sync/v2/jobs/ID', 'api.cloudconvert.com'],
    ['/v2/jobs/ID/wait', 'api.cloudconvert.com'],
  ])('waits for the end at %s of %s', async (path, host) => {
    const api = await startApi();
    const job = await make(api);
    const ask = () => api.get(path.replace('ID', job.id), { headers: { host } });
    let hasAnswered = false;
    const waited = ask().then((answer) => {
      hasAnswered = true;
      return answer;
    });
    await finish(api, job.tasks[0].id);
    expect(hasAnswered).toBe(false);
    await finish(api, job.tasks[1].id);
    expect((await waited).json().data.status).toBe('finished');
    expect((await ask()).json().data.status).toBe('finished');
  });

  test('whoever waits for a job that is deleted is told that it is gone', async () => {
    const api = await startApi();
    const job = await make(api);
    const waited = [api.get(`/v2/jobs/${job.id}`, syncHost), api.get(`/v2/tasks/${job.tasks[0].id}/wait`)];
    await new Promise(setImmediate);
    expect((await api.remove(`/v2/jobs/${job.id}`)).statusCode).toBe(204);
    for (const answer of await Promise.all(waited)) expect(answer.statusCode).toBe(404);
  });
});

test('DELETE /v2/jobs/{id}: an empty 204, and then it is gone', async () => {
  const api = await startApi();
  const { id, tasks } = await make(api);
  const removed = await api.remove(`/v2/jobs/${id}`);
  expect([removed.statusCode, removed.body]).toEqual([204, '']);
  expect((await api.get(`/v2/jobs/${id}`)).statusCode).toBe(404);
  expect((await api.get(`/v2/tasks/${tasks[0].id}`)).statusCode).toBe(404);
  expect((await api.remove(`/v2/jobs/${id}`)).json()).toEqual({
    message: 'The job was not found.',
    code: 'NOT_FOUND',
  });
});

describe('GET /v2/jobs', () => {
  test('newest first, by tag and by status; empty parameters are none', async () => {
    const api = await startApi();
    const first = await make(api, { tag: 'a' });
    const second = await make(api, { tag: 'b' });
    await finishJob(api, first);
    const ids = async (query: string) =>
      (await api.get(`/v2/jobs?${query}`)).json().data.map(({ id }: { id: string }) => id);
    expect(await ids('')).toEqual([second.id, first.id]);
    expect(await ids('filter[status]=&filter[tag]=&include=&per_page=&page=')).toEqual([second.id, first.id]);
    expect(await ids('filter[tag]=b')).toEqual([second.id]);
    expect(await ids('filter%5Bstatus%5D=finished')).toEqual([first.id]);
    expect(await ids('filter[status]=finished&filter[tag]=b')).toEqual([]);
  });

  test('pages in the envelope of a simple paginator', async () => {
    const api = await startApi();
    for (const tag of ['a', 'b', 'c']) await make(api, { tag });
    const path = 'http://api.sandbox.cloudconvert.com/v2/jobs';
    const page = (await api.get('/v2/jobs?per_page=2&page=1')).json();
    expect(page.data.map(({ tag }: { tag: string }) => tag)).toEqual(['c', 'b']);
    expect(page.links).toEqual({
      first: `${path}?per_page=2&page=1`,
      last: null,
      prev: null,
      next: `${path}?per_page=2&page=2`,
    });
    expect(page.meta).toEqual({ current_page: 1, from: 1, path, per_page: 2, to: 2 });
    const next = (await api.get(page.links.next)).json();
    expect(next.data.map(({ tag }: { tag: string }) => tag)).toEqual(['a']);
    expect(next.links).toMatchObject({ prev: `${path}?per_page=2&page=1`, next: null });
    expect(next.meta).toMatchObject({ current_page: 2, from: 3, to: 3 });
    const beyond = (await api.get('/v2/jobs?per_page=2&page=9')).json();
    expect([beyond.data, beyond.meta.from, beyond.meta.to]).toEqual([[], null, null]);
    const odd = (await api.get('/v2/jobs?per_page=-1&page=x')).json();
    expect([odd.data.length, odd.meta.per_page]).toEqual([3, 100]);
  });

  test('has tasks only when they are asked for', async () => {
    const api = await startApi();
    await make(api);
    expect((await api.get('/v2/jobs')).json().data[0]).not.toHaveProperty('tasks');
    expect((await api.get('/v2/jobs?include=tasks')).json().data[0].tasks).toHaveLength(2);
  });
});
