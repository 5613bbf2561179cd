/**
 * Values by key in one file of lines, which several processes add to at the same time and a crash can cut off: each
 * line carries a checksum, and a damaged one is as good as not there. Of several lines with one key, the last counts.
 * New lines are kept in memory for a turn of the event loop and written together; nothing is ever changed in place.
 *
 *     ↵ 8 digits of CRC-32, blank, key, tab, value ↵
 *
 * It does not know what keys and values mean; neither may hold a line break, and a key no tab.
 */
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { lastLineWith } from './search-log.ts';

export interface KeyedLogOptions {
  readonly path: string;
  /** Told once that nothing can be written; from then on, what is added lives in memory only. */
  readonly onProblem: (error: unknown) => void;
}

const checkLength = 8;
const lineBreak = 0x0a;
const tab = 0x09;

/** So many look-ups search the file; whoever asks more often is worth a table of all keys. */
const searches = 4;

export class KeyedLog {
  readonly #options: KeyedLogOptions;
  /** Added by this process. */
  readonly #added = new Map<string, string>();
  #pending: string[] = [];
  #bytes: Buffer | undefined;
  /** Key → start of its last line. */
  #index: Map<string, number> | undefined;
  #lookups = 0;
  #file: number | undefined;
  #isBroken = false;

  constructor(options: KeyedLogOptions) {
    this.#options = options;
  }

  /** `at-hand`: only where no search is needed, as whoever asks can do without for less. */
  get(key: string, effort: 'search' | 'at-hand' = 'search'): string | undefined {
    const added = this.#added.get(key);
    if (added !== undefined) return added;
    this.#lookups += 1;
    if (this.#lookups <= searches) return effort === 'search' ? search(this.#options.path, key) : undefined;
    const bytes = (this.#bytes ??= readIfThere(this.#options.path));
    const start = (this.#index ??= indexOf(bytes)).get(key);
    return start === undefined ? undefined : valueAt(bytes, start, key);
  }

  add(key: string, value: string): void {
    this.#added.set(key, value);
    if (this.#isBroken) return;
    if (this.#pending.length === 0) setImmediate(() => this.flush());
    this.#pending.push(lineOf(key, value));
  }

  flush(): void {
    if (this.#pending.length === 0) return;
    // The line break in front ends a line that a crash has cut off. One call, so that the lines of others stay whole.
    const bytes = Buffer.from(`\n${this.#pending.join('')}`);
    this.#pending = [];
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(this.#open(), bytes, at);
    } catch (error) {
      this.#isBroken = true;
      this.#options.onProblem(error);
    }
  }

  close(): void {
    this.flush();
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  /** Somebody may have put a shorter file in its place. */
  #open(): number {
    const { path } = this.#options;
    if (this.#file !== undefined) {
      if (statSync(path, { throwIfNoEntry: false })?.ino === fstatSync(this.#file).ino) return this.#file;
      closeSync(this.#file);
      this.#file = undefined;
    }
    mkdirSync(dirname(path), { recursive: true });
    this.#file = openSync(path, 'a', 0o644);
    return this.#file;
  }
}

export function lineOf(key: string, value: string): string {
  const content = `${key}\t${value}`;
  return `${checksum(content)} ${content}\n`;
}

/** Every whole line of a log, in the order of writing. */
export function* entriesOf(bytes: Buffer): Generator<readonly [key: string, value: string]> {
  for (const { start, keyEnd } of linesOf(bytes)) {
    const key = bytes.toString('utf8', start + checkLength + 1, keyEnd);
    const value = valueAt(bytes, start, key);
    if (value !== undefined) yield [key, value];
  }
}

function* linesOf(bytes: Buffer): Generator<{ readonly start: number; readonly keyEnd: number }> {
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(lineBreak, start);
    const end = found < 0 ? bytes.length : found;
    const keyEnd = bytes.indexOf(tab, start + checkLength + 1);
    if (keyEnd > 0 && keyEnd < end) yield { start, keyEnd };
    start = end + 1;
  }
}

function indexOf(bytes: Buffer): Map<string, number> {
  const index = new Map<string, number>();
  for (const { start, keyEnd } of linesOf(bytes)) {
    index.set(bytes.toString('utf8', start + checkLength + 1, keyEnd), start);
  }
  return index;
}

/** From the end, as the last line counts. */
function search(path: string, key: string): string | undefined {
  try {
    const line = lastLineWith(path, { wanted: Buffer.from(` ${key}\t`), offset: checkLength });
    return line === undefined ? undefined : valueAt(line, 0, key);
  } catch {
    return undefined;
  }
}

function valueAt(bytes: Buffer, start: number, key: string): string | undefined {
  const found = bytes.indexOf(lineBreak, start);
  const content = bytes.toString('utf8', start + checkLength + 1, found < 0 ? bytes.length : found);
  const isWhole = bytes.toString('latin1', start, start + checkLength) === checksum(content);
  return isWhole ? content.slice(key.length + 1) : undefined;
}

function checksum(content: string): string {
  return crc32(content).toString(16).padStart(checkLength, '0');
}

function readIfThere(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}
