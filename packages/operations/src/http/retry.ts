/**
 * Tries again what may pass by itself, as politely as servers ask for: a few times, after the time that Retry-After
 * names, never longer than a minute. For tasks that have no `retry` of their own; it knows no HTTP.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err } from '@pipeline/schema';

/** In all, the first one included. */
export const politeAttempts = 3;
const maxWaitMs = 60_000;

/** Resolves early, and never rejects, when the signal is aborted. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

export const waitFor: Wait = async (ms, signal) => {
  await delay(ms, undefined, { signal }).catch(() => undefined);
};

export interface Retrying {
  readonly attempts: number;
  readonly signal: AbortSignal;
  readonly wait: Wait;
  readonly onWait: (message: string) => void;
}

export async function retry<T>(
  attempt: () => Promise<Result<T, Failure>>,
  { attempts, signal, wait, onWait }: Retrying,
): Promise<Result<T, Failure>> {
  for (let count = 1; ; count += 1) {
    const result = await attempt();
    if (result.ok || !result.error.isTransient || signal.aborted) return result;
    const waitMs = result.error.retryAfterMs ?? 1000 * 2 ** (count - 1);
    if (count >= attempts || waitMs > maxWaitMs)
      return count === 1 ? result : err(tried(result.error, count));
    onWait(`attempt ${count + 1} of ${attempts} in ${Math.ceil(waitMs / 1000)} s`);
    await wait(waitMs, signal);
  }
}

const tried = (error: Failure, count: number): Failure => ({
  ...error,
  message: `${error.message} (tried ${count} times)`,
});

/**
 * A Retry-After header in milliseconds: seconds, or a date. `sentAt` is the Date header of the same response: with it,
 * a clock that goes wrong on one side does no harm.
 */
export function retryAfterMs(header: string | undefined, sentAt: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  const now = sentAt === undefined ? Number.NaN : Date.parse(sentAt);
  return Number.isNaN(date) ? undefined : Math.max(0, date - (Number.isNaN(now) ? Date.now() : now));
}
