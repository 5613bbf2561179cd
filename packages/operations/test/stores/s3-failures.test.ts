/** S3 when something goes wrong, and large files, which go in parts. */
import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createS3, s3 } from '../../src/stores/s3.ts';
import { artifact, newFolder } from '../places/action.ts';
import { failureOf, runExport, runImport } from './run-store.ts';
import { bucket, optionsFor, serveS3 } from './s3-server.ts';

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
