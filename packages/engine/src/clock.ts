/** Time, as far as the engine needs it: what it is, and waiting for some of it to pass. Tests turn the hands. */
export interface Clock {
  /** Milliseconds; only differences count. */
  readonly now: () => number;
  /** Resolves after `ms`, or at once when the signal is aborted; never rejects. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

export function systemClock(now: () => number): Clock {
  return { now, wait };
}

// A longer delay overflows the timer and fires at once.
const maxTimerMs = 2 ** 31 - 1;

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const timer = setTimeout(done, Math.min(ms, maxTimerMs));
    signal.addEventListener('abort', done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}
