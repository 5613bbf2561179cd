/** A door before the hosts for a converter of which there must never be two processes at work. It knows no converter. */
import type { Failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import type { HostRequest } from './protocol.ts';

export type RunInHost = (request: HostRequest) => Promise<Result<JsonObject, Failure>>;

/** Jobs wait here in order, before they take a place of the pool's. What is aborted does not wait any longer. */
export function oneAtATime(run: RunInHost): RunInHost {
  let last = Promise.resolve();
  return async (request) => {
    const before = last;
    let leave = (): void => undefined;
    last = new Promise((resolve) => {
      leave = resolve;
    });
    const given = listenForAbort(request.signal);
    await Promise.race([before, given.aborted]);
    given.forget();
    try {
      // Answers at once for what is aborted.
      return await run(request);
    } finally {
      void before.then(leave);
    }
  };
}

function listenForAbort(signal: AbortSignal): {
  readonly aborted: Promise<void>;
  readonly forget: () => void;
} {
  let forget = (): void => undefined;
  const aborted = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    const onAbort = (): void => resolve();
    signal.addEventListener('abort', onAbort, { once: true });
    forget = () => signal.removeEventListener('abort', onAbort);
  });
  return { aborted, forget };
}
