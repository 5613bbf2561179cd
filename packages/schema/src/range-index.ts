/** Whether something has been said of a place already, for files with very many mistakes. */
import type { Range } from './source.ts';

export class RangeIndex {
  readonly #starts: readonly number[];
  readonly #exact: ReadonlySet<string>;

  constructor(ranges: readonly { readonly range: Range }[]) {
    this.#starts = ranges.map(({ range }) => range.start).sort((a, b) => a - b);
    this.#exact = new Set(ranges.map(({ range }) => `${range.start}-${range.end}`));
  }

  /** One of the ranges begins within this one. */
  touches({ start, end }: Range): boolean {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((this.#starts[middle] ?? 0) < start) low = middle + 1;
      else high = middle;
    }
    const next = this.#starts[low];
    return next !== undefined && next <= end;
  }

  has({ start, end }: Range): boolean {
    return this.#exact.has(`${start}-${end}`);
  }
}
