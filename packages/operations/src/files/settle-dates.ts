/**
 * Puts the one date of outputs where a program has written that of now, and an id of the content where it has made one of
 * the clock: in place, byte for byte, for programs that cannot be told. A date that is not of now came with the input, and stays.
 */
import { createHash } from 'node:crypto';
import { open, readFile, writeFile } from 'node:fs/promises';
import { outputDateMs } from './output-date.ts';

export type Settle = (file: string, startedMs: number) => Promise<void>;

/** Dates and id of a PDF. */
export const settlePdf: Settle = async (file, startedMs) => {
  await writeFile(file, settledPdf(await readFile(file), startedMs));
};

/** The bytes are changed; they may become others when the id was longer or shorter. */
export function settledPdf(bytes: Buffer, startedMs: number): Buffer {
  for (const key of ['/CreationDate', '/ModDate']) settlePdfDates(bytes, key, startedMs);
  const plain = withPlainId(bytes);
  settlePdfId(plain);
  return plain;
}

/** Ghostscript writes an id as `(8^\374C…)` when it happens to have few bytes that are no letters. Behind the trailer, nothing moves. */
function withPlainId(bytes: Buffer): Buffer {
  const at = bytes.lastIndexOf('/ID');
  if (at < 0 || bytes.lastIndexOf('trailer', at) < bytes.lastIndexOf('endobj', at)) return bytes;
  const text = bytes.toString('latin1', at, at + 320);
  const found =
    /^\/ID\s*\[\s*(?<first>\((?:\\[^]|[^\\()])*\)|<[0-9A-F]*>)\s*(?<second>\((?:\\[^]|[^\\()])*\)|<[0-9A-F]*>)\s*\]/i.exec(
      text,
    );
  if (found === null || found.groups?.['first'] !== found.groups?.['second']) return bytes;
  const plain = `/ID [<${'0'.repeat(32)}><${'0'.repeat(32)}>]`;
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(plain), bytes.subarray(at + found[0].length)]);
}

/** `/ModDate (D:20261126013823+00'00')` */
function settlePdfDates(bytes: Buffer, key: string, startedMs: number): void {
  for (let at = bytes.indexOf(key); at >= 0; at = bytes.indexOf(key, at + key.length)) {
    const text = bytes.toString('latin1', at, at + key.length + 24);
    const found = /\(D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/.exec(text);
    if (found === null || !isOfNow(found.slice(1), startedMs)) continue;
    bytes.write(shownDigits(), at + found.index + '(D:'.length, 'latin1');
  }
}

/** Of the trailer, which is the last: the two halves, `<…>` of 32 digits each. */
function settlePdfId(bytes: Buffer): void {
  const at = bytes.lastIndexOf('/ID');
  const found =
    at < 0
      ? null
      : /^\/ID\s*\[\s*<([0-9A-F]{32})>\s*<([0-9A-F]{32})>/i.exec(bytes.toString('latin1', at, at + 96));
  const [whole = '', first = '', second = ''] = found ?? [];
  // Two different halves: the first is that of an older file.
  if (found === null || first !== second) return;
  const firstAt = at + whole.indexOf(first);
  const secondAt = at + whole.lastIndexOf(second);
  const places = [firstAt, secondAt, ...checksumAt(bytes, at)];
  for (const place of places) bytes.fill('0', place, place + first.length, 'latin1');
  const id = createHash('sha256').update(bytes).digest('hex').slice(0, first.length).toUpperCase();
  for (const place of places) bytes.write(id, place, 'latin1');
}

/** LibreOffice has a third one: `/DocChecksum /F0C7…`. */
function checksumAt(bytes: Buffer, idAt: number): readonly number[] {
  const found = /\/DocChecksum \/[0-9A-F]{32}/.exec(bytes.toString('latin1', idAt, idAt + 256));
  return found === null ? [] : [idAt + found.index + '/DocChecksum /'.length];
}

/** `%%CreationDate: Thu Nov 26 01:38:22 2026`, among the first comments. */
export const settlePostScript: Settle = async (file) => {
  const handle = await open(file, 'r+');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(8192), 0, 8192, 0);
    const text = buffer.toString('latin1', 0, bytesRead);
    const found = /^%%CreationDate: (.*)$/m.exec(text);
    const date = found?.[1];
    if (found === null || date === undefined) return;
    const at = found.index + found[0].length - date.length;
    const shown = new Date(outputDateMs()).toISOString().slice(0, 19).replace('T', ' ');
    await handle.write(
      Buffer.from(shown.padEnd(date.length).slice(0, date.length), 'latin1'),
      0,
      date.length,
      at,
    );
  } finally {
    await handle.close();
  }
};

const tagDateTime = 306;
const dateTimeLength = 19;

/** `2026:11:26 01:38:29` in each page of a TIFF. */
export const settleTiff: Settle = async (file, startedMs) => {
  const bytes = await readFile(file);
  const isLittle = bytes.toString('latin1', 0, 2) === 'II';
  const short = (at: number): number => (isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const long = (at: number): number => (isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  if (bytes.length < 8 || short(2) !== 42) return;
  const seen = new Set<number>();
  for (let page = long(4); page > 0 && page + 2 <= bytes.length && !seen.has(page);) {
    seen.add(page);
    const end = page + 2 + 12 * short(page);
    for (let entry = page + 2; entry < end && entry + 12 <= bytes.length; entry += 12) {
      if (short(entry) === tagDateTime) settleTiffDate(bytes, long(entry + 8), startedMs);
    }
    page = end + 4 <= bytes.length ? long(end) : 0;
  }
  await writeFile(file, bytes);
};

function settleTiffDate(bytes: Buffer, at: number, startedMs: number): void {
  const text = bytes.toString('latin1', at, at + dateTimeLength);
  const found = /^(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)$/.exec(text);
  if (found === null || !isOfNow(found.slice(1), startedMs)) return;
  const [date = '', time = ''] = new Date(outputDateMs()).toISOString().slice(0, dateTimeLength).split('T');
  bytes.write(`${date.replaceAll('-', ':')} ${time}`, at, 'latin1');
}

/** Programs run in UTC; a second is given for what they round. */
function isOfNow(parts: readonly string[], startedMs: number): boolean {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map(Number);
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  return ms >= startedMs - 2000 && ms <= Date.now() + 2000;
}

/** `19800101000000` */
const shownDigits = (): string => new Date(outputDateMs()).toISOString().replaceAll(/\D/g, '').slice(0, 14);
