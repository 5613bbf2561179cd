import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import CloudConvert from 'cloudconvert';
import { describe, expect, it } from 'vitest';
import { uploadForm } from '../../src/upload-form.ts';
import {
  formHead,
  formOf,
  formTail,
  secret,
  startUploadServer,
  taskId,
  uploadTask,
} from './upload-server.ts';

const post = (url: string, body: FormData, init: RequestInit = {}): Promise<Response> =>
  fetch(url, { method: 'POST', body, redirect: 'manual', ...init });

const file = new Blob(['hello']);
const md5 = createHash('md5').update('hello').digest('hex');

interface Recorded {
  readonly response: {
    readonly status: { readonly code: number; readonly message: string };
    readonly headers: Readonly<Record<string, readonly string[]>>;
    readonly body_text: string;
  };
}

describe('the form', () => {
  it('has the fields of CloudConvert in their order, all of them text', () => {
    const { url, parameters } = uploadForm(uploadTask(), 'https://example.com', secret);
    expect(url).toBe('https://example.com/tasks');
    expect(Object.keys(parameters)).toEqual([
      'acl',
      'key',
      'success_action_status',
      'X-Amz-Credential',
      'X-Amz-Algorithm',
      'X-Amz-Date',
      'Policy',
      'X-Amz-Signature',
    ]);
    const { Policy, 'X-Amz-Signature': signature, ...rest } = parameters;
    expect(rest).toEqual({
      acl: 'private',
      key: `${taskId}/\${filename}`,
      success_action_status: '201',
      'X-Amz-Credential': 'pipeline/20201217/local/s3/aws4_request',
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Date': '20201217T053353Z',
    });
    expect(signature).toMatch(/^[0-9a-f]{64}$/);
    const policy = JSON.parse(Buffer.from(Policy ?? '', 'base64').toString());
    expect(policy.expiration).toBe('2020-12-17T11:33:53Z');
    expect(policy.conditions).toContainEqual(['starts-with', '$key', `${taskId}/`]);
  });

  it('is the same whenever it is shown, and another one on another server', () => {
    expect(uploadForm(uploadTask(), 'https://example.com', secret)).toEqual(
      uploadForm(uploadTask(), 'https://example.com', secret),
    );
    expect(uploadForm(uploadTask(), 'https://example.com', Buffer.alloc(32, 8))).not.toEqual(
      uploadForm(uploadTask(), 'https://example.com', secret),
    );
  });
});

describe('an upload', () => {
  it('is answered as was recorded, but for the address and what stands for the file', async () => {
    const recorded: Recorded = JSON.parse(
      await readFile(
        new URL('../recorded/fixtures/live-2020-sandbox/post_storage_upload_201.json', import.meta.url),
        'utf8',
      ),
    );
    const server = await startUploadServer();
    const answer = await post(server.form.url, formOf(server.form.parameters, file, 'input.pdf'));
    const { status, headers, body_text } = recorded.response;
    expect([answer.status, answer.statusText]).toEqual([status.code, status.message]);
    expect(answer.headers.get('content-type')).toBe(headers['Content-Type']?.[0]);
    const ours = (text: string | undefined): string | undefined =>
      text
        ?.replaceAll('https://storage.cloudconvert.com/tasks-sandbox', `${server.base}/tasks`)
        .replaceAll('tasks-sandbox', 'tasks')
        .replaceAll('53d6fe6b688c31c565907c81de625046', md5);
    expect(answer.headers.get('etag')).toBe(ours(headers['Etag']?.[0]));
    expect(answer.headers.get('location')).toBe(ours(headers['Location']?.[0]));
    expect(await answer.text()).toBe(ours(body_text));
  });

  it('is answered as S3 does, and its task has the file', async () => {
    const server = await startUploadServer();
    const answer = await post(server.form.url, formOf(server.form.parameters, file, 'input.pdf'));
    expect(answer.status).toBe(201);
    expect(answer.statusText).toBe('Created');
    const location = `${server.base}/tasks/${taskId}/input.pdf`;
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/xml',
      etag: `"${md5}"`,
      location,
      'access-control-allow-origin': '*',
    });
    expect(await answer.text()).toBe(
      `<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse><Bucket>tasks</Bucket><Key>${taskId}/input.pdf</Key>` +
        `<ETag>&#34;${md5}&#34;</ETag><Location>${location}</Location></PostResponse>`,
    );
    expect(server.uploads).toEqual([{ taskId, place: '0/input.pdf', filename: 'input.pdf', size: 5 }]);
    expect(await server.disk()).toEqual({ [`files/${taskId}/0/input.pdf`]: 'hello' });
  });

  it.each(['in put;ü.png', 'a; b=c "d" 日本 🎉.png', "it's 100%.txt", '"quoted".png', '-rf.txt'])(
    'by the official Node SDK keeps the name %s',
    async (filename) => {
      const server = await startUploadServer();
      const sdk = new CloudConvert('key');
      await sdk.tasks.upload(
        { id: taskId, operation: 'import/upload', status: 'waiting', result: { form: server.form } } as never,
        Buffer.from('hello'),
        filename,
      );
      expect(server.uploads).toEqual([{ taskId, place: `0/${filename}`, filename, size: 5 }]);
      expect(await server.disk()).toEqual({ [`files/${taskId}/0/${filename}`]: 'hello' });
    },
  );

  it('as recorded from the CLI and from Ruby needs no header but its own', async () => {
    const server = await startUploadServer();
    const body = Buffer.concat([
      formHead(
        server.form.parameters,
        'Content-Disposition: form-data; name="file"; filename="a.pdf"\r\nContent-Type: application/pdf',
      ),
      Buffer.from('%PDF'),
      formTail,
    ]);
    const answer = await server.app.inject({
      method: 'POST',
      url: '/tasks',
      headers: { 'content-type': 'multipart/form-data; boundary=xyz' },
      body,
    });
    expect(answer.statusCode).toBe(201);
    expect(await server.disk()).toEqual({ [`files/${taskId}/0/a.pdf`]: '%PDF' });
  });

  it('may be chunked, empty, with fields that nobody knows, more parts after the file, and a key of the wrong kind', async () => {
    const server = await startUploadServer();
    const form = formOf({ ...server.form.parameters, 'x-more': '1' }, new Blob([]), 'empty.txt');
    form.append('after', 'x'.repeat(1000));
    form.append('file', new Blob(['second']), 'second.txt');
    const answer = await post(server.form.url, form, { headers: { Authorization: 'Bearer nobody' } });
    expect(answer.status).toBe(201);
    expect(await server.disk()).toEqual({ [`files/${taskId}/0/empty.txt`]: '' });
  });

  it('may be called otherwise by its key', async () => {
    const server = await startUploadServer();
    const parameters = { ...server.form.parameters, key: `${taskId}/other ü.pdf` };
    const answer = await post(server.form.url, formOf(parameters, file, 'input.pdf'));
    expect(answer.headers.get('location')).toBe(`${server.base}/tasks/${taskId}/other%20%C3%BC.pdf`);
    expect(server.uploads[0]?.filename).toBe('other ü.pdf');
  });

  it('sends the browser to the page that the task names, and nowhere else', async () => {
    const redirect = (to: string): ReturnType<typeof uploadTask> =>
      uploadTask({ payload: { operation: 'import/upload', redirect: to } });
    const server = await startUploadServer({}, redirect('https://example.com/thanks?a=1'));
    expect(Object.keys(server.form.parameters)[2]).toBe('success_action_redirect');
    const answer = await post(server.form.url, formOf(server.form.parameters, file, 'a.txt'));
    expect([answer.status, answer.headers.get('location')]).toEqual([303, 'https://example.com/thanks?a=1']);

    const other = await startUploadServer({}, redirect('javascript:alert(1)'));
    expect((await post(other.form.url, formOf(other.form.parameters, file, 'a.txt'))).status).toBe(201);
  });

  it.each(['../../../etc/passwd', '..', '.', 'a/../../x', '..\\..\\x', '/etc/passwd', 'a\0b', ''])(
    'leaves the folder of its task neither by the file name nor by the key %j',
    async (hostile) => {
      for (const by of ['name', 'key']) {
        const server = await startUploadServer();
        const parameters =
          by === 'name' ? server.form.parameters : { ...server.form.parameters, key: `${taskId}/${hostile}` };
        const head = formHead(
          parameters,
          `Content-Disposition: form-data; name="file"; filename="${by === 'name' ? hostile : 'x'}"`,
        );
        const answer = await server.app.inject({
          method: 'POST',
          url: '/tasks',
          headers: { 'content-type': 'multipart/form-data; boundary=xyz' },
          body: Buffer.concat([head, Buffer.from('hello'), formTail]),
        });
        expect(answer.statusCode).toBe(201);
        const [place, ...more] = Object.keys(await server.disk());
        expect(more).toEqual([]);
        expect(place).toMatch(new RegExp(`^files/${taskId}/0/(?!\\.\\.?$)[^/\\\\]+$`));
      }
    },
  );
});

it('of several uploads for one task at once, exactly one counts', async () => {
  const server = await startUploadServer();
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, at) =>
      post(server.form.url, formOf(server.form.parameters, new Blob([`${at}`]), `${at}.txt`)),
    ),
  );
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
    201,
    ...Array.from({ length: 7 }, () => 400),
  ]);
  expect(server.uploads).toHaveLength(1);
  const place = `files/${taskId}/${server.uploads[0]?.place}`;
  expect(Object.keys(await server.disk())).toEqual([place]);
});

it('uploads for many tasks at once do not mix', async () => {
  const server = await startUploadServer();
  const ids = Array.from(
    { length: 20 },
    (_, at) => `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`,
  );
  for (const id of ids) server.tasks.set(id, uploadTask({ id }));
  const content = (id: string): string => id.repeat(20_000);
  const answers = await Promise.all(
    ids.map((id) => {
      const { url, parameters } = uploadForm(uploadTask({ id }), server.base, secret);
      return post(url, formOf(parameters, new Blob([content(id)]), 'a.txt'));
    }),
  );
  expect(answers.every(({ status }) => status === 201)).toBe(true);
  expect(await server.disk()).toEqual(
    Object.fromEntries(ids.map((id) => [`files/${id}/0/a.txt`, content(id)])),
  );
});
