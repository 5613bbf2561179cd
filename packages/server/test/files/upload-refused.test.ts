import { mkdir, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import {
  createdAt,
  formHead,
  formOf,
  startUploadServer,
  taskId,
  type UploadServer,
} from './upload-server.ts';
import { temporaryFolder } from './temporary-folder.ts';

const post = (url: string, body: FormData, init: RequestInit = {}): Promise<Response> =>
  fetch(url, { method: 'POST', body, redirect: 'manual', ...init });

const file = new Blob(['hello']);

const fileHeader = 'Content-Disposition: form-data; name="file"; filename="a.txt"';

const requestHead = (length: number): string =>
  `POST /tasks HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=xyz\r\nContent-Length: ${length}\r\n\r\n`;

describe('a form is refused', () => {
  const refused = async (
    change: (parameters: Record<string, string>) => Record<string, string>,
    parts: Parameters<typeof startUploadServer>[0] = {},
  ): Promise<{ status: number; body: unknown; server: UploadServer }> => {
    const server = await startUploadServer(parts);
    const answer = await post(server.form.url, formOf(change({ ...server.form.parameters }), file, 'a.txt'));
    expect(server.uploads).toEqual([]);
    expect(await server.disk()).toEqual({});
    return { status: answer.status, body: await answer.json(), server };
  };
  const other = '00000000-0000-4000-8000-000000000000';

  it.each([
    ['another signature', (p) => ({ ...p, 'X-Amz-Signature': '0'.repeat(64) })],
    ['no signature to speak of', (p) => ({ ...p, 'X-Amz-Signature': 'x' })],
    [
      'another policy',
      (p) => ({
        ...p,
        Policy: Buffer.from('{"expiration":"2099-01-01T00:00:00Z","conditions":[]}').toString('base64'),
      }),
    ],
    ['the key of another task', (p) => ({ ...p, key: `${other}/a.txt` })],
    ['another date', (p) => ({ ...p, 'X-Amz-Date': '20990101T000000Z' })],
    ['another acl', (p) => ({ ...p, acl: 'public-read' })],
  ] satisfies readonly (readonly [string, (p: Record<string, string>) => Record<string, string>])[])(
    'with %s: 403',
    async (_, change) => {
      const { status, body } = await refused(change);
      expect(status).toBe(403);
      expect(body).toMatchObject({ code: 'FORBIDDEN', message: expect.any(String) });
    },
  );

  it('after six hours: 403', async () => {
    const { status, body } = await refused((p) => p, { now: () => createdAt + 6 * 3_600_000 });
    expect([status, body]).toEqual([
      403,
      { message: 'The upload form has expired. Make a new task.', code: 'FORBIDDEN' },
    ]);
  });

  it('without its fields: 422, with their names', async () => {
    const { status, body } = await refused(() => ({}));
    expect(status).toBe(422);
    expect(body).toMatchObject({
      code: 'INVALID_DATA',
      errors: { key: [expect.any(String)], Policy: [expect.any(String)] },
    });
  });

  it('with the file before the fields: 422', async () => {
    const server = await startUploadServer();
    const form = new FormData();
    form.append('file', file, 'a.txt');
    for (const [name, value] of Object.entries(server.form.parameters)) form.append(name, value);
    expect((await post(server.form.url, form)).status).toBe(422);
  });

  it('without a file: 422', async () => {
    const server = await startUploadServer();
    const form = new FormData();
    for (const [name, value] of Object.entries(server.form.parameters)) form.append(name, value);
    const answer = await post(server.form.url, form);
    expect([answer.status, await answer.json()]).toMatchObject([
      422,
      { errors: { file: [expect.stringContaining('no field "file"')] } },
    ]);
  });

  it('for a task that is gone: 404; that has a file or has ended: 400', async () => {
    const server = await startUploadServer();
    const send = (): Promise<Response> =>
      post(server.form.url, formOf(server.form.parameters, file, 'a.txt'));
    expect((await send()).status).toBe(201);
    const second = await send();
    expect([second.status, await second.json()]).toMatchObject([400, { code: 'INVALID_DATA' }]);
    server.tasks.clear();
    expect((await send()).status).toBe(404);
    expect(Object.keys(await server.disk())).toEqual([`files/${taskId}/0/a.txt`]);
  });

  it.each([
    ['application/json', '{}'],
    ['multipart/form-data', 'x'],
    ['multipart/form-data; boundary=xyz', 'x'],
    ['multipart/form-data; boundary=xyz', ''],
    ['text/plain', 'x'],
  ])('that is no form (%s, %j): 400', async (contentType, body) => {
    const server = await startUploadServer();
    const answer = await fetch(server.form.url, {
      method: 'POST',
      body,
      headers: { 'content-type': contentType },
    });
    expect([answer.status, await answer.json()]).toMatchObject([400, { code: 'INVALID_DATA' }]);
  });
});

describe('nothing is left on the disk', () => {
  it('of an upload that breaks off', async () => {
    const server = await startUploadServer();
    const socket = await server.socket();
    const head = formHead(server.form.parameters, fileHeader);
    socket.write(requestHead(head.length + 500_000));
    socket.write(head);
    socket.write(Buffer.alloc(200_000, 'x'));
    await vi.waitFor(async () =>
      expect(Object.keys(await server.disk())).toEqual([expect.stringMatching(/^uploads\//)]),
    );
    socket.destroy();
    await vi.waitFor(async () => expect(await server.disk()).toEqual({}));
    expect(server.uploads).toEqual([]);
    expect((await post(server.form.url, formOf(server.form.parameters, file, 'a.txt'))).status).toBe(201);
  });

  it('of an upload whose end is missing, though its length is right', async () => {
    const server = await startUploadServer();
    const head = formHead(server.form.parameters, fileHeader);
    const answer = await fetch(server.form.url, {
      method: 'POST',
      body: Buffer.concat([head, Buffer.from('hello\r\n--xy')]),
      headers: { 'content-type': 'multipart/form-data; boundary=xyz' },
    });
    expect(answer.status).toBe(400);
    expect(await server.disk()).toEqual({});
  });

  it.each(['that stops sending', 'that sends a byte now and then'])('of a client %s', async (how) => {
    const server = await startUploadServer({ idleMs: 100 });
    const socket = await server.socket();
    const head = formHead(server.form.parameters, fileHeader);
    socket.write(requestHead(500_000));
    socket.write(head);
    const drip = setInterval(() => how !== 'that stops sending' && socket.write('x'), 5);
    await new Promise((resolve) => socket.resume().once('close', resolve));
    clearInterval(drip);
    await vi.waitFor(async () => expect(await server.disk()).toEqual({}));
    expect(server.logged).toEqual([]);
  });

  it.each(['with its length', 'chunked'])(
    'of a file that is too large, sent %s: 413, and the connection is closed',
    async (how) => {
      const server = await startUploadServer();
      const head = formHead(server.form.parameters, fileHeader);
      const total = 50_000_000;
      const { status, body, connection } = await new Promise<{
        status: number | undefined;
        body: string;
        connection: string | undefined;
      }>((resolve, reject) => {
        const client = request(server.form.url, {
          method: 'POST',
          headers: {
            'content-type': 'multipart/form-data; boundary=xyz',
            ...(how === 'chunked' ? {} : { 'content-length': head.length + total }),
          },
        });
        client.once('error', reject);
        client.once('response', (response) => {
          let body = '';
          response.on('data', (chunk: Buffer) => (body += chunk.toString()));
          response.on('end', () =>
            resolve({ status: response.statusCode, body, connection: response.headers.connection }),
          );
        });
        Readable.from(
          (function* () {
            yield head;
            for (let sent = 0; sent < total; sent += 100_000) yield Buffer.alloc(100_000, 'x');
          })(),
        ).pipe(client);
      });
      expect(status).toBe(413);
      expect(connection).toBe('close');
      expect(JSON.parse(body)).toEqual({
        message: expect.stringContaining('1000000 bytes'),
        code: 'PAYLOAD_TOO_LARGE',
      });
      expect(server.uploads).toEqual([]);
      await vi.waitFor(async () => expect(await server.disk()).toEqual({}));
    },
  );

  it('of a form whose fields have no end', async () => {
    const server = await startUploadServer();
    const answer = await post(server.form.url, formOf({ huge: 'x'.repeat(1_500_000) }, file, 'a.txt'));
    expect(answer.status).toBe(413);
  });

  it('when the task does not take it', async () => {
    const server = await startUploadServer({ uploaded: () => Promise.reject(new Error('log full')) });
    const answer = await post(server.form.url, formOf(server.form.parameters, file, 'a.txt'));
    expect(answer.status).toBe(500);
    expect(await server.disk()).toEqual({});
  });

  it('when the task has come to its end meanwhile', async () => {
    const server = await startUploadServer({ uploaded: () => Promise.resolve(false) });
    const answer = await post(server.form.url, formOf(server.form.parameters, file, 'a.txt'));
    expect(answer.status).toBe(400);
    expect(await server.disk()).toEqual({});
  });

  it('of what a server that was killed had begun', async () => {
    const dataDir = temporaryFolder();
    await mkdir(join(dataDir, 'uploads'));
    await writeFile(join(dataDir, 'uploads', 'half'), 'x');
    const server = await startUploadServer({ dataDir });
    expect(await server.disk()).toEqual({});
  });
});
