/** Things that hang together. */
export class Groups<T> {
  readonly #parents = new Map<T, T>();

  join(a: T, b: T): void {
    const [one, other] = [this.rootOf(a), this.rootOf(b)];
    if (one !== other) this.#parents.set(one, other);
  }

  /** The same for all of a group. */
  rootOf(thing: T): T {
    let root = thing;
    for (let parent = this.#parents.get(root); parent !== undefined; parent = this.#parents.get(root))
      root = parent;
    // The way is short the next time.
    for (let at = thing; at !== root;) {
      const next = this.#parents.get(at) ?? root;
      this.#parents.set(at, root);
      at = next;
    }
    return root;
  }
}
