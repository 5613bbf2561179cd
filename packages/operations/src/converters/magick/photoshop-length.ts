/**
 * Whether a Photoshop file is as long as its parts say: its reader takes what is missing for black without a word. Reads
 * the lengths alone. Inside a host.
 */
import { ConversionError } from '../../host/protocol.ts';

const headerBytes = 26;

/** Throws when the file ends before its picture does. Files that are odd in other ways are left to the reader. */
export function checkPhotoshopLength(bytes: Uint8Array, name: string): void {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const needed = file.toString('latin1', 0, 4) === '8BPS' ? neededBytes(file) : 0;
  if (needed <= file.length) return;
  throw new ConversionError(
    'bad-input',
    `"${name}" is damaged or cut off: it has ${file.length} bytes of at least ${needed}.`,
    'Copy or download it again from its source.',
  );
}

function neededBytes(file: Buffer): number {
  const end = sectionsEnd(file);
  if (end + 2 > file.length) return end + 2;
  const isLarge = file.readUInt16BE(4) === 2;
  const rows = file.readUInt16BE(12) * file.readUInt32BE(14);
  const compression = file.readUInt16BE(end);
  const data = end + 2;
  if (compression === 0) return data + Math.ceil((rows * file.readUInt32BE(18) * file.readUInt16BE(22)) / 8);
  if (compression !== 1) return data;
  // Run lengths: a table with the packed length of each row goes in front.
  const cell = isLarge ? 4 : 2;
  if (data + rows * cell > file.length) return data + rows * cell;
  let sum = data + rows * cell;
  for (let row = 0; row < rows; row += 1) sum += file.readUIntBE(data + row * cell, cell);
  return sum;
}

/** Colours, resources and layers go in front of the picture, each with its length. */
function sectionsEnd(file: Buffer): number {
  let at = headerBytes;
  for (const isLong of [false, false, file.length > 5 && file.readUInt16BE(4) === 2]) {
    const lengthBytes = isLong ? 8 : 4;
    if (at + lengthBytes > file.length) return at + lengthBytes;
    at += lengthBytes + (isLong ? Number(file.readBigUInt64BE(at)) : file.readUInt32BE(at));
  }
  return at;
}
