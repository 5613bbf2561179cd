import { describe, expect, test } from 'vitest';
import { ok } from '@pipeline/schema';
import { failure, type Operation } from '../src/index.ts';
import { collectEvents, fakePlan, type Invocation, quiet } from '../src/testing.ts';
import { lineOf, startJob } from './harness.ts';
import { pipelineOf, yields } from './pipeline-of.ts';

const broken = failure('bad-input', 'a.txt is broken');
const offline = failure('network', 'the server is gone');

describe('retry', () => {
  const retry = { attempts: 3, delayMs: 1000, backoff: 2, maxDelayMs: 5000, on: 'transient' as const };

  test('waits longer each time, in a new folder each time', async () => {
    const job = await startJob(pipelineOf({ url: { ...yields('a'), retry } }));
    const first = await job.backend.started('url');
    first.fail(offline);
    await job.clock.advance(999);
    expect(job.backend.calls).toHaveLength(1);
    await job.clock.advance(1);
    const second = await job.backend.started('url');
    expect(second.context.workDir).not.toBe(first.context.workDir);
    expect(second.context.attempt).toBe(2);
    second.fail(offline);
    await job.clock.advance(2000);
    (await job.backend.started('url')).finish();
    expect((await job.outcome).exitCode).toBe(0);
    expect(job.events.map(lineOf)).toEqual([
      'job.started url',
      'task.expanded url 1 final',
      'task.started url',
      'action.started url #1',
      'action.retried url #2 after 1000',
      'action.started url #2',
      'action.retried url #3 after 2000',
      'action.started url #3',
      'action.finished url finished',
      'task.finished url finished',
      'job.finished finished 0',
    ]);
    expect(job.workspace.dirs.size).toBe(0);
  });

  test('comes back when the server says so, but not after max_delay', async () => {
    const job = await startJob(pipelineOf({ url: { ...yields('a'), retry } }));
    (await job.backend.started('url')).fail({ ...offline, retryAfterMs: 3000 });
    await job.clock.advance(3000);
    (await job.backend.started('url')).fail({ ...offline, retryAfterMs: 3_600_000 });
    await job.clock.advance(5000);
    (await job.backend.started('url')).finish();
    await job.outcome;
    expect(job.of('action.retried').map(({ delay_ms }) => delay_ms)).toEqual([3000, 5000]);
  });

  test('bad input is never tried again, not even with `on: any`', async () => {
    const job = await startJob(pipelineOf({ url: { ...yields('a'), retry: { ...retry, on: 'any' } } }));
    (await job.backend.started('url')).fail(broken);
    expect((await job.outcome).counts.failed).toBe(1);
    expect(job.backend.calls).toEqual(['url']);
  });

  test('a converter that failed is tried again with `on: any` only', async () => {
    const crashed = failure('converter-failed', 'exit code 1');
    const settings = { fake: { run: (call: Invocation) => call.fail(crashed) } };
    const transient = await startJob(pipelineOf({ url: { ...yields('a'), retry } }), settings);
    await transient.outcome;
    expect(transient.backend.calls).toHaveLength(1);
    const any = await startJob(
      pipelineOf({ url: { ...yields('a'), retry: { ...retry, on: 'any' } } }),
      settings,
    );
    await any.clock.advance(10_000);
    await any.outcome;
    expect(any.backend.calls).toHaveLength(3);
  });

  test('is over at once when the job is stopped while waiting', async () => {
    const job = await startJob(pipelineOf({ url: { ...yields('a'), retry } }));
    (await job.backend.started('url')).fail(offline);
    await quiet();
    job.controller.abort({ type: 'interrupted' });
    expect((await job.outcome).exitCode).toBe(130);
    expect(job.statuses()).toEqual(['url cancelled']);
  });
});

describe('time and cancellation', () => {
  test('an attempt that takes too long is a timeout, whatever the operation calls it', async () => {
    const job = await startJob(pipelineOf({ url: { ...yields('a'), timeoutMs: 5000 } }));
    const call = await job.backend.started('url');
    call.context.signal.addEventListener('abort', () => call.fail(failure('cancelled', 'stopped')));
    await job.clock.advance(5000);
    await job.outcome;
    expect(job.of('action.finished')[0]?.error).toMatchObject({
      type: 'timed-out',
      code: 'TIMEOUT',
      message: 'url took longer than its timeout of 5 s',
    });
  });

  test('an operation that does not listen is left behind', async () => {
    const job = await startJob(pipelineOf({ url: yields('a') }), { run: { graceMs: 3000 } });
    const call = await job.backend.started('url');
    job.controller.abort({ type: 'timeout' });
    await job.clock.advance(2999);
    expect(job.statuses()).toEqual([]);
    await job.clock.advance(1);
    expect((await job.outcome).exitCode).toBe(124);
    expect(job.statuses()).toEqual(['url cancelled']);
    call.context.progress(50);
    call.finish();
    await quiet();
    expect(job.events.at(-1)?.type).toBe('job.finished');
  });

  test('an interrupted job ends with 130, and leaves nothing behind', async () => {
    const job = await startJob(
      pipelineOf({
        docs: yields('a', 'b'),
        pdf: { inputs: ['docs'] },
        zip: { inputs: ['pdf'], groupBy: 'all' },
      }),
    );
    (await job.backend.started('docs')).finish();
    for (const address of ['pdf[a]', 'pdf[b]']) {
      const call = await job.backend.started(address);
      call.context.signal.addEventListener('abort', () => call.fail(failure('cancelled', 'stopped')));
    }
    job.controller.abort({ type: 'interrupted' });
    const { exitCode, counts, job: resource } = await job.outcome;
    expect(exitCode).toBe(130);
    expect(counts).toEqual({ ran: 1, cached: 0, skipped: 0, failed: 0, not_run: 3 });
    expect(resource.tasks.map(({ code }) => code)).toEqual([null, 'CANCELLED', 'CANCELLED']);
    expect(job.workspace.dirs.size).toBe(0);
    expect(job.backend.running.size).toBe(0);
  });

  test('an action that is stopped on its way in, or while its folder is made, does not start and leaves no folder', async () => {
    const controller = new AbortController();
    const list = collectEvents();
    const job = await startJob(pipelineOf({ docs: yields('a'), more: yields('b') }), {
      run: {
        signal: controller.signal,
        onEvent: (event) => {
          list.onEvent(event);
          if (event.type === 'action.started') controller.abort({ type: 'interrupted' });
        },
      },
    });
    expect((await job.outcome).exitCode).toBe(130);
    expect(job.backend.calls).toEqual([]);
    expect(job.workspace.dirs.size).toBe(0);
    expect(list.of('action.started').map(({ action }) => action)).toEqual(['docs']);
    expect(list.of('action.finished').map(({ action, status }) => `${action} ${status}`)).toEqual([
      'more cancelled',
      'docs cancelled',
    ]);
  });

  test('a job that is stopped before it starts runs nothing', async () => {
    const job = await startJob(pipelineOf({ docs: yields('a') }), {
      run: { signal: AbortSignal.abort({ type: 'interrupted' }) },
    });
    expect((await job.outcome).exitCode).toBe(130);
    expect(job.backend.calls).toEqual([]);
  });
});

describe('an operation without a folder', () => {
  test('is given none, is asked nothing of files that it has looked at, and leaves none behind', async () => {
    const pipeline = pipelineOf({ url: { ...yields('a', 'b'), operation: 'export/local' } });
    const made = (known: object) => ({
      outputs: ['a', 'b'].map((name) => ({ dir: '', name, path: `/project/${name}`, ...known })),
    });
    for (const [known, status] of [
      [{ sizeBytes: 7 }, 'finished'],
      // Nobody wrote it, and nobody says how large it is.
      [{}, 'error'],
    ] as const) {
      const dirs: string[] = [];
      const operation: Operation = {
        isFolderless: true,
        plan: fakePlan,
        run: (_, { workDir }) => {
          dirs.push(workDir);
          return Promise.resolve(ok(made(known)));
        },
      };
      const job = await startJob(pipeline, { fake: { operationOf: () => operation } });
      await job.outcome;
      expect(job.statuses()).toEqual([`url ${status}`]);
      expect(dirs).toEqual(['']);
      expect(job.workspace.dirs.size).toBe(0);
      const [finished] = job.of('action.finished');
      expect(finished?.outputs.map(({ bytes }) => bytes)).toEqual(status === 'finished' ? [7, 7] : []);
    }
  });
});
