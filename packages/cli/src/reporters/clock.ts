/** Time as a parameter: views are tested with a clock that the test moves. */
export interface Clock {
  /** Milliseconds; only differences mean something. */
  readonly now: () => number;
  /** Calls back once after that long; the result cancels it. A waiting call must not keep the process alive. */
  readonly after: (delayMs: number, call: () => void) => () => void;
  /** Does the work and says how many milliseconds of a CPU it took. */
  readonly costOf: (work: () => void) => number;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after: (delayMs, call) => {
    const timer = setTimeout(call, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
  costOf: (work) => {
    const [startedAt, before] = [performance.now(), process.cpuUsage()];
    work();
    const { user, system } = process.cpuUsage(before);
    // Waiting for a busy CPU is in the one, what other threads did meanwhile in the other.
    return Math.min(performance.now() - startedAt, (user + system) / 1000);
  },
};
