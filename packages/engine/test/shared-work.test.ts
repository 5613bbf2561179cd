import { describe, expect, test } from 'vitest';
import { failure } from '../src/index.ts';
import { quiet } from '../src/testing.ts';
import { lineOf, startJob } from './harness.ts';
import { pipelineOf, yields } from './pipeline-of.ts';

const small = { inputs: ['photos'], options: { is_shared: true } };

describe('shared work', () => {
  test('what takes the same file starts together, in one place of the limits', async () => {
    const job = await startJob(
      pipelineOf({ photos: yields('a', 'b'), big: small, small, other: { inputs: ['photos'] } }),
      { run: { maxActions: 1 } },
    );
    (await job.backend.started('photos')).finish();
    const big = await job.backend.started('big[a]');
    const tiny = await job.backend.started('small[a]');
    await quiet();
    expect(job.backend.running).toEqual(new Set(['big[a]', 'small[a]']));
    expect(big.context.share).toEqual({ key: 'work', size: 2 });
    expect(tiny.context.share).toBe(big.context.share);
    tiny.finish();
    await quiet();
    // The one that still works keeps the place of both.
    expect(job.backend.running).toEqual(new Set(['big[a]']));
    expect(job.statuses()).toContain('small[a] finished');
    big.finish();
    const next = await job.backend.started('big[b]');
    const beside = await job.backend.started('small[b]');
    expect(next.context.share).not.toBe(big.context.share);
    next.finish();
    beside.finish();
    for (const address of ['other[a]', 'other[b]']) {
      const alone = await job.backend.started(address);
      expect(alone.context.share).toBeUndefined();
      alone.finish();
    }
    expect((await job.outcome).exitCode).toBe(0);
  });

  test('files that only the run can tell are shared as well', async () => {
    const pdf = { inputs: ['doc'], options: { is_open: true, files: ['p1', 'p2'] } };
    const shared = { inputs: ['pages'], options: { is_shared: true } };
    const job = await startJob(pipelineOf({ doc: yields('d'), pages: pdf, big: shared, small: shared }), {
      run: { maxActions: 1 },
    });
    (await job.backend.started('doc')).finish();
    (await job.backend.started('pages[d]')).finish();
    const big = await job.backend.started('big[p1]');
    const tiny = await job.backend.started('small[p1]');
    expect(tiny.context.share).toBe(big.context.share);
    for (const call of [big, tiny]) call.finish();
    for (const address of ['big[p2]', 'small[p2]']) (await job.backend.started(address)).finish();
    expect((await job.outcome).exitCode).toBe(0);
  });

  test('each has its own end: a retry of one runs alone', async () => {
    const retry = { attempts: 2, delayMs: 1000, backoff: 1, maxDelayMs: 1000, on: 'any' as const };
    const job = await startJob(pipelineOf({ photos: yields('a'), big: { ...small, retry }, small }), {
      run: { maxActions: 1 },
    });
    (await job.backend.started('photos')).finish();
    (await job.backend.started('big[a]')).fail(failure('converter-failed', 'no luck'));
    (await job.backend.started('small[a]')).finish();
    await job.clock.advance(1000);
    const again = await job.backend.started('big[a]');
    expect(again.context.attempt).toBe(2);
    expect(again.context.share).toBeUndefined();
    again.finish();
    await job.outcome;
    expect(job.events.map(lineOf).filter((line) => line.startsWith('action.'))).toEqual([
      'action.started photos #1',
      'action.finished photos finished',
      'action.started big[a] #1',
      'action.started small[a] #1',
      'action.retried big[a] #2 after 1000',
      'action.finished small[a] finished',
      'action.started big[a] #2',
      'action.finished big[a] finished',
    ]);
  });

  test('a timeout of one does not touch the other', async () => {
    const job = await startJob(
      pipelineOf({ photos: yields('a'), big: { ...small, timeoutMs: 5000 }, small }),
    );
    (await job.backend.started('photos')).finish();
    const big = await job.backend.started('big[a]');
    const tiny = await job.backend.started('small[a]');
    await job.clock.advance(5000);
    expect([big.context.signal.aborted, tiny.context.signal.aborted]).toEqual([true, false]);
    big.fail(failure('cancelled', 'told to'));
    tiny.finish();
    await job.outcome;
    expect(job.statuses()).toEqual(['big[a] error', 'photos finished', 'small[a] finished']);
  });

  test('a limit of one holds for all, and who finds no room comes later', async () => {
    const office = { inputs: ['photos'], options: { is_shared: true, converter: 'office' } };
    const job = await startJob(
      pipelineOf({
        photos: yields('a'),
        busy: yields('x', 'y'),
        slow: { inputs: ['busy'], options: { converter: 'office' } },
        big: small,
        small: office,
      }),
      { run: { maxActions: 3, limits: new Map([['office', 1]]) } },
    );
    (await job.backend.started('busy')).finish();
    const slow = await job.backend.started('slow[x]');
    (await job.backend.started('photos')).finish();
    const big = await job.backend.started('big[a]');
    await quiet();
    expect(big.context.share).toBeUndefined();
    expect(job.backend.running).toEqual(new Set(['slow[x]', 'big[a]']));
    slow.finish();
    big.finish();
    (await job.backend.started('slow[y]')).finish();
    (await job.backend.started('small[a]')).finish();
    expect((await job.outcome).exitCode).toBe(0);
  });

  test('no more than eight start together', async () => {
    const tasks = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`t${index}`, small]));
    const sizes: unknown[] = [];
    const job = await startJob(pipelineOf({ photos: yields('a'), ...tasks }), {
      run: { maxActions: 1 },
      fake: {
        run: (call) => {
          sizes.push(call.context.share?.size);
          setImmediate(() => call.finish());
        },
      },
    });
    await job.outcome;
    expect(sizes).toEqual([undefined, ...Array.from({ length: 8 }, () => 8), 3, 3, 3]);
  });
});
