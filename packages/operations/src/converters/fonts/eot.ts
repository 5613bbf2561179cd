/** Embedded OpenType, the font files of old browsers: a header in front of a TTF. Pure. */
import type { Sfnt } from './sfnt.ts';
import { tableOf, writeSfnt } from './sfnt.ts';

const version = 0x0002_0001;
const magicNumber = 0x504c;
const compressed = 0x4;
const encrypted = 0x1000_0000;
const fixedBytes = 82;

/** The font behind the header. Throws a plain `Error` for fonts packed by Microsoft's own method. */
export function fontInEot(file: Buffer): Buffer {
  const fontBytes = file.readUInt32LE(4);
  const flags = file.readUInt32LE(12);
  if (file.readUInt16LE(34) !== magicNumber) throw new Error('it has no EOT header');
  if ((flags & (compressed | encrypted)) !== 0) throw new Error('it is compressed by MicroType Express');
  if (fontBytes === 0 || fontBytes > file.length) throw new Error('it is shorter than it says');
  return file.subarray(file.length - fontBytes);
}

export function eotOf(sfnt: Sfnt): Buffer {
  const font = writeSfnt(sfnt);
  const os2 = tableOf(sfnt, 'OS/2') ?? Buffer.alloc(96);
  const head = Buffer.alloc(fixedBytes);
  head.writeUInt32LE(font.length, 4);
  head.writeUInt32LE(version, 8);
  os2.copy(head, 16, 32, 42);
  head[26] = 1;
  head[27] = (os2.readUInt16BE(62) & 1) === 1 ? 1 : 0;
  head.writeUInt32LE(os2.readUInt16BE(4), 28);
  head.writeUInt16LE(magicNumber, 34);
  for (let index = 0; index < 4; index += 1)
    head.writeUInt32LE(os2.readUInt32BE(42 + index * 4), 36 + index * 4);
  for (let index = 0; index < 2; index += 1) {
    const pages = os2.length >= 86 ? os2.readUInt32BE(78 + index * 4) : 0;
    head.writeUInt32LE(pages, 52 + index * 4);
  }
  head.writeUInt32LE(tableOf(sfnt, 'head')?.readUInt32BE(8) ?? 0, 60);
  // Family, style, version, full name; then no root string.
  const names = [1, 2, 5, 4].flatMap((id) => sized(nameOf(sfnt, id)));
  const whole = Buffer.concat([head, ...names, Buffer.alloc(2), font]);
  whole.writeUInt32LE(whole.length, 0);
  return whole;
}

/** Its length, the UTF-16LE text, and two bytes of padding. */
const sized = (text: Buffer): readonly Buffer[] => {
  const length = Buffer.alloc(2);
  length.writeUInt16LE(text.length);
  return [length, text, Buffer.alloc(2)];
};

/** The name that Windows reads, in UTF-16LE; empty when there is none. */
function nameOf(sfnt: Sfnt, id: number): Buffer {
  const table = tableOf(sfnt, 'name');
  if (table === undefined || table.length < 6) return Buffer.alloc(0);
  const texts = table.readUInt16BE(4);
  for (let index = 0; index < table.readUInt16BE(2); index += 1) {
    const at = 6 + index * 12;
    if (at + 12 > table.length) break;
    const isWindows = table.readUInt16BE(at) === 3 && table.readUInt16BE(at + 6) === id;
    if (!isWindows) continue;
    const start = texts + table.readUInt16BE(at + 10);
    return Buffer.from(table.subarray(start, start + (table.readUInt16BE(at + 8) & ~1))).swap16();
  }
  return Buffer.alloc(0);
}
