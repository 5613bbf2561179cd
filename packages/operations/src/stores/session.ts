/** The patience and the bounds of an action that talks to a store, the same for all of them. */
import type { ActionRequest, OperationContext } from '@pipeline/engine';
import { defaultTimeouts } from '../http/request.ts';
import type { HttpTimeouts } from '../http/request.ts';
import { anyNetwork } from '../http/network.ts';
import type { Network } from '../http/network.ts';
import { politeAttempts, waitFor } from '../http/retry.ts';
import type { Wait } from '../http/retry.ts';
import type { Session } from './store.ts';

export interface StoreSettings {
  readonly timeouts: HttpTimeouts;
  /** Of one file that is fetched. */
  readonly maxBytes: number;
  readonly wait: Wait;
  readonly network: Network;
}

export const defaultSettings: StoreSettings = {
  timeouts: defaultTimeouts,
  maxBytes: 10_000_000_000,
  wait: waitFor,
  network: anyNetwork,
};

export interface NotedSession extends Session {
  readonly notes: ReadonlySet<string>;
}

/** A task with a `retry` of its own leaves further attempts to the engine. */
export function startSession(
  { task }: ActionRequest,
  { signal, progress }: OperationContext,
  settings: StoreSettings,
): NotedSession {
  const notes = new Set<string>();
  return {
    ...settings,
    signal,
    attempts: task.retry.attempts > 1 ? 1 : politeAttempts,
    onWait: (message) => progress(null, message),
    note: (message) => notes.add(message),
    notes,
  };
}

/** The words of a finished action. */
export function saidBy({ notes }: NotedSession, more?: string): { readonly message?: string } {
  const all = more === undefined ? [...notes] : [...notes, more];
  return all.length === 0 ? {} : { message: all.join('; ') };
}
