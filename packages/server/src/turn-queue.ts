/**
 * What waits for its turn: jobs, and tasks that stand alone, in the order in which they came. One a turn of the event
 * loop, so that requests are answered in between. It does not know what is done in a turn.
 */

/** A job, or a task that stands alone: what is looked at, queued and run as one. */
export type Key = string;

export interface TurnQueueOptions {
  readonly take: (key: Key) => void;
  /** False: `plan` is called again when there is room. */
  readonly hasRoom: () => boolean;
  readonly now: () => number;
}

/** As many arrivals as take the event loop a good part of its time. Jobs that run in between then take from those. */
const rushPerMs = 3;

/** How long arrivals are counted before they are judged. */
const windowMs = 100;

/** In a rush, some turns are taken one after the other, which is cheaper than one by one, and then there is a pause. */
const turnsInRush = 8;
const rushPauseMs = 600;

export class TurnQueue {
  readonly #options: TurnQueueOptions;
  /** From `#first` on; whoever is in there twice is looked at twice, which does no harm. */
  #waiting: Key[] = [];
  #first = 0;
  #isPlanned = false;
  #isClosed = false;
  #isRush = false;
  /** Since the pause. */
  #turns = 0;
  #arrivals = 0;
  #countedSince = 0;

  constructor(options: TurnQueueOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#waiting.length - this.#first;
  }

  /** Something new has come in. */
  arrived(): void {
    this.#arrivals += 1;
  }

  add(key: Key): void {
    // All tasks of a new job say so, one after the other.
    if (this.#waiting.at(-1) !== key) this.#waiting.push(key);
    this.plan();
  }

  plan(): void {
    if (this.#isPlanned || this.#isClosed || this.size === 0 || !this.#options.hasRoom()) return;
    this.#isPlanned = true;
    this.#judgeArrivals();
    if (this.#isRush && this.#turns >= turnsInRush) {
      this.#turns = 0;
      setTimeout(() => this.#turn(), rushPauseMs);
    } else {
      setImmediate(() => this.#turn());
    }
  }

  /** No more turns. */
  close(): void {
    this.#isClosed = true;
  }

  #turn(): void {
    this.#isPlanned = false;
    const key = this.#waiting[this.#first];
    if (this.#isClosed || key === undefined) return;
    this.#first += 1;
    if (this.#first * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#first);
      this.#first = 0;
    }
    this.#turns += 1;
    this.#options.take(key);
    this.plan();
  }

  #judgeArrivals(): void {
    const now = this.#options.now();
    const age = now - this.#countedSince;
    if (age < windowMs) return;
    this.#isRush = this.#arrivals >= rushPerMs * age;
    this.#arrivals = 0;
    this.#countedSince = now;
  }
}
