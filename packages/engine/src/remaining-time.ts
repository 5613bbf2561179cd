/**
 * How long a run will still take, or null where nobody can honestly tell. It reads progress and keeps nothing.
 *
 * The basis: what the actions of this very run took, per task. Work left = for each task, its waiting actions times the
 * mean of those that ended, plus what its running ones have left (by their percentage, else by that mean). That is
 * divided by how many actions really ran at once so far. There is a basis only when
 * - two seconds have passed, and no task can grow any more (`isFinal` everywhere), and
 * - at least nine tenths of the actions left belong to tasks of which two have ended; the rest, such as one archive at
 *   the end, counts as the mean of all.
 */
import { itemsOf, valuesOf } from './persistent.ts';
import type { Progress, RunningAction } from './progress.ts';

const minElapsedMs = 2000;
const minSamples = 2;
const maxGuessedShare = 0.1;

/** `nowMs`: milliseconds since the job started. */
export function remainingMs(state: Progress, nowMs: number): number | null {
  if (state.status !== 'processing' || nowMs < minElapsedMs) return null;
  const means = meanDurations(state);
  if (means === null) return null;
  const running = valuesOf(state.running);
  const waitingMs = means.waitingMs;
  const runningMs = running.reduce(
    (sum, action) => sum + runningLeftMs(action, means.of(action.task), nowMs),
    0,
  );
  const busyMs = running.reduce((sum, action) => sum + nowMs - action.startedMs, means.busyMs);
  // Fewer than one at once (gaps between actions) would stretch the estimate, more is what the run really does.
  const atOnce = Math.max(1, busyMs / nowMs);
  // One action cannot be spread over many hands: the longest that runs is a lower bound.
  const longestMs = running.reduce(
    (most, action) => Math.max(most, runningLeftMs(action, means.of(action.task), nowMs)),
    0,
  );
  return Math.max(longestMs, (waitingMs + runningMs) / atOnce);
}

interface Means {
  readonly of: (task: string) => number;
  readonly busyMs: number;
  readonly waitingMs: number;
}

function meanDurations(state: Progress): Means | null {
  const known = new Map<string, number>();
  let [busyMs, samples, guessed, left, waitingMs, guessedWaiting] = [0, 0, 0, 0, 0, 0];
  for (const task of itemsOf(state.tasks)) {
    if (!task.isFinal) return null;
    busyMs += task.busyMs;
    samples += task.samples;
    const open = task.counts.waiting + task.counts.running;
    if (open === 0) continue;
    left += open;
    if (task.samples < minSamples) {
      guessed += open;
      guessedWaiting += task.counts.waiting;
    } else {
      const mean = task.busyMs / task.samples;
      known.set(task.task, mean);
      waitingMs += mean * task.counts.waiting;
    }
  }
  if (samples < minSamples || left === 0 || guessed > left * maxGuessedShare) return null;
  const meanOfAll = busyMs / samples;
  return {
    of: (task) => known.get(task) ?? meanOfAll,
    busyMs,
    waitingMs: waitingMs + guessedWaiting * meanOfAll,
  };
}

/** An action that is over its mean is not "done any moment": without a percentage it counts as a tenth of the mean. */
function runningLeftMs(action: RunningAction, meanMs: number, nowMs: number): number {
  const ranMs = nowMs - action.startedMs;
  if (action.percent !== null && action.percent >= 5)
    return (ranMs / action.percent) * (100 - action.percent);
  return Math.max(meanMs - ranMs, meanMs / 10);
}
