import { Writable } from 'node:stream';

/** Keeps what is written to it; a terminal when it is given columns. */
export class MemoryStream extends Writable {
  readonly isTTY: boolean;
  columns: number | undefined;
  readonly chunks: string[] = [];

  constructor({ columns, isTTY = columns !== undefined }: { columns?: number; isTTY?: boolean } = {}) {
    super({ decodeStrings: false });
    this.columns = columns;
    this.isTTY = isTTY;
  }

  override _write(chunk: string, _encoding: string, done: () => void): void {
    this.keep(chunk);
    done();
  }

  protected keep(chunk: string): void {
    this.chunks.push(chunk);
  }

  get text(): string {
    return this.chunks.join('');
  }
}
