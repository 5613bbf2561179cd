/** The supervision that every converter program gets, tried with small scripts in place of a program. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startProcess } from '../../src/process.ts';
import { closeReaper } from '../../src/programs/reaper.ts';
import { runProgram } from '../../src/programs/run-program.ts';
import type { ProgramCall } from '../../src/programs/run-program.ts';
import { sandboxKind } from '../../src/programs/sandbox.ts';

const nodeDir = path.dirname(process.execPath);
const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
let workDir = '';

beforeEach(() => {
  // Node itself plays the program: it is found like one.
  process.env['PIPELINE_PROGRAMS_PATH'] = [nodeDir, '/usr/bin', '/bin'].join(path.delimiter);
  workDir = mkdtempSync(path.join(tmpdir(), 'pipeline-program-'));
});
afterEach(async () => {
  await closeReaper();
  rmSync(workDir, { recursive: true });
});

const call = (script: string, more: Partial<ProgramCall> = {}): ProgramCall => ({
  program: 'ffmpeg',
  command: 'node',
  args: ['-e', script],
  workDir,
  reads: [],
  signal: new AbortController().signal,
  about: 'clip.mp4',
  ...more,
});

test('the program works in its folder, with a home of its own, and what it prints comes by lines', async () => {
  const lines: string[] = [];
  const script = `
    process.stderr.write('frame=1\\rframe=2\\nlast');
    require('fs').writeFileSync('out.txt', process.env.HOME + ' ' + process.cwd());
    process.stdout.write('é'.repeat(20000));`;
  const ran = await runProgram(
    call(script, { onStderr: (line) => lines.push(line), keepStdoutBytes: 100_000 }),
  );
  expect(ran).toMatchObject({ ok: true, value: { exitCode: 0 } });
  expect(ran.ok && ran.value.stdout).toBe('é'.repeat(20000));
  expect(lines).toEqual(['frame=1', 'frame=2']);
  expect(readFileSync(path.join(workDir, 'out.txt'), 'utf8')).toBe(
    `${path.join(workDir, '.home')} ${workDir}`,
  );
});

test('an exit code is for the converter to judge; a program that is not there is told', async () => {
  expect(await runProgram(call('process.exit(3)'))).toMatchObject({ ok: true, value: { exitCode: 3 } });
  expect(await runProgram(call('', { command: 'no-such-command' }))).toMatchObject({
    ok: false,
    error: { type: 'converter-missing', message: 'ffmpeg is not installed, or not on PATH' },
  });
});

test('too much memory, too much output and silence end it, each with its reason', async () => {
  const grow = 'const all = []; setInterval(() => all.push(Buffer.alloc(2 ** 26, 1)), 50);';
  expect(await runProgram(call(grow, { limits: { memoryBytes: 2 ** 29 } }))).toMatchObject({
    ok: false,
    error: { type: 'too-large', message: 'ffmpeg needed more than 512 MiB of memory for "clip.mp4"' },
  });
  const write = `setInterval(() => require('fs').appendFileSync('big', Buffer.alloc(2 ** 20)), 5);`;
  expect(await runProgram(call(write, { limits: { outputBytes: 2 ** 22 } }))).toMatchObject({
    ok: false,
    error: { type: 'too-large', message: 'ffmpeg wrote more than 4 MiB for "clip.mp4"' },
  });
  expect(await runProgram(call('setTimeout(() => {}, 60000)', { limits: { stallMs: 1500 } }))).toMatchObject({
    ok: false,
    error: { type: 'stalled' },
  });
  expect(await runProgram(call('for (;;);', { limits: { timeoutMs: 500 } }))).toMatchObject({
    ok: false,
    error: { type: 'timed-out', message: 'ffmpeg worked on "clip.mp4" for more than 0.5 s' },
  });
});

test('cancelled: it and its children are gone when the answer comes', async () => {
  const stop = new AbortController();
  const script = `
    require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => require("fs").writeFileSync("alive", String(Date.now())), 20)'], { stdio: 'inherit' });
    process.on('SIGTERM', () => {});
    setInterval(() => {}, 1000);`;
  const running = runProgram(call(script, { signal: stop.signal }));
  const file = path.join(workDir, 'alive');
  await expect.poll(() => existsSync(file), { timeout: 10_000 }).toBe(true);
  stop.abort();
  expect(await running).toMatchObject({ ok: false, error: { type: 'cancelled' } });
  const last = readFileSync(file, 'utf8');
  await pause(200);
  expect(readFileSync(file, 'utf8')).toBe(last);
});

test('a program without need of a network has none, and reads no file but its own', async () => {
  const kind = await sandboxKind();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end('secret');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  // A port of a listening server always has an address.
  const { port } = server.address() as AddressInfo;
  const canary = mkdtempSync(path.join(tmpdir(), 'pipeline-canary-'));
  writeFileSync(path.join(canary, 'secret.txt'), 'secret');
  writeFileSync(path.join(canary, 'input.txt'), 'input');
  const script = `
    const read = (file) => { try { return require('fs').readFileSync(file, 'utf8') } catch (error) { return error.code } };
    const words = [read(${JSON.stringify(path.join(canary, 'input.txt'))}), read(${JSON.stringify(path.join(canary, 'secret.txt'))}), read('/etc/passwd').length > 20];
    fetch('http://127.0.0.1:${port}/').then((r) => r.text(), () => 'no network').then((net) => process.stdout.write(JSON.stringify([...words, net])));`;
  const reads = [path.join(canary, 'input.txt')];
  const ran = await runProgram(call(script, { reads }));
  const open = await runProgram(call(script, { reads, network: true }));
  server.close();
  rmSync(canary, { recursive: true });
  const told = (result: typeof ran): unknown => (result.ok ? JSON.parse(result.value.stdout) : result.error);
  const files = kind === 'bubblewrap' ? ['input', 'ENOENT', false] : ['input', 'secret', true];
  expect(told(ran)).toEqual([...files, kind === 'none' ? 'secret' : 'no network']);
  expect(told(open)).toEqual([...files, 'secret']);
  expect(asked).toHaveLength(kind === 'none' ? 2 : 1);
});

/** With bubblewrap, and without anything that confines: there the reaper alone has to see to it. */
test.each([
  ['confined', ['/usr/bin', '/bin']],
  ['by the reaper alone', []],
])('killed with -9, we take the program and its children along: %s', async (_, folders) => {
  const parent = startProcess({
    command: process.execPath,
    args: [path.join(import.meta.dirname, 'killed.mjs'), workDir],
    cwd: workDir,
    graceMs: 0,
    env: { PIPELINE_PROGRAMS_PATH: [nodeDir, ...folders].join(path.delimiter) },
  });
  const file = path.join(workDir, 'alive');
  await expect.poll(() => existsSync(file), { timeout: 20_000 }).toBe(true);
  // The leader alone: its group would be an unfair help.
  process.kill(parent.pid ?? 0, 'SIGKILL');
  await parent.ended;
  const said = (): string => readFileSync(file, 'utf8');
  await expect
    .poll(
      async () => {
        const before = said();
        await pause(150);
        return said() === before;
      },
      { timeout: 10_000 },
    )
    .toBe(true);
});
