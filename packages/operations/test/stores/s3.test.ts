/** Imports from and exports to S3 with a server that checks each signature. */
import { expect, test } from 'vitest';
import { s3 } from '../../src/stores/s3.ts';
import { made } from '../places/action.ts';
import { failureOf, filesOf, planExport, planImport, resultOf, runExport, runImport } from './run-store.ts';
import { accessKeyId, bucket, optionsFor, region, secretAccessKey, serveS3 } from './s3-server.ts';

test('one object comes, under its name or another one', async () => {
  const server = await serveS3({ 'reports/2024 (final)+é.docx': 'the report', 'a//b.txt': 'b' });
  const one = optionsFor(server, { key: 'reports/2024 (final)+é.docx' });
  expect(await filesOf(runImport(s3, one))).toEqual({ '2024 (final)+é.docx': 'the report' });
  expect(await filesOf(runImport(s3, { ...one, filename: 'r.docx' }))).toEqual({ 'r.docx': 'the report' });
  expect(await filesOf(runImport(s3, optionsFor(server, { key: 'a//b.txt' })))).toEqual({ 'b.txt': 'b' });
  expect(await planImport(s3, one)).toEqual({
    ok: true,
    value: {
      outputs: [{ dir: '', name: '2024 (final)+é.docx' }],
      reads: [`${server.origin}/documents/reports/2024 (final)+é.docx`],
    },
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
  expect(server.objects.get('pages/01.png')?.bytes.toString()).toBe('a.png');
  expect(server.objects.get('pages/02.png')?.bytes.toString()).toBe('b.png');
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
  const options = {
    bucket,
    region,
    access_key_id: accessKeyId,
    secret_access_key: secretAccessKey,
    key_prefix: 'x/',
  };
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
  const all = {
    bucket,
    region,
    access_key_id: accessKeyId,
    secret_access_key: secretAccessKey,
    key: 'a.txt',
    ...options,
  };
  expect(await planExport(s3, all)).toMatchObject({ ok: false, error: { type: 'bad-input', message } });
});
