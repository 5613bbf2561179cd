/**
 * The promise of the server, under load and `kill -9`: what was acknowledged is there and ends as it should, and whoever is to be
 * told is told. One seed decides what is sent and when the process dies.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { removeDir, tempDir } from './run-server.ts';

const rounds = 50;
/** On a machine that is busy with other things fewer rounds must do. */
const enoughMs = 100_000;
const clients = 4;

const random = generator(20_261_125);
const between = (least: number, most: number): number => least + random() * (most - least);

let dataDir = '';
let receiver: Server;
let hookUrl = '';
/** Events by job. */
const told = new Map<string, Set<string>>();
const seen = new Set<string>();
const spare: ServerProcess[] = [];

beforeAll(async () => {
  dataDir = await tempDir();
  receiver = createServer((request, response) => void receive(request, response));
  await once(receiver.listen(0, '127.0.0.1'), 'listening');
  const address = receiver.address();
  hookUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/hook`;
});

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const { event, job } = JSON.parse(Buffer.concat(chunks).toString());
  // Some are not taken the first time: the server may die before it tries again.
  const isRefused = !seen.has(job.id) && seen.size % 7 === 0;
  seen.add(job.id);
  if (!isRefused) told.set(job.id, (told.get(job.id) ?? new Set()).add(event));
  response.writeHead(isRefused ? 503 : 200).end();
}

afterAll(async () => {
  for (const { child } of spare) child.kill('SIGKILL');
  receiver.closeAllConnections();
  receiver.close();
  await removeDir(dataDir);
});

test(
  'fifty times killed: no job lost, none with a wrong end, every webhook delivered',
  { timeout: 240_000 },
  async () => {
    const accepted = new Map<string, Wanted>();
    const began = performance.now();
    let round = 0;
    for (; round < rounds && performance.now() - began < enoughMs; round += 1) {
      const server = takeProcess();
      const url = await server.listen();
      const kill = new AbortController();
      const last = accepted.size + Math.ceil(between(0, 20));
      const dieWhenLoaded = (): void => {
        if (accepted.size >= last) setTimeout(() => kill.abort(), between(0, 40));
      };
      const load = { accepted, signal: kill.signal, onAccepted: dieWhenLoaded };
      const sending = Promise.all(Array.from({ length: clients }, () => send(url, load)));
      await once(kill.signal, 'abort');
      await server.kill();
      await sending;
    }
    expect(accepted.size).toBeGreaterThan(round * 4);

    const server = takeProcess({ isLast: true });
    const url = await server.listen();
    const ends = await Promise.all([...accepted].map(([id, wanted]) => checkEnd(url, id, wanted)));
    expect(ends.filter((problem) => problem !== undefined)).toEqual([]);
    await untilTold(accepted);
    // What killed servers worked on is gone, and every folder is that of a task.
    expect(await readdir(path.join(dataDir, 'work'))).toHaveLength(1);
    await server.kill();
  },
);

type Wanted =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'archive'; readonly text: string }
  | { readonly type: 'upload'; readonly text: string }
  | { readonly type: 'error'; readonly code: string };

interface Sending {
  readonly accepted: Map<string, Wanted>;
  readonly signal: AbortSignal;
  readonly onAccepted: () => void;
}

/** Makes jobs until the server is gone; each that it has taken is remembered. */
async function send(url: string, { accepted, signal, onAccepted }: Sending): Promise<void> {
  while (!signal.aborted) {
    const wanted = wantedJob();
    try {
      const answer = await fetch(`${url}/v2/jobs`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ webhook_url: hookUrl, tasks: tasksFor(wanted) }),
      });
      if (answer.status !== 201) throw new Error(`${answer.status}: ${await answer.text()}`);
      const { data }: Shown = JSON.parse(await answer.text());
      const isPromised = wanted.type !== 'upload' || (await upload(data.tasks[0]?.result?.form, wanted.text));
      if (isPromised) accepted.set(data.id, wanted);
      onAccepted();
    } catch (error) {
      // The server was killed meanwhile: it has promised nothing. Any other mistake is one.
      if (!signal.aborted && !isConnectionError(error)) throw error;
      return;
    }
  }
}

const isConnectionError = (error: unknown): boolean => error instanceof TypeError;

/** What the test reads of a job. */
interface Shown {
  readonly data: {
    readonly id: string;
    readonly status: string;
    readonly tasks: readonly {
      readonly name: string;
      readonly code: string | null;
      readonly result: { readonly form?: Form; readonly files?: readonly { readonly url: string }[] } | null;
    }[];
  };
}

interface Form {
  readonly url: string;
  readonly parameters: Readonly<Record<string, string>>;
}

async function upload(given: Form | undefined, text: string): Promise<boolean> {
  if (given === undefined) throw new Error('there is no form');
  const { url, parameters } = given;
  const form = new FormData();
  for (const [name, value] of Object.entries(parameters)) form.append(name, value);
  form.append('file', new Blob([text]), 'up.txt');
  const { status } = await fetch(url, { method: 'POST', body: form });
  return status === 201;
}

let jobs = 0;
function wantedJob(): Wanted {
  jobs += 1;
  const text = `job ${jobs} ${'x'.repeat(Math.floor(between(0, 3000)))}`;
  const dice = random();
  if (dice < 0.15) return { type: 'error', code: 'INPUT_TASK_FAILED' };
  if (dice < 0.3) return { type: 'archive', text };
  return { type: dice < 0.45 ? 'upload' : 'text', text };
}

function tasksFor(wanted: Wanted): object {
  const out = (input: string): object => ({ operation: 'export/url', input });
  switch (wanted.type) {
    case 'text':
      return { get: { operation: 'import/raw', file: wanted.text, filename: 'a.txt' }, out: out('get') };
    case 'archive':
      return {
        get: { operation: 'import/raw', file: wanted.text, filename: 'a.txt' },
        zip: { operation: 'archive', input: 'get', output_format: 'tar' },
        out: out('zip'),
      };
    case 'upload':
      return { get: { operation: 'import/upload' }, out: out('get') };
    default:
      return { get: { operation: 'import/base64', file: '!', filename: 'a.png' }, out: out('get') };
  }
}

/** Undefined: it has come to its right end. */
async function checkEnd(url: string, id: string, wanted: Wanted): Promise<string | undefined> {
  const answer = await fetch(`${url}/v2/jobs/${id}/wait`);
  if (answer.status !== 200) return `${id}: ${answer.status}`;
  const { data }: Shown = JSON.parse(await answer.text());
  const out = data.tasks.find(({ name }) => name === 'out');
  if (wanted.type === 'error') {
    return data.status === 'error' && out?.code === wanted.code
      ? undefined
      : `${id}: ${data.status} ${out?.code}`;
  }
  if (data.status !== 'finished') return `${id}: ${JSON.stringify(data)}`;
  const file = await fetch(out?.result?.files?.[0]?.url ?? '');
  const text = await file.text();
  const isRight = wanted.type === 'archive' ? text.includes(wanted.text) : text === wanted.text;
  return isRight && file.status === 200 ? undefined : `${id}: ${wanted.type} has ${text.length} characters`;
}

async function untilTold(accepted: ReadonlyMap<string, Wanted>): Promise<void> {
  const missing = (): readonly string[] =>
    [...accepted].flatMap(([id, { type }]) =>
      told.get(id)?.has(type === 'error' ? 'job.failed' : 'job.finished') === true ? [] : [`${id} ${type}`],
    );
  const end = Date.now() + 30_000;
  while (missing().length > 0 && Date.now() < end) {
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
  expect(missing()).toEqual([]);
}

interface ServerProcess {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  readonly listen: () => Promise<string>;
  readonly kill: () => Promise<void>;
}

/** The next is loading while this one runs. */
function takeProcess({ isLast = false } = {}): ServerProcess {
  const server = spare.shift() ?? startProcess();
  if (!isLast) spare.push(startProcess());
  return server;
}

function startProcess(): ServerProcess {
  const entry = fileURLToPath(new URL('durable-server.mjs', import.meta.url));
  const child = spawn(process.execPath, [entry], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.on('error', () => {});
  return {
    child,
    listen: async () => {
      child.stdin.write(`${JSON.stringify({ dataDir })}\n`);
      const [url] = await Promise.race([
        once(child.stdout, 'data'),
        once(child, 'exit').then(() => Promise.reject(new Error('the server did not start'))),
      ]);
      return String(url).trim();
    },
    kill: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** Mulberry32. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
