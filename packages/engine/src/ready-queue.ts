/**
 * The actions that may start, the furthest downstream first: files that are on their way leave the job before new ones
 * enter it, which keeps the disk that a large job needs small. It asks whether there is room, and does not know of what.
 */
export interface QueueItem {
  /** What its place in the limits depends on; items of one lane are let in or kept out together. */
  readonly lane: string;
  /** The higher, the further downstream. */
  readonly rank: number;
}

interface Entry<T> {
  readonly item: T;
  readonly turn: number;
}

export class ReadyQueue<T extends QueueItem> {
  /** A binary heap each. */
  readonly #lanes = new Map<string, Entry<T>[]>();
  /** Taken out of their turn; they leave their heap when they come to its top. */
  readonly #withdrawn = new Set<T>();
  #turns = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(item: T): void {
    this.#size += 1;
    const heap = this.#lanes.get(item.lane) ?? [];
    this.#lanes.set(item.lane, heap);
    this.#turns += 1;
    heap.push({ item, turn: this.#turns });
    siftUp(heap);
  }

  /** The first of all items whose lane has room; undefined when there is none. */
  take(hasRoom: (item: T) => boolean): T | undefined {
    let best: Entry<T>[] | undefined;
    for (const heap of this.#lanes.values()) {
      const first = this.#firstOf(heap);
      if (first === undefined || (best?.[0] !== undefined && !isBefore(first, best[0]))) continue;
      if (hasRoom(first.item)) best = heap;
    }
    if (best === undefined) return undefined;
    this.#size -= 1;
    return removeFirst(best)?.item;
  }

  /** For an item that is in the queue. */
  withdraw(item: T): void {
    this.#withdrawn.add(item);
    this.#size -= 1;
  }

  clear(): void {
    this.#lanes.clear();
    this.#withdrawn.clear();
    this.#size = 0;
  }

  #firstOf(heap: Entry<T>[]): Entry<T> | undefined {
    for (;;) {
      const [first] = heap;
      if (first === undefined || !this.#withdrawn.delete(first.item)) return first;
      removeFirst(heap);
    }
  }
}

function isBefore<T extends QueueItem>(a: Entry<T>, b: Entry<T>): boolean {
  return a.item.rank > b.item.rank || (a.item.rank === b.item.rank && a.turn < b.turn);
}

function siftUp<T extends QueueItem>(heap: Entry<T>[]): void {
  for (let at = heap.length - 1; at > 0;) {
    const above = (at - 1) >> 1;
    const entry = heap[at];
    const parent = heap[above];
    if (entry === undefined || parent === undefined || !isBefore(entry, parent)) return;
    heap[at] = parent;
    heap[above] = entry;
    at = above;
  }
}

function removeFirst<T extends QueueItem>(heap: Entry<T>[]): Entry<T> | undefined {
  const [first] = heap;
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    const left = at * 2 + 1;
    const right = left + 1;
    const leftEntry = heap[left];
    const rightEntry = heap[right];
    if (leftEntry === undefined) break;
    const isRight = rightEntry !== undefined && isBefore(rightEntry, leftEntry);
    const child = isRight ? rightEntry : leftEntry;
    if (!isBefore(child, last)) break;
    heap[at] = child;
    at = isRight ? right : left;
  }
  heap[at] = last;
  return first;
}
