import { mkdir, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import fastify from 'fastify';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ApiError, errorBody } from '../../src/api-error.ts';
import { contentDisposition } from '../../src/content-disposition.ts';
import { downloadPath, type DownloadLink } from '../../src/download-url.ts';
import { registerDownload } from '../../src/download.ts';
import { selectBytes } from '../../src/selected-bytes.ts';
import { createTaskFiles, type TaskFiles } from '../../src/task-files.ts';
import { temporaryFolder } from './temporary-folder.ts';

const secret = Buffer.alloc(32, 9);
const taskId = '304f5007-baae-4013-8d79-5d005413349b';
const now = Date.parse('2020-12-17T05:34:00Z');
const content = Buffer.from('0123456789');

interface DownloadServer {
  readonly base: string;
  readonly files: TaskFiles;
  readonly url: (change?: Partial<DownloadLink>) => string;
  readonly put: (name: string, bytes?: Buffer) => Promise<string>;
}

async function start(at = now): Promise<DownloadServer> {
  const files = createTaskFiles(temporaryFolder());
  const app = fastify({ forceCloseConnections: true, routerOptions: { maxParamLength: 1000 } });
  app.setErrorHandler((error, _, reply) =>
    error instanceof ApiError
      ? reply.code(error.status).headers(error.headers).send(errorBody(error))
      : reply.code(500).send({ message: String(error) }),
  );
  registerDownload(app, { files, secret, now: () => at });
  const base = await app.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => app.close());
  const put = async (name: string, bytes: Buffer = content): Promise<string> => {
    const place = await files.placeFor(taskId, name);
    await writeFile(files.pathOf(taskId, place), bytes);
    return place;
  };
  await put('input.pdf');
  const link: DownloadLink = {
    taskId,
    place: '0/input.pdf',
    disposition: 'attachment',
    expiresAt: now + 86_400_000,
  };
  return { base, files, put, url: (change) => base + downloadPath({ ...link, ...change }, secret) };
}

const get = (url: string, headers: Record<string, string> = {}): Promise<Response> => fetch(url, { headers });

describe('a file', () => {
  it('comes with the headers that were recorded, to whoever has its URL', async () => {
    const { url } = await start();
    const answer = await get(url());
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/pdf',
      'content-length': '10',
      'content-disposition': 'attachment; filename="input.pdf"',
      'accept-ranges': 'bytes',
      etag: expect.stringMatching(/^"[^"]+"$/),
      'last-modified': expect.stringMatching(/ GMT$/),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    expect(await answer.text()).toBe('0123456789');
  });

  it('shows its headers alone to HEAD, and the same tag again', async () => {
    const { url } = await start();
    const [head, again] = [
      await fetch(url(), { method: 'HEAD', headers: { range: 'bytes=2-3' } }),
      await get(url()),
    ];
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '10', '']);
    expect(head.headers.get('etag')).toBe(again.headers.get('etag'));
  });

  it('may be empty, and may have any name', async () => {
    const { url, put } = await start();
    expect(await (await get(url({ place: await put('empty.txt', Buffer.alloc(0)) }))).text()).toBe('');
    for (const name of [
      'in put;ü "x" 日本.png',
      '100%.txt',
      'a&b=c?d#e.txt',
      '%2e%2e',
      `${'ü'.repeat(120)}.pdf`,
      "it's (1)*.txt",
    ]) {
      const answer = await get(url({ place: await put(name) }));
      expect([name, answer.status]).toEqual([name, 200]);
      const said = answer.headers.get('content-disposition') ?? '';
      const encoded = /filename\*=UTF-8''(.*)$/.exec(said)?.[1];
      expect(encoded === undefined ? /filename="(.*)"/.exec(said)?.[1] : decodeURIComponent(encoded)).toBe(
        name,
      );
    }
  });

  it.each([
    ['page.html', 'text/html', true],
    ['drawing.svg', 'image/svg+xml', true],
    ['data.xml', 'application/xml', true],
    ['report.pdf', 'application/pdf', false],
    ['what.ever', 'application/octet-stream', true],
  ])('that is shown in the browser, %s, is %s and runs nothing', async (name, type, isSandboxed) => {
    const { url, put } = await start();
    const answer = await get(url({ place: await put(name), disposition: 'inline' }));
    expect(answer.headers.get('content-disposition')).toBe(`inline; filename="${name}"`);
    expect(answer.headers.get('content-type')).toBe(type);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(
      answer.headers.get('content-security-policy')?.startsWith("sandbox; default-src 'none'") ?? false,
    ).toBe(isSandboxed);
  });

  it('that the client has is not sent again', async () => {
    const { url } = await start();
    const first = await get(url());
    const etag = first.headers.get('etag') ?? '';
    const modified = first.headers.get('last-modified') ?? '';
    for (const headers of [
      { 'if-none-match': etag },
      { 'if-none-match': `"x", W/${etag}` },
      { 'if-none-match': '*' },
      { 'if-modified-since': modified },
      { 'if-none-match': etag, 'if-modified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' },
    ]) {
      const answer = await get(url(), headers);
      expect([headers, answer.status, await answer.text(), answer.headers.get('etag')]).toEqual([
        headers,
        304,
        '',
        etag,
      ]);
    }
    for (const headers of [
      { 'if-none-match': '"x"' },
      { 'if-none-match': '"x"', 'if-modified-since': modified },
      { 'if-modified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' },
      { 'if-modified-since': 'yesterday' },
    ]) {
      expect([headers, (await get(url(), headers)).status]).toEqual([headers, 200]);
    }
  });
});

describe('a part of a file', () => {
  it.each([
    ['bytes=0-0', '0', 'bytes 0-0/10'],
    ['bytes=2-5', '2345', 'bytes 2-5/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=7-99', '789', 'bytes 7-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=-99', '0123456789', 'bytes 0-9/10'],
    ['Bytes=9-9', '9', 'bytes 9-9/10'],
  ])('%s is %s', async (range, text, said) => {
    const { url } = await start();
    const answer = await get(url(), { range });
    expect([answer.status, answer.headers.get('content-range')]).toEqual([206, said]);
    expect(answer.headers.get('content-length')).toBe(String(text.length));
    expect(await answer.text()).toBe(text);
  });

  it.each(['bytes=0-1,4-5', 'bytes=5-2', 'bytes=-', 'bytes=x-', 'lines=1-2', ''])(
    '%j asks for none: all of it comes',
    async (range) => {
      const { url } = await start();
      const answer = await get(url(), { range });
      expect([answer.status, await answer.text()]).toEqual([200, '0123456789']);
    },
  );

  it.each(['bytes=10-', 'bytes=99-100', 'bytes=-0', `bytes=${'9'.repeat(30)}-`])(
    '%s is beyond its end: 416',
    async (range) => {
      const { url } = await start();
      const answer = await get(url(), { range });
      expect([answer.status, answer.headers.get('content-range')]).toEqual([416, 'bytes */10']);
      expect(await answer.json()).toMatchObject({ code: 'RANGE_NOT_SATISFIABLE' });
    },
  );

  it('comes only if the client has the beginning of the same file', async () => {
    const { url } = await start();
    const first = await get(url());
    const same = [first.headers.get('etag') ?? '', first.headers.get('last-modified') ?? ''];
    for (const tag of same)
      expect((await get(url(), { range: 'bytes=5-', 'if-range': tag })).status).toBe(206);
    for (const tag of ['"x"', `W/${same[0]}`, 'Thu, 01 Jan 1970 00:00:00 GMT']) {
      expect((await get(url(), { range: 'bytes=5-', 'if-range': tag })).status).toBe(200);
    }
  });

  it('of nothing is beyond its end', () => {
    const empty = { sizeBytes: 0, etag: '"0"', modifiedAt: new Date(0) };
    for (const range of ['bytes=0-', 'bytes=-1', 'bytes=0-0'])
      expect(selectBytes('GET', { range }, empty)).toEqual({ type: 'unsatisfiable' });
  });
});

describe('nothing is given', () => {
  const code = async (url: string): Promise<readonly [number, unknown]> => {
    const answer = await get(url);
    return [answer.status, ((await answer.json()) as { code?: string }).code];
  };

  it('for a URL of which anything was changed', async () => {
    const { url, put, base } = await start();
    const other = await put('other.pdf');
    const [, , , , , token = ''] = url().split('/');
    const [number = '', expiry = '', type = '', mac = ''] = token.split('.');
    const changed = (token: string, name = 'input.pdf', id = taskId): string =>
      `${base}/files/${id}/${token}/${name}`;
    for (const forged of [
      changed([number, expiry, 'i', mac].join('.')),
      changed([number, `${expiry}0`, type, mac].join('.')),
      changed([1, expiry, type, mac].join('.')),
      changed([number, expiry, type, mac.slice(1)].join('.')),
      changed(token, other.slice(2)),
      changed(token, 'INPUT.pdf'),
      changed(token, 'input.pdf', '00000000-0000-4000-8000-000000000000'),
    ]) {
      expect([forged, ...(await code(forged))]).toEqual([forged, 403, 'FORBIDDEN']);
    }
    for (const odd of [
      changed('x'),
      changed('...'),
      changed(token, 'input.pdf', '..%2f..'),
      changed(`${token}%00`),
    ]) {
      expect([odd, ...(await code(odd))]).toEqual([odd, 404, 'NOT_FOUND']);
    }
  });

  it('outside of the folder of the task, even with a signature', async () => {
    const { url, base } = await start();
    const [, , , , , token = ''] = url().split('/');
    for (const name of ['..%2f..%2fsecret', '%2fetc%2fpasswd', '..', '%00']) {
      const answer = await fetch(`${base}/files/${taskId}/${token}/${name}`);
      expect([name, [403, 404].includes(answer.status)]).toEqual([name, true]);
    }
  });

  it('after a day', async () => {
    const at = await start(now + 86_400_000 - 1);
    expect((await get(at.url())).status).toBe(200);
    const late = await start(now + 86_400_000);
    expect(await code(late.url())).toEqual([403, 'FORBIDDEN']);
  });

  it('of a file that is gone, that is a folder, or that leads elsewhere', async () => {
    const { url, files, put } = await start();
    await rm(files.pathOf(taskId, '0/input.pdf'));
    expect(await code(url())).toEqual([404, 'NOT_FOUND']);
    await mkdir(files.pathOf(taskId, '0/input.pdf'));
    expect(await code(url())).toEqual([404, 'NOT_FOUND']);
    const target = files.pathOf(taskId, await put('target.pdf'));
    await symlink(target, files.pathOf(taskId, '0/link.pdf'));
    expect(await code(url({ place: '0/link.pdf' }))).toEqual([404, 'NOT_FOUND']);
  });
});

it('a client that goes away in the middle leaves no file open', async () => {
  const { url, put } = await start();
  const place = await put('big.bin', Buffer.alloc(20_000_000));
  for (let round = 0; round < 20; round += 1) {
    await new Promise<void>((resolve) => {
      const client = request(url({ place }), (response) => {
        response.once('data', () => client.destroy());
        response.once('close', resolve);
        response.once('error', () => undefined);
      });
      client.once('error', () => undefined);
      client.end();
    });
  }
  await vi.waitFor(async () => {
    const descriptors = await readdir('/proc/self/fd');
    const open = await Promise.all(
      descriptors.map((one) => readlink(`/proc/self/fd/${one}`).catch(() => '')),
    );
    expect(open.filter((path) => path.endsWith('big.bin'))).toEqual([]);
  });
});

it.each([
  ['report.pdf', 'attachment; filename="report.pdf"'],
  ['a "b".pdf', `attachment; filename="a _b_.pdf"; filename*=UTF-8''a%20%22b%22.pdf`],
  ['ü.pdf', `attachment; filename="_.pdf"; filename*=UTF-8''%C3%BC.pdf`],
  ['🎉.pdf', `attachment; filename="_.pdf"; filename*=UTF-8''%F0%9F%8E%89.pdf`],
])('the disposition of %s', (name, said) => {
  expect(contentDisposition('attachment', name)).toBe(said);
});
