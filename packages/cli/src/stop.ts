/**
 * Everything that can end a run early, as one signal. The first request is polite: what runs is cancelled and cleaned
 * up. The second one is not.
 *
 *     running ── Ctrl-C, SIGTERM, SIGHUP, --timeout, q ──▶ stopping ── Ctrl-C, SIGTERM, q ──▶ killed
 */
import type { AbortReason } from '@pipeline/engine';
import { exitCode } from './exit-code.ts';
import type { ProcessEvents } from './surroundings.ts';

/** What a run's abort signal carries as its reason. */
export interface StopReason extends Required<AbortReason> {
  readonly message: string;
}

export interface Stop {
  readonly signal: AbortSignal;
  /** As Ctrl-C does. */
  readonly interrupt: () => void;
  /** Stops listening; the process may end. */
  readonly close: () => void;
}

export interface StopOptions {
  readonly processEvents: ProcessEvents;
  readonly timeoutMs: number | undefined;
  /** Told once, when the polite end begins. */
  readonly onStop: (reason: StopReason) => void;
  /** Ends everything at once. */
  readonly onKill: (code: number) => void;
}

const reasons = {
  SIGINT: { type: 'interrupted', exitCode: exitCode.interrupted, message: 'interrupted' },
  SIGTERM: { type: 'interrupted', exitCode: exitCode.terminated, message: 'terminated' },
  SIGHUP: { type: 'interrupted', exitCode: exitCode.hangup, message: 'the terminal went away' },
} satisfies Readonly<Record<string, StopReason>>;

export function listenForStop({ processEvents, timeoutMs, onStop, onKill }: StopOptions): Stop {
  const controller = new AbortController();
  let reason: StopReason | undefined;
  const stop = (next: StopReason): void => {
    if (reason !== undefined) {
      // A timeout that passes while the run is being cancelled is no reason to kill it.
      if (next.type === 'interrupted') onKill(next.exitCode);
      return;
    }
    reason = next;
    onStop(next);
    controller.abort(next);
  };
  const onInterrupt = (): void => stop(reasons.SIGINT);
  const onTerminate = (): void => stop(reasons.SIGTERM);
  // A terminal that is closed sends it once; whoever sends two means it.
  const onHangup = (): void => stop(reasons.SIGHUP);
  processEvents.on('SIGINT', onInterrupt);
  processEvents.on('SIGTERM', onTerminate);
  processEvents.on('SIGHUP', onHangup);
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(
          () => stop({ type: 'timeout', exitCode: exitCode.timeout, message: 'out of time' }),
          timeoutMs,
        );
  return {
    signal: controller.signal,
    interrupt: onInterrupt,
    close: () => {
      clearTimeout(timer);
      processEvents.off('SIGINT', onInterrupt);
      processEvents.off('SIGTERM', onTerminate);
      processEvents.off('SIGHUP', onHangup);
    },
  };
}
