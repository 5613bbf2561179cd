import { describe, expect, test } from 'vitest';
import { Pools } from '../src/index.ts';
import { quiet } from '../src/testing.ts';
import { startJob } from './harness.ts';
import { pipelineOf, yields } from './pipeline-of.ts';

const places = (max: number, byName: readonly [string, number][] = []): Pools =>
  new Pools({ max, byName: new Map(byName) });

describe('places that several runs share', () => {
  test('all of them together never take more, and each gets a turn', async () => {
    const pools = places(2);
    const order: string[] = [];
    let running = 0;
    let most = 0;
    const jobs = await Promise.all(
      ['a', 'b', 'c'].map((job) =>
        startJob(
          pipelineOf({
            docs: yields(...Array.from({ length: 8 }, (_, i) => `${i}`)),
            pdf: { inputs: ['docs'] },
          }),
          {
            run: { pools },
            fake: {
              run: (call) => {
                order.push(job);
                running += 1;
                most = Math.max(most, running);
                setImmediate(() => {
                  running -= 1;
                  call.finish();
                });
              },
            },
          },
        ),
      ),
    );
    await Promise.all(jobs.map(({ outcome }) => outcome));
    expect(most).toBe(2);
    expect(order).toHaveLength(27);
    // Nobody is two turns ahead of another while all of them have something to do.
    const half = order.slice(0, 18);
    const counts = ['a', 'b', 'c'].map((job) => half.filter((one) => one === job).length);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2);
  });

  test('a run that waits for a narrow place keeps nobody else from a wide one', async () => {
    const pools = places(2, [['libreoffice', 1]]);
    const slow = pipelineOf({
      docs: yields('a', 'b'),
      slow: { inputs: ['docs'], options: { converter: 'libreoffice' } },
    });
    const first = await startJob(slow, { run: { pools } });
    (await first.backend.started('docs')).finish();
    await first.backend.started('slow[a]');
    const second = await startJob(pipelineOf({ docs: yields('x') }), { run: { pools } });
    (await second.backend.started('docs')).finish();
    await second.outcome;
    expect(first.backend.running).toEqual(new Set(['slow[a]']));
    first.controller.abort({ type: 'interrupted' });
    await first.clock.advance(10_000);
    await first.outcome;
  });

  test('a run that is stopped while it waits takes no place, and gives none away', async () => {
    const pools = places(1);
    const first = await startJob(pipelineOf({ docs: yields('a') }), { run: { pools } });
    const call = await first.backend.started('docs');
    const waiting = await startJob(pipelineOf({ docs: yields('b') }), { run: { pools } });
    const next = await startJob(pipelineOf({ docs: yields('c') }), { run: { pools } });
    await quiet();
    waiting.controller.abort({ type: 'interrupted' });
    await waiting.outcome;
    call.finish();
    await first.outcome;
    (await next.backend.started('docs')).finish();
    await next.outcome;
    expect(waiting.backend.calls).toEqual([]);
    expect(pools.isFull).toBe(false);
  });
});
