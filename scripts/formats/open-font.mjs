// Counts the glyphs of a font in any wrapping: its table `maxp` holds their number.
import { inflateSync } from 'node:zlib';
import { fromOperations } from './library.mjs';

export async function glyphCount(data, format) {
  switch (format) {
    case 'woff':
      return fromTables(data, { at: 44, size: 20, unpack: inflateSync });
    case 'woff2':
      return glyphCount(Buffer.from(await fromOperations('wawoff2').decompress(data)), 'ttf');
    case 'eot':
      return glyphCount(data.subarray(data.length - data.readUInt32LE(4)), 'ttf');
    case 'ttc':
      return fromTables(data, { at: data.readUInt32BE(12) + 12, size: 16 });
    default:
      return fromTables(data, { at: 12, size: 16 });
  }
}

/** The list of tables: name, then where and how long, in WOFF packed and unpacked. */
function fromTables(data, { at, size, unpack }) {
  const count = data.readUInt16BE(size === 20 ? 12 : at - 8);
  for (let index = 0; index < count; index++) {
    const entry = at + index * size;
    if (data.toString('latin1', entry, entry + 4) !== 'maxp') continue;
    const offset = data.readUInt32BE(entry + (size === 20 ? 4 : 8));
    const length = data.readUInt32BE(entry + (size === 20 ? 8 : 12));
    const whole =
      size === 20 && length < data.readUInt32BE(entry + 12)
        ? unpack(data.subarray(offset, offset + length))
        : data.subarray(offset);
    return whole.readUInt16BE(4);
  }
  throw new Error('it has no table of its size');
}
