/**
 * How soon the next frame may come: at most ten a second, and all of them together within an eightieth of a CPU. The first
 * frames cost the most (nothing is compiled yet), so there is a little credit to spend, and it grows back. Pure.
 */
export interface FramePace {
  /** CPU milliseconds that may be spent at once; negative: owed. */
  readonly creditMs: number;
  readonly drawnAt: number;
  /** Not before. */
  readonly nextAt: number;
}

export const frameMs = 100;
const maxCreditMs = 60;
const restShare = 80;

export function firstFrame(drawnAt: number): FramePace {
  return { creditMs: maxCreditMs, drawnAt, nextAt: drawnAt + frameMs };
}

export function nextFrame(pace: FramePace, drawnAt: number, costMs: number): FramePace {
  const earnedMs = (drawnAt - pace.drawnAt) / restShare;
  const creditMs = Math.min(maxCreditMs, pace.creditMs + earnedMs) - costMs;
  return { creditMs, drawnAt, nextAt: drawnAt + Math.max(frameMs, -creditMs * restShare) };
}
