/**
 * Whether files of PCX, DCX, SGI, VIPS and RW2 are as long as their headers say: their readers take what is missing for
 * black without a word. Inside a host.
 */
import { ConversionError } from '../../host/protocol.ts';
import { panasonicLengths } from './panasonic-length.ts';

/** Bytes that are there, of those that are needed; undefined: the header is odd, which is left to the reader. */
export type Lengths = { readonly has: number; readonly needs: number } | undefined;

/** Throws when the file ends before its picture does. Formats that it does not know pass. */
export function checkLength(
  bytes: Uint8Array,
  { format, name }: Readonly<Record<'format' | 'name', string>>,
): void {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lengths = lengthsOf(file, format);
  if (lengths === undefined || lengths.has >= lengths.needs) return;
  throw new ConversionError(
    'bad-input',
    `"${name}" is damaged or cut off: it holds ${lengths.has} bytes of at least ${lengths.needs}.`,
    'Copy or download it again from its source.',
  );
}

function lengthsOf(file: Buffer, format: string): Lengths {
  switch (format) {
    case 'pcx':
      return pcxLengths(file);
    case 'dcx':
      return dcxLengths(file);
    case 'sgi':
      return sgiLengths(file);
    case 'vips':
      return vipsLengths(file);
    case 'raw':
    case 'rw2':
    case 'rwl':
      return panasonicLengths(file);
    default:
      return undefined;
  }
}

const pcxHeader = 128;

/** In bytes of rows, unpacked: the packed ones tell nothing of their number. */
function pcxLengths(file: Buffer): Lengths {
  if (file.length < pcxHeader || file[0] !== 10) return undefined;
  const rows = file.readUInt16LE(10) - file.readUInt16LE(6) + 1;
  const needs = rows * file.readUInt8(65) * file.readUInt16LE(66);
  if (file[2] !== 1) return { has: file.length - pcxHeader, needs };
  let has = 0;
  for (let at = pcxHeader; at < file.length && has < needs; at += 1) {
    const value = file[at] ?? 0;
    const isRun = value >= 0xc0;
    // A run is its length, then its value.
    if (isRun) at += 1;
    if (at < file.length) has += isRun ? value - 0xc0 : 1;
  }
  return { has, needs };
}

/** A list of the places of up to 1023 pages, each a PCX. */
function dcxLengths(file: Buffer): Lengths {
  const places: number[] = [];
  for (let at = 4; at + 4 <= file.length && places.length < 1023; at += 4) {
    const place = file.readUInt32LE(at);
    if (place === 0) break;
    places.push(place);
  }
  for (const [index, place] of places.entries()) {
    if (place + pcxHeader > file.length) return { has: file.length, needs: place + pcxHeader };
    const page = pcxLengths(file.subarray(place, places[index + 1] ?? file.length));
    if (page !== undefined && page.has < page.needs) return page;
  }
  return undefined;
}

const sgiHeader = 512;

function sgiLengths(file: Buffer): Lengths {
  const has = file.length;
  if (has < sgiHeader) return { has, needs: sgiHeader };
  if (file.readUInt16BE(0) !== 0x01da) return undefined;
  const dimensions = file.readUInt16BE(4);
  const height = dimensions > 1 ? file.readUInt16BE(8) : 1;
  const rows = height * (dimensions > 2 ? file.readUInt16BE(10) : 1);
  if (file[2] === 0) return { has, needs: sgiHeader + rows * file.readUInt16BE(6) * (file[3] ?? 1) };
  // Run lengths: a table of the places of all rows goes in front, then one of their lengths.
  let needs = sgiHeader + rows * 8;
  if (needs > has) return { has, needs };
  for (let at = sgiHeader; at < sgiHeader + rows * 4; at += 4) {
    needs = Math.max(needs, file.readUInt32BE(at) + file.readUInt32BE(at + rows * 4));
  }
  return { has, needs };
}

const vipsHeader = 64;
/** Bytes of a sample by its type. */
const vipsSamples: readonly number[] = [1, 1, 2, 2, 4, 4, 4, 8, 8, 16];

function vipsLengths(file: Buffer): Lengths {
  const has = file.length;
  if (has < vipsHeader) return { has, needs: vipsHeader };
  const isLittle = file.readUInt32LE(0) === 0x08f2a6b6;
  const read = (at: number): number => (isLittle ? file.readUInt32LE(at) : file.readUInt32BE(at));
  const sample = vipsSamples[read(20)];
  const isPlain = read(24) === 0;
  if (sample === undefined || !isPlain || read(0) !== 0x08f2a6b6) return undefined;
  return { has, needs: vipsHeader + read(4) * read(8) * read(12) * sample };
}
