/** S3: signatures against the published examples, then imports and exports with a server that checks each of them. */
import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { JsonObject } from '@pipeline/schema';
import { expect, test } from 'vitest';
import { createS3, s3 } from '../../src/stores/s3.ts';
import { emptySha256, signed } from '../../src/stores/s3-sign.ts';
import { artifact, made, newFolder } from '../places/action.ts';
import { failureOf, filesOf, planExport, planImport, resultOf, runExport, runImport } from './run-store.ts';
import type { S3Server } from './s3-server.ts';
import { accessKeyId, bucket, expectedSignature, region, secretAccessKey, serveS3 } from './s3-server.ts';

const credentials = { access_key_id: accessKeyId, secret_access_key: secretAccessKey };
const optionsFor = ({ origin }: Pick<S3Server, 'origin'>, more: JsonObject = {}): JsonObject => ({
  bucket,
  region,
  endpoint: origin,
  ...credentials,
  ...more,
});

// "Signature Calculations for the Authorization Header" in Amazon's S3 reference.
test.each([
  [
    'GET',
    'https://examplebucket.s3.amazonaws.com/test.txt',
    { range: 'bytes=0-9' },
    'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  ],
  [
    'GET',
    'https://examplebucket.s3.amazonaws.com/?lifecycle',
    {},
    'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
  ],
  [
    'GET',
    'https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J',
    {},
    '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  ],
] as const)('the published signature of %s %s', async (method, address, headers, signature) => {
  const url = new URL(address);
  const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
  const scope = '20130524/us-east-1/s3/aws4_request';
  const names = Object.keys({ host: '', ...headers, 'x-amz-content-sha256': '', 'x-amz-date': '' }).sort();
  const authorization = `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/${scope}, SignedHeaders=${names.join(';')}, Signature=`;
  const all = {
    ...headers,
    host: url.host,
    'x-amz-content-sha256': emptySha256,
    'x-amz-date': '20130524T000000Z',
    authorization,
  };
  // The judge of the other tests is right …
  expect(
    expectedSignature({ method, path: url.pathname, query: url.searchParams, headers: all }, secret),
  ).toBe(signature);
  // … and so is what is sent. Range is a header that it leaves unsigned, so the signature is another one.
  const sent = await signed(
    { method, url, headers },
    {
      region: 'us-east-1',
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      secretAccessKey: secret,
      sessionToken: undefined,
      sha256: emptySha256,
      datetime: '20130524T000000Z',
    },
  );
  if (Object.keys(headers).length === 0)
    expect(sent.headers['authorization']).toBe(authorization + signature);
});

test('one object comes, under its name or another one', async () => {
  const server = await serveS3({ 'reports/2024 (final)+é.docx': 'the report', 'a//b.txt': 'b' });
  const one = optionsFor(server, { key: 'reports/2024 (final)+é.docx' });
  expect(await filesOf(runImport(s3, one))).toEqual({ '2024 (final)+é.docx': 'the report' });
  expect(await filesOf(runImport(s3, { ...one, filename: 'r.docx' }))).toEqual({ 'r.docx': 'the report' });
  expect(await filesOf(runImport(s3, optionsFor(server, { key: 'a//b.txt' })))).toEqual({ 'b.txt': 'b' });
  expect(await planImport(s3, one)).toEqual({
    ok: true,
    value: { outputs: [{ dir: '', name: '2024 (final)+é.docx' }] },
  });
});

test('a prefix takes all below it, page by page, and keeps the folders', async () => {
  const server = await serveS3({
    'reports/': '',
    'reports/a.txt': 'A',
    'reports/2024/b & <c>.txt': 'B',
    'reports/2024/deep/c+d.txt': 'C',
    'reports/2025/a.txt': 'D',
    'reportsx.txt': 'no',
    'other/z.txt': 'no',
  });
  expect(await filesOf(runImport(s3, optionsFor(server, { key_prefix: 'reports/' })))).toEqual({
    'a.txt': 'A',
    '2024/b & <c>.txt': 'B',
    '2024/deep/c+d.txt': 'C',
    '2025/a.txt': 'D',
  });
  expect(server.received.filter(({ query }) => query.has('list-type'))).toHaveLength(3);
  expect(await filesOf(runImport(s3, optionsFor(server, { key_prefix: 'reports/20' })))).toEqual({
    '2024/b & <c>.txt': 'B',
    '2024/deep/c+d.txt': 'C',
    '2025/a.txt': 'D',
  });
  const named = optionsFor(server, { key_prefix: 'reports/2024', filename: 'page-%02d.txt' });
  expect(await filesOf(runImport(s3, named))).toEqual({
    '2024/page-01.txt': 'B',
    '2024/deep/page-02.txt': 'C',
  });
  expect(await planImport(s3, named)).toEqual({ ok: true, value: {} });
});

test('a prefix that nothing starts with gives no file and says so', async () => {
  const server = await serveS3();
  const { result } = await runImport(s3, optionsFor(server, { key_prefix: 'none/' }));
  expect(result).toEqual({
    ok: true,
    value: { outputs: [], message: `no file is there below ${server.origin}/${bucket}/none/` },
  });
});

test('names that lead out of their folder are refused', async () => {
  const server = await serveS3({ 'in/../../escape.txt': 'x' });
  const failed = await failureOf(runImport(s3, optionsFor(server, { key_prefix: 'in/' })));
  expect(failed).toMatchObject({ type: 'bad-input', message: expect.stringContaining('escape.txt') });
  expect(await planImport(s3, optionsFor(server, { key: 'a/../b.txt' }))).toMatchObject({ ok: false });
  expect(await planImport(s3, optionsFor(server, { key: 'folder/' }))).toMatchObject({
    ok: false,
    error: { hint: 'for all files of a folder use key_prefix' },
  });
});

test('a temporary sign-in sends its token, signed', async () => {
  const server = await serveS3({ 'a.txt': 'A' }, { token: 'the+token/==' });
  const options = optionsFor(server, { key: 'a.txt' });
  expect(await filesOf(runImport(s3, { ...options, session_token: 'the+token/==' }))).toEqual({
    'a.txt': 'A',
  });
  expect(await failureOf(runImport(s3, options))).toMatchObject({ type: 'refused' });
});

test('every option of an export arrives, signed', async () => {
  const server = await serveS3();
  const options = optionsFor(server, {
    key: 'out/report ü.pdf',
    acl: 'public-read',
    cache_control: 'max-age=86400',
    content_disposition: 'attachment; filename="r.pdf"',
    content_type: 'application/x-report',
    metadata: { Project: 'the  site', n: '1' },
    server_side_encryption: 'aws:kms',
    tagging: { team: 'docs & more', year: '2024' },
  });
  const result = await resultOf(runExport(s3, options, { inputs: [made('PDF', { name: 'x.pdf' })] }));
  expect(result.outputs).toMatchObject([
    { dir: '', name: 'report ü.pdf', url: `${server.origin}/${bucket}/out/report ü.pdf` },
  ]);
  const stored = server.objects.get('out/report ü.pdf');
  expect(stored?.bytes.toString()).toBe('PDF');
  expect(stored?.headers).toMatchObject({
    'x-amz-acl': 'public-read',
    'cache-control': 'max-age=86400',
    'content-disposition': 'attachment; filename="r.pdf"',
    'content-type': 'application/x-report',
    'x-amz-meta-project': 'the  site',
    'x-amz-meta-n': '1',
    'x-amz-server-side-encryption': 'aws:kms',
    'x-amz-tagging': 'team=docs%20%26%20more&year=2024',
    'content-length': '3',
  });
});

test('without options nothing is said but the type; what was there is replaced', async () => {
  const server = await serveS3({ 'pre/sub/a.png': 'old' });
  const inputs = [made('new', { dir: 'sub', name: 'a.png' }), made('', { name: 'empty.xyz' })];
  await resultOf(runExport(s3, optionsFor(server, { key_prefix: 'pre/' }), { inputs }));
  expect(server.objects.get('pre/sub/a.png')?.bytes.toString()).toBe('new');
  expect(server.objects.get('pre/empty.xyz')?.bytes).toHaveLength(0);
  const { headers = {} } = server.objects.get('pre/sub/a.png') ?? {};
  expect(headers['content-type']).toBe('image/png');
  expect(Object.keys(headers).filter((name) => /^x-amz-(?!content-sha256|date)/.test(name))).toEqual([]);
});

test('%d numbers several files; one key for several, and two ways at once, are mistakes', async () => {
  const server = await serveS3();
  const inputs = ['a.png', 'b.png'].map((name) => made(name, { name }));
  const key = optionsFor(server, { key: 'pages/%02d.png' });
  await resultOf(runExport(s3, key, { inputs }));
  expect([...server.objects].map(([key, { bytes }]) => [key, bytes.toString()]).toSorted()).toEqual([
    ['pages/01.png', 'a.png'],
    ['pages/02.png', 'b.png'],
  ]);
  expect(await planExport(s3, key, inputs)).toEqual({
    ok: true,
    value: {
      outputs: [
        { dir: '', name: '01.png' },
        { dir: '', name: '02.png' },
      ],
      writes: [`${server.origin}/${bucket}/pages/01.png`, `${server.origin}/${bucket}/pages/02.png`],
    },
  });
  expect(await planExport(s3, optionsFor(server, { key: 'one.png' }), inputs)).toMatchObject({
    ok: false,
    error: { type: 'bad-input', message: expect.stringContaining('"a.png" and "b.png"') },
  });
  expect(await planExport(s3, optionsFor(server, { key: 'a', key_prefix: 'b' }), inputs)).toMatchObject({
    ok: false,
  });
  expect(await planExport(s3, optionsFor(server, { key: 'folder/' }), inputs)).toMatchObject({ ok: false });
});

test('buckets of Amazon are called by host, and the plan by s3:', async () => {
  const options = { bucket, region, ...credentials, key_prefix: 'x/' };
  const inputs = [made('a', { name: 'a.txt' })];
  expect(await planExport(s3, options, inputs)).toMatchObject({
    value: { writes: ['s3://documents/x/a.txt'] },
  });
  const own = { ...options, endpoint: 'https://documents.store.example:9000/' };
  expect(await planExport(s3, own, inputs)).toMatchObject({
    value: { writes: ['https://documents.store.example:9000/x/a.txt'] },
  });
});

test.each([
  [{ endpoint: 'store.example.com' }, 'endpoint is no http or https address'],
  [{ endpoint: 'https://user:pw@store.example.com' }, 'endpoint is more than the address of a store'],
  [{ bucket: 'a/b' }, 'bucket holds characters that no bucket has'],
  [{ region: 'eu central' }, 'region is no name of a region'],
  [{ metadata: { 'a b': 'x' } }, 'metadata: "a b" is no name that the store takes'],
  [{ metadata: { a: 'naïve' } }, 'metadata.a holds characters that a header of the store cannot carry'],
  [{ cache_control: 'a\nb' }, 'cache_control holds characters that a header of the store cannot carry'],
])('mistakes in options are found by the plan: %j', async (options, message) => {
  const all = { bucket, region, ...credentials, key: 'a.txt', ...options };
  expect(await planExport(s3, all)).toMatchObject({ ok: false, error: { type: 'bad-input', message } });
});

test.each([
  [{ access_key_id: 'OTHER' }, 'refused', 'it knows no such access_key_id'],
  [
    { secret_access_key: 'wrong-s3cret' },
    'refused',
    'the secret_access_key is not that of this access_key_id',
  ],
  [{ region: 'us-east-1' }, 'refused', 'not in region "us-east-1" but in "eu-central-1"'],
  [{ bucket: 'other' }, 'not-found', 'there is no bucket "other"'],
  [{ key: 'missing.txt' }, 'not-found', 'there is no object'],
])('%j is told in plain words', async (wrong, type, text) => {
  const server = await serveS3({ 'a.txt': 'A' });
  const failed = await failureOf(runImport(s3, optionsFor(server, { key: 'a.txt', ...wrong })));
  expect(failed).toMatchObject({ type, isTransient: false, message: expect.stringContaining(text) });
  expect(failed.hint).toBeTruthy();
  expect(JSON.stringify(failed)).not.toMatch(/wrong-s3cret|OTHER/);
  expect(server.received).toHaveLength(1);
});

test('what may pass is tried again, as the store asks; what will not is not', async () => {
  const server = await serveS3({ 'a.txt': 'A' });
  server.next(
    { status: 503, headers: { 'retry-after': '7' }, body: '<Error><Code>SlowDown</Code></Error>' },
    'break',
  );
  const { result, waits } = await runImport(s3, optionsFor(server, { key: 'a.txt' }));
  expect(result.ok).toBe(true);
  expect(waits).toEqual([7000, 2000]);
  server.next({ status: 500 }, { status: 500 }, { status: 500 });
  const failed = await failureOf(runImport(s3, optionsFor(server, { key: 'a.txt' })));
  expect(failed).toMatchObject({ type: 'network', message: expect.stringContaining('tried 3 times') });
  server.next({ status: 500 });
  const own = { retry: { attempts: 2, delayMs: 0, backoff: 1, maxDelayMs: 0, on: 'transient' } } as const;
  const once = await runImport(s3, optionsFor(server, { key: 'a.txt' }), { task: own });
  expect(once.result).toMatchObject({ ok: false, error: { isTransient: true } });
});

test('an answer that is cut short is no file', async () => {
  const server = await serveS3({ 'a.txt': 'A' });
  server.next(
    ...Array.from({ length: 3 }, () => ({ status: 200, headers: { 'content-length': '9' }, body: 'x' })),
  );
  const failed = await failureOf(
    runImport(s3, optionsFor(server, { key: 'a.txt' }), {
      timeouts: { connectMs: 5000, headersMs: 5000, idleMs: 200 },
    }),
  );
  expect(failed).toMatchObject({ isTransient: true });
});

test('a redirect is never followed with the credentials', async () => {
  const server = await serveS3();
  const other = await serveS3({ 'a.txt': 'A' });
  server.next({ status: 307, headers: { location: `${other.origin}/${bucket}/a.txt` } });
  const failed = await failureOf(runImport(s3, optionsFor(server, { key: 'a.txt' })));
  expect(failed).toMatchObject({ type: 'refused', message: expect.stringContaining('not in region') });
  expect(other.received).toEqual([]);
});

const small = createS3({ singleBytes: 1_000_000, partBytes: 1_000_000 });

function bigFile(sizeBytes: number): { readonly file: string; readonly bytes: Buffer } {
  const file = path.join(newFolder(), 'big.bin');
  const bytes = randomBytes(sizeBytes);
  writeFileSync(file, bytes);
  return { file, bytes };
}

test('a large file goes in parts and is one object at the end', async () => {
  const server = await serveS3();
  const { file, bytes } = bigFile(3_500_000);
  const options = optionsFor(server, { key: 'big file.mp4', acl: 'private', metadata: { a: 'b' } });
  const { result, context } = await runExport(small, options, { inputs: [artifact(file)] });
  expect(result.ok).toBe(true);
  const stored = server.objects.get('big file.mp4');
  expect(stored?.bytes.equals(bytes)).toBe(true);
  expect(stored?.headers).toMatchObject({ 'x-amz-acl': 'private', 'x-amz-meta-a': 'b' });
  expect([...server.objects.keys()]).toEqual(['big file.mp4']);
  expect(server.received.filter(({ query }) => query.has('partNumber'))).toHaveLength(4);
  const percents = context.reports.map(([percent]) => percent ?? -1);
  expect(percents.at(-1)).toBe(100);
  expect(percents).toEqual([...new Set(percents)].toSorted((a, b) => a - b));
});

test('parts that fail are called off, and what was there stays', async () => {
  const server = await serveS3({ 'a.bin': 'old' });
  const { file } = bigFile(2_500_000);
  const begin =
    '<InitiateMultipartUploadResult><UploadId>upload/1+</UploadId></InitiateMultipartUploadResult>';
  server.next({ status: 200, body: begin }, { status: 200, headers: { etag: '"1"' } }, { status: 403 });
  const failed = await failureOf(
    runExport(small, optionsFor(server, { key: 'a.bin' }), { inputs: [artifact(file)] }),
  );
  expect(failed).toMatchObject({ type: 'refused' });
  expect(server.received.at(-1)).toMatchObject({ method: 'DELETE' });
  expect(server.received.at(-1)?.query.get('uploadId')).toBe('upload/1+');
  expect(server.objects.get('a.bin')?.bytes.toString()).toBe('old');
});

test('a failure in the body of a 200 is a failure', async () => {
  const server = await serveS3();
  const { file } = bigFile(1_200_000);
  const begin = '<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>';
  const tag = { status: 200, headers: { etag: '"1"' } };
  server.next({ status: 200, body: begin }, tag, tag, {
    status: 200,
    body: '<Error><Code>InternalError</Code><Message>later</Message></Error>',
  });
  const failed = await failureOf(
    runExport(small, optionsFor(server, { key: 'a' }), { inputs: [artifact(file)] }),
  );
  expect(failed.message).toContain('InternalError');
});

test('a refused upload is told before its bytes are sent', async () => {
  const server = await serveS3();
  const { file } = bigFile(900_000);
  const options = optionsFor(server, { key: 'a', secret_access_key: 'wrong' });
  const failed = await failureOf(runExport(small, options, { inputs: [artifact(file)] }));
  expect(failed).toMatchObject({ type: 'refused' });
});

test('a cancel ends the transfers and leaves nothing', async () => {
  const server = await serveS3({ 'a/1.txt': '1', 'a/2.txt': '2' });
  const abort = new AbortController();
  const context = { signal: abort.signal, progress: () => abort.abort() };
  const { file } = bigFile(3_000_000);
  const failed = await failureOf(
    runExport(small, optionsFor(server, { key: 'a' }), { inputs: [artifact(file)], context }),
  );
  expect(failed).toMatchObject({ type: 'cancelled' });
  expect(server.uploads.size).toBe(0);
  const before = AbortSignal.abort();
  const imported = await runImport(s3, optionsFor(server, { key_prefix: 'a/' }), {
    context: { signal: before },
  });
  expect(imported.result).toMatchObject({ ok: false, error: { type: 'cancelled' } });
});

test('a file that is gone is told by its name', async () => {
  const server = await serveS3();
  const gone = path.join(newFolder(), 'gone.txt');
  expect(existsSync(gone)).toBe(false);
  const failed = await failureOf(
    runExport(s3, optionsFor(server, { key: 'a' }), { inputs: [artifact(gone)] }),
  );
  expect(failed).toMatchObject({ type: 'not-found', message: '"gone.txt" is not there any more' });
});
