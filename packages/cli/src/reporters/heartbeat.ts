/**
 * A sign of life for every action that runs long: calls back with those that have just run for another 30 seconds. One
 * timer for all of them, none while nothing runs. It knows no text.
 */
import type { JobEvent, Progress, RunningAction } from '@pipeline/engine';
import { valuesOf } from '@pipeline/engine';
import type { Clock } from './clock.ts';

const heartbeatMs = 30_000;

export interface HeartbeatOptions {
  readonly clock: Clock;
  readonly state: () => Progress;
  /** The one that runs longest first. */
  readonly onBeat: (due: readonly RunningAction[], elapsedMs: number) => void;
}

export interface Heartbeat {
  /** For every event, after it is in the state. */
  watch(event: JobEvent): void;
  stop(): void;
}

export function createHeartbeat({ clock, state, onBeat }: HeartbeatOptions): Heartbeat {
  let cancel: (() => void) | undefined;
  let startedAt = clock.now() - state().ms;
  let checkedMs = 0;

  const plan = (): void => {
    if (cancel !== undefined || state().running.size === 0) return;
    checkedMs = clock.now() - startedAt;
    // Whatever starts later is due later, so the timer need not change until it has rung.
    const waits = valuesOf(state().running).map(
      ({ startedMs }) => heartbeatMs - ((checkedMs - startedMs) % heartbeatMs),
    );
    cancel = clock.after(Math.min(...waits), beat);
  };
  const beat = (): void => {
    cancel = undefined;
    const now = clock.now() - startedAt;
    const due = valuesOf(state().running).filter(
      ({ startedMs }) => beats(now, startedMs) > beats(checkedMs, startedMs),
    );
    if (due.length > 0) onBeat(due.sort(byStart), now);
    plan();
  };
  // Taken over in the middle of a run, something may run already.
  plan();
  return {
    watch: (event) => {
      if (event.type === 'job.started') startedAt = clock.now() - event.ms;
      // Only then there may be one more that runs.
      if (event.type === 'action.started') plan();
    },
    stop: () => {
      cancel?.();
      cancel = undefined;
    },
  };
}

function beats(atMs: number, startedMs: number): number {
  return Math.max(0, Math.floor((atMs - startedMs) / heartbeatMs));
}

/** By address where times are equal: the running actions have no order of their own. */
function byStart(a: RunningAction, b: RunningAction): number {
  if (a.startedMs !== b.startedMs) return a.startedMs - b.startedMs;
  return a.action < b.action ? -1 : 1;
}
