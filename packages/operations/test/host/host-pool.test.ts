import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { HostPool } from '../../src/host/host-pool.ts';
import type { HostName, HostRequest } from '../../src/host/protocol.ts';
import { startProcess } from '../../src/process.ts';

const entry = fileURLToPath(new URL('fixture-host.mjs', import.meta.url));
const pools: HostPool[] = [];
const scratch = mkdtempSync(join(tmpdir(), 'pipeline-hosts-'));

function newPool(maxHosts = 2): HostPool {
  const pool = new HostPool({ maxHosts, entry });
  pools.push(pool);
  return pool;
}

function ask(job: HostRequest['job'], more: Partial<HostRequest> = {}): HostRequest {
  return { host: 'sharp', job, signal: new AbortController().signal, ...more };
}

async function pidOf(pool: HostPool, host: HostName): Promise<number> {
  const answer = await pool.run(ask({ do: 'echo' }, { host }));
  if (!answer.ok || typeof answer.value['pid'] !== 'number') throw new Error(JSON.stringify(answer));
  return answer.value['pid'];
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Resolves with the first progress of a job: from then on it is certain to be busy. */
function start(pool: HostPool, request: HostRequest) {
  const events = new EventEmitter();
  const begun = once(events, 'begun');
  return { begun, outcome: pool.run({ ...request, progress: () => events.emit('begun') }) };
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

test('a job that takes longer than its bound is stopped, and the next one has a host', async () => {
  const pool = newPool();
  const timeBound = { ms: 1500, hint: 'Cut it into parts.' };
  const late = await pool.run(ask({ do: 'spin' }, { timeBound, about: 'deep.html' }));
  expect(late).toMatchObject({
    ok: false,
    error: {
      type: 'timed-out',
      message: expect.stringMatching(/"deep.html".* for more than 2 s, the limit for a file of its size/),
      hint: 'Cut it into parts.',
      isTransient: false,
    },
  });
  expect(await pool.run(ask({ do: 'echo' }, { timeBound }))).toMatchObject({ ok: true });
});

test('a job is answered, its progress passes in whole percents, and the host is used again', async () => {
  const pool = newPool();
  const percents: (number | null)[] = [];
  const answer = await pool.run(
    ask({ do: 'echo', say: 'ä"\n' }, { progress: (percent) => percents.push(percent) }),
  );
  expect(answer).toMatchObject({ ok: true, value: { said: 'ä"\n' } });
  expect(percents).toEqual([10, null]);
  expect(await pidOf(pool, 'sharp')).toBe(answer.ok ? answer.value['pid'] : undefined);
});

test('a host sees no secret of the environment and stands in no folder of the project', async () => {
  process.env['PIPELINE_TEST_SECRET'] = 'hunter2';
  const answer = await newPool().run(ask({ do: 'echo' }));
  delete process.env['PIPELINE_TEST_SECRET'];
  if (!answer.ok) throw new Error(answer.error.message);
  expect(answer.value['environment']).toContain('PATH');
  expect(answer.value['environment']).not.toContain('PIPELINE_TEST_SECRET');
  expect(answer.value['cwd']).not.toContain('packages');
});

test('an expected error becomes a failure and the host lives on', async () => {
  const pool = newPool();
  const pid = await pidOf(pool, 'sharp');
  const answer = await pool.run(ask({ do: 'refuse' }));
  expect(answer).toEqual({
    ok: false,
    error: {
      type: 'bad-input',
      code: 'INVALID_FILE',
      message: '"a.png" is not an image.',
      hint: 'Save it again.',
      isTransient: false,
    },
  });
  expect(await pidOf(pool, 'sharp')).toBe(pid);
});

test('an unexpected error is a failed converter with its stack, and the host is replaced', async () => {
  const pool = newPool();
  const pid = await pidOf(pool, 'sharp');
  const answer = await pool.run(ask({ do: 'throw' }));
  expect(answer).toMatchObject({
    ok: false,
    error: { type: 'converter-failed', message: 'x is not a function' },
  });
  expect(answer.ok ? '' : answer.error.converter?.stderr).toContain('TypeError: x is not a function\n    at');
  expect(await pidOf(pool, 'sharp')).not.toBe(pid);
});

test.each([
  [
    'exit',
    { exitCode: 7, signal: null },
    'sharp crashed on "a.png" (exit code 7). It said last: assertion failed: x > 0',
  ],
  ['abort', { exitCode: null, signal: 'SIGABRT' }, 'sharp crashed on "a.png" (SIGABRT).'],
])('a crash (%s) is a failed converter, and the next job runs', async (deed, end, message) => {
  const pool = newPool();
  const answer = await pool.run(ask({ do: deed }, { about: 'a.png' }));
  expect(answer).toMatchObject({
    ok: false,
    error: { type: 'converter-failed', converter: { name: 'sharp', ...end } },
  });
  expect(answer.ok ? '' : answer.error.message).toContain(message);
  expect(answer.ok ? '' : answer.error.hint).toContain('broken or hostile');
  expect(await pool.run(ask({ do: 'echo' }))).toMatchObject({ ok: true });
});

test('an abort ends a host in the middle of a busy loop, and the answer comes when it is gone', async () => {
  const pool = newPool();
  const pid = await pidOf(pool, 'sharp');
  const controller = new AbortController();
  const spin = start(pool, ask({ do: 'spin' }, { signal: controller.signal, about: 'a.png' }));
  await spin.begun;
  controller.abort();
  expect(await spin.outcome).toMatchObject({
    ok: false,
    error: { type: 'cancelled', message: 'sharp was stopped on "a.png" because the action was cancelled.' },
  });
  expect(isAlive(pid)).toBe(false);
});

test('a host that grows past its bound is killed and the failure says so', async () => {
  const answer = await newPool().run(ask({ do: 'grow' }, { maxMemoryBytes: 300 * 2 ** 20, about: 'a.png' }));
  expect(answer).toMatchObject({
    ok: false,
    error: {
      type: 'too-large',
      message: 'sharp needed more than 300 MiB of memory on "a.png" and was stopped.',
    },
  });
});

test('no more than maxHosts jobs run at once; a waiting one can be aborted, the others keep their order', async () => {
  const pool = newPool(1);
  const folder = mkdtempSync(join(scratch, 'wait-'));
  const first = start(pool, ask({ do: 'waitFor', folder }));
  await first.begun;
  const order: string[] = [];
  const controller = new AbortController();
  const dropped = pool.run(ask({ do: 'echo' }, { signal: controller.signal, host: 'svgo' }));
  const second = pool.run(ask({ do: 'echo' }, { progress: () => order.push('second') }));
  const third = pool.run(ask({ do: 'echo' }, { progress: () => order.push('third'), host: 'svgo' }));
  controller.abort();
  expect(await dropped).toMatchObject({ ok: false, error: { type: 'cancelled' } });
  expect(order).toEqual([]);
  writeFileSync(join(folder, 'go'), '');
  await Promise.all([first.outcome, second, third]);
  expect(order).toEqual(['second', 'second', 'third', 'third']);
});

test('kinds are kept apart and warm, and the kind unused for longest makes room', async () => {
  const pool = newPool(1);
  const sharp = await pidOf(pool, 'sharp');
  const svgo = await pidOf(pool, 'svgo');
  expect(svgo).not.toBe(sharp);
  await pidOf(pool, 'pdfium');
  await pidOf(pool, 'pandoc');
  expect(await pidOf(pool, 'svgo')).toBe(svgo);
  await pidOf(pool, 'typst');
  expect(await pidOf(pool, 'svgo')).toBe(svgo);
  expect(await pidOf(pool, 'sharp')).not.toBe(sharp);
});

test('a host whose job is expected has started and loaded its library when the job comes', async () => {
  const pool = newPool();
  await pool.warm('svgo');
  expect(pool.asked).toEqual([]);
  const [first, second] = [await pool.run(ask({ do: 'echo' }, { host: 'svgo' })), await pidOf(pool, 'svgo')];
  if (!first.ok) throw new Error(first.error.message);
  expect(first.value['pid']).toBe(second);
  expect(first.value['loadedFor']).toBe('prepare');
  expect(pool.asked).toEqual(['svgo']);
});

test('a guess that is wrong costs nothing but its process', async () => {
  const pool = newPool();
  await pool.warm('no such host');
  await pidOf(pool, 'sharp');
  await pool.close();
  const broken = new HostPool({ entry: join(scratch, 'not there.mjs') });
  pools.push(broken);
  await broken.warm('sharp');
});

test('closing ends busy and idle hosts and waits for them', async () => {
  const pool = newPool();
  const idle = await pidOf(pool, 'svgo');
  const busy = await pidOf(pool, 'sharp');
  const spin = start(pool, ask({ do: 'spin' }));
  await spin.begun;
  await pool.close();
  expect([isAlive(idle), isAlive(busy)]).toEqual([false, false]);
  expect(await spin.outcome).toMatchObject({ ok: false, error: { type: 'cancelled' } });
});

test('a host whose parent is killed dies, even in the middle of a busy loop', async () => {
  const main = fileURLToPath(new URL('parent.mjs', import.meta.url));
  const events = new EventEmitter();
  const said = once(events, 'pid');
  const parent = startProcess({
    command: process.execPath,
    args: [main, entry],
    cwd: scratch,
    graceMs: 0,
    onMessage: (message) => events.emit('pid', message),
  });
  const pid = await Promise.race([
    said.then(([message]) => Number(message)),
    parent.ended.then(({ stderr }) => stderr),
  ]);
  if (typeof pid === 'string') throw new Error(`the parent ended early: ${pid}`);
  expect(isAlive(pid)).toBe(true);
  await parent.stop();
  await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
});

test('pools of many jobs leave no listener behind', async () => {
  const pool = newPool(2);
  const before = process.eventNames().length;
  await Promise.all(Array.from({ length: 20 }, () => pool.run(ask({ do: 'print' }))));
  expect(process.eventNames()).toHaveLength(before);
  rmSync(scratch, { recursive: true });
});
