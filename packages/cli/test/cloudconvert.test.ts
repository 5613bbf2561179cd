/** `--on cloudconvert`: the real command against our own server, and against a fake that counts what is paid for. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createLocalBackend } from '@pipeline/operations';
import { createServer, type Server } from '@pipeline/server';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { mp4Facts, pdfText, zipEntries } from '../../../examples/open-files.ts';
import { type FakeCloudConvert, startFake } from '../../cloudconvert/test/fake-cloudconvert.ts';
import { runOn } from '../../cloudconvert/test/run-on-fake.ts';
import { signalGroup, start, writeFileIn } from './running-command.ts';
import { createWorkFolder, removeWorkFolder } from './script.ts';

const examples = path.resolve(import.meta.dirname, '../../../examples');

describe('round trip: an example gives the same files here and there', () => {
  const root = mkdtempSync(path.join(os.tmpdir(), 'pipeline-round-trip-'));
  const backend = createLocalBackend({ maxHosts: 2 });
  let server: Server;
  let env: Readonly<Record<string, string>> = {};
  beforeAll(async () => {
    server = await createServer({
      backend,
      catalogue: () => Promise.resolve([]),
      dataDir: path.join(root, 'server'),
      keys: [{ name: 'test', key: 'round-trip-key', userId: 1, scopes: ['task.read', 'task.write'] }],
      signingSecret: 'secret',
      retentionMs: 3_600_000,
      limits: {
        bodyBytes: 1e7,
        uploadBytes: 1e9,
        actions: 2,
        openJobs: 100,
        tasksPerJob: 200,
        jobMs: 600_000,
        createdPerMinute: 1000,
      },
      allow: { localFiles: false, command: false },
      mayReach: () => true,
      log: () => undefined,
      version: 'test',
    });
    const url = await server.listen({ host: '127.0.0.1', port: 0 });
    env = { CLOUDCONVERT_API_URL: `${url}/v2`, CLOUDCONVERT_API_KEY: 'round-trip-key' };
  });
  afterAll(async () => {
    await server.close();
    await backend.close();
    rmSync(root, { recursive: true, force: true });
  });

  async function run(
    example: string,
    where: 'local' | 'cloudconvert',
    more: readonly string[] = [],
  ): Promise<Example> {
    const folder = path.join(root, where, example);
    mkdirSync(path.dirname(folder), { recursive: true });
    cpSync(path.join(examples, example), folder, { recursive: true });
    const command = start(['run', '--on', where, '--no-tui', ...more], {
      cwd: folder,
      env: { ...env, DOSSIER_PASSWORD: 'lamp-oil', TMPDIR: os.tmpdir() },
    });
    const code = await command.ended;
    expect(code, command.output.stderr).toBe(0);
    expect(command.output.stderr).not.toContain('round-trip-key');
    return { folder, stdout: command.output.stdout, stderr: command.output.stderr };
  }

  test.each([
    ['quickstart', 'public'],
    ['site-assets', 'public/assets'],
    ['dossier', 'public'],
    ['film', 'public'],
  ])(
    '%s',
    async (example, target) => {
      const here = await run(example, 'local');
      const there = await run(example, 'cloudconvert');
      const facts = await factsBelow(path.join(here.folder, target));
      expect(Object.keys(facts).length).toBeGreaterThan(2);
      expect(await factsBelow(path.join(there.folder, target))).toEqual(facts);
      expect(readdirSync(path.join(there.folder, '.pipeline', 'cloudconvert'))).toEqual([]);
    },
    240_000,
  );

  test('events alone tell when a job has ended', async () => {
    const ran = await runOn({
      fake: { url: new URL(env['CLOUDCONVERT_API_URL'] ?? '').origin },
      apiKey: 'round-trip-key',
      files: { 'a.md': '# Hello' },
      yaml: `
tasks:
  docs: { operation: import/local, path: a.md }
  html: { operation: convert, input: docs, output_format: html }
  out: { operation: export/local, input: html, path: out }
`,
      // Never asks again by itself.
      wait: (_ms, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve(), { once: true });
        }),
    });
    expect(ran.outcome.exitCode).toBe(0);
    expect(ran.made['out/a.html']).toContain('Hello');
  });

  test('cloudconvert-job', async () => {
    const document = readFileSync(path.join(examples, 'cloudconvert-job/file.docx'));
    const web = createHttpServer((_request, response) => response.end(document));
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(web.address() as AddressInfo).port}/file.docx`;
    try {
      const { stdout } = await run('cloudconvert-job', 'cloudconvert', ['-p', `url=${url}`, '--json']);
      const last = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
      const exported = last.job.tasks.find((task: { name: string }) => task.name === 'export-my-file');
      expect(exported.result.files).toEqual([
        { filename: 'file.pdf', size: expect.any(Number), url: expect.stringMatching(/^http:/) },
      ]);
      const answer = await fetch(exported.result.files[0].url);
      const file = path.join(root, 'file.pdf');
      writeFileSync(file, Buffer.from(await answer.arrayBuffer()));
      expect(await pdfText(file)).toContain('Quarterly report');
    } finally {
      web.close();
    }
  });
});

interface Example {
  readonly folder: string;
  readonly stdout: string;
  readonly stderr: string;
}

/** What counts of each file: its format, and its pages and text, pixels, seconds or entries. */
async function factsBelow(folder: string): Promise<Readonly<Record<string, unknown>>> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  const facts = await Promise.all(
    names.map(async (file): Promise<[string, unknown]> => [path.relative(folder, file), await factsOf(file)]),
  );
  return Object.fromEntries(facts);
}

async function factsOf(file: string): Promise<unknown> {
  switch (path.extname(file)) {
    case '.pdf': {
      const text = await pdfText(file).catch(() => pdfText(file, 'lamp-oil'));
      return {
        text,
        isLocked: await pdfText(file).then(
          () => false,
          () => true,
        ),
      };
    }
    case '.zip':
      return Object.keys(zipEntries(file)).toSorted();
    case '.mp4':
      return mp4Facts(file);
    case '.mp3':
      return readFileSync(file).length;
    default: {
      const { format, width, height } = await sharp(file).metadata();
      return { format, width, height };
    }
  }
}

describe('a run that is killed', () => {
  let folder = '';
  let fake: FakeCloudConvert;
  beforeEach(async () => {
    folder = createWorkFolder();
    fake = await startFake();
    writeFileIn(folder, 'a.txt', 'Hello');
    writeFileIn(
      folder,
      'pipeline.yaml',
      `tasks:
  docs: { operation: import/local, path: a.txt }
  pdf: { operation: convert, input: docs, output_format: pdf }
  out: { operation: export/local, input: pdf, path: out }
`,
    );
  });
  afterEach(async () => {
    await fake.close();
    removeWorkFolder(folder);
  });

  const begin = (): ReturnType<typeof start> =>
    start(['run', '--on', 'cloudconvert', '--no-tui'], {
      cwd: folder,
      env: { CLOUDCONVERT_API_URL: `${fake.url}/v2`, CLOUDCONVERT_API_KEY: 'test-key' },
    });

  async function killed(): Promise<void> {
    fake.isHeld = true;
    const first = begin();
    await vi.waitFor(() => expect(fake.uploads).toHaveLength(1), 20_000);
    signalGroup(first, 'SIGKILL');
    await first.ended;
    fake.isHeld = false;
  }

  test('finds its job again: nothing is paid twice', async () => {
    await killed();
    const again = begin();
    expect(await again.ended, again.output.stderr).toBe(0);
    expect(readFileSync(path.join(folder, 'out/a.pdf'), 'utf8')).toBe('pdf(Hello)');
    expect(fake.jobs).toHaveLength(1);
    expect(fake.uploads).toHaveLength(1);
    expect(again.output.stderr).toContain('credits used: 1');
    expect(again.output.stdout + again.output.stderr).not.toContain('test-key');
    expect(readdirSync(path.join(folder, '.pipeline/cloudconvert'))).toEqual([]);
  });

  test('takes no job for another file', async () => {
    await killed();
    writeFileIn(folder, 'a.txt', 'Changed');
    const again = begin();
    expect(await again.ended, again.output.stderr).toBe(0);
    expect(readFileSync(path.join(folder, 'out/a.pdf'), 'utf8')).toBe('pdf(Changed)');
    expect(fake.jobs).toHaveLength(2);
  });

  test('before the answer to its creation came finds it by its tag', async () => {
    fake.fault = (call) => (call === 'POST /v2/jobs' ? 'lose' : call === 'GET /v2/jobs' ? 'drop' : undefined);
    const first = begin();
    await vi.waitFor(() => expect(fake.jobs).toHaveLength(1), 20_000);
    signalGroup(first, 'SIGKILL');
    await first.ended;
    fake.fault = () => undefined;
    const again = begin();
    expect(await again.ended, again.output.stderr).toBe(0);
    expect(fake.jobs).toHaveLength(1);
  });

  test('with Ctrl-C deletes it', async () => {
    fake.isHeld = true;
    const run = begin();
    await vi.waitFor(() => expect(fake.uploads).toHaveLength(1), 20_000);
    signalGroup(run, 'SIGINT');
    expect(await run.ended, run.output.stderr).toBe(130);
    expect([...fake.deleted]).toEqual(fake.jobs.map(({ id }) => id));
    expect(fake.calls).toContain('UPGRADE /socket.io/');
  });
});
