/** `import/url` from servers on loopback that behave: content, names, redirects, encodings. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { JsonObject } from '@pipeline/schema';
import { expect, test } from 'vitest';
import { anyNetwork } from '../../src/http/network.ts';
import { importUrl } from '../../src/operations/import/url.ts';
import { action, contextOf, newFolder } from './action.ts';
import { fetchFile, fileOf } from './fetch-file.ts';
import { serve } from './loopback.ts';

const plan = (options: JsonObject) =>
  importUrl(anyNetwork).plan(action({ operation: 'import/url', options }), contextOf(newFolder()));

test('a file comes whole, with its name and with progress', async () => {
  const bytes = randomBytes(3_000_000);
  const { origin, requests } = await serve((_, response) =>
    response.setHeader('content-length', bytes.length).end(bytes),
  );
  const { result, context } = await fetchFile({ url: `${origin}/a/b%20%C3%A9.docx?x=1` });
  expect(result).toMatchObject({ ok: true, value: { outputs: [{ dir: '', name: 'b é.docx' }] } });
  expect(readFileSync(path.join(context.workDir, 'b é.docx')).equals(bytes)).toBe(true);
  const percents = context.reports.map(([percent]) => percent ?? -1);
  expect(percents.at(-1)).toBe(100);
  expect(percents).toEqual([...new Set(percents)].toSorted((a, b) => a - b));
  expect(percents.length).toBeGreaterThan(5);
  expect(requests).toHaveLength(1);
  expect(requests[0]?.headers).toMatchObject({ 'user-agent': 'pipeline', 'accept-encoding': 'identity' });
});

test('an empty file and one without a length come too', async () => {
  const { origin } = await serve((request, response) => {
    if (request.url === '/empty.txt') response.end();
    else response.write('one, ', () => response.end('two'));
  });
  expect(await fileOf({ url: `${origin}/empty.txt` })).toMatchObject({
    name: 'empty.txt',
    bytes: Buffer.alloc(0),
  });
  const { result, context } = await fetchFile({ url: `${origin}/chunked.txt` });
  expect(result.ok && readFileSync(result.value.outputs[0]?.path ?? '', 'utf8')).toBe('one, two');
  expect(context.reports).toEqual([[null, undefined]]);
});

test('outputs are planned only when filename settles the name', async () => {
  expect(await plan({ url: 'https://example.com/a.docx' })).toEqual({ ok: true, value: {} });
  expect(await plan({ url: 'https://example.com/a.docx', filename: 'b.docx' })).toEqual({
    ok: true,
    value: { outputs: [{ dir: '', name: 'b.docx' }] },
  });
  expect(await plan({ url: 'ftp://example.com/a' })).toMatchObject({
    ok: false,
    error: { type: 'bad-input' },
  });
  expect(await plan({ url: 'not an address' })).toMatchObject({ ok: false, error: { type: 'bad-input' } });
  expect(await plan({ url: 'https://example.com/a', filename: '../b' })).toMatchObject({ ok: false });
  const secret = await plan({
    url: 'https://example.com/a',
    headers: { Authorization: 'Bearer s3cret\nX: y' },
  });
  expect(secret).toMatchObject({ ok: false, error: { message: expect.stringContaining('"Authorization"') } });
  expect(JSON.stringify(secret)).not.toContain('s3cret');
});

test.each<[disposition: string | undefined, contentType: string, expected: string]>([
  ['attachment; filename="report 1.pdf"', '', 'report 1.pdf'],
  ['attachment; filename=report.pdf; size=3', '', 'report.pdf'],
  ['inline;filename="a;b=\\"c\\".pdf"', '', 'a;b="c".pdf'],
  [`attachment; filename="fallback.pdf"; filename*=UTF-8''na%C3%AFve%20%E2%82%AC.pdf`, '', 'naïve €.pdf'],
  [`attachment; filename*=ISO-8859-1'en'%A3.pdf; filename=pound.pdf`, '', '£.pdf'],
  [`attachment; filename*=UTF-8''%ZZ.pdf; filename=good.pdf`, '', 'good.pdf'],
  ['attachment; filename="raw-ü.pdf"', '', 'raw-ü.pdf'],
  ['attachment; filename="../../etc/passwd.txt"', '', 'passwd.txt'],
  ['attachment; filename="C:\\Users\\me\\a.pdf"', '', 'a.pdf'],
  ['attachment; filename="with\\\\/slash.pdf"', '', 'slash.pdf'],
  ['attachment; filename=".."', '', 'from-url.docx'],
  ['attachment; filename=""', '', 'from-url.docx'],
  ['attachment', '', 'from-url.docx'],
  ['filename=only.pdf', '', 'only.pdf'],
  ['attachment; filename="no-extension"', 'application/pdf', 'no-extension.pdf'],
  ['attachment; filename="v1.2"', 'application/zip', 'v1.2.zip'],
  ['attachment; filename="data.csv"', 'text/plain', 'data.csv'],
  [`attachment; filename*=UTF-8''${'%C3%A9'.repeat(200)}.pdf`, '', `${'é'.repeat(125)}.pdf`],
])('Content-Disposition %s', async (disposition, contentType, expected) => {
  // As a server would send it: the bytes of UTF-8.
  const header = Buffer.from(disposition ?? '').toString('latin1');
  const { origin } = await serve((_, response) => {
    response.setHeader('content-disposition', header);
    if (contentType !== '') response.setHeader('content-type', contentType);
    response.end('x');
  });
  expect((await fileOf({ url: `${origin}/from-url.docx` })).name).toBe(expected);
  expect((await fileOf({ url: `${origin}/from-url.docx`, filename: 'mine.pdf' })).name).toBe('mine.pdf');
});

test.each([
  ['/', 'text/html; charset=utf-8', 'index.html'],
  ['/', 'application/octet-stream', 'download'],
  ['/download?id=3', 'Application/PDF', 'download.pdf'],
  ['/a/photo.JPEG', 'image/png', 'photo.JPEG'],
  ['/page.php', 'text/html', 'page.php.html'],
  ['/%2e%2e%2fpasswd', 'text/plain', 'passwd.txt'],
  ['/a%00%0Ab.txt', 'text/plain', 'ab.txt'],
  ['/caf%E9.txt', 'text/plain', 'caf%E9.txt'],
  ['/-rf.txt', 'text/plain', '-rf.txt'],
])('the address %s with %s', async (address, contentType, expected) => {
  const { origin } = await serve((_, response) => response.setHeader('content-type', contentType).end('x'));
  expect((await fileOf({ url: origin + address })).name).toBe(expected);
});

test('five redirects are followed, and the name is that of the place where they end', async () => {
  const { origin, requests } = await serve((request, response) => {
    const step = Number(request.url?.split('/')[1]);
    if (step === 5) response.end('here');
    else {
      const location = step === 4 ? '/5/report.pdf' : `/${step + 1}`;
      response.writeHead([301, 302, 303, 307, 308][step] ?? 302, { location }).end();
    }
  });
  expect(await fileOf({ url: `${origin}/0` })).toMatchObject({
    name: 'report.pdf',
    bytes: Buffer.from('here'),
  });
  expect(requests).toHaveLength(6);
});

test('headers and credentials go to the first origin and not to another', async () => {
  const other = await serve((_, response) => response.end('x'));
  const { origin, requests } = await serve((request, response) => {
    response.writeHead(302, { location: request.url === '/a' ? '/b' : `${other.origin}/c.txt` }).end();
  });
  const url = `${origin.replace('http://', 'http://me:s3cret@')}/a`;
  await fileOf({ url, headers: { 'X-Token': 't0ken', 'User-Agent': 'mine' } });
  expect(requests.map((request) => request.headers['x-token'])).toEqual(['t0ken', 't0ken']);
  expect(requests[0]?.headers).toMatchObject({
    authorization: `Basic ${btoa('me:s3cret')}`,
    'user-agent': 'mine',
  });
  expect(other.requests[0]?.headers).toMatchObject({ 'user-agent': 'pipeline' });
  expect(JSON.stringify(other.requests[0]?.headers)).not.toMatch(/t0ken|authorization/i);
});

test.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
] as const)('Content-Encoding %s is taken off, its length counts on the wire', async (encoding, pack) => {
  const text = 'the same again, '.repeat(10_000);
  const { origin } = await serve((_, response) => {
    const packed = pack(text);
    response.writeHead(200, { 'content-encoding': encoding, 'content-length': packed.length }).end(packed);
  });
  expect((await fileOf({ url: `${origin}/a.txt` })).bytes.toString()).toBe(text);
});

test('a .tar.gz stays packed whatever its headers say', async () => {
  const packed = gzipSync('tar');
  const { origin } = await serve((_, response) => response.setHeader('content-encoding', 'gzip').end(packed));
  expect(await fileOf({ url: `${origin}/a.tar.gz` })).toEqual({ name: 'a.tar.gz', bytes: packed });
});

test('a name of 255 bytes can be chosen', async () => {
  const { origin } = await serve((_, response) => response.end('x'));
  const filename = `${'é'.repeat(125)}x.pdf`;
  expect((await fileOf({ url: origin, filename })).name).toBe(filename);
});
