/** Where each of some names stands in a list. Few are found faster by looking at each of them than in a map. */
export class Places {
  readonly #names: readonly string[];
  readonly #byName: ReadonlyMap<string, number> | undefined;

  constructor(names: readonly string[]) {
    this.#names = names;
    if (names.length > few) this.#byName = new Map(names.map((name, place) => [name, place]));
  }

  /** Undefined: there is none of that name. */
  of(name: string): number | undefined {
    if (this.#byName !== undefined) return this.#byName.get(name);
    const place = this.#names.lastIndexOf(name);
    return place === -1 ? undefined : place;
  }
}

const few = 8;
