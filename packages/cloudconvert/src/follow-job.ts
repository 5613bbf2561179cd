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

export class FollowedJob {
  readonly id: string;
  readonly #following: Following;
  readonly #tasks: Map<string, RemoteTask>;
  readonly #waiters = new Map<string, Set<Waiter>>();
  readonly #stopped = new AbortController();
  readonly #unfollow: () => void;
  #nap = new AbortController();
  #isPolling = false;
  /** Somebody wants to know now; it may have come while an answer was on its way. */
  #isDue = false;
  #over: Failure | undefined;

  constructor(job: RemoteJob, following: Following) {
    this.id = job.id;
    this.#following = following;
    this.#tasks = new Map(job.tasks.map((task) => [task.name, task]));
    this.#unfollow = following.events.follow(job.id, {
      onTask: (task) => this.#learn(task),
      onJob: () => this.look(),
    });
  }

  task(name: string): RemoteTask | undefined {
    return this.#tasks.get(name);
  }

  /** Resolves when the task has ended, well or badly; `onChange` hears what it does until then. */
  ended(name: string, onChange: Waiter['onChange']): Promise<Result<RemoteTask, Failure>> {
    const task = this.#tasks.get(name);
    if (task !== undefined && hasEnded(task)) return Promise.resolve(ok(task));
    if (this.#over !== undefined) return Promise.resolve(err(this.#over));
    if (task !== undefined) onChange(task);
    return new Promise((resolve) => {
      const set = this.#waiters.get(name) ?? new Set();
      this.#waiters.set(name, set.add({ onChange, onEnd: resolve }));
      if (this.#isPolling) return;
      this.#isPolling = true;
      void this.#poll();
    });
  }

  /** Asks now, if anybody waits. */
  look(): void {
    this.#isDue = true;
    this.#nap.abort();
  }

  /** Whoever still waits gets this. */
  stop(why: Failure): void {
    if (this.#over !== undefined) return;
    this.#over = why;
    this.#stopped.abort();
    this.#nap.abort();
    this.#unfollow();
    for (const set of this.#waiters.values()) for (const waiter of set) waiter.onEnd(err(why));
    this.#waiters.clear();
  }

  #learn(task: RemoteTask): void {
    const known = this.#tasks.get(task.name);
    // Events come late sometimes: what has ended stays so.
    if (known?.id !== task.id || (hasEnded(known) && !hasEnded(task))) return;
    this.#tasks.set(task.name, task);
    for (const waiter of this.#waiters.get(task.name) ?? []) {
      if (hasEnded(task)) waiter.onEnd(ok(task));
      else waiter.onChange(task);
    }
    if (hasEnded(task)) this.#waiters.delete(task.name);
  }

  async #poll(): Promise<void> {
    const { client, wait } = this.#following;
    const { signal } = this.#stopped;
    let failedLooks = 0;
    for (
      let delayMs = firstLookMs;
      this.#waiters.size > 0;
      delayMs = Math.min(delayMs * 1.3, longestLookMs)
    ) {
      this.#nap = new AbortController();
      if (!this.#isDue) await wait(delayMs, this.#nap.signal);
      this.#isDue = false;
      if (signal.aborted) break;
      const seen = await client.job(this.id, { signal });
      if (seen.ok) {
        failedLooks = 0;
        for (const task of seen.value.tasks) this.#learn(task);
      } else if (seen.error.type !== 'network' || failedLooks >= mostFailedLooks) this.stop(lost(seen.error));
      else failedLooks += 1;
    }
    this.#isPolling = false;
  }
}

const lost = (why: Failure): Failure =>
  why.type === 'not-found'
    ? failure('converter-failed', 'the job is gone at CloudConvert: somebody deleted it', {
        code: 'CANCELLED',
      })
    : why;
