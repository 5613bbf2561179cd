/** Runs that answer each other, told from those that do not. */
import { describe, expect, test } from 'vitest';
import { EchoGuard } from '../../src/watch/echo-guard.ts';

const settleMs = 100;

/** `times` runs, each `afterMs` after the one before had ended; when it was told to rest, and for how long. */
function echo(
  guard: EchoGuard,
  {
    times,
    afterMs,
    nowMs = 0,
    files = ['a'],
    hasWritten = true,
  }: Readonly<{
    times: number;
    afterMs: number;
    nowMs?: number;
    files?: readonly string[];
    hasWritten?: boolean;
  }>,
): { readonly run: number; readonly pauseMs: number; readonly nowMs: number } | undefined {
  let now = nowMs;
  for (let run = 1; run <= times; run += 1) {
    now += afterMs;
    const rest = guard.due(files, now, settleMs);
    if (rest !== undefined) return { run, pauseMs: rest.untilMs - now, nowMs: now };
    now += 50;
    guard.ended(now, { hasWritten });
  }
  return undefined;
}

describe('echoes', () => {
  test('ten answers in a row are too many; the files rest', () => {
    expect(echo(new EchoGuard(), { times: 100, afterMs: 300 })).toMatchObject({ run: 11, pauseMs: 30_000 });
  });

  test('whoever does it again rests longer, up to half an hour; after a quiet time, short again', () => {
    const guard = new EchoGuard();
    let nowMs = 0;
    const pauses: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      const rest = echo(guard, { times: 100, afterMs: 300, nowMs });
      pauses.push(rest?.pauseMs ?? 0);
      nowMs = (rest?.nowMs ?? 0) + (rest?.pauseMs ?? 0);
    }
    expect(pauses).toEqual([30_000, 120_000, 480_000, 1_800_000, 1_800_000, 1_800_000]);
    expect(echo(guard, { times: 100, afterMs: 300, nowMs: nowMs + 4_000_000 })?.pauseMs).toBe(30_000);
  });

  test.each([
    ['a person who saves every three seconds', { afterMs: 3000 }],
    ['runs that write nothing', { afterMs: 300, hasWritten: false }],
  ])('%s is none', (_who, how) => {
    expect(echo(new EchoGuard(), { times: 1000, ...how })).toBeUndefined();
  });

  test('other files each time are none', () => {
    const guard = new EchoGuard();
    for (let run = 0; run < 100; run += 1) {
      expect(guard.due([`f${run % 2}`], run * 300, settleMs)).toBeUndefined();
      guard.ended(run * 300 + 50, { hasWritten: true });
    }
  });
});
