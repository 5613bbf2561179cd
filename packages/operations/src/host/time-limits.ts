/**
 * Time limits for a converter that may get stuck without a fault of the document: what has no answer in time is stopped
 * with its process, and tried again in a new one under the next limit. It knows no converter.
 */
import { failure } from '@pipeline/engine';
import { err } from '@pipeline/schema';
import type { RunInHost } from './one-at-a-time.ts';

export function withTimeLimits(run: RunInHost, limitsMs: readonly number[]): RunInHost {
  return async (request) => {
    for (const limitMs of limitsMs) {
      const limit = AbortSignal.timeout(limitMs);
      const answer = await run({ ...request, signal: AbortSignal.any([request.signal, limit]) });
      const isTooLate = !answer.ok && limit.aborted && !request.signal.aborted;
      if (!isTooLate) return answer;
    }
    const seconds = Math.round((limitsMs.at(-1) ?? 0) / 1000);
    return err(
      failure(
        'timed-out',
        `${request.host} was not done with ${JSON.stringify(request.about ?? 'the file')} after ${seconds} s and was stopped`,
        { hint: 'Split the document, or try again when less is running.' },
      ),
    );
  };
}
