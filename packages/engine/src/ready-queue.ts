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
  next: Entry<T> | undefined;
}

/** Those of one lane and one rank, in their turn. */
interface Line<T> extends QueueItem {
  first: Entry<T> | undefined;
  last: Entry<T> | undefined;
}

export class ReadyQueue<T extends QueueItem> {
  /** No more than there are tasks, or a few for each. */
  #lines: Line<T>[] = [];
  /** Taken out of their turn; they leave their line when they come to its head. */
  readonly #withdrawn = new Set<T>();
  #turns = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(item: T): void {
    this.#size += 1;
    this.#turns += 1;
    const entry = { item, turn: this.#turns, next: undefined };
    const line = this.#lineOf(item);
    if (line.last === undefined) line.first = entry;
    else line.last.next = entry;
    line.last = entry;
  }

  /** The first of all items whose lane has room; undefined when there is none. */
  take(hasRoom: (item: T) => boolean): T | undefined {
    let best: Line<T> | undefined;
    for (const line of this.#lines) {
      const first = this.#firstOf(line);
      if (first === undefined || (best?.first !== undefined && !isBefore(first, best.first))) continue;
      if (hasRoom(first.item)) best = line;
    }
    if (best?.first === undefined) return undefined;
    const { item } = best.first;
    this.#size -= 1;
    removeFirst(best);
    return item;
  }

  /** For an item that is in the queue. */
  withdraw(item: T): void {
    this.#withdrawn.add(item);
    this.#size -= 1;
  }

  clear(): void {
    this.#lines = [];
    this.#withdrawn.clear();
    this.#size = 0;
  }

  #lineOf({ lane, rank }: T): Line<T> {
    for (const line of this.#lines) if (line.rank === rank && line.lane === lane) return line;
    const line: Line<T> = { lane, rank, first: undefined, last: undefined };
    this.#lines.push(line);
    return line;
  }

  #firstOf(line: Line<T>): Entry<T> | undefined {
    while (line.first !== undefined && this.#withdrawn.delete(line.first.item)) removeFirst(line);
    return line.first;
  }
}

function removeFirst<T>(line: Line<T>): void {
  line.first = line.first?.next;
  if (line.first === undefined) line.last = undefined;
}

function isBefore<T extends QueueItem>(a: Entry<T>, b: Entry<T>): boolean {
  return a.item.rank > b.item.rank || (a.item.rank === b.item.rank && a.turn < b.turn);
}
