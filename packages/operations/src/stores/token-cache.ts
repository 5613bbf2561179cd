/**
 * Tokens that a service gave for credentials: asked for once, not by each of a thousand actions, and again when they
 * are about to end. In memory only; the credentials themselves are not kept.
 */
import { createHash } from 'node:crypto';
import type { Failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';

export interface Lasting<T> {
  readonly value: T;
  /** Milliseconds since the epoch. */
  readonly untilMs: number;
}

export interface TokenCache<T> {
  /** `credentials`: everything that the token depends on. */
  readonly get: (
    credentials: readonly string[],
    make: () => Promise<Result<Lasting<T>, Failure>>,
  ) => Promise<Result<Lasting<T>, Failure>>;
  /** It was not accepted any more. */
  readonly forget: (credentials: readonly string[]) => void;
}

/** A token that ends during the request that carries it is of no use. */
const marginMs = 60_000;

export function createTokenCache<T>(now: () => number = Date.now): TokenCache<T> {
  const tokens = new Map<string, Promise<Result<Lasting<T>, Failure>>>();
  return {
    get: async (credentials, make) => {
      const key = keyOf(credentials);
      for (;;) {
        const running = tokens.get(key);
        if (running === undefined) break;
        const known = await running;
        if (known.ok && known.value.untilMs - marginMs > now()) return known;
        // Too old, or it failed for whoever asked: that may have been cancelled, so it says nothing about this one.
        if (tokens.get(key) === running) tokens.delete(key);
      }
      const asked = make();
      tokens.set(key, asked);
      return await asked;
    },
    forget: (credentials) => void tokens.delete(keyOf(credentials)),
  };
}

const keyOf = (credentials: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(credentials)).digest('hex');
