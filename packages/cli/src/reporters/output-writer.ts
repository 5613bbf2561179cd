/**
 * Writes text to a stream without ever waiting for it or failing because of it: while the reader is slow, text gathers
 * here and goes out in one piece; when the reader is gone (`| head`), the rest is dropped. It knows no events.
 */
import type { ReportStream } from './reporter.ts';

/** Calls back a little later, once; the result cancels that. */
export type Later = (call: () => void) => () => void;

export class OutputWriter {
  readonly #stream: ReportStream;
  readonly #later: Later | undefined;
  #pending: string[] = [];
  #cancel: (() => void) | undefined;
  #isBlocked = false;
  #isBroken = false;

  /** With `later`, what is written until then goes out together. */
  constructor(stream: ReportStream, later?: Later) {
    this.#stream = stream;
    this.#later = later;
    stream.on('error', this.#broken);
  }

  write(text: string): void {
    if (this.#isBroken) return;
    this.#pending.push(text);
    if (this.#later === undefined) this.send();
    else this.#cancel ??= this.#later(this.#gathered);
  }

  /** What has gathered, now. */
  send(): void {
    if (this.#isBlocked || this.#isBroken) return;
    this.#cancel?.();
    this.#cancel = undefined;
    const text = this.#pending.join('');
    if (text === '') return;
    this.#pending = [];
    this.#isBlocked = !this.#stream.write(text);
    if (this.#isBlocked) this.#stream.once('drain', this.#drained);
  }

  /** Resolves when all was handed to the system, or nobody is there to read it. */
  async flush(): Promise<void> {
    this.send();
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

  readonly #gathered = (): void => this.send();

  readonly #drained = (): void => {
    this.#isBlocked = false;
    this.send();
  };

  readonly #broken = (): void => {
    this.#isBroken = true;
    this.#pending = [];
  };
}
