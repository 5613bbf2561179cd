/**
 * A write-ahead log: texts that are on the disk when `append` settles. Texts that come while the disk is busy share one
 * write and one sync. A crash may tear only what was not acknowledged; that is cut off when the log is opened again, and
 * any other damage is an error that names the file. It does not know what the texts mean.
 *
 * A record is a line: CRC-32 of what follows it, how many bytes of the segment were synced before it, the text.
 */
import { constants, type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { readSegment } from './log-segment.ts';

export interface LogOptions {
  /** Absolute; made when it is not there. */
  readonly dir: string;
  /** `jobs`: its segments are `jobs-00000001.log` and so on. Letters only. */
  readonly name: string;
  /** A new segment is begun when one has grown to this. */
  readonly segmentBytes?: number;
  /** Called for each record that is there, before `openLog` settles. */
  readonly replay: (text: string, segment: number) => void;
}

export interface Log {
  /**
   * Settles with the number of the segment that it is in, when it and all before it are on the disk. No line breaks. Whoever
   * has something to do right before that says so here: all texts that are written together share one promise.
   */
  readonly append: (text: string, onEnd?: OnEnd) => Promise<number>;
  /** Numbers, the oldest first; the last is the one that is written. */
  readonly segments: () => readonly number[];
  /** Of all segments. */
  readonly sizeBytes: () => number;
  /** Deletes the oldest segments, up to and without this one, in their order. */
  readonly dropBefore: (segment: number) => Promise<void>;
  /** Writes what is left. */
  readonly close: () => Promise<void>;
}

/** Undefined: it was not written. */
export type OnEnd = (segment: number | undefined) => void;

const usualSegmentBytes = 16 * 1024 * 1024;

/**
 * Linux writes and syncs in one call: a busy event loop then comes back to a batch once, not twice, while all others wait
 * for it. Elsewhere such a write promises less than a sync does.
 */
const areWritesSynced = process.platform === 'linux';
const openFlags = constants.O_RDWR | constants.O_CREAT | (areWritesSynced ? constants.O_DSYNC : 0);

export async function openLog(options: LogOptions): Promise<Log> {
  const { dir, name, segmentBytes = usualSegmentBytes } = options;
  await mkdir(dir, { recursive: true });
  const numbers = await segmentNumbers(dir, name);
  const sizes = new Map<number, number>();
  for (const number of numbers) {
    const isLast = number === numbers.at(-1);
    const file = segmentPath(dir, name, number);
    sizes.set(number, await readSegment(file, { isLast, onRecord: (text) => options.replay(text, number) }));
  }
  if (numbers.length === 0) sizes.set(1, 0);
  const writer = new LogWriter({ dir, name, segmentBytes }, sizes);
  await writer.open();
  return {
    append: (text, onEnd) => writer.append(text, onEnd),
    segments: () => [...sizes.keys()],
    sizeBytes: () => [...sizes.values()].reduce((sum, size) => sum + size, 0),
    dropBefore: (segment) => writer.dropBefore(segment),
    close: () => writer.close(),
  };
}

/** Texts that are written and synced together. */
class Batch {
  readonly texts: string[] = [];
  readonly onEnds: OnEnd[] = [];
  /** The number of the segment that they are in. */
  readonly done: Promise<number>;
  #resolve: (segment: number) => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor() {
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  written(segment: number): void {
    for (const onEnd of this.onEnds) onEnd(segment);
    this.#resolve(segment);
  }

  failed(error: unknown): void {
    for (const onEnd of this.onEnds) onEnd(undefined);
    this.#reject(error);
  }
}

interface LogPlace {
  readonly dir: string;
  readonly name: string;
  readonly segmentBytes: number;
}

class LogWriter {
  readonly #place: LogPlace;
  /** Bytes by segment; in the last one, those that are synced. */
  readonly #sizes: Map<number, number>;
  #segment = 0;
  #file: FileHandle | undefined;
  /** What is written next. */
  #waiting: Batch | undefined;
  #writing: Promise<void> | undefined;
  /** There may be bytes behind those that are synced. */
  #isTorn = false;
  #isClosed = false;

  constructor(place: LogPlace, sizes: Map<number, number>) {
    this.#place = place;
    this.#sizes = sizes;
  }

  async open(): Promise<void> {
    this.#segment = Math.max(...this.#sizes.keys());
    this.#file = await this.#openSegment(this.#segment);
    const size = this.#sizes.get(this.#segment) ?? 0;
    if ((await this.#file.stat()).size === size) return;
    // What a crash has torn goes before anything is written behind it.
    await this.#file.truncate(size);
    await this.#file.datasync();
  }

  append(text: string, onEnd?: OnEnd): Promise<number> {
    if (this.#isClosed) {
      onEnd?.(undefined);
      return Promise.reject(new Error('the log is closed'));
    }
    const batch = (this.#waiting ??= new Batch());
    batch.texts.push(text);
    if (onEnd !== undefined) batch.onEnds.push(onEnd);
    this.#writing ??= this.#writeAll();
    return batch.done;
  }

  async dropBefore(segment: number): Promise<void> {
    for (const number of this.#sizes.keys()) {
      if (number >= segment || number === this.#segment) return;
      await rm(segmentPath(this.#place.dir, this.#place.name, number), { force: true });
      this.#sizes.delete(number);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#writing;
    await this.#file?.close();
  }

  async #writeAll(): Promise<void> {
    // Everything that this turn of the event loop brings comes along.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    while (this.#waiting !== undefined) {
      const batch = this.#waiting;
      this.#waiting = undefined;
      try {
        await this.#write(batch.texts);
      } catch (error) {
        this.#isTorn = true;
        batch.failed(error);
        continue;
      }
      batch.written(this.#segment);
    }
    this.#writing = undefined;
  }

  async #write(texts: readonly string[]): Promise<void> {
    const file = await this.#fileWithRoom();
    const size = this.#sizes.get(this.#segment) ?? 0;
    if (this.#isTorn) await file.truncate(size);
    this.#isTorn = false;
    const bytes = lines(texts, size);
    let written = 0;
    while (written < bytes.length) {
      const { bytesWritten } = await file.write(bytes, written, bytes.length - written, size + written);
      written += bytesWritten;
    }
    if (!areWritesSynced) await file.datasync();
    this.#sizes.set(this.#segment, size + bytes.length);
  }

  async #fileWithRoom(): Promise<FileHandle> {
    if (this.#file === undefined) throw new Error('the log is not open');
    if ((this.#sizes.get(this.#segment) ?? 0) < this.#place.segmentBytes) return this.#file;
    const next = await this.#openSegment(this.#segment + 1);
    await this.#file.close();
    this.#segment += 1;
    this.#sizes.set(this.#segment, 0);
    this.#file = next;
    return next;
  }

  async #openSegment(number: number): Promise<FileHandle> {
    const { dir, name } = this.#place;
    const file = segmentPath(dir, name, number);
    const made = await open(file, openFlags, 0o600);
    await syncFolder(dir);
    return made;
  }
}

const crcLength = 8;

/** Each text is made bytes once, for its checksum and for the file. */
function lines(texts: readonly string[], syncedBytes: number): Buffer {
  const start = `${syncedBytes} `;
  const own = crcLength + 1 + start.length + 1;
  const bytes = Buffer.allocUnsafe(texts.reduce((sum, text) => sum + own + Buffer.byteLength(text), 0));
  let at = 0;
  for (const text of texts) {
    const checked = at + crcLength + 1;
    let end = checked + bytes.write(start, checked, 'latin1');
    end += bytes.write(text, end, 'utf8');
    const crc = crc32(bytes.subarray(checked, end)).toString(16).padStart(crcLength, '0');
    bytes.write(`${crc} `, at, 'latin1');
    bytes[end] = 0x0a;
    at = end + 1;
  }
  return bytes;
}

const segmentPath = (dir: string, name: string, number: number): string =>
  path.join(dir, `${name}-${String(number).padStart(8, '0')}.log`);

async function segmentNumbers(dir: string, name: string): Promise<readonly number[]> {
  const pattern = new RegExp(`^${name}-(\\d{8,})\\.log$`);
  const names = await readdir(dir);
  return names.flatMap((file) => Number(pattern.exec(file)?.[1] ?? NaN) || []).sort((a, b) => a - b);
}

/** The name of a new file is on the disk only when its folder is. Not every system can; those need not. */
async function syncFolder(dir: string): Promise<void> {
  try {
    const folder = await open(dir, 'r');
    await folder.sync();
    await folder.close();
  } catch {
    // Windows opens no folders.
  }
}
