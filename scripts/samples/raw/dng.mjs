// Camera raw pictures in TIFF: the left half red, the right half blue, behind a colour filter array.
import { bytes, u16, u32 } from '../kit.mjs';

/** Values that fit stand in the entry itself, others behind the directory. */
function tiff(entries, strip) {
  const types = { byte: 1, ascii: 2, short: 3, long: 4, rational: 5, srational: 10 };
  const sizes = { byte: 1, ascii: 1, short: 2, long: 4, rational: 8, srational: 8 };
  const sorted = entries.toSorted(([left], [right]) => left - right);
  const dataAt = 8 + 2 + sorted.length * 12 + 4;
  let extra = Buffer.alloc(0);
  const place = (data) => {
    const at = dataAt + extra.length;
    extra = Buffer.concat([extra, data, Buffer.alloc(data.length % 2)]);
    return at;
  };
  const encode = { byte: (value) => [value], short: u16, long: u32, rational: pair, srational: pair };
  const rows = sorted.map(([tag, type, values]) => {
    const data =
      type === 'ascii' ? bytes(values, '\0') : bytes(...values.map((value) => encode[type](value)));
    const inline = data.length <= 4 ? bytes(data, Buffer.alloc(4 - data.length)) : u32(place(data));
    return bytes(u16(tag), u16(types[type]), u32(data.length / sizes[type]), inline);
  });
  const stripAt = place(strip);
  const strips = rows.map((row) =>
    row.readUInt16LE(0) === 273 ? bytes(row.subarray(0, 8), u32(stripAt)) : row,
  );
  return bytes('II', u16(42), u32(8), u16(rows.length), ...strips, u32(0), extra);
}

const pair = ([above, below]) => bytes(u32(above), u32(below));

/** Red, green, green, blue; 16 bits; twice the size, as two pixels a side make one. */
function mosaic(columns, rows, peak) {
  const data = Buffer.alloc(columns * rows * 2);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const isRedSite = x % 2 === 0 && y % 2 === 0;
      const isBlueSite = x % 2 === 1 && y % 2 === 1;
      const isLit = x < columns / 2 ? isRedSite : isBlueSite;
      data.writeUInt16LE(isLit ? peak : 0, (y * columns + x) * 2);
    }
  }
  return data;
}

export function dng() {
  const columns = 128;
  const rows = 96;
  const unit = [1, 1];
  const none = [0, 1];
  return tiff(
    [
      [254, 'long', [0]], [256, 'long', [columns]], [257, 'long', [rows]], [258, 'short', [16]], [259, 'short', [1]],
      [262, 'short', [32803]], [271, 'ascii', 'Pipeline'], [272, 'ascii', 'Sample'], [273, 'long', [0]],
      [274, 'short', [1]], [277, 'short', [1]], [278, 'long', [rows]], [279, 'long', [columns * rows * 2]],
      [33421, 'short', [2, 2]], [33422, 'byte', [0, 1, 1, 2]],
      [50706, 'byte', [1, 4, 0, 0]], [50708, 'ascii', 'Pipeline Sample'], [50714, 'short', [0]], [50717, 'short', [60000]],
      [50721, 'srational', [unit, none, none, none, unit, none, none, none, unit]],
      [50728, 'rational', [unit, unit, unit]], [50778, 'short', [21]],
    ],
    mosaic(columns, rows, 50000),
  ); // prettier-ignore
}

/** TIFF as cameras write it, not packed. */
function camera(brand, model) {
  const columns = 128;
  const rows = 96;
  return tiff(
    [
      [254, 'long', [0]], [256, 'long', [columns]], [257, 'long', [rows]], [258, 'short', [16]], [259, 'short', [1]],
      [262, 'short', [32803]], [271, 'ascii', brand], [272, 'ascii', model], [273, 'long', [0]],
      [274, 'short', [1]], [277, 'short', [1]], [278, 'long', [rows]], [279, 'long', [columns * rows * 2]],
      [33421, 'short', [2, 2]], [33422, 'byte', [0, 1, 1, 2]],
    ],
    mosaic(columns, rows, 50000),
  ); // prettier-ignore
}

/** By makers whose files are TIFF. */
export const cameraFiles = [
  { extension: '3fr', make: () => camera('Hasselblad', 'Sample') },
  { extension: 'dcr', make: () => camera('Kodak', 'Sample') },
  { extension: 'erf', make: () => camera('SEIKO EPSON CORP.', 'Sample') },
  { extension: 'nef', make: () => camera('NIKON CORPORATION', 'Sample') },
  { extension: 'pef', make: () => camera('PENTAX', 'Sample') },
  { extension: 'raw', make: () => camera('Pipeline', 'Sample') },
];
