/** A door before the hosts for a converter of which there must never be two processes at work. It knows no converter. */
import type { Failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import type { HostRequest } from './protocol.ts';

export type RunInHost = (request: HostRequest) => Promise<Result<JsonObject, Failure>>;

/** Jobs wait here in order, before they take a place of the pool's. What is aborted does not wait any longer. */
export function oneAtATime(run: RunInHost): RunInHost {
  let last: Promise<unknown> = Promise.resolve();
  return (request) => {
    const before = last;
    // Answers at once for what is aborted.
    const mine = untilAborted(before, request.signal).then(() => run(request));
    last = Promise.allSettled([before, mine]);
    return mine;
  };
}

function untilAborted(before: Promise<unknown>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      signal.removeEventListener('abort', go);
      resolve();
    };
    if (signal.aborted) go();
    else signal.addEventListener('abort', go);
    void before.then(go);
  });
}
