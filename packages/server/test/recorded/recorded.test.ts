/**
 * Every recorded exchange once more, with our server: the same status, the same headers that clients look at, the same
 * keys in the same order with values of the same types. What differs on purpose is named here.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { InjectOptions } from 'fastify';
import { describe, expect, test } from 'vitest';
import { jobResource } from '../../src/resources.ts';
import { finish, startApi, type Api } from '../api/api.ts';
import { differences, type Tolerance } from './compare.ts';
import { putTask, storedJob, storedTask, type Recorded } from './stored.ts';

const fixtures = path.join(import.meta.dirname, 'fixtures');
const read = (file: string): Recorded => JSON.parse(readFileSync(path.join(fixtures, file), 'utf8'));

const tolerance: Tolerance = {
  // Since 2023.
  added: ['region'],
  // Which machine, which store: ours is one.
  loose: ['host_name', 'storage'],
  // The fields of the form are its server's affair; clients send back what they get.
  opaque: ['parameters'],
};

/** Of 2018 and 2019: before credits, users and regions were told. */
const old: Tolerance = {
  ...tolerance,
  added: ['region', 'tag', 'credits', 'user_id', 'priority', 'host_name', 'storage', 'depends_on_task_ids'],
};

/** `payload` was always there in 2019; today it is asked for. */
function withoutPayload(value: Recorded): Recorded {
  if (Array.isArray(value)) return value.map(withoutPayload);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => key !== 'payload');
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutPayload(inner)]));
}

describe('exchanges of 2020', () => {
  const files = readdirSync(path.join(fixtures, 'live-2020-sandbox')).filter(
    (file) => file !== 'post_storage_upload_201.json',
  );

  test.each(files)('%s', async (file) => {
    const { request, response } = read(`live-2020-sandbox/${file}`);
    const api = await startApi();
    const { pathname, host } = new URL(request.uri);
    await prepare(api, file, response.body_json);
    const options: InjectOptions = {
      method: request.method,
      url: pathname,
      headers: { ...single(request.headers), host },
      ...(request.body !== '' && { payload: request.body }),
    };
    const answer = await api.app.inject(options);
    expect([answer.statusCode, answer.statusMessage]).toEqual([
      response.status.code,
      response.status.message,
    ]);
    expect(headersThatMatter(answer.headers)).toEqual(headersThatMatter(single(response.headers)));
    expect(answer.body.includes('\\/')).toBe(response.body_text.includes('\\/'));
    if (response.body_text === '') expect(answer.body).toBe('');
    else expect(differences(answer.json(), inLiveForm(response.body_json), tolerance)).toEqual([]);
  });

  /** Brings the store to the state that the exchange found. */
  async function prepare(api: Api, file: string, body: Recorded): Promise<void> {
    if (file === 'delete_job_204.json') {
      const job = {
        id: '1a57e8e1-57eb-42ef-8baa-342139c907e0',
        status: 'finished',
        created_at: '2020-12-17T05:33:53+00:00',
      };
      await api.store.addJob(storedJob(job));
    } else if (file === 'delete_task_204.json') {
      const task = {
        id: 'd65a119a-97c5-4aaa-998a-3a90da4f336f',
        operation: 'import/url',
        status: 'finished',
        result: null,
      };
      await putTask(api.store, storedTask(task));
    } else if (file.startsWith('get_task') || file.startsWith('sync_get_task')) {
      await putTask(api.store, storedTask(inLiveForm(body).data));
    }
  }
});

/** The sandbox tells the hash of a file where the live API tells its size. */
function inLiveForm(value: Recorded): Recorded {
  if (Array.isArray(value)) return value.map(inLiveForm);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => (key === 'md5' ? ['size', 1] : [key, inLiveForm(inner)])),
  );
}

const single = (headers: Record<string, readonly string[]>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, values.join(', ')]));

/** Left out: how the connection is kept and the body is sent. Rates and tags by their form. */
function headersThatMatter(headers: Record<string, unknown>): Record<string, unknown> {
  const lower = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
  return {
    type: lower['content-type'],
    cache: lower['cache-control'],
    hasLimit: /^\d+$/.test(lower['x-ratelimit-limit'] ?? ''),
    hasRemaining: /^\d+$/.test(lower['x-ratelimit-remaining'] ?? ''),
    tag: lower['etag']?.replace(/^W\/"[0-9a-f]+-[\w+/]{27}"$/, 'weak, length and hash'),
  };
}

describe('answers in the SDKs', () => {
  test('job.json: a job with the options of its tasks, when they are asked for', async () => {
    const recorded = inLiveForm(read('sdk/job.json'));
    const api = await startApi();
    await api.store.addJob(storedJob(recorded.data));
    const answer = await api.get(`/v2/jobs/${recorded.data.id}?include=payload`);
    expect(differences(answer.json(), recorded, old)).toEqual([]);
    expect(answer.json().data.tasks[1].payload).toEqual(recorded.data.tasks[1].payload);
  });

  test.each([
    ['job_finished.dotnet.json', tolerance],
    ['job_finished.node.json', tolerance],
    ['job_created.json', old],
    ['job.json', old],
  ])('%s: a job', async (file, tolerance) => {
    const recorded = inLiveForm(withoutPayload(read(`sdk/${file}`)));
    const api = await startApi();
    await api.store.addJob(storedJob(recorded.data));
    const answer = await api.get(`/v2/jobs/${recorded.data.id}`);
    expect(answer.statusCode).toBe(200);
    expect(differences(answer.json(), recorded, tolerance)).toEqual([]);
  });

  test('job_created.python-unenveloped.json: without its envelope, which the authors have left out', async () => {
    const recorded = read('sdk/job_created.python-unenveloped.json');
    const api = await startApi();
    await api.store.addJob(storedJob(recorded));
    const { data } = (await api.get(`/v2/jobs/${recorded.id}`)).json();
    expect(differences(data, recorded, tolerance)).toEqual([]);
  });

  test('job_export_urls.json: every key of it, though edited by hand', async () => {
    const recorded = read('sdk/job_export_urls.json');
    // Both of its tasks have the same id.
    recorded.data.tasks[1].id = '4c80f1ae-5b3a-43d5-bb58-1a5c4eb4e46c';
    const api = await startApi();
    await api.store.addJob(storedJob(recorded.data));
    const { data } = (await api.get(`/v2/jobs/${recorded.data.id}`)).json();
    for (const [index, task] of recorded.data.tasks.entries()) {
      expect(Object.keys(data.tasks[index])).toEqual(expect.arrayContaining(Object.keys(task)));
      expect(differences(data.tasks[index].result, task.result, tolerance)).toEqual([]);
    }
  });

  test('jobs.json: a list, without the tasks', async () => {
    const recorded = read('sdk/jobs.json');
    const api = await startApi({ publicUrl: 'https://api.cloudconvert.com' });
    await api.store.addJob(storedJob({ ...recorded.data[0], tasks: [read('sdk/tasks.json').data[0]] }));
    const { data, ...envelope } = (await api.get('/v2/jobs')).json();
    expect(differences(data, recorded.data, old)).toEqual([]);
    expect(envelope).toEqual({ links: recorded.links, meta: recorded.meta });
  });

  test.each([
    ['task.json', 'include=retries,depends_on_tasks,payload', old],
    ['task.dotnet.json', '', tolerance],
    ['task_created.dotnet.json', '', tolerance],
    ['task_created.json', 'include=retries,depends_on_tasks,payload', { ...old, opaque: ['payload'] }],
    // The message of an upload that waits has come later as well.
    [
      'upload_task_created.json',
      'include=retries,depends_on_tasks',
      { ...old, opaque: ['parameters', 'message'] },
    ],
  ])('%s: a task', async (file, query, tolerance) => {
    const recorded =
      file === 'upload_task_created.json' ? withoutPayload(read(`sdk/${file}`)) : read(`sdk/${file}`);
    const api = await startApi();
    for (const one of recorded.data.depends_on_tasks ?? []) {
      await putTask(api.store, storedTask(one));
    }
    await putTask(api.store, storedTask(recorded.data));
    const answer = await api.get(`/v2/tasks/${recorded.data.id}?${query}`);
    expect(answer.statusCode).toBe(200);
    expect(differences(answer.json(), recorded, tolerance)).toEqual([]);
  });

  test('task_retry.python.json: a task once more, without its envelope', async () => {
    const recorded = read('sdk/task_retry.python.json');
    const api = await startApi();
    await putTask(
      api.store,
      storedTask({ ...recorded, id: recorded.retry_of_task_id, status: 'error', retry_of_task_id: null }),
    );
    const answer = await api.post(`/v2/tasks/${recorded.retry_of_task_id}/retry`);
    expect(answer.statusCode).toBe(201);
    const { data } = answer.json();
    expect(differences(data, recorded, tolerance)).toEqual([]);
    expect([data.retry_of_task_id, data.copy_of_task_id]).toEqual([
      recorded.retry_of_task_id,
      recorded.copy_of_task_id,
    ]);
  });

  test('tasks.json: a list', async () => {
    const recorded = read('sdk/tasks.json');
    const api = await startApi({ publicUrl: 'https://api.cloudconvert.com' });
    await putTask(api.store, storedTask(recorded.data[0]));
    const { data, ...envelope } = (await api.get('/v2/tasks?include=retries,payload')).json();
    expect(differences(data, recorded.data, old)).toEqual([]);
    expect(differences(envelope, { links: recorded.links, meta: recorded.meta }, tolerance)).toEqual([]);
  });

  test('tasks.node-dotnet.json: of 2018, in another order: every key of it', async () => {
    const recorded = read('sdk/tasks.node-dotnet.json');
    const api = await startApi();
    for (const task of recorded.data) await putTask(api.store, storedTask(task));
    const { data } = (await api.get('/v2/tasks?include=payload')).json();
    for (const task of recorded.data)
      expect(Object.keys(data[0])).toEqual(expect.arrayContaining(Object.keys(task)));
    expect(data).toHaveLength(recorded.data.length);
  });

  test('upload_task_created.dotnet.json: an upload, with the form of today', async () => {
    const recorded = read('sdk/upload_task_created.dotnet.json');
    const api = await startApi();
    await putTask(api.store, storedTask(recorded.data));
    const answer = await api.get(`/v2/tasks/${recorded.data.id}`);
    expect(differences(answer.json(), recorded, tolerance)).toEqual([]);
  });

  test('user.json', async () => {
    const api = await startApi();
    const { data } = (await api.get('/v2/users/me')).json();
    const since2020 = { ...tolerance, added: ['paying', 'task_priority', 'tasks_per_minute'] };
    expect(differences(data, read('sdk/user.json').data, since2020)).toEqual([]);
  });

  test('error400.json: a task that has ended is cancelled', async () => {
    const api = await startApi();
    const { id } = (await api.post('/v2/import/url', { url: 'http://invalid.url' })).json().data;
    await finish(api, id);
    const answer = await api.post(`/v2/tasks/${id}/cancel`);
    expect([answer.statusCode, answer.json()]).toEqual([400, read('sdk/error400.json')]);
  });

  test('error402.json: the form of it; credits never run out here, places for jobs do', async () => {
    const api = await startApi({ limits: { openJobs: 1 } });
    await api.post('/v2/import/url', { url: 'http://invalid.url' });
    const answer = await api.post('/v2/import/url', { url: 'http://invalid.url' });
    expect(answer.statusCode).toBe(402);
    expect(differences(answer.json(), read('sdk/error402.json'), tolerance)).toEqual([]);
  });
});

describe('bodies of webhooks: their job', () => {
  const view = {
    base: 'https://api.cloudconvert.com',
    uploadForm: () => ({ url: 'https://a.b', parameters: {} }),
  };

  test.each([
    ['requests/webhook_job_created.dotnet.json', tolerance],
    ['live-2023-sandbox/webhook_job_finished.json', tolerance],
    ['live-2023-sandbox/webhook_job_failed.json', tolerance],
    ['requests/webhook_job_finished.json', old],
  ])('%s', (file, tolerance) => {
    const recorded = inLiveForm(withoutPayload(read(file).job));
    // This one was put together by hand: an export has no engine in any real answer.
    for (const task of recorded.tasks) {
      if (!file.includes('2023') && task.operation.startsWith('export/')) {
        delete task.engine;
        delete task.engine_version;
      }
    }
    const { job, tasks } = storedJob(recorded);
    const ours = JSON.parse(JSON.stringify(jobResource(job, view, tasks)));
    expect(differences(ours, recorded, tolerance)).toEqual([]);
  });
});

describe('requests of official clients', () => {
  test.each(['cli-2.0.3-node-2.3.5.json', 'node-3.0.0.json'])(
    '%s: each is answered as the client wants it',
    async (file) => {
      const api = await startApi();
      const ids = new Map<string, string>();
      for (const { method, path: url, headers, body, host } of read(`wire/${file}`)) {
        // Uploads and downloads, sockets: tested where they are made.
        if (method === undefined || !url.startsWith('/v2/')) continue;
        const [, id] = /\/(?:jobs|tasks)\/([\w-]+)/.exec(url) ?? [];
        const ours = id === undefined ? url : url.replace(id, () => ids.get(id) ?? lastId(ids, id));
        const asked = api.app.inject({ method, url: ours, headers, ...(body !== '' && { payload: body }) });
        if (host === 'sync') for (const task of api.store.tasks(1)) await finish(api, task.id);
        const answer = await asked;
        expect([method, url, answer.statusCode]).toEqual([
          method,
          url,
          method === 'POST' ? 201 : method === 'DELETE' ? 204 : 200,
        ]);
        if (method === 'POST') ids.set('last', answer.json().data.id);
        if (host === 'sync') expect(answer.json().data.status).toBe('finished');
      }
    },
  );

  /** An id of the recording stands for what was made last. */
  function lastId(ids: Map<string, string>, id: string): string {
    const made = ids.get('last') ?? '';
    ids.set(id, made);
    return made;
  }
});
