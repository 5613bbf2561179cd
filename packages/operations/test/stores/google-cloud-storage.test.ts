/** Google Cloud Storage with a server that checks the sign-in and every token. */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { JsonObject } from '@pipeline/schema';
import { expect, test } from 'vitest';
import { createGoogleCloudStorage, googleCloudStorage } from '../../src/stores/google-cloud-storage.ts';
import type { Store } from '../../src/stores/store.ts';
import { artifact, made, newFolder } from '../places/action.ts';
import type { GoogleServer } from './google-server.ts';
import { clientEmail, otherKey, privateKey, serveGoogle } from './google-server.ts';
import { failureOf, filesOf, planExport, planImport, resultOf, runExport, runImport } from './run-store.ts';

const storeOf = ({ origin }: GoogleServer): Store =>
  createGoogleCloudStorage({
    apiUrl: new URL(`${origin}/`),
    tokenUrl: new URL(`${origin}/token`),
    singleBytes: 1_000_000,
    partBytes: 512 * 1024,
  });

const options = (more: JsonObject): JsonObject => ({
  project_id: 'example',
  bucket: 'documents',
  client_email: clientEmail,
  private_key: privateKey,
  ...more,
});

test('one object comes, under its name or another one', async () => {
  const server = await serveGoogle({ 'reports/../2024 (é)+?#.docx': 'the report' });
  const file = 'reports/../2024 (é)+?#.docx';
  expect(await filesOf(runImport(storeOf(server), options({ file })))).toEqual({
    '2024 (é)+?#.docx': 'the report',
  });
  const named = runImport(storeOf(server), options({ file, filename: 'r.docx' }));
  expect(await filesOf(named)).toEqual({ 'r.docx': 'the report' });
});

test('a key whose line breaks are written out works too', async () => {
  const server = await serveGoogle({ 'a.txt': 'A' });
  const key = privateKey.replaceAll('\n', String.raw`\n`);
  expect(await filesOf(runImport(storeOf(server), options({ file: 'a.txt', private_key: key })))).toEqual({
    'a.txt': 'A',
  });
});

test('a prefix takes all below it, page by page, and keeps the folders; one sign-in is enough', async () => {
  const server = await serveGoogle({
    'in/': '',
    'in/a.txt': 'A',
    'in/b & c/d.txt': 'D',
    'in/e.txt': '',
    'out.txt': 'no',
  });
  expect(await filesOf(runImport(storeOf(server), options({ file_prefix: 'in/' })))).toEqual({
    'a.txt': 'A',
    'b & c/d.txt': 'D',
    'e.txt': '',
  });
  await filesOf(runImport(storeOf(server), options({ file: 'out.txt' })));
  expect(server.signIns()).toBe(1);
});

test('exports arrive with their type and replace what was there', async () => {
  const server = await serveGoogle({ 'out/sub/a.pdf': 'old' });
  const inputs = [made('new', { dir: 'sub', name: 'a.pdf' }), made('', { name: 'empty.bin' })];
  const result = await resultOf(runExport(storeOf(server), options({ file_prefix: 'out/' }), { inputs }));
  expect(result.outputs.map(({ url }) => url)).toEqual([
    'gs://documents/out/sub/a.pdf',
    'gs://documents/out/empty.bin',
  ]);
  expect(server.objects.get('out/sub/a.pdf')).toEqual({ bytes: Buffer.from('new'), type: 'application/pdf' });
  expect(server.objects.get('out/empty.bin')).toEqual({
    bytes: Buffer.alloc(0),
    type: 'application/octet-stream',
  });
  await resultOf(runExport(storeOf(server), options({ file: 'page %d.pdf' }), { inputs }));
  expect(server.objects.get('page 1.pdf')?.bytes.toString()).toBe('new');
  expect(await planExport(googleCloudStorage, options({ file: 'one.pdf' }), inputs.slice(0, 1))).toEqual({
    ok: true,
    value: { outputs: [{ dir: '', name: 'one.pdf' }], writes: ['gs://documents/one.pdf'] },
  });
});

test('a large file goes in parts and is one object at the end', async () => {
  const server = await serveGoogle();
  const file = path.join(newFolder(), 'big.mp4');
  const bytes = randomBytes(1_500_001);
  writeFileSync(file, bytes);
  const { result, context } = await runExport(storeOf(server), options({ file: 'big.mp4' }), {
    inputs: [artifact(file)],
  });
  expect(result.ok).toBe(true);
  expect(server.objects.get('big.mp4')?.bytes.equals(bytes)).toBe(true);
  expect(server.objects.get('big.mp4')?.type).toBe('video/mp4');
  expect(server.received.filter(({ method }) => method === 'PUT')).toHaveLength(3);
  expect(context.reports.at(-1)).toEqual([100, undefined]);
});

test('an upload session at another host is not used', async () => {
  const server = await serveGoogle();
  const other = await serveGoogle();
  const file = path.join(newFolder(), 'big.mp4');
  writeFileSync(file, randomBytes(1_000_001));
  await filesOf(runImport(storeOf(server), options({ file_prefix: 'nothing' })));
  server.next({ status: 200, headers: { location: `${other.origin}/upload?upload_id=s3cret` } });
  const failed = await failureOf(
    runExport(storeOf(server), options({ file: 'a.mp4' }), { inputs: [artifact(file)] }),
  );
  expect(failed.message).toContain('names no session');
  expect(other.received).toEqual([]);
});

test.each([
  [{ bucket: 'gs://documents' }, 'bucket "gs://documents" is no name of a bucket'],
  [{ private_key: 'not a s3cret' }, 'private_key is no RSA key in PEM form'],
  [{ file: 'folder/' }, 'file "folder/" ends in a slash, so it names a folder'],
])('mistakes in options are found by the plan: %j', async (wrong, message) => {
  const planned = await planImport(googleCloudStorage, options({ file: 'a.txt', ...wrong }));
  expect(planned).toMatchObject({ ok: false, error: { type: 'bad-input', message } });
  expect(JSON.stringify(planned)).not.toContain('s3cret');
});

test.each([
  [{ private_key: otherKey }, 'refused', 'private_key is not, or no longer, a key of this service account'],
  [{ client_email: 'other@example.com' }, 'refused', 'it knows no service account'],
  [{ bucket: 'forbidden' }, 'refused', 'the service account may not do that'],
  [{ bucket: 'other' }, 'not-found', 'there is no bucket "other"'],
  [{ file: 'missing.txt' }, 'not-found', 'there is no object gs://documents/missing.txt'],
])('%# is told in plain words', async (wrong, type, text) => {
  const server = await serveGoogle({ 'a.txt': 'A' });
  const failed = await failureOf(runImport(storeOf(server), options({ file: 'a.txt', ...wrong })));
  expect(failed).toMatchObject({ type, isTransient: false, message: expect.stringContaining(text) });
  expect(failed.hint).toBeTruthy();
  expect(JSON.stringify(failed)).not.toMatch(/ya29|BEGIN/);
});

test('a token that was revoked is asked for anew by the next action', async () => {
  const server = await serveGoogle({ 'a.txt': 'A' });
  await filesOf(runImport(storeOf(server), options({ file: 'a.txt' })));
  server.revoke();
  expect(await failureOf(runImport(storeOf(server), options({ file: 'a.txt' })))).toMatchObject({
    type: 'refused',
  });
  expect(await filesOf(runImport(storeOf(server), options({ file: 'a.txt' })))).toEqual({ 'a.txt': 'A' });
});
