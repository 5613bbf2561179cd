// What the integration tests of CloudConvert's Node SDK do with single tasks, with the user and with operations.
import sharp from 'sharp';
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

test('makes, uploads, waits, shows, lists and deletes tasks that stand alone', async () => {
  const client = place.client();
  const upload = await client.tasks.create('import/upload', { name: 'import-it' } as never);
  expect(upload).toMatchObject({ operation: 'import/upload', status: 'waiting', job_id: null });
  await client.tasks.upload(upload, input, 'input.png', input.length);
  const uploaded = await client.tasks.wait(upload.id);
  expect(uploaded).toMatchObject({
    status: 'finished',
    result: { files: [{ filename: 'input.png', size: input.length }] },
  });
  const convert = await client.tasks.create('convert', {
    input: upload.id,
    output_format: 'webp',
    height: 10,
  });
  const out = await client.tasks.create('export/url', { input: convert.id });
  const exported = await client.tasks.wait(out.id);
  expect(exported.status).toBe('finished');
  const url = (exported.result?.files?.[0] as { url?: string } | undefined)?.url ?? '';
  const picture = Buffer.from(await (await fetch(url)).arrayBuffer());
  expect(await sharp(picture).metadata()).toMatchObject({ format: 'webp', width: 15, height: 10 });

  const shown = await client.tasks.get(convert.id, { include: 'payload,depends_on_tasks,retries' });
  expect(shown).toMatchObject({
    id: convert.id,
    payload: { output_format: 'webp', height: 10 },
    retries: [],
  });
  expect(shown).toHaveProperty('depends_on_tasks', [expect.objectContaining({ id: upload.id })]);
  const listed = await client.tasks.all({
    'filter[operation]': 'convert',
    'filter[status]': 'finished',
  } as never);
  expect(listed.map(({ id }) => id)).toContain(convert.id);

  await client.tasks.delete(convert.id);
  await expect(client.tasks.get(convert.id)).rejects.toThrow('Not Found');
});

test('cancels a task that waits, and says that it cannot cancel one that has ended', async () => {
  const client = place.client();
  const upload = await client.tasks.create('import/upload', {});
  const cancelled = await client.tasks.cancel(upload.id);
  expect(cancelled).toMatchObject({ id: upload.id, status: 'error', code: 'CANCELLED' });
  await expect(client.tasks.cancel(upload.id)).rejects.toThrow(/^(?:Bad Request|Unprocessable Entity)$/);
  await expect(client.tasks.upload(upload, input, 'late.png', input.length)).rejects.toThrow();
});

test('retries a task: a new one, that names the old one', async () => {
  const client = place.client();
  const raw = await client.tasks.create(
    'import/raw' as never,
    { file: 'a,b\n1,2\n', filename: 'table.csv' } as never,
  );
  await client.tasks.wait(raw.id);
  const convert = await client.tasks.create('convert', { input: raw.id, output_format: 'json' });
  await client.tasks.wait(convert.id);
  const again = await client.call('POST', `tasks/${convert.id}/retry`);
  expect(again.id).not.toBe(convert.id);
  expect(again.retry_of_task_id).toBe(convert.id);
  expect(await client.tasks.wait(again.id)).toMatchObject({
    status: 'finished',
    result: { files: [{ filename: 'table.json' }] },
  });
});

test('knows who asks', async () => {
  const me = await place.client().users.me();
  for (const [key, type] of Object.entries({
    id: 'number',
    username: 'string',
    email: 'string',
    credits: 'number',
  })) {
    expect(typeof Reflect.get(me, key)).toBe(type);
  }
  expect((await place.client('bob').users.me()).id).not.toBe(me.id);
});

test('tells what it can do, with options and versions when asked', async () => {
  const client = place.client('nobody');
  const filter = {
    'filter[operation]': 'convert',
    'filter[input_format]': 'png',
    'filter[output_format]': 'webp',
  };
  const [plain, ...others] = await client.call('GET', 'operations', filter);
  expect(others).toEqual([]);
  expect(plain).toMatchObject({
    operation: 'convert',
    input_format: 'png',
    output_format: 'webp',
    engine: expect.any(String),
    credits: expect.any(Number),
    meta: { group: 'image' },
    options: null,
    engine_versions: null,
    deprecated: false,
    experimental: false,
  });
  const [full] = await client.call('GET', 'operations', { ...filter, include: 'options,engine_versions' });
  expect(full.options).toContainEqual(expect.objectContaining({ name: 'width', type: 'integer' }));
  expect(full.engine_versions).toContainEqual(expect.objectContaining({ default: true }));
  const formats = await client.call('GET', 'convert/formats', filter);
  expect(formats).toEqual([plain]);
  expect(await client.call('GET', 'operations', { 'filter[operation]': 'no-such-thing' })).toEqual([]);
});
