import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startProcess } from '../src/process.ts';

const cwd = mkdtempSync(join(tmpdir(), 'pipeline-process-'));
afterAll(() => rmSync(cwd, { recursive: true }));

const node = (script: string, ...args: readonly string[]) => ({
  command: process.execPath,
  args: ['-e', script, ...args],
  cwd,
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('arguments arrive as they are: no shell looks at them', async () => {
  const odd = ['a b', '"', "'", '$HOME', '`id`', '; exit 3', '*', 'line\nbreak', '😀'];
  const { ended } = startProcess(node('process.stdout.write(JSON.stringify(process.argv.slice(1)))', ...odd));
  const end = await ended;
  expect(end).toMatchObject({ exitCode: 0, signal: null });
  expect(JSON.parse(end.stdout)).toEqual(odd);
});

test('the environment holds no more than a converter needs', async () => {
  process.env['PIPELINE_TEST_SECRET'] = 'hunter2';
  const end = await startProcess({
    ...node('process.stdout.write(JSON.stringify(process.env))'),
    env: { EXTRA: '1' },
  }).ended;
  delete process.env['PIPELINE_TEST_SECRET'];
  expect(end.stdout).not.toContain('hunter2');
  expect(JSON.parse(end.stdout)).toMatchObject({ EXTRA: '1', LANG: 'C.UTF-8', PATH: process.env['PATH'] });
});

test('the last words of a failed program are kept, however much it said', async () => {
  const script = `process.stderr.write('x'.repeat(1e6) + 'the end'); process.exitCode = 7`;
  const end = await startProcess(node(script)).ended;
  expect(end.exitCode).toBe(7);
  expect(end.stderr).toHaveLength(16 * 1024);
  expect(end.stderr.endsWith('xthe end')).toBe(true);
});

test('a program that is not there is told, not thrown', async () => {
  const end = await startProcess({ command: join(cwd, 'no-such-program'), args: [], cwd }).ended;
  expect(end).toMatchObject({ exitCode: null, startError: 'ENOENT' });
});

/** Ignores SIGTERM, and has a child that does so too. Says both process ids. */
const stubborn = `
process.on('SIGTERM', () => {});
if (process.argv[1] === 'child') process.send('up');
else {
  const child = require('node:child_process').spawn(process.execPath, ['-e', process.env.SCRIPT, 'child'], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  child.on('message', () => process.send([process.pid, child.pid]));
}
setInterval(() => {}, 1000);`;

test('an abort ends the whole group, also those who do not listen', async () => {
  const events = new EventEmitter();
  const said = once(events, 'message');
  const controller = new AbortController();
  const running = startProcess({
    ...node(stubborn),
    env: { SCRIPT: stubborn },
    signal: controller.signal,
    graceMs: 50,
    onMessage: (message) => events.emit('message', message),
  });
  const [pids] = await said;
  const both = Array.isArray(pids) ? pids.map(Number) : [];
  expect(both.map(isAlive)).toEqual([true, true]);
  controller.abort();
  expect(await running.ended).toMatchObject({ exitCode: null, signal: 'SIGKILL' });
  await expect.poll(() => both.map(isAlive), { timeout: 10_000 }).toEqual([false, false]);
});

test('a polite program may tidy up first', async () => {
  const events = new EventEmitter();
  const said = once(events, 'message');
  const script = `process.on('SIGTERM', () => { process.stdout.write('tidy'); process.exit(0); }); process.send('up'); setInterval(() => {}, 1000)`;
  const running = startProcess({ ...node(script), onMessage: (message) => events.emit('message', message) });
  await said;
  expect(await running.stop()).toMatchObject({ exitCode: 0, stdout: 'tidy' });
});

test('a signal that was aborted before leaves nothing running', async () => {
  const controller = new AbortController();
  controller.abort();
  const end = await startProcess({
    ...node('setInterval(() => {}, 1000)'),
    signal: controller.signal,
    graceMs: 0,
  }).ended;
  expect(end.signal).toBe('SIGKILL');
});
