/** Azure Blob Storage with a server that checks each signature. */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { JsonObject } from '@pipeline/schema';
import { expect, test } from 'vitest';
import { azureBlob, createAzureBlob } from '../../src/stores/azure-blob.ts';
import { withSharedKey } from '../../src/stores/azure-shared-key.ts';
import type { Store } from '../../src/stores/store.ts';
import { artifact, made, newFolder } from '../places/action.ts';
import type { AzureServer } from './azure-server.ts';
import { accessKey, account, container, sasToken, serveAzure } from './azure-server.ts';
import { failureOf, filesOf, planExport, planImport, resultOf, runExport, runImport } from './run-store.ts';

const storeOf = ({ origin }: AzureServer): Store =>
  createAzureBlob({
    rootOf: (name) => new URL(`${origin}/${name}/`),
    singleBytes: 1_000_000,
    blockBytes: 400_000,
  });

const options = (more: JsonObject): JsonObject => ({
  storage_account: account,
  storage_access_key: accessKey,
  container,
  ...more,
});

// The string to sign of "Get Container Metadata" in the documentation, signed with openssl dgst -mac HMAC.
test('a signature that was made by other means', () => {
  const { headers } = withSharedKey(
    {
      method: 'GET',
      url: new URL(
        'https://myaccount.blob.core.windows.net/mycontainer?restype=container&comp=metadata&timeout=20',
      ),
      headers: { 'x-ms-date': 'Fri, 26 Jun 2015 23:39:12 GMT', 'x-ms-version': '2015-02-21' },
    },
    { account: 'myaccount', key: Buffer.from('0123456789abcdef').toString('base64') },
  );
  expect(headers['authorization']).toBe('SharedKey myaccount:qN+w4DH2Z0eIswxyglB15ZUPn9tSJtHnql0GJQ63rtM=');
});

test('one blob comes, with the key of the account or a shared access signature', async () => {
  const server = await serveAzure({ 'reports/2024 (é)+.docx': 'the report' });
  const store = storeOf(server);
  const blob = 'reports/2024 (é)+.docx';
  expect(await filesOf(runImport(store, options({ blob })))).toEqual({ '2024 (é)+.docx': 'the report' });
  const named = runImport(store, options({ blob, filename: 'r.docx' }));
  expect(await filesOf(named)).toEqual({ 'r.docx': 'the report' });
  const token = { storage_account: account, container, blob };
  for (const sas of [sasToken, `?${sasToken}`, `https://x.blob.core.windows.net/c?${sasToken}`]) {
    const fetched = runImport(store, { ...token, sas_token: sas });
    expect(await filesOf(fetched)).toEqual({ '2024 (é)+.docx': 'the report' });
  }
  expect(server.received.at(-1)?.headers.authorization).toBeUndefined();
});

test('a prefix takes all below it, page by page, and keeps the folders', async () => {
  const server = await serveAzure({
    'in/a.txt': 'A',
    'in/b & <c>.txt': 'B',
    'in/deep/folder': '',
    'in/deep/d.txt': 'D',
    'in/odd\u0001.txt': 'O',
    'out.txt': 'no',
  });
  const all = { 'a.txt': 'A', 'b & <c>.txt': 'B', 'deep/d.txt': 'D', 'odd.txt': 'O' };
  expect(await filesOf(runImport(storeOf(server), options({ blob_prefix: 'in/' })))).toEqual(all);
  const token = { storage_account: account, container, sas_token: sasToken, blob_prefix: 'in/' };
  expect(await filesOf(runImport(storeOf(server), token))).toEqual(all);
});

test('exports arrive with their type and metadata, and replace what was there', async () => {
  const server = await serveAzure({ 'out/sub/a.pdf': 'old' });
  const inputs = [made('new', { dir: 'sub', name: 'a.pdf' }), made('', { name: 'empty.bin' })];
  const result = await resultOf(
    runExport(storeOf(server), options({ blob_prefix: 'out/', metadata: { Project: 'site' } }), { inputs }),
  );
  expect(result.outputs[0]?.url).toBe('https://devaccount1.blob.core.windows.net/documents/out/sub/a.pdf');
  expect(server.blobs.get('out/sub/a.pdf')?.bytes.toString()).toBe('new');
  expect(server.blobs.get('out/sub/a.pdf')?.headers).toMatchObject({
    'content-type': 'application/pdf',
    'x-ms-meta-project': 'site',
  });
  expect(server.blobs.get('out/empty.bin')?.bytes).toHaveLength(0);
  const numbered = options({ blob: 'page-%d.pdf' });
  await resultOf(runExport(storeOf(server), numbered, { inputs }));
  expect(server.blobs.get('page-1.pdf')?.bytes.toString()).toBe('new');
  expect(await planExport(azureBlob, numbered, inputs)).toMatchObject({
    value: {
      writes: [1, 2].map((n) => `https://devaccount1.blob.core.windows.net/documents/page-${n}.pdf`),
    },
  });
  const token = { storage_account: account, container, sas_token: sasToken, blob: 'by token.pdf' };
  await resultOf(runExport(storeOf(server), token, { inputs: inputs.slice(0, 1) }));
  expect(server.blobs.get('by token.pdf')?.bytes.toString()).toBe('new');
});

test('a large file goes in blocks and is one blob at the end', async () => {
  const server = await serveAzure();
  const file = path.join(newFolder(), 'big.mp4');
  const bytes = randomBytes(1_500_001);
  writeFileSync(file, bytes);
  const all = options({ blob: 'big.mp4', metadata: { a: 'b' } });
  const { result, context } = await runExport(storeOf(server), all, { inputs: [artifact(file)] });
  expect(result.ok).toBe(true);
  expect(server.blobs.get('big.mp4')?.bytes.equals(bytes)).toBe(true);
  expect(server.blobs.get('big.mp4')?.headers).toMatchObject({
    'x-ms-meta-a': 'b',
    'x-ms-blob-content-type': 'video/mp4',
  });
  expect(server.received).toHaveLength(5);
  expect(context.reports.at(-1)).toEqual([100, undefined]);
});

test.each([
  [{ storage_account: 'Not-An-Account' }, 'storage_account is no name of an account'],
  [{ container: 'a/b' }, 'container is no name of a container'],
  [{ storage_access_key: 'not base64!' }, 'storage_access_key is not base64'],
  [{ blob: 'a/./b' }, 'blob "a/./b" has a part that is only dots, which no address can hold'],
])('mistakes in options are found by the plan: %j', async (wrong, message) => {
  const planned = await planImport(azureBlob, options({ blob: 'a.txt', ...wrong }));
  expect(planned).toMatchObject({ ok: false, error: { type: 'bad-input', message } });
  expect(
    await planImport(azureBlob, { storage_account: account, container, sas_token: 'sv=1', blob: 'a' }),
  ).toMatchObject({
    ok: false,
    error: { message: 'sas_token holds no signature' },
  });
});

test.each([
  [
    { storage_access_key: Buffer.from('another s3cret').toString('base64') },
    'refused',
    'is not that of account',
  ],
  [{ storage_access_key: undefined, sas_token: 'sv=1&sig=s3cret' }, 'refused', 'is not valid at this time'],
  [{ container: 'other-one' }, 'not-found', 'has no container "other-one"'],
  [{ blob: 'missing.txt' }, 'not-found', 'there is no blob'],
])('%j is told in plain words', async (wrong, type, text) => {
  const server = await serveAzure({ 'a.txt': 'A' });
  const given = Object.entries({ ...options({ blob: 'a.txt' }), ...wrong }).filter(
    ([, value]) => value !== undefined,
  );
  const failed = await failureOf(
    runImport(storeOf(server), JSON.parse(JSON.stringify(Object.fromEntries(given)))),
  );
  expect(failed).toMatchObject({ type, isTransient: false, message: expect.stringContaining(text) });
  expect(failed.hint).toBeTruthy();
  expect(JSON.stringify(failed)).not.toMatch(/s3cret|sig=/);
});

test('a busy store is asked again', async () => {
  const server = await serveAzure({ 'a.txt': 'A' });
  server.next({ status: 503, headers: { 'x-ms-error-code': 'ServerBusy', 'retry-after': '3' } });
  const { result, waits } = await runImport(storeOf(server), options({ blob: 'a.txt' }));
  expect(result.ok).toBe(true);
  expect(waits).toEqual([3000]);
});
