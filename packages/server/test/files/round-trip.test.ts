import { request } from 'node:http';
import { describe, expect, it, vi } from 'vitest';
import type { LogEntry } from '../../src/server-options.ts';
import { formOf } from './upload-server.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { startWholeServer, type WholeServer } from './whole-server.ts';

const key = { name: 'test', key: 'secret-key', userId: 5, scopes: ['task.read', 'task.write'] } as const;

interface Task {
  readonly name: string;
  readonly status: string;
  readonly code: string | null;
  readonly result: {
    readonly form: { readonly url: string; readonly parameters: Record<string, string> };
    readonly files: readonly { readonly filename: string; readonly size: number; readonly url: string }[];
  };
}

interface Job {
  readonly id: string;
  readonly status: string;
  readonly tasks: readonly Task[];
}

async function call({ base }: WholeServer, path: string, body?: object): Promise<Job> {
  const answer = await fetch(`${base}${path}`, {
    headers: { Authorization: `Bearer ${key.key}`, 'content-type': 'application/json' },
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
  });
  const { data }: { data: Job } = JSON.parse(await answer.text());
  return data;
}

const uploadJob = {
  tasks: {
    'import-it': { operation: 'import/upload' },
    'export-it': { operation: 'export/url', input: 'import-it' },
  },
};

const task = (job: Job, name: string): Task => {
  const found = job.tasks.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no task ${name}`);
  return found;
};

const upload = (job: Job, content: string, name: string): Promise<Response> => {
  const { url, parameters } = task(job, 'import-it').result.form;
  return fetch(url, { method: 'POST', body: formOf(parameters, new Blob([content]), name) });
};

describe('a file that is uploaded', () => {
  it('goes through its job and comes back, with one key and two permissions of their own', async () => {
    const server = await startWholeServer({ keys: [key] });
    const job = await call(server, '/v2/jobs', uploadJob);
    expect(task(job, 'import-it').result.form.url).toBe(`${server.base}/tasks`);
    expect((await upload(job, 'hello', 'in put;ü.txt')).status).toBe(201);
    const done = await call(server, `/sync/v2/jobs/${job.id}`);
    expect(done.status).toBe('finished');
    expect(task(done, 'import-it').result).toEqual({ files: [{ filename: 'in put;ü.txt', size: 5 }] });
    const [file] = task(done, 'export-it').result.files;
    expect(file).toMatchObject({ filename: 'in put;ü.txt', size: 5 });
    const answer = await fetch(file?.url ?? '', { headers: { range: 'bytes=1-3' } });
    expect([answer.status, await answer.text()]).toEqual([206, 'ell']);
    expect((await fetch(`${server.base}/v2/jobs/${job.id}`)).status).toBe(401);
    // What is deleted is gone.
    await fetch(`${server.base}/v2/jobs/${job.id}`, {
      method: 'DELETE',
      headers: { Authorization: `Bearer ${key.key}` },
    });
    expect((await fetch(file?.url ?? '')).status).toBe(404);
    expect((await upload(job, 'again', 'a.txt')).status).toBe(404);
  });

  it('may be uploaded, and downloaded, after a restart', async () => {
    const dataDir = temporaryFolder();
    const first = await startWholeServer({ keys: [key], dataDir });
    const [early, late] = [
      await call(first, '/v2/jobs', uploadJob),
      await call(first, '/v2/jobs', uploadJob),
    ];
    await upload(early, 'early', 'early.txt');
    const done = await call(first, `/sync/v2/jobs/${early.id}`);
    await first.close();

    const second = await startWholeServer({ keys: [key], dataDir });
    const here = (url: string): string => url.replace(first.base, second.base);
    const url = here(task(done, 'export-it').result.files[0]?.url ?? '');
    expect(await (await fetch(url)).text()).toBe('early');
    const { parameters } = task(late, 'import-it').result.form;
    // Shown again, the form is the same.
    const shown = await call(second, `/v2/jobs/${late.id}`);
    expect(task(shown, 'import-it').result.form.parameters).toEqual(parameters);
    expect((await upload(shown, 'late', 'late.txt')).status).toBe(201);
    expect((await call(second, `/sync/v2/jobs/${late.id}`)).status).toBe('finished');
  });

  it('is refused when its task was cancelled', async () => {
    const server = await startWholeServer({ keys: [key] });
    const job = await call(server, '/v2/jobs', uploadJob);
    const taskId = task(job, 'import-it').result.form.parameters['key']?.split('/')[0];
    await call(server, `/v2/tasks/${taskId}/cancel`, {});
    const answer = await upload(job, 'x', 'x.txt');
    expect([answer.status, await answer.json()]).toMatchObject([400, { code: 'INVALID_DATA' }]);
  });
});

it('what lets somebody in is not logged', async () => {
  const logged: LogEntry[] = [];
  const server = await startWholeServer({ keys: [key], log: (entry) => logged.push(entry) });
  const job = await call(server, '/v2/jobs', uploadJob);
  await upload(job, 'hello', 'a.txt');
  const done = await call(server, `/sync/v2/jobs/${job.id}`);
  const { pathname } = new URL(task(done, 'export-it').result.files[0]?.url ?? '');
  await (await fetch(server.base + pathname)).text();
  await vi.waitFor(() => expect(JSON.stringify(logged)).toContain('"/files/'));
  const text = JSON.stringify(logged);
  const secrets = [
    pathname.split('/')[3] ?? '',
    task(job, 'import-it').result.form.parameters['X-Amz-Signature'] ?? '',
    key.key,
  ];
  for (const secret of secrets) {
    expect(secret).not.toBe('');
    expect(text).not.toContain(secret);
  }
});

it('the address in forms, locations and files is the one that the client has come by', async () => {
  const server = await startWholeServer();
  const ask = (host: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const { port } = new URL(server.base);
      const headers = { host, 'content-type': 'application/json' };
      request({ host: '127.0.0.1', port, method: 'POST', path: '/v2/import/upload', headers }, (answer) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
        answer.on('end', () => resolve(text));
      })
        .once('error', reject)
        .end('{}');
    });
  const { data }: { data: Task } = JSON.parse(await ask('api.cloudconvert.com'));
  expect(data.result.form.url).toBe('http://api.cloudconvert.com/tasks');
});
