/**
 * One job at CloudConvert as it goes on: what its tasks were last seen to be, learned from events and by asking now and
 * then, and whoever waits for one of them. It creates nothing and decides nothing.
 */
import { failure, type Failure } from '@pipeline/engine';
import { err, ok, type Result } from '@pipeline/schema';
import type { Client } from './client.ts';
import type { Events } from './events.ts';
import { hasEnded, type RemoteJob, type RemoteTask } from './remote-job.ts';
import type { Connection } from './request.ts';

export interface FollowedJob {
  readonly id: string;
  readonly task: (name: string) => RemoteTask | undefined;
  /** Resolves when the task has ended, well or badly; `onChange` hears what it does until then. */
  readonly ended: (name: string, onChange: (task: RemoteTask) => void) => Promise<Result<RemoteTask, Failure>>;
  /** Asks again, soon. */
  readonly look: () => void;
  readonly stop: (why: Failure) => void;
}

export interface Following {
  readonly client: Client;
  readonly events: Events;
  readonly wait: Connection['wait'];
}

const firstLookMs = 500;
const longestLookMs = 10_000;
/** Each has taken minutes. Then the service is given up; the next run looks for the job again. */
const mostFailedLooks = 4;

interface Waiter {
  readonly onChange: (task: RemoteTask) => void;
  readonly onEnd: (result: Result<RemoteTask, Failure>) => void;
}

export function followJob(job: RemoteJob, { client, events, wait }: Following): FollowedJob {
  const tasks = new Map<string, RemoteTask>(job.tasks.map((task) => [task.name, task]));
  const waiters = new Map<string, Set<Waiter>>();
  const stopped = new AbortController();
  let over: Failure | undefined;
  let nap = new AbortController();
  let isPolling = false;

  const settle = (task: RemoteTask): void => {
    const known = tasks.get(task.name);
    // Events come late sometimes: what has ended stays so.
    if (known !== undefined && (known.id !== task.id || (hasEnded(known) && !hasEnded(task)))) return;
    tasks.set(task.name, task);
    for (const waiter of waiters.get(task.name) ?? []) {
      if (hasEnded(task)) waiter.onEnd(ok(task));
      else waiter.onChange(task);
    }
    if (hasEnded(task)) waiters.delete(task.name);
  };
  const stop = (why: Failure): void => {
    if (over !== undefined) return;
    over = why;
    stopped.abort();
    nap.abort();
    unfollow();
    for (const set of waiters.values()) for (const waiter of set) waiter.onEnd(err(why));
    waiters.clear();
  };
  const look = (): void => nap.abort();
  const unfollow = events.follow(job.id, { onTask: settle, onJob: look });

  /** For as long as somebody waits. */
  const poll = async (): Promise<void> => {
    let delayMs = firstLookMs;
    let failedLooks = 0;
    while (over === undefined && waiters.size > 0) {
      nap = new AbortController();
      await wait(delayMs, nap.signal);
      if (stopped.signal.aborted) break;
      const seen = await client.job(job.id, { signal: stopped.signal });
      if (seen.ok) {
        failedLooks = 0;
        for (const task of seen.value.tasks) settle(task);
      } else if (seen.error.type !== 'network' || failedLooks >= mostFailedLooks) stop(lost(seen.error));
      else failedLooks += 1;
      delayMs = Math.min(delayMs * 1.3, longestLookMs);
    }
    isPolling = false;
  };

  return {
    id: job.id,
    task: (name) => tasks.get(name),
    ended: (name, onChange) => {
      const task = tasks.get(name);
      if (task !== undefined && hasEnded(task)) return Promise.resolve(ok(task));
      if (over !== undefined) return Promise.resolve(err(over));
      if (task !== undefined) onChange(task);
      return new Promise((resolve) => {
        const set = waiters.get(name) ?? new Set();
        waiters.set(name, set.add({ onChange, onEnd: resolve }));
        if (isPolling) return;
        isPolling = true;
        void poll();
      });
    },
    look,
    stop,
  };
}

const lost = (why: Failure): Failure =>
  why.type === 'not-found'
    ? failure('converter-failed', 'the job is gone at CloudConvert: somebody deleted it', { code: 'CANCELLED' })
    : why;
