import type { Clock } from '../../src/reporters/clock.ts';

export interface FakeClock extends Clock {
  /** Moves time, calling whatever is due on the way, in order. */
  readonly advance: (ms: number) => void;
  readonly waiting: () => number;
}

/** Everything that is measured costs `costMs`. */
export function fakeClock({ costMs = 0 } = {}): FakeClock {
  let now = 0;
  const calls = new Set<{ readonly at: number; readonly call: () => void }>();
  return {
    now: () => now,
    after: (delayMs, call) => {
      const entry = { at: now + delayMs, call };
      calls.add(entry);
      return () => calls.delete(entry);
    },
    costOf: (work) => {
      work();
      return costMs;
    },
    advance: (ms) => {
      const end = now + ms;
      for (;;) {
        const next = [...calls].sort((a, b) => a.at - b.at).find((entry) => entry.at <= end);
        if (next === undefined) break;
        calls.delete(next);
        now = Math.max(now, next.at);
        next.call();
      }
      now = end;
    },
    waiting: () => calls.size,
  };
}
