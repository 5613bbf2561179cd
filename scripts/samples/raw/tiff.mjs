// Writes TIFF and what cameras make of it: of either byte order, with signatures of their own, several directories.
import { be16, be32, bytes, u16, u32 } from '../kit.mjs';

const types = { byte: 1, ascii: 2, short: 3, long: 4, rational: 5, undefined: 7 };
const sizes = { byte: 1, ascii: 1, short: 2, long: 4, rational: 8, undefined: 1 };

/**
 * `directories(at)`: by name, each `{ entries, next }` with entries of `[tag, type, values]`; `blobs`: by name, the bytes
 * behind them. `at(name)` is where one of either begins. `head(at)` stands between the first eight bytes and the rest.
 */
export function tiff({ order = 'II', signature = [42, 0], head = () => [], directories, blobs = {} }) {
  const number = order === 'II' ? { short: u16, long: u32 } : { short: be16, long: be32 };
  const places = new Map();
  const at = (name) => places.get(name) ?? 0;
  const write = () => {
    const start = bytes(head(at));
    const parts = [];
    let place = 8 + start.length;
    const put = (name, data) => {
      places.set(name, place);
      const even = bytes(data, Buffer.alloc(data.length % 2));
      parts.push(even);
      place += even.length;
    };
    const all = Object.entries(directories(at));
    for (const [name, { entries, next }] of all)
      put(name, directory(entries, { place, number, next: at(next) }));
    for (const [name, data] of Object.entries(blobs)) put(name, data);
    return bytes(order, signature, number.long(at(all[0][0])), start, ...parts);
  };
  // Lengths do not depend on places: the first time finds the places, the second writes them.
  write();
  return write();
}

/** Values that fit stand in the entry itself, others behind the directory. */
function directory(entries, { place, number, next }) {
  const sorted = entries.toSorted(([left], [right]) => left - right);
  let extra = Buffer.alloc(0);
  const rows = sorted.map(([tag, type, values]) => {
    const data = encode(values, { type, number });
    const row = [number.short(tag), number.short(types[type]), number.long(data.length / sizes[type])];
    if (data.length <= 4) return bytes(...row, data, Buffer.alloc(4 - data.length));
    const at = place + 2 + sorted.length * 12 + 4 + extra.length;
    extra = bytes(extra, data, Buffer.alloc(data.length % 2));
    return bytes(...row, number.long(at));
  });
  return bytes(number.short(rows.length), ...rows, number.long(next), extra);
}

function encode(values, { type, number }) {
  if (type === 'ascii') return bytes(values, '\0');
  if (type === 'byte' || type === 'undefined') return bytes(values);
  if (type === 'rational') return bytes(...values.flat().map((value) => number.long(value)));
  return bytes(...values.map((value) => number[type](value)));
}

/** The entries that all directories of a mosaic have, in one strip. */
export const mosaicEntries = ({ columns, rows, bits, strip, length }) => [
  [254, 'long', [0]],
  [256, 'long', [columns]],
  [257, 'long', [rows]],
  [258, 'short', [bits]],
  [259, 'short', [1]],
  [262, 'short', [32803]],
  [273, 'long', [strip]],
  [277, 'short', [1]],
  [278, 'long', [rows]],
  [279, 'long', [length]],
  [33421, 'short', [2, 2]],
  [33422, 'byte', [0, 1, 1, 2]],
];

/** Maker and model; decoders know the layout by the maker. */
export const nameEntries = (maker) => [
  [271, 'ascii', maker],
  [272, 'ascii', 'Sample'],
];
