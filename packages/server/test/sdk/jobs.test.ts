// What the integration tests of CloudConvert's Node SDK do with jobs, with conversions that take place.
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type CloudConvert from 'cloudconvert';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { at, png } from './files.ts';
import { startPlace } from './place.ts';
import type { Place } from './place.ts';

type Job = Awaited<ReturnType<CloudConvert['jobs']['get']>>;

let place: Place;
let folder: string;
let input: Uint8Array;
let file: string;
beforeAll(async () => {
  place = await startPlace();
  folder = mkdtempSync(path.join(os.tmpdir(), 'pipeline-sdk-input-'));
  input = await png();
  file = path.join(folder, 'input.png');
  writeFileSync(file, input);
});
afterAll(async () => {
  await place.close();
  rmSync(folder, { recursive: true, force: true });
});

const uploadTask = (job: Job): Job['tasks'][number] => {
  const task = job.tasks.find(({ operation }) => operation === 'import/upload');
  if (task === undefined) throw new Error('the job has no upload');
  return task;
};

const toJpg = {
  'import-it': { operation: 'import/upload' },
  'convert-it': { operation: 'convert', input: 'import-it', output_format: 'jpg', width: 30 },
  'export-it': { operation: 'export/url', input: 'convert-it' },
} as const;

async function download(url: string | undefined): Promise<Buffer> {
  const response = await fetch(url ?? '');
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer());
}

describe.each(['live', 'sandbox'] as const)('with the hosts of %s', (kind) => {
  test('uploads, converts, waits, downloads and deletes', async () => {
    const client = place.client('ann', kind);
    const created = await client.jobs.create({ tag: 'integration-test-upload-download', tasks: toJpg });
    expect(created).toMatchObject({ status: 'waiting', tag: 'integration-test-upload-download' });
    expect(created.tasks.map(({ name }) => name)).toEqual(['import-it', 'convert-it', 'export-it']);
    await client.tasks.upload(uploadTask(created), createReadStream(file));
    const job = await client.jobs.wait(created.id);
    expect(job.status).toBe('finished');
    const [exported, ...others] = client.jobs.getExportUrls(job);
    expect(others).toEqual([]);
    expect(exported?.filename).toBe('input.jpg');
    const picture = await download(exported?.url);
    expect(picture.length).toBe(exported?.size);
    expect(await sharp(picture).metadata()).toMatchObject({ format: 'jpeg', width: 30, height: 20 });
    await client.jobs.delete(job.id);
    await expect(client.jobs.get(job.id)).rejects.toThrow('Not Found');
    expect((await fetch(exported?.url ?? '')).status).toBe(404);
  });
});

test.each([
  { what: 'a stream', source: () => createReadStream(file), expected: 'input.png' },
  { what: 'bytes', name: 'bytes.png' },
  { what: 'a Blob', source: () => new Blob([input]), name: 'blob.png' },
  { what: 'many pieces', source: () => [input.subarray(0, 10), input.subarray(10)], name: 'pieces.png' },
  { what: 'a name with spaces', name: 'my holiday picture.png' },
  { what: 'a name with a semicolon', name: 'a;b.png' },
  { what: 'a name with quotes', name: 'the "best" one.png' },
  { what: 'a name beyond ASCII', name: 'Übergröße 写真 😀.png' },
  { what: 'a name that leads elsewhere', name: '../../../etc/cron.png', expected: 'cron.png' },
])('takes $what', async ({ source = () => input, name, expected = name }) => {
  const client = place.client();
  const created = await client.jobs.create({
    tasks: {
      up: { operation: 'import/upload' },
      out: { operation: 'export/url', input: 'up' },
    },
  });
  await client.tasks.upload(uploadTask(created), source(), name, input.length);
  const [exported] = client.jobs.getExportUrls(await client.jobs.wait(created.id));
  expect(exported?.filename).toBe(expected);
  expect(new Uint8Array(await download(exported?.url))).toEqual(input);
});

test('waits for two uploads of one job and merges them', async () => {
  const client = place.client();
  const created = await client.jobs.create({
    tasks: {
      first: { operation: 'import/upload' },
      second: { operation: 'import/upload' },
      merged: { operation: 'merge', input: ['first', 'second'], output_format: 'pdf' },
      out: { operation: 'export/url', input: ['merged'] },
    },
  });
  const [first, second] = [at(created.tasks, 0), at(created.tasks, 1)];
  expect([first.name, second.name]).toEqual(['first', 'second']);
  await client.tasks.upload(first, input, 'first.png', input.length);
  expect((await client.jobs.get(created.id)).status).not.toBe('finished');
  await client.tasks.upload(second, input, 'second.png', input.length);
  const job = await client.jobs.wait(created.id);
  expect(job).toMatchObject({ status: 'finished' });
  const pdf = await download(client.jobs.getExportUrls(job)[0]?.url);
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
  expect(await pages(pdf)).toBe(2);
});

test('a failed job says which task failed, and why', async () => {
  const client = place.client();
  const created = await client.jobs.create({ tasks: toJpg });
  await client.tasks.upload(uploadTask(created), new Uint8Array([1, 2, 3]), 'broken.png', 3);
  const job = await client.jobs.wait(created.id);
  expect(job.status).toBe('error');
  const [, convert, out] = job.tasks;
  expect(convert).toMatchObject({ status: 'error', name: 'convert-it' });
  expect(convert?.message).toContain('broken.png');
  expect(out).toMatchObject({ status: 'error', code: 'INPUT_TASK_FAILED', message: 'Input task has failed' });
});

test('lists jobs by tag and status, with tasks when asked, page by page', async () => {
  const client = place.client();
  const raw = { raw: { operation: 'import/raw', file: 'hello', filename: 'hello.txt' } } as const;
  const ids: string[] = [];
  for (let number = 0; number < 3; number++) {
    ids.unshift((await client.jobs.create({ tag: 'list-me', tasks: raw })).id);
  }
  for (const id of ids) await client.jobs.wait(id);
  const all = await client.jobs.all({ 'filter[tag]': 'list-me' });
  expect(all.map(({ id }) => id)).toEqual(ids);
  expect(all[0]).not.toHaveProperty('tasks');
  const [withTasks] = await client.jobs.all({ 'filter[tag]': 'list-me', include: 'tasks', per_page: 1 });
  expect(withTasks?.tasks.map(({ name }) => name)).toEqual(['raw']);
  const second = await client.jobs.all({ 'filter[tag]': 'list-me', per_page: 2, page: 2 });
  expect(second.map(({ id }) => id)).toEqual(ids.slice(2));
  expect(await client.jobs.all({ 'filter[tag]': 'list-me', 'filter[status]': 'error' })).toEqual([]);
  // Bob's are his own.
  expect(await place.client('bob').jobs.all({ 'filter[tag]': 'list-me' })).toEqual([]);
});

test('errors carry the reason phrase, and the answer as their cause', async () => {
  const client = place.client();
  const stranger = place.client('nobody');
  await expect(stranger.jobs.all()).rejects.toThrow('Unauthorized');
  const unauthenticated = await stranger.users.me().catch((error: unknown) => error);
  expect(await answerOf(unauthenticated)).toEqual({
    status: 401,
    message: 'Unauthenticated.',
    code: 'UNAUTHENTICATED',
  });
  const invalid = await client.jobs.create({ tasks: {} }).catch((error: Error) => error);
  expect(invalid).toMatchObject({ message: 'Unprocessable Entity' });
  const { status, ...body } = await answerOf(invalid);
  expect(status).toBe(422);
  expect(body).toMatchObject({ code: 'INVALID_DATA', errors: { tasks: [expect.any(String)] } });
  await expect(client.jobs.get('00000000-0000-4000-8000-000000000000')).rejects.toThrow('Not Found');
  await expect(place.client('reader').jobs.create({ tasks: toJpg })).rejects.toThrow('Forbidden');
});

async function answerOf(error: unknown): Promise<Record<string, unknown> & { readonly status: number }> {
  const response = (error as Error).cause as Response;
  return { status: response.status, ...((await response.json()) as object) };
}

/** Counted by a reader that had no part in making it. */
async function pages(pdf: Uint8Array): Promise<number> {
  const { PDFiumLibrary } = await import('@hyzyla/pdfium');
  const library = await PDFiumLibrary.init();
  try {
    const document = await library.loadDocument(pdf);
    return document.getPageCount();
  } finally {
    library.destroy();
  }
}
