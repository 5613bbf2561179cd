/**
 * The actions that may start, as `ready-queue.ts` orders them, taken in groups: when the turn of one has come, those that
 * share its work and are ready as well come with it. A group takes one place in every limit that one of its members has.
 */
import { type QueueItem, ReadyQueue } from './ready-queue.ts';

export interface GroupItem extends QueueItem {
  /** Names of the limits that hold for it. */
  readonly limits: readonly string[];
  /** `ActionPlan.shares` */
  readonly shares: string | undefined;
}

export interface Group<T> {
  /** At least one; the first is the one whose turn it was. */
  readonly items: readonly T[];
  readonly limits: readonly string[];
}

/** What a converter must hold at once, and what fails together, should stay small. */
const maxItems = 8;

export class GroupQueue<T extends GroupItem> {
  readonly #queue = new ReadyQueue<T>();
  readonly #bySharing = new Map<string, Set<T>>();

  get isEmpty(): boolean {
    return this.#queue.size === 0;
  }

  add(item: T): void {
    this.#queue.add(item);
    if (item.shares === undefined) return;
    const sharing = this.#bySharing.get(item.shares);
    if (sharing === undefined) this.#bySharing.set(item.shares, new Set([item]));
    else sharing.add(item);
  }

  /** Undefined when there is nothing for which there is room. */
  take(hasRoom: (limits: readonly string[]) => boolean): Group<T> | undefined {
    const first = this.#queue.take(({ limits }) => hasRoom(limits));
    if (first === undefined) return undefined;
    this.#forget(first);
    const items = [first];
    let { limits } = first;
    for (const item of this.#bySharing.get(first.shares ?? '') ?? []) {
      if (items.length === maxItems) break;
      const together = [...new Set([...limits, ...item.limits])];
      if (!hasRoom(together)) continue;
      limits = together;
      items.push(item);
      this.#queue.withdraw(item);
      this.#forget(item);
    }
    return { items, limits };
  }

  clear(): void {
    this.#queue.clear();
    this.#bySharing.clear();
  }

  #forget(item: T): void {
    if (item.shares === undefined) return;
    const sharing = this.#bySharing.get(item.shares);
    sharing?.delete(item);
    if (sharing?.size === 0) this.#bySharing.delete(item.shares);
  }
}
