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

/** From one turn to the next in a rush: taking new jobs is what is urgent then. */
const rushPauseMs = 200;
const turnsTogether = 8;

/** So many come in while one gets its turn: more than could be run in any case. */
const rush = 10;

/** A rush is looked for in at least this time, and at most twice as much. */
const windowMs = 100;

export class TurnQueue {
  readonly #options: TurnQueueOptions;
  readonly #waiting = new Set<Key>();
  #isPlanned = false;
  #isClosed = false;
  #together = 0;
  #window = { since: 0, arrivals: 0, turns: 0 };
  #lastWindow = { arrivals: 0, turns: 0 };

  constructor(options: TurnQueueOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Something new has come in. */
  arrived(): void {
    this.#window.arrivals += 1;
  }

  add(key: Key): void {
    this.#waiting.add(key);
    this.plan();
  }

  remove(key: Key): void {
    this.#waiting.delete(key);
  }

  plan(): void {
    if (this.#isPlanned || this.#isClosed || this.#waiting.size === 0 || !this.#options.hasRoom()) return;
    this.#isPlanned = true;
    if (this.#together < turnsTogether || !this.#isRush()) setImmediate(() => this.#turn());
    else {
      this.#together = 0;
      setTimeout(() => this.#turn(), rushPauseMs);
    }
  }

  /** No more turns. */
  close(): void {
    this.#isClosed = true;
  }

  #turn(): void {
    this.#isPlanned = false;
    const [key] = this.#waiting;
    if (this.#isClosed || key === undefined) return;
    this.#waiting.delete(key);
    this.#window.turns += 1;
    this.#together += 1;
    this.#options.take(key);
    this.plan();
  }

  #isRush(): boolean {
    const now = this.#options.now();
    const age = now - this.#window.since;
    if (age >= windowMs) {
      this.#lastWindow = age < 2 * windowMs ? this.#window : { arrivals: 0, turns: 0 };
      this.#window = { since: now, arrivals: 0, turns: 0 };
    }
    const arrivals = this.#window.arrivals + this.#lastWindow.arrivals;
    const turns = this.#window.turns + this.#lastWindow.turns;
    return arrivals >= rush * Math.max(1, turns);
  }
}
