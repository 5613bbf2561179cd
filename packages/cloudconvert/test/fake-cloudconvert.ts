/**
 * A CloudConvert over loopback HTTP, as the recorded exchanges have it, that a test can make lose answers, be busy or
 * break off. What it "converts" is text: `pdf(Hello)` is `Hello` after a task with the output format pdf. It has no
 * sockets: whoever uses it learns by asking.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { end, type FakeJob, FakeState, type FakeTask, type Fault, textOf } from './fake-state.ts';

export interface FakeCloudConvert {
  readonly url: string;
  /** `POST /v2/jobs`, in order. */
  readonly calls: readonly string[];
  /** All that were ever created. */
  readonly jobs: readonly FakeJob[];
  readonly deleted: ReadonlySet<string>;
  /** Bytes that went up, by file name. */
  readonly uploads: readonly string[];
  readonly downloads: readonly string[];
  /** Asked before each call; `nth` counts calls of this kind from 1. */
  fault: (call: string, nth: number) => Fault | undefined;
  /** No task ends before this is let go. */
  isHeld: boolean;
  verdict: FakeState['verdict'];
  readonly close: () => Promise<void>;
}

export async function startFake(key = 'test-key'): Promise<FakeCloudConvert> {
  const state = new FakeState();
  const counts = new Map<string, number>();
  const server = createServer((request, response) => {
    void (async () => {
      const url = new URL(request.url ?? '/', state.url);
      const kind = kindOf(request.method ?? '', url.pathname);
      state.calls.push(kind);
      const nth = (counts.get(kind) ?? 0) + 1;
      counts.set(kind, nth);
      const body = await read(request);
      const fault = state.fault(kind, nth);
      if (fault === 'drop') return response.destroy();
      if (typeof fault === 'object') {
        response.writeHead(fault.status, fault.headers ?? {});
        return response.end(fault.body);
      }
      if (/^(\/sync)?\/v2\//.test(url.pathname) && request.headers.authorization !== `Bearer ${key}`)
        return send(response, 401, { message: 'Unauthenticated.', code: 'UNAUTHENTICATED' });
      state.run();
      answer({ request, response, url, body, state, fault });
      return state.run();
    })();
  });
  server.on('upgrade', (request, socket) => {
    state.calls.push(`UPGRADE ${new URL(request.url ?? '/', state.url).pathname}`);
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(state, {
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  });
}

interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly body: Buffer;
  readonly state: FakeState;
  readonly fault: Fault | undefined;
}

function answer(call: Call): void {
  const { request, response, url, body, state, fault } = call;
  const [, first = '', second = '', third = '', fourth = ''] = url.pathname.replace(/^\/sync/, '').split('/');
  const done = (status: number, data?: unknown): void => {
    if (fault === 'lose') response.destroy();
    else if (data === undefined) response.writeHead(status).end();
    else send(response, status, { data });
  };
  const method = request.method ?? '';
  if (first === 'upload') return receive(call, second, done);
  if (first === 'files') return sendFile(call, second, third);
  const json: Record<string, unknown> = body.length === 0 ? {} : JSON.parse(body.toString());
  if (second === 'jobs' && method === 'POST') return done(201, jobOf(state.create(json), state, 'in order'));
  if (second === 'jobs' && third === '') {
    const tag = url.searchParams.get('filter[tag]');
    const jobs = state.jobs.filter((job) => !state.deleted.has(job.id) && (tag === null || job.tag === tag));
    return done(
      200,
      jobs.map((job) => jobOf(job, state, 'reversed')),
    );
  }
  const job = state.jobs.find(({ id }) => id === third && !state.deleted.has(id));
  if (second === 'jobs' && method === 'DELETE') {
    state.deleted.add(third);
    return job === undefined ? send(response, 404, { message: 'Not found', code: 'NOT_FOUND' }) : done(204);
  }
  if (second === 'jobs') {
    if (job === undefined) return send(response, 404, { message: 'Not found', code: 'NOT_FOUND' });
    return done(200, jobOf(job, state, 'reversed'));
  }
  if (second === 'export' && method === 'POST')
    return done(201, taskOf(state.alone(json, 'export/url'), state));
  const task = state.tasks.get(third);
  if (second !== 'tasks' || task === undefined)
    return send(response, 404, { message: 'Not found', code: 'NOT_FOUND' });
  if (fourth === 'cancel') end(task, 'CANCELLED', null);
  return done(200, taskOf(task, state));
}

function receive({ request, body, state }: Call, id: string, done: (status: number) => void): void {
  const boundary = /boundary=(.+)$/.exec(request.headers['content-type'] ?? '')?.[1] ?? '';
  const parts = body.toString().split(`--${boundary}`);
  const [head = '', text = ''] = (parts.at(-2) ?? '').split('\r\n\r\n');
  const name = /name="file"; filename="([^"]*)"/.exec(head)?.[1] ?? '';
  const task = state.tasks.get(id);
  const isComplete = body.includes('name="key"') && parts.at(-1) === '--\r\n';
  if (
    task === undefined ||
    name === '' ||
    !isComplete ||
    request.headers['content-length'] !== String(body.length)
  )
    return done(400);
  const content = text.slice(0, -2);
  state.uploads.push(`${name} ${content.length}`);
  if (task.status === 'waiting') {
    task.files = [{ filename: name, text: content }];
    task.status = 'finished';
    task.message = null;
  }
  done(201);
}

function sendFile({ request, response, url, state, fault }: Call, id: string, name: string): void {
  const file = state.tasks.get(id)?.files.find(({ filename }) => filename === decodeURIComponent(name));
  if (file === undefined) return send(response, 404, { message: 'gone' });
  const data = Buffer.from(file.text);
  const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
  state.downloads.push(`${decodeURIComponent(url.pathname.split('/')[3] ?? '')} ${start}`);
  const rest = data.subarray(start);
  response.writeHead(start === 0 ? 200 : 206, {
    'content-length': rest.length,
    etag: `"${createHash('md5').update(data).digest('hex')}"`,
    'accept-ranges': 'bytes',
  });
  if (fault !== 'truncate') return void response.end(rest);
  response.write(rest.subarray(0, Math.floor(rest.length / 2)));
  setTimeout(() => response.destroy(), 20);
}

function jobOf(job: FakeJob, state: FakeState, order: 'in order' | 'reversed'): unknown {
  const tasks = job.tasks.map((task) => taskOf(task, state));
  const statuses = new Set(job.tasks.map(({ status }) => status));
  const status = statuses.has('waiting') ? 'processing' : statuses.has('error') ? 'error' : 'finished';
  return { id: job.id, tag: job.tag, status, tasks: order === 'reversed' ? tasks.toReversed() : tasks };
}

function taskOf(task: FakeTask, { url }: FakeState): unknown {
  const operation = textOf(task.body['operation']);
  const isProcessing = !/^(im|ex)port\//.test(operation);
  const waitsForFile = operation === 'import/upload' && task.status === 'waiting';
  const files = task.files.map(({ filename, text }) => ({
    filename,
    size: Buffer.byteLength(text),
    ...(operation === 'export/url' && { url: `${url}/files/${task.id}/${encodeURIComponent(filename)}` }),
  }));
  const form = {
    url: `${url}/upload/${task.id}`,
    parameters: { acl: 'private', key: `${task.id}/\${filename}` },
  };
  return {
    id: task.id,
    name: task.name,
    job_id: task.jobId,
    status: task.status,
    credits: task.status === 'finished' ? Number(isProcessing) : task.status === 'error' ? 0 : null,
    code: task.code,
    message: waitsForFile ? 'Waiting for file upload' : task.message,
    percent: task.percent,
    operation,
    ...(isProcessing && { engine: 'fake', engine_version: '1.0' }),
    result: waitsForFile ? { form } : files.length === 0 ? null : { files },
  };
}

/** Ids out: `GET /v2/jobs/*`. */
const kindOf = (method: string, path: string): string =>
  `${method} ${path.replaceAll(/\/[0-9a-f-]{36}/g, '/*').replace(/(\/files\/\*)\/.*/, '$1')}`;

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body).replaceAll('/', '\\/'));
}
