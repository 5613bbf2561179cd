/** The real command as a server: where it listens, what it does for a client, how it ends. */
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Running, signalGroup, start, withServer, writeFileIn } from '../running-command.ts';
import { createWorkFolder, removeWorkFolder, runCommand } from '../script.ts';

let folder = '';
const running: Running[] = [];
beforeEach(() => {
  folder = createWorkFolder();
});
afterEach(async () => {
  for (const one of running.splice(0)) {
    if (one.child.exitCode === null && one.child.signalCode === null) signalGroup(one, 'SIGKILL');
    await one.ended;
  }
  removeWorkFolder(folder);
});

/** Settles when it listens. */
async function serve(...args: readonly string[]): Promise<Running & { readonly url: string }> {
  const server = start(['serve', '--port', '0', ...args], { cwd: folder });
  running.push(server);
  const url = await vi.waitFor(() => {
    const [, found] = /listening on (\S+)\n/.exec(server.output.stdout) ?? [];
    expect(found, server.output.stderr).toBeDefined();
    return found ?? '';
  }, 30_000);
  return { ...server, url };
}

const headers = { 'content-type': 'application/json' };

/** Of a job, as far as it is looked at. */
interface Answer {
  readonly data: {
    readonly id: string;
    readonly tasks: readonly {
      readonly result: { readonly files: readonly { filename: string; url: string }[] } | null;
    }[];
  };
}

async function post(url: string, body: object, more: Readonly<Record<string, string>> = {}) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { ...headers, ...more },
    body: JSON.stringify(body),
  });
  const json: Answer = JSON.parse(await answer.text());
  return { status: answer.status, json };
}

const textJob = (...names: readonly string[]) => ({
  tasks: {
    text: { operation: 'import/raw', file: 'Hello', filename: 'hello.txt' },
    ...Object.fromEntries(names.map((name) => [name, { operation: 'export/url', input: 'text' }])),
  },
});

describe('pipeline serve', () => {
  test('does a job, logs a line a request, and ends when it is told to', async () => {
    const server = await serve();
    const made = await post(`${server.url}/sync/v2/jobs`, textJob('out'), {
      authorization: 'Bearer secret-of-mine',
    });
    expect(made).toMatchObject({ status: 201, json: { data: { status: 'finished' } } });
    const file = made.json.data.tasks[1]?.result?.files[0] ?? { filename: '', url: '' };
    expect(file.filename).toBe('hello.txt');
    expect(await (await fetch(file.url)).text()).toBe('Hello');
    signalGroup(server, 'SIGTERM');
    expect(await server.ended, server.output.stderr).toBe(0);
    const lines = server.output.stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toContainEqual(
      expect.objectContaining({ message: 'request', method: 'POST', status: 201 }),
    );
    expect(lines.at(-1)).toMatchObject({ level: 'info', message: 'stopped' });
    expect(server.output.stderr).not.toContain('secret-of-mine');
    // The token of a download link lets in whoever has it.
    expect(server.output.stderr).not.toContain(new URL(file.url).pathname.split('/')[3]);
  });

  test('a key lets in, others and nobody do not; each sees its own jobs', async () => {
    writeFileIn(folder, 'keys.txt', 'key-of-alice alice\nkey-of-bob bob task.read # looks only\n');
    const { url } = await serve('--api-keys', 'keys.txt', '-q');
    const as = (key: string) => ({ authorization: `Bearer ${key}` });
    expect((await post(`${url}/v2/jobs`, textJob())).status).toBe(401);
    expect((await post(`${url}/v2/jobs`, textJob(), as('key-of-eve'))).status).toBe(401);
    expect((await post(`${url}/v2/jobs`, textJob(), as('key-of-bob'))).status).toBe(403);
    const made = await post(`${url}/v2/jobs`, textJob(), as('key-of-alice'));
    expect(made.status).toBe(201);
    const job = `${url}/v2/jobs/${made.json.data.id}`;
    expect((await fetch(job, { headers: as('key-of-alice') })).status).toBe(200);
    expect((await fetch(job, { headers: as('key-of-bob') })).status).toBe(404);
  });

  test('a port and a folder belong to one server; the other says so', async () => {
    const { url } = await serve('-q');
    const port = new URL(url).port;
    const samePort = await runCommand(['serve', '--port', port, '--data-dir', 'other'], { cwd: folder });
    expect(samePort.code).toBe(2);
    expect(samePort.stderr).toContain(
      `cannot listen on 127.0.0.1 port ${port}: another program listens there`,
    );
    const sameFolder = await runCommand(['serve', '--port', '0'], { cwd: folder });
    expect(sameFolder.code).toBe(2);
    expect(sameFolder.stderr).toMatch(/\.pipeline\/server is in use by another server \(process \d+\)/);
  });

  test('what runs may end within the grace; what does not runs again after the next start', async () => {
    let isOpen = false;
    await withServer(
      (_, response) => {
        if (isOpen) response.end('late');
      },
      async (origin, outside) => {
        const task = { operation: 'import/url', url: `${origin}/file.txt` };
        const tasks = { file: task, out: { operation: 'export/url', input: 'file' } };
        const first = await serve('--allow-private-network', '--grace', '500ms');
        const made = await post(`${first.url}/v2/jobs`, { tasks });
        await once(outside, 'request');
        signalGroup(first, 'SIGINT');
        expect(await first.ended, first.output.stderr).toBe(0);
        isOpen = true;
        const second = await serve('--allow-private-network');
        const done = await fetch(`${second.url}/sync/v2/jobs/${made.json.data.id}`);
        expect(await done.json()).toMatchObject({ data: { status: 'finished' } });
      },
    );
  });

  test('local files are those of one folder, and no others', async () => {
    writeFileIn(folder, 'shared/a.txt', 'shared');
    writeFileIn(folder, 'b.txt', 'not shared');
    const { url } = await serve('--allow-local-files', 'shared', '-q');
    const take = async (file: string) => {
      const tasks = { file: { operation: 'import/local', path: file } };
      return (await post(`${url}/sync/v2/jobs`, { tasks })).json.data;
    };
    expect(await take('a.txt')).toMatchObject({ status: 'finished' });
    expect(await take('../b.txt')).toMatchObject({ status: 'error' });
    expect(await take(path.join(folder, 'b.txt'))).toMatchObject({ status: 'error' });
    expect(await take('/etc/hostname')).toMatchObject({ status: 'error' });
  });

  test('a second signal kills', async () => {
    await withServer(
      () => {},
      async (origin, outside) => {
        const server = await serve('--allow-private-network', '--grace', '10m');
        await post(`${server.url}/v2/jobs`, {
          tasks: { file: { operation: 'import/url', url: `${origin}/a` } },
        });
        await once(outside, 'request');
        signalGroup(server, 'SIGTERM');
        await vi.waitFor(() => expect(server.output.stderr).toContain('terminated: stopping'), 20_000);
        signalGroup(server, 'SIGTERM');
        expect(await server.ended).toBe(143);
      },
    );
  });

  test('a secret of its own is made once, for the owner alone', async () => {
    const first = await serve('-q');
    const file = path.join(folder, '.pipeline/server/signing-secret');
    const secret = readFileSync(file, 'utf8');
    expect(secret).toMatch(/^[0-9a-f]{48}\n$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    signalGroup(first, 'SIGTERM');
    await first.ended;
    await serve('-q');
    expect(readFileSync(file, 'utf8')).toBe(secret);
    expect(existsSync(path.join(folder, '.pipeline/server/lock'))).toBe(true);
  });
});
