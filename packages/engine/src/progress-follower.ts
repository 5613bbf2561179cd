/**
 * Progress for whoever hears every event, and asks only now and then how far the run is: events gather until then, as
 * many at once cost little more than one.
 */
import type { JobEvent } from './event.ts';
import { type Progress, progressAfter } from './progress.ts';

/** What waits should not grow with the run. */
const maxWaiting = 1000;

export class ProgressFollower {
  #state: Progress;
  #waiting: JobEvent[] = [];

  constructor(state: Progress) {
    this.#state = state;
  }

  take(event: JobEvent): void {
    this.#waiting.push(event);
    if (this.#waiting.length === maxWaiting) this.latest();
  }

  latest(): Progress {
    if (this.#waiting.length === 0) return this.#state;
    this.#state = progressAfter(this.#state, this.#waiting);
    this.#waiting = [];
    return this.#state;
  }
}
