// What clients other than the Node SDK rely on, sent as they send it.
import http from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { png } from './files.ts';
import { startPlace } from './place.ts';
import type { Place } from './place.ts';

let place: Place;
let input: Uint8Array;
beforeAll(async () => {
  place = await startPlace();
  input = await png();
});
afterAll(() => place.close());

interface Shown {
  readonly data: any; // oxlint-disable-line typescript/no-explicit-any
}

async function json(response: Promise<Response>, status = 200): Promise<Shown> {
  const answer = await response;
  expect(answer.status).toBe(status);
  return answer.json() as Promise<Shown>;
}

const raw = { operation: 'import/raw', file: 'a,b\n1,2\n', filename: 'table.csv' };

test('.NET: the upload form holds nothing but strings', async () => {
  const { data } = await json(place.raw('POST', '/v2/import/upload', {}), 201);
  const { url, parameters } = data.result.form;
  expect(typeof url).toBe('string');
  expect(Object.values(parameters).length).toBeGreaterThan(0);
  for (const value of Object.values(parameters)) expect(typeof value).toBe('string');
});

test('PHP, Python and Java: an upload is answered with 201', async () => {
  const { data } = await json(place.raw('POST', '/v2/import/upload', {}), 201);
  const { url, parameters } = data.result.form;
  const form = new FormData();
  for (const [name, value] of Object.entries(parameters)) form.append(name, String(value));
  form.append('file', new Blob([input]), 'input.png');
  const answer = await fetch(url, { method: 'POST', body: form, redirect: 'manual' });
  expect(answer.status).toBe(201);
  const { data: task } = await json(place.raw('GET', `/v2/tasks/${data.id}/wait`));
  expect(task).toMatchObject({ status: 'finished', result: { files: [{ filename: 'input.png' }] } });
});

test('the old CLI and n8n: tasks come in the order of the request', async () => {
  const names = ['process', 'export', 'upload-1', 'upload-0', 'a-last-one'];
  const tasks = {
    process: { operation: 'merge', output_format: 'pdf', input: ['upload-1', 'upload-0'] },
    export: { operation: 'export/url', input: 'process' },
    'upload-1': { operation: 'import/upload' },
    'upload-0': { operation: 'import/upload' },
    'a-last-one': raw,
  };
  const { data } = await json(place.raw('POST', '/v2/jobs', { tasks }), 201);
  expect(data.tasks.map(({ name }: { name: string }) => name)).toEqual(names);
  expect((await place.raw('DELETE', `/v2/jobs/${data.id}`)).status).toBe(204);
});

test('n8n: a job without an export ends well', async () => {
  const picture = {
    operation: 'import/base64',
    file: Buffer.from(input).toString('base64'),
    filename: 'p.png',
  };
  const tasks = { picture, meta: { operation: 'metadata', input: 'picture' } };
  const { data } = await json(place.raw('POST', '/v2/jobs', { tasks }), 201);
  const { data: job } = await json(place.raw('GET', `/v2/jobs/${data.id}/wait`));
  expect(job).toMatchObject({ status: 'finished' });
  expect(job.tasks[1].result.metadata).toBeTypeOf('object');
});

test('Java: no payload unless it is asked for, and numbers may come as text', async () => {
  const upload = await json(place.raw('POST', '/v2/jobs', { tag: '', tasks: { raw } }), 201);
  expect(upload.data.tasks[0]).not.toHaveProperty('payload');
  const shown = await json(place.raw('GET', `/v2/tasks/${upload.data.tasks[0].id}`));
  expect(shown.data).not.toHaveProperty('payload');
  const more = await json(place.raw('GET', `/v2/tasks/${upload.data.tasks[0].id}?include=payload`));
  expect(more.data.payload).toMatchObject({ filename: 'table.csv' });
  const picture = {
    operation: 'import/base64',
    file: Buffer.from(input).toString('base64'),
    filename: 'p.png',
  };
  const small = {
    operation: 'thumbnail',
    input: 'picture',
    output_format: 'png',
    width: '20',
    height: '20',
    fit: 'max',
  };
  const { data } = await json(place.raw('POST', '/v2/jobs', { tasks: { picture, small } }), 201);
  const { data: job } = await json(place.raw('GET', `/v2/jobs/${data.id}/wait`));
  expect(job.tasks.map(({ status }: { status: string }) => status)).toEqual(['finished', 'finished']);
});

test('.NET: empty filters are no filters', async () => {
  await json(place.raw('POST', '/v2/jobs', { tag: 'dotnet', tasks: { raw } }), 201);
  const { data } = await json(
    place.raw('GET', '/v2/jobs?filter[status]=&filter[tag]=&include=&per_page=&page='),
  );
  expect(data.length).toBeGreaterThan(0);
  const { data: tasks } = await json(
    place.raw(
      'GET',
      '/v2/tasks?filter%5Bjob_id%5D=&filter%5Bstatus%5D=&filter%5Boperation%5D=&include=&per_page=&page=',
    ),
  );
  expect(tasks.length).toBeGreaterThan(0);
});

test('PHP: fields that are null are as if they were absent', async () => {
  const body = { tag: null, webhook_url: null, tasks: { raw: { ...raw, filename: 'x.csv' } } };
  expect((await json(place.raw('POST', '/v2/jobs', body), 201)).data).toMatchObject({ tag: null });
});

test('the waiting API is reached by its host, by /sync and by /wait, and leads to the file when asked', async () => {
  const tasks = { raw, out: { operation: 'export/url', input: 'raw' } };
  const { data } = await json(place.raw('POST', '/v2/jobs', { tasks }), 201);
  const byHost = await atHost('eu-central.sync.api.cloudconvert.com', `/v2/jobs/${data.id}`);
  expect(byHost).toMatchObject({ status: 200, body: { data: { id: data.id, status: 'finished' } } });
  expect((await json(place.raw('GET', `/sync/v2/jobs/${data.id}`))).data.status).toBe('finished');
  expect((await json(place.raw('GET', `/v2/jobs/${data.id}/wait`))).data.status).toBe('finished');
  const redirected = await place.raw('POST', '/sync/v2/jobs', { tasks, redirect: true });
  expect(redirected.status).toBe(302);
  const location = redirected.headers.get('location') ?? '';
  expect(await (await fetch(location)).text()).toBe(raw.file);
});

test('downloads say what they are, and can be taken in parts', async () => {
  const tasks = { raw, out: { operation: 'export/url', input: 'raw' } };
  const { data } = await json(place.raw('POST', '/sync/v2/jobs', { tasks }), 201);
  const { url } = data.tasks[1].result.files[0];
  const whole = await fetch(url);
  expect(whole.headers.get('content-disposition')).toMatch(/^attachment; filename="?table\.csv"?/);
  expect(whole.headers.get('accept-ranges')).toBe('bytes');
  expect(whole.headers.get('content-length')).toBe(String(raw.file.length));
  const part = await fetch(url, {
    headers: { range: 'bytes=2-3', 'if-range': whole.headers.get('etag') ?? '' },
  });
  expect([part.status, await part.text(), part.headers.get('content-range')]).toEqual([
    206,
    'b\n',
    'bytes 2-3/8',
  ]);
});

interface Answer {
  readonly status: number | undefined;
  readonly body: unknown;
}

/** `fetch` lets nobody choose the Host. */
function atHost(host: string, path: string): Promise<Answer> {
  const { hostname, port } = new URL(place.url);
  return new Promise((resolve, reject) => {
    http
      .get(
        { hostname, port, path, headers: { host, authorization: 'Bearer key-of-ann-0123456789' } },
        (message) => {
          const chunks: Buffer[] = [];
          message.on('data', (chunk: Buffer) => chunks.push(chunk));
          message.on('end', () =>
            resolve({ status: message.statusCode, body: JSON.parse(Buffer.concat(chunks).toString()) }),
          );
        },
      )
      .on('error', reject);
  });
}
