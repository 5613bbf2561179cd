/**
 * Writes text to a stream without ever waiting for it or failing because of it: while the reader is slow, text gathers
 * here and goes out in one piece; when the reader is gone (`| head`), the rest is dropped. It knows no events.
 */
import type { ReportStream } from './reporter.ts';

export class OutputWriter {
  readonly #stream: ReportStream;
  readonly #onBroken: (error: Error) => void;
  #pending: string[] = [];
  #isBlocked = false;
  #isBroken = false;

  /** `onBroken` hears of anything but a reader that left. */
  constructor(stream: ReportStream, onBroken: (error: Error) => void = () => {}) {
    this.#stream = stream;
    this.#onBroken = onBroken;
    stream.on('error', this.#broken);
  }

  write(text: string): void {
    if (this.#isBroken) return;
    if (this.#isBlocked) {
      this.#pending.push(text);
      return;
    }
    this.#isBlocked = !this.#stream.write(text);
    if (this.#isBlocked) this.#stream.once('drain', this.#drained);
  }

  /** Resolves when all was handed to the system, or nobody is there to read it. */
  async flush(): Promise<void> {
    while (this.#isBlocked && !this.#isBroken) await this.#next();
    if (!this.#isBroken) await new Promise<void>((resolve) => this.#barrier(resolve));
  }

  /** For a stream that is ours, as a file. */
  async end(): Promise<void> {
    await this.flush();
    if (!this.#isBroken) await new Promise<void>((resolve) => this.#stream.end(() => resolve()));
    this.#stream.off('error', this.#broken);
  }

  #barrier(resolve: () => void): void {
    this.#stream.once('error', resolve);
    this.#stream.write('', () => {
      this.#stream.off('error', resolve);
      resolve();
    });
  }

  async #next(): Promise<void> {
    await new Promise<void>((resolve) => {
      const settle = (): void => {
        for (const event of ['drain', 'error', 'close']) this.#stream.off(event, settle);
        resolve();
      };
      for (const event of ['drain', 'error', 'close']) this.#stream.once(event, settle);
      // A stream that closes without an error will never drain.
      this.#stream.once('close', () => this.#broken());
    });
  }

  readonly #drained = (): void => {
    this.#isBlocked = false;
    const text = this.#pending.join('');
    this.#pending = [];
    if (text !== '') this.write(text);
  };

  readonly #broken = (error?: Error & { readonly code?: string }): void => {
    if (this.#isBroken) return;
    this.#isBroken = true;
    this.#pending = [];
    if (error !== undefined && error.code !== 'EPIPE') this.#onBroken(error);
  };
}
