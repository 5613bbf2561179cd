/**
 * A sleep that ends at a time, or when it is rung: whatever has happened meanwhile is then seen by whoever slept. Rung
 * before the sleep, it ends at once. It also notices that the machine was asleep, or that its clock was set.
 */
export class Alarm {
  #isRung = false;
  #wake: (() => void) | undefined;
  #driftMs = drift();

  ring(): void {
    this.#isRung = true;
    this.#wake?.();
  }

  /** By `performance.now()`; `Infinity` is until it is rung. */
  async sleepUntil(atMs: number): Promise<void> {
    if (!this.#isRung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(Math.max(0, atMs - performance.now()), maxSleepMs));
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#wake = undefined;
    this.#isRung = false;
  }

  /** Since it was asked last: the two clocks went apart. */
  hasJumped(): boolean {
    const now = drift();
    const hasJumped = Math.abs(now - this.#driftMs) > jumpMs;
    this.#driftMs = now;
    return hasJumped;
  }
}

const maxSleepMs = 30_000;
const jumpMs = 2000;

const drift = (): number => Date.now() - performance.now();
