/**
 * How many actions run at once: one p-limit in all, and one for each operation or converter that has a limit.
 * A place in the narrow ones is taken first and in one fixed order, so that nobody who waits holds what another needs.
 * Several jobs may share the places; whoever has waited for one the longest is called first when one gets free.
 */
import pLimit, { type LimitFunction } from 'p-limit';

export interface PoolLimits {
  /** Actions at once, in all. */
  readonly max: number;
  /** By name of an operation or a converter. */
  readonly byName: ReadonlyMap<string, number>;
}

/**
 * In place of a name: the action only moves files. It mostly waits for the disk and needs no CPU, so it has a place of
 * its own kind instead of one of all. Where there is but one at once, there is but one, whatever it does.
 */
export const movingFiles = '(moving files)';

/**
 * Many times as many as threads do the work: the file system writes the journals of several files in one go, and threads
 * that find the next file waiting need not be woken for it (docs/design-notes.md, 44).
 */
const movesAtOnce = 64;

interface Pool {
  readonly limit: LimitFunction;
  /** Actions that were let in and have not ended; the pool's own count is behind by some microtasks. */
  taken: number;
}

export class Pools {
  readonly #max: Pool;
  readonly #moving: Pool;
  readonly #onlyMax: readonly Pool[];
  readonly #onlyMoving: readonly Pool[];
  readonly #byName: ReadonlyMap<string, Pool>;
  /** In the order in which they began to wait. */
  readonly #waiting = new Set<() => boolean>();

  constructor({ max, byName }: PoolLimits) {
    this.#max = createPool(max);
    this.#moving = max === 1 ? this.#max : createPool(movesAtOnce);
    this.#onlyMax = [this.#max];
    this.#onlyMoving = [this.#moving];
    this.#byName = new Map([...byName].map(([name, limit]) => [name, createPool(limit)]));
  }

  /** For all that does not merely move files. */
  get isFull(): boolean {
    return !hasRoom(this.#max);
  }

  /** Actions at work, in all. */
  get taken(): number {
    return this.#max.taken + (this.#moving === this.#max ? 0 : this.#moving.taken);
  }

  /** An action that is let in now starts now: nothing queues, so there is nothing to cancel in a queue. */
  hasRoom(names: readonly string[]): boolean {
    return this.#poolsFor(names).every(hasRoom);
  }

  /** Those of the names that have a limit. */
  limited(names: readonly string[]): readonly string[] {
    return this.#byName.size === 0 ? none : [...new Set(names)].filter((name) => this.#byName.has(name));
  }

  /**
   * Takes one place in the pool of each name, and one of the job's; the work begins when this step is over. It may leave
   * the place before its end, and take it again for more work of the same kind.
   */
  async run(names: readonly string[], work: (place: Place) => Promise<void>): Promise<void> {
    const pools = this.#poolsFor(names);
    const place = new Place(pools, this);
    try {
      await enter(pools, () => work(place));
    } finally {
      place.leave();
    }
  }

  /** `take` is asked, once, when there may be a place for it; it tells whether it took one, and may wait again. */
  wait(take: () => boolean): void {
    this.#waiting.add(take);
  }

  leave(take: () => boolean): void {
    this.#waiting.delete(take);
  }

  /** Gives the free places to those that wait, one each in their turn, until nobody takes another. */
  offer(): void {
    let isTaken = this.#waiting.size > 0;
    while (isTaken) {
      isTaken = false;
      for (const take of Array.from(this.#waiting)) {
        if (this.isFull) return;
        if (this.#waiting.delete(take) && take()) isTaken = true;
      }
    }
  }

  /** In one order for everyone: the narrow ones as the job names them, then the widest. */
  #poolsFor(names: readonly string[]): readonly Pool[] {
    if (names.length === 0) return this.#onlyMax;
    const isMoving = names.includes(movingFiles);
    if (this.#byName.size === 0) return isMoving ? this.#onlyMoving : this.#onlyMax;
    const widest = isMoving ? this.#moving : this.#max;
    const narrow = [...this.#byName].flatMap(([name, pool]) => (names.includes(name) ? pool : []));
    return [...narrow, widest];
  }
}

/** One in each of some pools. */
export class Place {
  readonly #pools: readonly Pool[];
  readonly #owner: Pools;
  #isTaken = false;

  constructor(pools: readonly Pool[], owner: Pools) {
    this.#pools = pools;
    this.#owner = owner;
    this.take();
  }

  take(): void {
    this.#isTaken = true;
    for (const pool of this.#pools) pool.taken += 1;
  }

  leave(): void {
    if (!this.#isTaken) return;
    this.#isTaken = false;
    for (const pool of this.#pools) pool.taken -= 1;
    this.#owner.offer();
  }
}

const none: readonly string[] = [];

/** Takes a place in the first pool, there one in the second, and so on, and works in the last. */
function enter<T>([first, ...rest]: readonly Pool[], work: () => Promise<T>): Promise<T> {
  if (first === undefined) return work();
  return first.limit(rest.length === 0 ? work : () => enter(rest, work));
}

const createPool = (limit: number): Pool => ({ limit: pLimit(limit), taken: 0 });

const hasRoom = ({ limit, taken }: Pool): boolean => taken < limit.concurrency;
