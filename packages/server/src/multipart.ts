/**
 * The parts of a `multipart/form-data` body, one after the other, as they arrive. They are pulled: nothing is read
 * before it is asked for, so a slow disk slows the client, a refusal reads no further, and what the source throws
 * is thrown to who reads. Why not @fastify/busboy: it takes an unquoted file name for an HTTP token, so that of
 * `filename=in put;ü.png`, which CloudConvert's Node SDK sends, only `input` is left; and of its splitter, which
 * pushes, a part that was cut off looks as if it had ended.
 */
import { readDisposition, type Disposition } from './part-disposition.ts';

export interface Part extends Disposition {
  /** The next piece of the content; undefined at its end, again and again. */
  readonly read: () => Promise<Buffer | undefined>;
}

/** The body is no multipart, or ends before its end. */
export class MultipartError extends Error {}

/** RFC 2046 says 70; some clients make longer ones. */
const maxBoundary = 256;

const maxHeaderBytes = 16 * 1024;

const lineEnd = Buffer.from('\r\n');
const headersEnd = Buffer.from('\r\n\r\n');

/** Of `multipart/form-data; boundary=…`; undefined for any other content. */
export function boundaryOf(contentType: string | undefined): string | undefined {
  if (contentType === undefined || !/^multipart\/form-data\s*(?:;|$)/i.test(contentType)) return undefined;
  const found = /;\s*boundary\s*=\s*(?:"([^"]*)"|([^;\s]+))/i.exec(contentType);
  const boundary = found?.[1] ?? found?.[2] ?? '';
  return boundary !== '' && boundary.length <= maxBoundary ? boundary : undefined;
}

/**
 * What is left of a part when the next one is asked for is skipped. Ends only after the closing boundary: who has seen
 * the end knows that every part was whole. Throws `MultipartError`, or what the source threw.
 */
export async function* readParts(
  source: AsyncIterable<Buffer>,
  boundary: string,
): AsyncGenerator<Part, void> {
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  const bytes = source[Symbol.asyncIterator]();
  const input = new Input(bytes);
  try {
    const preamble = input.upTo(delimiter);
    while ((await preamble()) !== undefined);
    while (!(await isLast(input))) {
      const disposition = await readHeaders(input);
      const read = input.upTo(delimiter);
      yield { ...disposition, read };
      while ((await read()) !== undefined);
    }
  } finally {
    // The last boundary comes before the end of the source, which has to hear that nobody reads on.
    await bytes.return?.();
  }
}

/** Boundaries end with `--` if no part follows, else with the end of the line, which is left to stand. */
async function isLast(input: Input): Promise<boolean> {
  const start = await input.peek(2);
  if (start.equals(Buffer.from('--'))) return true;
  const padding = input.upTo(lineEnd);
  for (let piece = await padding(); piece !== undefined; piece = await padding()) {
    if (!/^[ \t]*$/.test(piece.toString('latin1')))
      throw new MultipartError('A boundary is followed by more than a line end.');
  }
  return false;
}

async function readHeaders(input: Input): Promise<Disposition> {
  const lines: string[] = [];
  input.putBack(lineEnd);
  const read = input.upTo(headersEnd);
  let sizeBytes = 0;
  for (let piece = await read(); piece !== undefined; piece = await read()) {
    sizeBytes += piece.length;
    if (sizeBytes > maxHeaderBytes) throw new MultipartError('The headers of a part are too long.');
    lines.push(piece.toString('latin1'));
  }
  const unfolded = lines.join('').replaceAll(/\r\n[ \t]+/g, ' ');
  const found = /(?:^|\r\n)content-disposition[ \t]*:(.*)/i.exec(unfolded);
  return readDisposition(Buffer.from(found?.[1] ?? '', 'latin1'));
}

/** What has arrived and was not read yet: never more than one chunk and the end of the one before. */
class Input {
  readonly #source: AsyncIterator<Buffer>;
  // The first boundary needs no line end before it: it gets one.
  #held: Buffer = lineEnd;

  constructor(source: AsyncIterator<Buffer>) {
    this.#source = source;
  }

  /** A function that gives what comes before the mark, piece by piece; the mark itself is taken and given to nobody. */
  upTo(mark: Buffer): () => Promise<Buffer | undefined> {
    let isOver = false;
    return async () => {
      if (isOver) return undefined;
      const piece = await this.#before(mark);
      isOver = piece === undefined;
      return piece;
    };
  }

  async peek(count: number): Promise<Buffer> {
    while (this.#held.length < count) await this.#more();
    return this.#held.subarray(0, count);
  }

  putBack(bytes: Buffer): void {
    this.#held = Buffer.concat([bytes, this.#held]);
  }

  async #before(mark: Buffer): Promise<Buffer | undefined> {
    for (;;) {
      const at = this.#held.indexOf(mark);
      if (at === 0) {
        this.#take(mark.length);
        return undefined;
      }
      // Without a mark: all but what may be the beginning of one.
      const free = at > 0 ? at : this.#held.length - mark.length + 1;
      if (free > 0) return this.#take(free);
      await this.#more();
    }
  }

  #take(count: number): Buffer {
    const taken = this.#held.subarray(0, count);
    this.#held = this.#held.subarray(count);
    return taken;
  }

  async #more(): Promise<void> {
    const next = await this.#source.next();
    if (next.done === true) throw new MultipartError('The form ends before its last boundary.');
    this.#held = this.#held.length === 0 ? next.value : Buffer.concat([this.#held, next.value]);
  }
}
