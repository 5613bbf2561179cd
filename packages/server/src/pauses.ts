/**
 * Pauses of many who wait for another try, which are all over at once when nobody is to try any more. An abort signal
 * would have a listener for each of them: Node takes more than ten for a leak, and says so.
 */
export class Pauses {
  readonly #ends = new Set<() => void>();
  #areOver = false;

  get areOver(): boolean {
    return this.#areOver;
  }

  /** Settles after that time, or when all pauses are over. It keeps no process alive. */
  take(ms: number): Promise<void> {
    if (this.#areOver) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#ends.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms).unref();
      this.#ends.add(end);
    });
  }

  end(): void {
    this.#areOver = true;
    for (const end of this.#ends) end();
  }
}
