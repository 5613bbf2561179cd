/** Sleeping until a time or a ring, and noticing a clock that jumps. */
import { afterEach, expect, test, vi } from 'vitest';
import { Alarm } from '../../src/watch/alarm.ts';

afterEach(() => vi.restoreAllMocks());

test('it ends when it is rung, also when that was before', async () => {
  const alarm = new Alarm();
  const sleep = alarm.sleepUntil(Infinity);
  alarm.ring();
  await sleep;
  alarm.ring();
  await alarm.sleepUntil(Infinity);
  await alarm.sleepUntil(performance.now() + 1);
});

test.each([3_600_000, -3_600_000, 5000])(
  'a clock that was set by %i ms, or a machine that slept, is noticed once',
  (byMs) => {
    const alarm = new Alarm();
    expect(alarm.hasJumped()).toBe(false);
    const real = Date.now.bind(Date);
    vi.spyOn(Date, 'now').mockImplementation(() => real() + byMs);
    expect(alarm.hasJumped()).toBe(true);
    expect(alarm.hasJumped()).toBe(false);
  },
);
