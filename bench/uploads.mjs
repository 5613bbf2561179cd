// Memory of `pipeline serve` while a large file passes through it: the upload of an `import/upload` task, made as it is
// sent and never whole anywhere, and the download of what `export/url` gives. The bar is on how far the memory of the
// server grows above what it had before, which has nothing to do with the size of the file. Prints a JSON line for each.
//   node bench/uploads.mjs [gibibytes]
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../packages/cli/bin/pipeline.js', import.meta.url));
const gibibytes = Number(process.argv[2] ?? 2);
const sizeBytes = gibibytes * 1024 ** 3;
const barMib = 96;
const folder = mkdtempSync(path.join(os.tmpdir(), 'pipeline-uploads-'));
const server = spawn(
  process.execPath,
  [bin, 'serve', '--quiet', '--port', '0', '--data-dir', path.join(folder, 'data'), '--max-upload', '100GB'],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);

try {
  const [line] = await once(server.stdout.setEncoding('utf8'), 'data');
  const base = /http:\S+/.exec(line)[0];
  // What is loaded by a first job is no growth.
  await roundTrip(base, 1024 ** 2);
  const job = await makeJob(base);
  const sent = await measured('upload', () => upload(form(job), sizeBytes));
  const [file] = await exported(base, job);
  const got = await measured('download', () => download(file.url));
  if (file.size !== sizeBytes || got !== sent) throw new Error('what came back is not what was sent');
} finally {
  server.kill('SIGKILL');
  await once(server, 'exit').catch(() => {});
  rmSync(folder, { recursive: true, force: true });
}

async function measured(what, work) {
  // Forgets the peak so far.
  writeFileSync(`/proc/${server.pid}/clear_refs`, '5');
  const before = memoryMib('VmRSS');
  const began = performance.now();
  const result = await work();
  const seconds = (performance.now() - began) / 1000;
  const peak = memoryMib('VmHWM');
  const value = Math.round(peak - before);
  process.stdout.write(
    `${JSON.stringify({
      name: `uploads: growth of the server's memory by the ${what} of ${gibibytes} GiB`,
      value,
      unit: 'MiB',
      bar: barMib,
      ok: value <= barMib,
      before_mib: Math.round(before),
      peak_mib: Math.round(peak),
      mb_per_second: Math.round(sizeBytes / 1e6 / seconds),
    })}\n`,
  );
  return result;
}

function memoryMib(key) {
  const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
  return Number(new RegExp(`${key}:\\s+(\\d+) kB`).exec(status)[1]) / 1024;
}

async function roundTrip(base, bytes) {
  const job = await makeJob(base);
  await upload(form(job), bytes);
  const [file] = await exported(base, job);
  await download(file.url);
}

async function makeJob(base) {
  const tasks = { file: { operation: 'import/upload' }, link: { operation: 'export/url', input: 'file' } };
  const answer = await fetch(`${base}/v2/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ tasks }),
  });
  return (await answer.json()).data;
}

function form(job) {
  return job.tasks[0].result.form;
}

async function exported(base, { id }) {
  const answer = await fetch(`${base}/sync/v2/jobs/${id}`);
  const { data } = await answer.json();
  if (data.status !== 'finished') throw new Error(JSON.stringify(data));
  return data.tasks.find(({ name }) => name === 'link').result.files;
}

/** Returns the digest of what was sent. */
async function upload({ url, parameters }, bytes) {
  const hash = createHash('md5');
  const client = http.request(url, {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=xyz' },
  });
  const answered = once(client, 'response');
  await pipeline(Readable.from(body(parameters, bytes, hash), { objectMode: false }), client);
  const [response] = await answered;
  response.resume();
  if (response.statusCode !== 201) throw new Error(`the upload was answered ${response.statusCode}`);
  return hash.digest('hex');
}

function* body(parameters, bytes, hash) {
  for (const [name, value] of Object.entries(parameters)) {
    yield Buffer.from(`--xyz\r\ncontent-disposition:form-data;name="${name}"\r\n\r\n${value}\r\n`);
  }
  yield Buffer.from('--xyz\r\ncontent-disposition:form-data;name="file";filename=large.bin\r\n\r\n');
  const piece = Buffer.alloc(1024 ** 2, 'no piece is like another one\r\n--xy');
  for (let sent = 0; sent < bytes; sent += piece.length) {
    piece.writeDoubleLE(sent);
    const next = Buffer.from(piece);
    hash.update(next);
    yield next;
  }
  yield Buffer.from('\r\n--xyz--\r\n');
}

async function download(url) {
  const hash = createHash('md5');
  for await (const chunk of (await fetch(url)).body) hash.update(chunk);
  return hash.digest('hex');
}
