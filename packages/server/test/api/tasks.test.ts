/** Tasks over the API: one path for each operation, lists, what `include` adds, cancel, retry, delete. */
import { operationNames } from '@pipeline/schema';
import { describe, expect, test } from 'vitest';
import { operationWords } from '../../src/create-tasks.ts';
import { finish, startApi, testKey, type Api } from './api.ts';

const url = { url: 'http://invalid.url' };

async function make(api: Api, operation = 'import/url', body: object = url) {
  const answer = await api.post(`/v2/${operation}`, body);
  expect([operation, answer.statusCode, answer.body]).toEqual([operation, 201, expect.anything()]);
  return answer.json().data;
}

describe('POST /v2/{operation}', () => {
  test('every operation has a path, and both names of those with two', async () => {
    const api = await startApi();
    expect(operationWords()).toEqual(
      expect.arrayContaining([...operationNames, 'import/azure-blob', 'export/azure-blob']),
    );
    for (const operation of operationWords()) {
      const answer = await api.post(`/v2/${operation}`, {});
      // Made, or told what is missing: never that the path is not there.
      expect([operation, answer.statusCode]).toEqual([
        operation,
        expect.toSatisfy((code) => code === 201 || code === 422),
      ]);
    }
  });

  test('makes a task that stands alone: no job, no name, even if one was sent', async () => {
    const api = await startApi();
    const task = await make(api, 'import/url', { ...url, name: 'mine', operation: 'import/url' });
    expect(task).toMatchObject({
      job_id: null,
      status: 'waiting',
      operation: 'import/url',
      depends_on_task_ids: [],
    });
    expect(task).not.toHaveProperty('name');
    const second = await make(api, 'convert', { input: task.id, output_format: 'pdf' });
    expect(second).toMatchObject({ depends_on_task_ids: [task.id], engine: null, engine_version: null });
    const merged = await make(api, 'merge', { input: [task.id, second.id], output_format: 'pdf' });
    expect(merged.depends_on_task_ids).toEqual([task.id, second.id]);
  });

  test('blobs are told by the name that clients know in answers', async () => {
    const api = await startApi();
    const blob = { storage_account: 'a', container: 'c', storage_access_key: 'k', blob: 'b' };
    for (const path of ['import/azure/blob', 'import/azure-blob']) {
      expect((await make(api, path, blob)).operation).toBe('import/azure-blob');
    }
    for (const word of ['import/azure/blob', 'import/azure-blob']) {
      expect((await api.get(`/v2/tasks?filter[operation]=${word}`)).json().data).toHaveLength(2);
    }
  });

  test('the options of a storage are shown to their owner, and reach no log', async () => {
    const api = await startApi();
    const s3 = {
      bucket: 'b',
      region: 'eu',
      access_key_id: 'id',
      secret_access_key: 'very-secret',
      key: 'a.txt',
    };
    const { id } = await make(api, 'import/s3', s3);
    const { payload } = (await api.get(`/v2/tasks/${id}?include=payload`)).json().data;
    expect(payload).toEqual({ operation: 'import/s3', ...s3 });
    expect(JSON.stringify(api.logged)).not.toContain('very-secret');
  });

  test('an input that is not there, or is somebody else’s, is told apart by nobody', async () => {
    const api = await startApi({ keys: [testKey('ann', 1), testKey('bob', 2)] });
    const as = (name: string) => ({
      headers: { authorization: `Bearer key-of-${name}`, 'content-type': 'application/json' },
    });
    const { id } = (await api.post('/v2/import/url', url, as('ann'))).json().data;
    const answer = await api.post('/v2/convert', { input: id, output_format: 'pdf' }, as('bob'));
    expect([answer.statusCode, answer.json().errors]).toEqual([
      422,
      { input: [`The task "${id}" does not exist.`] },
    ]);
  });
});

describe('GET /v2/tasks', () => {
  test('newest first, by status, operation and job', async () => {
    const api = await startApi();
    const one = await make(api);
    const two = await make(api, 'import/upload', {});
    const job = (await api.post('/v2/jobs', { tasks: { in: { operation: 'import/upload' } } })).json().data;
    await finish(api, one.id);
    const ids = async (query: string) =>
      (await api.get(`/v2/tasks?${query}`)).json().data.map(({ id }: { id: string }) => id);
    expect(await ids('')).toEqual([job.tasks[0].id, two.id, one.id]);
    expect(await ids('filter[status]=finished')).toEqual([one.id]);
    expect(await ids('filter[operation]=import/upload&filter[status]=')).toEqual([job.tasks[0].id, two.id]);
    expect(await ids(`filter[job_id]=${job.id}`)).toEqual([job.tasks[0].id]);
    expect(await ids('filter[job_id]=nothing')).toEqual([]);
    expect((await api.get('/v2/tasks?per_page=1&page=2')).json().data[0].id).toBe(two.id);
  });
});

test('GET /v2/tasks/{id}?include=…', async () => {
  const api = await startApi();
  const body = {
    tasks: {
      in: { operation: 'import/url', ...url },
      it: { operation: 'convert', input: 'in', output_format: 'pdf' },
    },
  };
  const job = (await api.post('/v2/jobs', body)).json().data;
  const [first, second] = job.tasks;
  const { data } = (
    await api.get(`/v2/tasks/${second.id}?include=retries,depends_on_tasks,payload,job`)
  ).json();
  expect(data.depends_on_tasks[0]).toMatchObject({ id: first.id, name: 'in', depends_on_task_ids: [] });
  expect(data).toMatchObject({
    retries: [],
    payload: { input: ['in'] },
    job: { id: job.id, status: 'waiting' },
  });
  expect(data.job).not.toHaveProperty('tasks');
  const alone = await make(api);
  expect((await api.get(`/v2/tasks/${alone.id}?include=job`)).json().data.job).toBeNull();
});

test.each(['/sync/v2/tasks/ID', '/v2/tasks/ID/wait'])('waits at %s', async (path) => {
  const api = await startApi();
  const { id } = await make(api);
  const waited = api.get(path.replace('ID', id));
  await finish(api, id, { files: [{ filename: 'a', size: 2 }] });
  expect((await waited).json().data).toMatchObject({
    status: 'finished',
    result: { files: [{ filename: 'a', size: 2 }] },
  });
});

describe('POST /v2/tasks/{id}/cancel', () => {
  test('ends it; a second time is a mistake', async () => {
    const api = await startApi();
    const { id } = await make(api);
    // Some clients say JSON and send nothing.
    const answer = await api.post(`/v2/tasks/${id}/cancel`, '', {
      headers: { 'content-type': 'application/json' },
    });
    expect([answer.statusCode, answer.json().data]).toEqual([
      200,
      expect.objectContaining({ status: 'error', code: 'CANCELLED' }),
    ]);
    const again = await api.post(`/v2/tasks/${id}/cancel`);
    expect([again.statusCode, again.json()]).toEqual([
      400,
      {
        message: 'The given data was invalid.',
        code: 'INVALID_DATA',
        errors: { status: ['Cannot change status: task already completed.'] },
      },
    ]);
  });
});

describe('POST /v2/tasks/{id}/retry', () => {
  test('a new task with the same options, which knows what it repeats', async () => {
    const api = await startApi();
    const { id } = await make(api);
    await api.post(`/v2/tasks/${id}/cancel`);
    const answer = await api.post(`/v2/tasks/${id}/retry`);
    expect(answer.statusCode).toBe(201);
    const { data } = answer.json();
    expect(data).toMatchObject({ status: 'waiting', code: null, retry_of_task_id: id, copy_of_task_id: id });
    expect(data.id).not.toBe(id);
    expect((await api.get(`/v2/tasks/${id}?include=retries`)).json().data.retries).toEqual([data.id]);
    expect((await api.get('/v2/tasks?include=retries')).json().data[1].retries).toEqual([data.id]);
  });

  test('inside a job it takes what the last try of its input made', async () => {
    const api = await startApi();
    const body = {
      tasks: {
        in: { operation: 'import/url', ...url },
        it: { operation: 'convert', input: 'in', output_format: 'pdf' },
      },
    };
    const { id: jobId, tasks } = (await api.post('/v2/jobs', body)).json().data;
    await api.store.updateTask(tasks[0].id, { status: 'error', code: 'DOWNLOAD_FAILED', endedAt: 1 });
    await api.store.updateTask(tasks[1].id, { status: 'error', code: 'INPUT_TASK_FAILED', endedAt: 1 });
    expect((await api.get(`/v2/jobs/${jobId}`)).json().data.status).toBe('error');
    const first = (await api.post(`/v2/tasks/${tasks[0].id}/retry`)).json().data;
    const second = (await api.post(`/v2/tasks/${tasks[1].id}/retry`)).json().data;
    expect([first.name, second.name, second.job_id]).toEqual(['in', 'it', jobId]);
    expect(second.depends_on_task_ids).toEqual([first.id]);
    const job = (await api.get(`/v2/jobs/${jobId}`)).json().data;
    expect([job.status, job.tasks.length]).toEqual(['processing', 4]);
  });
});

test('DELETE /v2/tasks/{id}', async () => {
  const api = await startApi();
  const { id } = await make(api);
  const answer = await api.remove(`/v2/tasks/${id}`);
  expect([answer.statusCode, answer.body]).toEqual([204, '']);
  for (const ask of [
    api.get(`/v2/tasks/${id}`),
    api.remove(`/v2/tasks/${id}`),
    api.post(`/v2/tasks/${id}/retry`),
  ]) {
    expect((await ask).json()).toEqual({ message: 'The task was not found.', code: 'NOT_FOUND' });
  }
});
