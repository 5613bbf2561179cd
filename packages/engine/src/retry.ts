/**
 * Whether a failed attempt is worth another, and when. What would fail again in the same way is never repeated,
 * whatever the pipeline says.
 */
import type { RetryPolicy } from '@pipeline/schema';
import type { Failure, FailureType } from './failure.ts';

const deterministic: ReadonlySet<FailureType> = new Set([
  'bad-input',
  'too-large',
  'unsupported',
  'not-available',
  'converter-missing',
  'input-failed',
  'cancelled',
]);

export function isWorthRetrying(failure: Failure, policy: RetryPolicy, attempt: number): boolean {
  if (attempt >= policy.attempts || deterministic.has(failure.type)) return false;
  return policy.on === 'any' || failure.isTransient;
}

/**
 * Milliseconds until the next attempt. The delay grows from attempt to attempt, and a random part of up to a quarter is
 * taken off, so that many actions do not come back at the same moment. A server that said when to come back is obeyed,
 * if that is later; never beyond `max_delay`, since nobody wants to wait for an hour without having asked for it.
 */
export function retryDelayMs(
  failure: Failure,
  policy: RetryPolicy,
  { attempt, random }: { readonly attempt: number; readonly random: () => number },
): number {
  const grown = Math.min(policy.delayMs * policy.backoff ** (attempt - 1), policy.maxDelayMs);
  const spread = Math.round(grown * (1 - random() / 4));
  return Math.min(Math.max(spread, failure.retryAfterMs ?? 0), policy.maxDelayMs);
}
