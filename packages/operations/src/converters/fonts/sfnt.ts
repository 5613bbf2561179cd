/**
 * The tables of a font, and the files that they are packed into: TTF and OTF as they are, WOFF compressed, EOT behind a
 * header, TTC several fonts at once. Repacking touches no table, so hints, kerning and ligatures stay. Pure.
 */
import { deflateSync, inflateSync } from 'node:zlib';

export interface SfntTable {
  readonly tag: string;
  readonly data: Buffer;
}

export interface Sfnt {
  /** `OTTO` for outlines of cubic curves (CFF); else TrueType's. */
  readonly flavor: number;
  readonly tables: readonly SfntTable[];
}

export const otto = 0x4f54_544f;
const ttcf = 0x7474_6366;
const maxTables = 512;
/** What one table may unpack to. */
const maxTableBytes: number = 128 * 2 ** 20;

/** Throws a plain `Error` when a table lies outside of the file. Of a collection: its first font. */
export function readSfnt(file: Buffer): Sfnt {
  const start = file.readUInt32BE(0) === ttcf ? file.readUInt32BE(12) : 0;
  const flavor = file.readUInt32BE(start);
  const count = checkedCount(file.readUInt16BE(start + 4));
  const tables = Array.from({ length: count }, (_, index) => {
    const at = start + 12 + index * 16;
    return { tag: tagAt(file, at), data: slice(file, file.readUInt32BE(at + 8), file.readUInt32BE(at + 12)) };
  });
  return { flavor, tables };
}

export function writeSfnt({ flavor, tables }: Sfnt): Buffer {
  const sorted = tables.toSorted((left, right) => (left.tag < right.tag ? -1 : 1));
  const directory = Buffer.alloc(12 + sorted.length * 16);
  const power = Math.floor(Math.log2(Math.max(1, sorted.length)));
  directory.writeUInt32BE(flavor, 0);
  directory.writeUInt16BE(sorted.length, 4);
  directory.writeUInt16BE(2 ** power * 16, 6);
  directory.writeUInt16BE(power, 8);
  directory.writeUInt16BE(sorted.length * 16 - 2 ** power * 16, 10);
  let offset = directory.length;
  for (const [index, { tag, data }] of sorted.entries()) {
    const at = 12 + index * 16;
    directory.write(tag, at, 4, 'latin1');
    directory.writeUInt32BE(checksum(data), at + 4);
    directory.writeUInt32BE(offset, at + 8);
    directory.writeUInt32BE(data.length, at + 12);
    offset += padded(data.length);
  }
  return Buffer.concat([directory, ...sorted.flatMap(({ data }) => [data, padding(data.length)])]);
}

export function readWoff(file: Buffer): Sfnt {
  const count = checkedCount(file.readUInt16BE(12));
  const tables = Array.from({ length: count }, (_, index) => {
    const at = 44 + index * 20;
    const packed = slice(file, file.readUInt32BE(at + 4), file.readUInt32BE(at + 8));
    const length = file.readUInt32BE(at + 12);
    if (length > maxTableBytes) throw new Error('a table is too large');
    const data = packed.length < length ? inflateSync(packed, { maxOutputLength: length }) : packed;
    if (data.length !== length) throw new Error('a table is shorter than it says');
    return { tag: tagAt(file, at), data };
  });
  return { flavor: file.readUInt32BE(4), tables };
}

export function writeWoff({ flavor, tables }: Sfnt): Buffer {
  const sorted = tables.toSorted((left, right) => (left.tag < right.tag ? -1 : 1));
  const head = Buffer.alloc(44 + sorted.length * 20);
  const bodies = sorted.map(({ data }) => {
    const packed = deflateSync(data, { level: 9 });
    return packed.length < data.length ? packed : data;
  });
  let offset = head.length;
  for (const [index, { tag, data }] of sorted.entries()) {
    const at = 44 + index * 20;
    const length = bodies[index]?.length ?? 0;
    head.write(tag, at, 4, 'latin1');
    head.writeUInt32BE(offset, at + 4);
    head.writeUInt32BE(length, at + 8);
    head.writeUInt32BE(data.length, at + 12);
    head.writeUInt32BE(checksum(data), at + 16);
    offset += padded(length);
  }
  head.write('wOFF', 0, 'latin1');
  head.writeUInt32BE(flavor, 4);
  head.writeUInt32BE(offset, 8);
  head.writeUInt16BE(sorted.length, 12);
  head.writeUInt32BE(12 + tables.reduce((sum, { data }) => sum + 16 + padded(data.length), 0), 16);
  head.writeUInt16BE(1, 20);
  return Buffer.concat([head, ...bodies.flatMap((body) => [body, padding(body.length)])]);
}

export function tableOf({ tables }: Sfnt, tag: string): Buffer | undefined {
  return tables.find((table) => table.tag === tag)?.data;
}

function checkedCount(count: number): number {
  if (count === 0 || count > maxTables) throw new Error(`${count} tables`);
  return count;
}

const tagAt = (file: Buffer, at: number): string => file.toString('latin1', at, at + 4);

function slice(file: Buffer, offset: number, length: number): Buffer {
  if (offset + length > file.length) throw new Error('a table lies outside of the file');
  return file.subarray(offset, offset + length);
}

const padded = (length: number): number => Math.ceil(length / 4) * 4;
const padding = (length: number): Buffer => Buffer.alloc(padded(length) - length);

function checksum(data: Buffer): number {
  const whole = data.length % 4 === 0 ? data : Buffer.concat([data, padding(data.length)]);
  let sum = 0;
  for (let at = 0; at < whole.length; at += 4) sum = (sum + whole.readUInt32BE(at)) >>> 0;
  return sum;
}
