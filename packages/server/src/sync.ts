/** Requests that wait for the end of a job or a task. One listener for all of them, however many wait. */
import { shuttingDown } from './api-error.ts';
import type { Change, StoredJob, StoredTask } from './job.ts';
import { hasEnded } from './job-status.ts';
import type { JobStore } from './job-store.ts';

export interface Waiters {
  /** Settles at its end, or when it is gone. Ends with the signal: then nobody waits for the answer any more. */
  readonly ended: (id: string, signal: AbortSignal) => Promise<void>;
  /** It was deleted. */
  readonly forget: (id: string) => void;
  /** Whoever still waits is answered that the server stops. */
  readonly close: () => void;
}

interface Waiter {
  readonly settle: () => void;
  readonly fail: (error: Error) => void;
}

export function createWaiters(store: JobStore): Waiters {
  const waiting = new Map<string, Set<Waiter>>();
  const endListening = store.listen((change) => {
    if (hasEnded(changed(change))) settle(changed(change).id);
  });

  function settle(id: string): void {
    const waiters = waiting.get(id);
    waiting.delete(id);
    for (const waiter of waiters ?? []) waiter.settle();
  }

  function wait(id: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter = { settle: resolve, fail: reject };
      const waiters = waiting.get(id) ?? new Set();
      waiting.set(id, waiters.add(waiter));
      signal.addEventListener('abort', () => {
        waiters.delete(waiter);
        if (waiters.size === 0 && waiting.get(id) === waiters) waiting.delete(id);
        resolve();
      });
    });
  }

  return {
    async ended(id, signal) {
      const one = store.job(id) ?? store.task(id);
      if (one !== undefined && !hasEnded(one) && !signal.aborted) await wait(id, signal);
    },
    forget: settle,
    close() {
      endListening();
      for (const waiters of waiting.values()) for (const waiter of waiters) waiter.fail(shuttingDown());
      waiting.clear();
    },
  };
}

const changed = (change: Change): StoredJob | StoredTask =>
  change.type === 'job' ? change.job : change.task;
