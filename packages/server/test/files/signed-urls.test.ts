import { request } from 'node:http';
import CloudConvert from 'cloudconvert';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './temporary-folder.ts';
import { startWholeServer, type WholeServer } from './whole-server.ts';

type Job = Parameters<CloudConvert['signedUrls']['sign']>[2];

const sdk = new CloudConvert('no key at all');

const hello = (filename = 'hello.txt', options: object = {}): Job => ({
  tasks: {
    'import-it': { operation: 'import/raw', file: 'hello', filename },
    'export-it': { operation: 'export/url', input: 'import-it', ...options },
  },
});

const signed = ({ base }: WholeServer, job: Job, cacheKey: string | null = null): string =>
  sdk.signedUrls.sign(`${base}/s/default`, 'secret', job, cacheKey);

const open = (url: string): Promise<Response> => fetch(url, { redirect: 'manual' });

async function jobsOf({ base }: WholeServer): Promise<unknown[]> {
  const body: { data: unknown[] } = JSON.parse(await (await fetch(`${base}/v2/jobs`)).text());
  return body.data;
}

describe('a signed URL of the Node SDK', () => {
  it('runs its job and leads to the file', async () => {
    const server = await startWholeServer();
    const answer = await open(signed(server, hello()));
    expect(answer.status).toBe(302);
    const file = await fetch(answer.headers.get('location') ?? '');
    expect(await file.text()).toBe('hello');
    expect(file.headers.get('content-disposition')).toBe('attachment; filename="hello.txt"');
    expect(await jobsOf(server)).toHaveLength(1);
  });

  it('shows the file where the job says so', async () => {
    const server = await startWholeServer();
    const file = await fetch(signed(server, hello('page.html', { inline: true })));
    expect(file.headers.get('content-disposition')).toBe('inline; filename="page.html"');
    expect(file.headers.get('content-security-policy')).toContain('sandbox');
  });

  it('runs again whenever it is opened', async () => {
    const server = await startWholeServer();
    const url = signed(server, hello());
    const [first, second] = [await open(url), await open(url)];
    expect(first.headers.get('location')).not.toBe(second.headers.get('location'));
    expect(await jobsOf(server)).toHaveLength(2);
  });

  it('with a cache key runs once, also for those who come at the same time, and after a restart', async () => {
    const dataDir = temporaryFolder();
    const server = await startWholeServer({ dataDir });
    const url = signed(server, hello(), 'my-key');
    const answers = await Promise.all(Array.from({ length: 10 }, () => open(url)));
    const places = new Set(answers.map((answer) => new URL(answer.headers.get('location') ?? '').pathname));
    expect(places.size).toBe(1);
    expect(await jobsOf(server)).toHaveLength(1);
    // The key says what is the same, not the job.
    const other = await open(signed(server, hello('other.txt'), 'my-key'));
    expect([...places]).toEqual([new URL(other.headers.get('location') ?? '').pathname]);
    await open(signed(server, hello(), 'your-key'));
    expect(await jobsOf(server)).toHaveLength(2);
    await server.close();

    const again = await startWholeServer({ dataDir });
    const later = await open(signed(again, hello(), 'my-key'));
    expect([...places]).toEqual([new URL(later.headers.get('location') ?? '').pathname]);
    expect(await (await fetch(later.headers.get('location') ?? '')).text()).toBe('hello');
    expect(await jobsOf(again)).toHaveLength(2);
  });

  it('is opened as a host of its own, also by a name that only a proxy knows', async () => {
    const server = await startWholeServer({
      signedUrls: [{ id: 'b3d85428-584e-4639-bc11-76b7dee9c109', signingSecret: 'other', userId: 7 }],
    });
    const url = sdk.signedUrls.sign(
      'https://s.cloudconvert.com/b3d85428-584e-4639-bc11-76b7dee9c109',
      'other',
      hello(),
      null,
    );
    const { port } = new URL(server.base);
    const status = await new Promise((resolve, reject) => {
      const { pathname, search, host } = new URL(url);
      request({ host: '127.0.0.1', port, path: pathname + search, headers: { host } }, (answer) =>
        resolve(answer.statusCode),
      )
        .once('error', reject)
        .end();
    });
    expect(status).toBe(302);
    // Nobody else's list has it.
    expect(await jobsOf(server)).toHaveLength(0);
    // Only what is configured is there.
    expect((await open(signed(server, hello()))).status).toBe(404);
  });
});

describe('no job is run', () => {
  const refused = async (url: string): Promise<readonly [number, unknown]> => {
    const answer = await open(url);
    return [answer.status, JSON.parse(await answer.text())];
  };

  it('for a signature that is wrong, or that was made for something else', async () => {
    const server = await startWholeServer();
    const url = signed(server, hello(), 'key');
    for (const forged of [
      url.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
      url.replace('cache_key=key', 'cache_key=yek'),
      url.replace('job=', 'job=A'),
      url.replace('/s/default?', '/s/default?tag=1&'),
      url.replace(/&s=.*/, ''),
      `${server.base}/s/default`,
      sdk.signedUrls.sign(`${server.base}/s/default`, 'another secret', hello(), null),
      sdk.signedUrls
        .sign(`${server.base}/s/other`, 'secret', hello(), null)
        .replace('/s/other', '/s/default'),
    ]) {
      expect(await refused(forged)).toEqual([
        403,
        { message: 'The signature of the URL is wrong.', code: 'FORBIDDEN' },
      ]);
    }
    expect(await jobsOf(server)).toEqual([]);
  });

  it('that exports nothing by URL, that waits for an upload, or that is no job', async () => {
    const server = await startWholeServer();
    const task = { operation: 'import/raw', file: 'x', filename: 'x.txt' };
    for (const tasks of [
      { a: task },
      { a: { operation: 'import/upload' }, b: { operation: 'export/url', input: 'a' } },
    ]) {
      expect(await refused(signed(server, { tasks } as unknown as Job))).toEqual([
        422,
        expect.objectContaining({ code: 'INVALID_DATA', errors: { job: [expect.any(String)] } }),
      ]);
    }
    const unknown = { tasks: { a: { operation: 'nonsense' } } } as unknown as Job;
    expect(await refused(signed(server, unknown))).toEqual([
      422,
      expect.objectContaining({ code: 'INVALID_DATA', errors: { 'tasks.a.operation': expect.any(Array) } }),
    ]);
    expect(await jobsOf(server)).toEqual([]);
  });
});

it('a job that fails answers with its failure, and is not kept for others', async () => {
  const server = await startWholeServer();
  const broken = {
    tasks: {
      'import-it': { operation: 'import/base64', file: 'bm8gcGljdHVyZQ==', filename: 'broken.png' },
      'convert-it': { operation: 'convert', input: 'import-it', output_format: 'jpg' },
      'export-it': { operation: 'export/url', input: 'convert-it' },
    },
  } as Job;
  for (const jobs of [1, 2]) {
    const answer = await open(signed(server, broken, 'broken'));
    expect(answer.status).toBe(422);
    const body: { code: string; message: string } = JSON.parse(await answer.text());
    expect(body.code).not.toBe('INPUT_TASK_FAILED');
    expect(body.message).toContain('broken.png');
    expect(await jobsOf(server)).toHaveLength(jobs);
  }
});
