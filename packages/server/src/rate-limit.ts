/**
 * How many jobs and tasks a user may make in a minute: a window that opens with the first of them. Every call on jobs and
 * tasks is told what is left; only those that make something use it up, as recorded of CloudConvert.
 */
import { tooManyRequests } from './api-error.ts';

export interface RateLimit {
  /** Headers for the answer. Throws the 429 when nothing is left. */
  readonly use: (userId: number) => Readonly<Record<string, string>>;
  readonly look: (userId: number) => Readonly<Record<string, string>>;
}

interface Window {
  used: number;
  endsAt: number;
}

const windowMs = 60_000;

export function createRateLimit(perMinute: number, now: () => number): RateLimit {
  const windows = new Map<number, Window>();
  const limit = String(perMinute);

  function windowOf(userId: number): Window {
    const current = windows.get(userId);
    if (current !== undefined && now() < current.endsAt) return current;
    const opened = { used: 0, endsAt: now() + windowMs };
    windows.set(userId, opened);
    return opened;
  }

  const headers = (used: number): Readonly<Record<string, string>> => ({
    'X-RateLimit-Limit': limit,
    'X-RateLimit-Remaining': String(Math.max(0, perMinute - used)),
  });

  return {
    use(userId) {
      const window = windowOf(userId);
      if (window.used >= perMinute) {
        const seconds = Math.max(1, Math.ceil((window.endsAt - now()) / 1000));
        throw tooManyRequests({ ...headers(window.used), 'Retry-After': String(seconds) });
      }
      window.used += 1;
      return headers(window.used);
    },
    look: (userId) => headers(windows.has(userId) ? windowOf(userId).used : 0),
  };
}
