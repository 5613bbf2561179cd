// `pipeline serve` against a bare fastify route that answers the same bytes, each a process of its own, loaded in turn:
// reading a job, and making one (import/raw → export/url), which is on the disk before it is answered and then runs. What
// else the machine does changes from one moment to the next, so that each round of ours is compared with one of the bare
// route right before it, in which ours stands still: it would be busy with the jobs that it has taken.
// Then 1,000 jobs in flight with 200 sockets that listen to five of them each: the time of an answer meanwhile, the
// memory, and whether every socket heard every end. Prints a JSON line for each.
//   node bench/server.mjs [seconds] [rounds]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';

const require = createRequire(new URL('../packages/server/package.json', import.meta.url));
const { io } = require('socket.io-client');
const bin = fileURLToPath(new URL('../packages/cli/bin/pipeline.js', import.meta.url));
const bar = 0.5;
const seconds = Number(process.argv[2] ?? 5);
const rounds = Number(process.argv[3] ?? 3);
// Enough that neither side waits for its clients: ours answers a batch of them when the disk has it, not one by one.
const connections = 256;
const jobs = 1000;
const sockets = 200;
const folder = mkdtempSync(path.join(os.tmpdir(), 'pipeline-server-'));
const children = [];
const newJob = JSON.stringify({
  tasks: {
    text: { operation: 'import/raw', file: 'Hello', filename: 'hello.txt' },
    link: { operation: 'export/url', input: 'text' },
  },
});

try {
  const serve = await startServe();
  await compareReading(serve);
  await compareMaking(serve);
  await manyInFlight(await startServe());
} finally {
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(children.map((child) => child.exitCode ?? child.signalCode ?? once(child, 'exit')));
  rmSync(folder, { recursive: true, force: true });
}

async function compareReading({ url, pid }) {
  const { id } = await makeJob(url, newJob);
  await read(`${url}/sync/v2/jobs/${id}`);
  const bare = await startBare(await read(`${url}/v2/jobs/${id}`));
  await compare('GET a job', {
    ours: { url: `${url}/v2/jobs/${id}` },
    bare: { url: `${bare.url}/job` },
    pid,
  });
}

async function compareMaking({ url, pid }) {
  const answer = JSON.stringify({ data: await makeJob(url, newJob) });
  const bare = await startBare(answer);
  const post = { method: 'POST', body: newJob, headers: { 'content-type': 'application/json' } };
  await compare('POST a job, durable, which then runs', {
    ours: { ...post, url: `${url}/v2/jobs` },
    bare: { ...post, url: `${bare.url}/job` },
    pid,
  });
}

/** `pid`: of ours. */
async function compare(what, { ours, bare, pid }) {
  const speeds = { ours: [], bare: [] };
  for (let round = 0; round < rounds; round += 1) {
    process.kill(pid, 'SIGSTOP');
    speeds.bare.push(await warmAndLoad(bare));
    process.kill(pid, 'SIGCONT');
    speeds.ours.push(await warmAndLoad(ours));
  }
  const ratio = median(speeds.ours.map((speed, round) => speed / speeds.bare[round]));
  print({
    name: `server: ${what}, requests a second against a bare fastify route`,
    value: Number(ratio.toFixed(2)),
    bar,
    ok: ratio >= bar,
    ours_per_second: speeds.ours,
    bare_per_second: speeds.bare,
  });
}

async function warmAndLoad(request) {
  await load({ ...request, duration: 1 });
  return load(request);
}

/** Requests a second; every one of them must have been answered well. */
async function load(request) {
  const result = await autocannon({ connections, duration: seconds, ...request });
  if (result.non2xx + result.errors > 0) {
    throw new Error(`${request.url}: ${result.non2xx} refused, ${result.errors} failed`);
  }
  return Math.round(result.requests.average);
}

/** Their first task takes from a server that holds its answer back until all of them are there. */
async function manyInFlight({ url, pid }) {
  const idleBytes = residentBytes(pid);
  const source = await startSource();
  const body = JSON.stringify({
    tasks: {
      text: { operation: 'import/url', url: `${source.url}/hello.txt` },
      link: { operation: 'export/url', input: 'text' },
    },
  });
  const made = await Promise.all(Array.from({ length: jobs }, () => makeJob(url, body)));
  const heard = await listen(
    url,
    made.map(({ id }) => id),
  );
  const reading = await autocannon({
    url: `${url}/v2/jobs/${made[0].id}`,
    connections: 10,
    duration: seconds,
    overallRate: 500,
  });
  const fullBytes = residentBytes(pid);
  const began = performance.now();
  source.release();
  await heard.all;
  print({
    name: `server: ${jobs} jobs in flight, ${sockets} sockets: each of their ${jobs} ends was heard`,
    value: heard.count(),
    bar: jobs,
    ok: heard.count() === jobs,
    p99_ms: reading.latency.p99,
    max_ms: reading.latency.max,
    from_release_to_last_end_ms: Math.round(performance.now() - began),
    idle_mib: mebibytes(idleBytes),
    in_flight_mib: mebibytes(fullBytes),
    after_mib: mebibytes(residentBytes(pid)),
  });
  heard.close();
  source.close();
}

/** Each socket listens to as many jobs as come to it. */
async function listen(url, ids) {
  const ended = new Set();
  let onAll;
  const all = new Promise((resolve, reject) => {
    onAll = resolve;
    setTimeout(() => reject(new Error(`${ended.size} of ${ids.length} ends were heard`)), 120_000).unref();
  });
  const clients = Array.from({ length: sockets }, (_, index) => {
    const client = io(url, { transports: ['websocket'], forceNew: true });
    client.on('job.finished', (_channel, { job }) => {
      ended.add(job.id);
      if (ended.size === ids.length) onAll();
    });
    client.on('connect', () => {
      for (const id of ids.filter((_, place) => place % sockets === index)) {
        client.emit('subscribe', { channel: `private-job.${id}`, auth: { headers: {} } });
      }
    });
    return client;
  });
  await Promise.all(clients.map((client) => new Promise((resolve) => client.once('connect', resolve))));
  return { all, count: () => ended.size, close: () => clients.forEach((client) => client.close()) };
}

function startServe() {
  const dataDir = mkdtempSync(path.join(folder, 'data-'));
  const limits = ['--rate-limit', '1000000000', '--max-jobs', '1000000000', '--allow-private-network'];
  return start([bin, 'serve', '--quiet', '--port', '0', '--data-dir', dataDir, ...limits]);
}

function startBare(answer) {
  const script = path.join(folder, 'bare.mjs');
  writeFileSync(
    script,
    `import { createRequire } from 'node:module';
const { default: fastify } = await import(${JSON.stringify(new URL(`file://${require.resolve('fastify')}`).href)});
const app = fastify();
const answer = JSON.parse(process.argv[2]);
app.get('/job', async () => answer);
app.post('/job', async (request, reply) => reply.code(201).send({ ...answer, tag: request.body.tag }));
console.log(await app.listen({ port: 0 }));
`,
  );
  return start([script, answer]);
}

/** Settles with its address, which it prints. */
async function start(args) {
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  for await (const chunk of child.stdout) {
    const found = /http:\/\/[^\s]+/.exec(String(chunk));
    if (found !== null) return { url: found[0].replace('[::1]', 'localhost'), pid: child.pid };
  }
  throw new Error(`${args[0]} ended without saying where it listens`);
}

async function startSource() {
  const held = [];
  let isOpen = false;
  const answer = (response) => response.setHeader('content-type', 'text/plain').end('Hello');
  const server = http.createServer((_, response) => {
    if (isOpen) answer(response);
    else held.push(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    release() {
      isOpen = true;
      held.splice(0).forEach(answer);
    },
    close: () => server.close(),
  };
}

async function makeJob(url, body) {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${url}/v2/jobs`, { method: 'POST', headers, body });
  if (answer.status !== 201) throw new Error(`${answer.status}: ${await answer.text()}`);
  return (await answer.json()).data;
}

async function read(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.text();
}

function residentBytes(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024;
}

function mebibytes(bytes) {
  return Math.round(bytes / 2 ** 20);
}

function print(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
  if (!line.ok) process.exitCode = 1;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
