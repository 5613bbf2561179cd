/** `export/url` (files that outlive the run, behind `file://`) and `export/upload` (PUT to a loopback server). */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Artifact, OutputFile } from '@pipeline/engine';
import type { JsonObject } from '@pipeline/schema';
import { expect, test } from 'vitest';
import { zipEntries } from '../../../../examples/open-files.ts';
import { createExportUpload } from '../../src/operations/export/upload.ts';
import { anyNetwork } from '../../src/http/network.ts';
import { exportUrl } from '../../src/operations/export/url.ts';
import { action, contextOf, made, namesIn, newFolder } from './action.ts';
import { serve, serveRaw } from './loopback.ts';

async function published(
  root: string,
  inputs: readonly Artifact[],
  options: JsonObject = {},
): Promise<readonly OutputFile[]> {
  const request = action({
    operation: 'export/url',
    options,
    inputs,
    task: { name: 'share', groupBy: 'all' },
  });
  const baseDir = path.join(root, 'deep/in');
  mkdirSync(baseDir, { recursive: true });
  const planned = await exportUrl.plan(request, contextOf(root, { baseDir }));
  const result = await exportUrl.run(request, contextOf(root, { baseDir, jobId: 'job-7' }));
  if (!planned.ok || !result.ok) throw new Error('it failed');
  expect(planned.value.outputs).toEqual(result.value.outputs.map(({ dir, name }) => ({ dir, name })));
  return result.value.outputs;
}

test('each file gets an address of its own below the project root, and outlives its source', async () => {
  const root = newFolder();
  const inputs = [
    made('first', { dir: 'a', name: 'file #1 % 🎈.pdf' }),
    made('second', { dir: 'b', name: 'file #1 % 🎈.pdf' }),
    made('third', { name: '-x?.txt' }),
  ];
  const outputs = await published(root, inputs, { inline: true, inline_additional: true });
  for (const { path: file } of inputs) rmSync(file);
  const paths = outputs.map(({ url }) => fileURLToPath(url ?? ''));
  expect(new Set(paths).size).toBe(3);
  expect(paths).toEqual(outputs.map((output) => output.path));
  expect(paths.map((file) => readFileSync(file, 'utf8'))).toEqual(['first', 'second', 'third']);
  for (const [index, file] of paths.entries()) {
    expect(path.basename(file)).toBe(inputs[index]?.name);
    expect(file.startsWith(path.join(root, '.pipeline/results/job-7/'))).toBe(true);
  }
  expect(outputs.map(({ dir }) => dir)).toEqual(['a', 'b', '']);
  expect(readFileSync(path.join(root, '.pipeline/.gitignore'), 'utf8')).toBe('*\n');
  expect(existsSync(path.join(root, 'deep/in/.pipeline'))).toBe(false);
});

test('archive_multiple_files packs several files into one zip, the same bytes each time', async () => {
  const inputs = [
    made('one', { dir: 'guide', name: 'a.md' }),
    made('two', { dir: 'guide', name: 'a.md' }),
    made('x'.repeat(10_000), { name: 'long.txt' }),
    made('', { name: 'é 🎈' }),
  ];
  const [zip, ...more] = await published(newFolder(), inputs, { archive_multiple_files: true });
  expect(more).toEqual([]);
  expect(zip).toMatchObject({ dir: '', name: 'share.zip' });
  const entries = zipEntries(zip?.path ?? '');
  expect(Object.entries(entries).map(([name, bytes]) => [name, bytes.toString()])).toEqual([
    ['guide/a.md', 'one'],
    ['guide/a-2.md', 'two'],
    ['long.txt', 'x'.repeat(10_000)],
    ['é 🎈', ''],
  ]);
  expect(readFileSync(zip?.path ?? '').length).toBeLessThan(2000);
  const [again] = await published(newFolder(), inputs, { archive_multiple_files: true });
  expect(again?.sha256).toBe(zip?.sha256);
  expect(zip?.sha256).toMatch(/^[0-9a-f]{64}$/);
});

test('a single file is not packed, and a file that is gone fails the archive', async () => {
  const root = newFolder();
  const [single] = await published(root, [made('one', { name: 'a.md' })], { archive_multiple_files: true });
  expect(single).toMatchObject({ name: 'a.md' });
  const inputs = [made('one', { name: 'a.md' }), made('two', { name: 'b.md' })];
  rmSync(inputs[1]?.path ?? '');
  const request = action({ operation: 'export/url', options: { archive_multiple_files: true }, inputs });
  expect(await exportUrl.run(request, contextOf(root))).toMatchObject({
    ok: false,
    error: { type: 'not-found', message: expect.stringContaining('is not there any more') },
  });
});

test('results that cannot be written are a failure', async () => {
  const root = newFolder();
  writeFileSync(path.join(root, '.pipeline'), 'in the way');
  const request = action({ operation: 'export/url', options: {}, inputs: [made('x', { name: 'a.md' })] });
  expect(await exportUrl.run(request, contextOf(root))).toMatchObject({
    ok: false,
    error: { type: 'write-failed', message: expect.stringContaining('".pipeline" is a file') },
  });
  expect(namesIn(root)).toEqual(['.pipeline']);
});

interface Uploaded {
  readonly result: Awaited<ReturnType<ReturnType<typeof createExportUpload>['run']>>;
  readonly reports: readonly (number | null)[];
  readonly waits: readonly number[];
}

async function upload(options: JsonObject, inputs: readonly Artifact[], idleMs = 5000): Promise<Uploaded> {
  const waits: number[] = [];
  const operation = createExportUpload({
    network: anyNetwork,
    timeouts: { connectMs: 5000, headersMs: 5000, idleMs },
    wait: async (ms) => void waits.push(ms),
  });
  const context = contextOf(newFolder());
  const result = await operation.run(action({ operation: 'export/upload', options, inputs }), context);
  return { result, waits, reports: context.reports.map(([percent]) => percent) };
}

test('upload sends the bytes by PUT with a length, again after 503, and along 307', async () => {
  const received: {
    readonly url: string | undefined;
    readonly length: string | undefined;
    readonly body: string;
  }[] = [];
  const { origin, requests } = await serve((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({
        url: request.url,
        length: request.headers['content-length'],
        body: Buffer.concat(chunks).toString(),
      });
      if (received.length === 1) response.writeHead(503, { 'retry-after': '4' }).end();
      else if (request.url === '/moved') response.writeHead(307, { location: '/here' }).end();
      else response.writeHead(201).end('thanks');
    });
  });
  const content = 'content '.repeat(50_000);
  const file = made(content, { name: 'a.txt' });
  const { result, waits, reports } = await upload(
    { url: `${origin}/moved`, headers: { 'Content-Type': 'text/plain' } },
    [file],
  );
  expect(result).toEqual({ ok: true, value: { outputs: [{ dir: '', name: 'a.txt', path: file.path }] } });
  expect(waits).toEqual([4000]);
  expect(received).toEqual(
    ['/moved', '/moved', '/here'].map((url) => ({ url, length: String(content.length), body: content })),
  );
  expect(requests.map(({ method }) => method)).toEqual(['PUT', 'PUT', 'PUT']);
  expect(requests[0]?.headers['content-type']).toBe('text/plain');
  expect(reports).toContain(100);
});

test('upload says why it fails: refused, redirected, broken off, stuck', async () => {
  const { origin } = await serve((request, response) => {
    request.resume();
    request.on('end', () =>
      response.writeHead(request.url === '/moved' ? 302 : 403, { location: '/x' }).end(),
    );
  });
  const small = [made('x', { name: 'a.txt' })];
  expect((await upload({ url: `${origin}/a` }, small)).result).toMatchObject({
    ok: false,
    error: { type: 'refused' },
  });
  expect((await upload({ url: `${origin}/moved` }, small)).result).toMatchObject({
    ok: false,
    error: { message: expect.stringContaining('answered 302 Found') },
  });
  const broken = await serveRaw((socket) => socket.resetAndDestroy());
  const { result, waits } = await upload({ url: `${broken}/a` }, [
    made('x'.repeat(5_000_000), { name: 'a.txt' }),
  ]);
  expect(waits).toEqual([1000, 2000]);
  expect(result).toMatchObject({
    ok: false,
    error: {
      type: 'network',
      isTransient: true,
      message: expect.stringMatching(/^cannot upload to ".*\/a": .*\(tried 3 times\)$/),
    },
  });
  const stuck = await serveRaw((socket) => socket.pause());
  expect(
    (await upload({ url: `${stuck}/a` }, [made('x'.repeat(50_000_000), { name: 'a.txt' })], 50)).result,
  ).toMatchObject({
    ok: false,
    error: { type: 'stalled', message: expect.stringContaining('it stopped in the middle') },
  });
});

test('several files of one group would overwrite each other', async () => {
  const inputs = [made('1', { name: 'a' }), made('2', { name: 'b' })];
  const { result } = await upload({ url: 'http://127.0.0.1:1/a?sig=5ecret' }, inputs);
  expect(result).toMatchObject({
    ok: false,
    error: {
      message: '2 files of one group would be sent to "http://127.0.0.1:1/a?sig=***", each over the last',
    },
  });
});
