/** Jobs over the API: made, listed, shown, waited for, deleted; what is allowed, and what the answers look like. */
import { describe, expect, test } from 'vitest';
import { finish, startApi, testKey } from './api.ts';

const simple = {
  tasks: {
    'import-it': { operation: 'import/raw', file: 'a', filename: 'a.txt' },
    'export-it': { operation: 'export/url', input: 'import-it' },
  },
};

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
    expect(data.tasks[1]).toMatchObject({
      message: 'Waiting for file upload',
      percent: 100,
      status: 'waiting',
    });
    expect(data.tasks[1].result.form.url).toBe('http://api.sandbox.cloudconvert.com/tasks');
    expect(data.links.self).toBe(`http://api.sandbox.cloudconvert.com/v2/jobs/${data.id}`);
    expect(api.store.job(data.id)?.taskIds).toHaveLength(2);
  });
});

test('a job is shown, deleted and then gone', async () => {
  const api = await startApi();
  const { id } = (await api.post('/v2/jobs', simple)).json().data;
  expect((await api.get(`/v2/jobs/${id}`)).json().data.id).toBe(id);
  const removed = await api.remove(`/v2/jobs/${id}`);
  expect([removed.statusCode, removed.body]).toEqual([204, '']);
  expect((await api.get(`/v2/jobs/${id}`)).statusCode).toBe(404);
});

test('the waiting API answers at the end of the job', async () => {
  const api = await startApi();
  const { id, tasks } = (await api.post('/v2/jobs', simple)).json().data;
  let ended = false;
  const waited = api
    .get(`/v2/jobs/${id}`, { headers: { host: 'sync.api.sandbox.cloudconvert.com' } })
    .then((answer) => {
      ended = true;
      return answer;
    });
  await finish(api, tasks[0].id);
  expect(ended).toBe(false);
  await finish(api, tasks[1].id, { files: [{ filename: 'a.txt', size: 1, url: '/files/a' }] });
  const answer = await waited;
  expect(answer.json().data.status).toBe('finished');
  expect(answer.body).toContain('http://api.sandbox.cloudconvert.com/files/a');
  expect(testKey('a', 1).name).toBe('a');
});
