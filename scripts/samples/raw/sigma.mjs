// A raw photo as Sigma lays it out: X3F, sections and a directory of them at the end. Its sensor has no filters: every
// place sees all three colours, so that there are three planes. No camera took it.
import { bytes, u16, u32 } from '../kit.mjs';
import { bitsOf, lengthOf } from './bits.mjs';
import { litAt } from './scene.mjs';

const columns = 128;
const rows = 96;
const version = u32(0x20002);

export function x3f() {
  const size = bytes(u32(columns), u32(rows));
  const start = bytes(
    'FOVb',
    version,
    Buffer.alloc(16),
    u32(0),
    size,
    u32(0),
    Buffer.alloc(32 + 32 + 32 * 4),
  );
  const sections = [
    { type: 'PROP', data: properties({ CAMMANUF: 'SIGMA', CAMMODEL: 'Sample' }) },
    // The sensor's data (3), in the coding of 2008 (30).
    { type: 'IMAG', data: bytes('SECi', u32(0x20000), u32(3), u32(30), size, u32(0), threePlanes()) },
  ];
  let place = start.length;
  const directory = sections.map(({ type, data }) => {
    const entry = bytes(u32(place), u32(data.length), type);
    place += data.length;
    return entry;
  });
  const parts = sections.map(({ data }) => data);
  return bytes(start, ...parts, 'SECd', u32(0x20000), u32(sections.length), ...directory, u32(place));
}

/** Names and values in UTF-16, each ended by a zero; their places are counted in characters. */
function properties(values) {
  let text = '';
  const place = (word) => {
    const at = text.length;
    text += `${word}\0`;
    return u32(at);
  };
  const table = Object.entries(values).map((pair) => bytes(...pair.map(place)));
  const head = bytes('SECp', u32(0x20000), u32(table.length), u32(0), u32(0), u32(text.length));
  return bytes(head, ...table, Buffer.from(text, 'utf16le'), Buffer.alloc((text.length % 2) * 2));
}

/** What the first differences start from. */
const seed = 512;
/** Lengths of differences, each with a code of four bits: itself. */
const lengths = Array.from({ length: 13 }, (_, length) => length);

function threePlanes() {
  const planes = [0, 1, 2].map((colour) => planeData(colour));
  return bytes(
    ...[seed, seed, seed, 0].map((value) => u16(value)),
    ...lengths.map((length) => [4, length << 4]),
    [0, 0],
    ...planes.map(({ length }) => u32(length)),
    ...planes.map((plane) => bytes(plane, Buffer.alloc(-plane.length & 15))),
  );
}

/** Differences to the place two before; at the beginning of a row, to the one two rows above. */
function planeData(colour) {
  const code = bitsOf();
  const starts = [
    [seed, seed],
    [seed, seed],
  ];
  for (let y = 0; y < rows; y++) {
    const before = starts[y % 2].slice();
    for (let x = 0; x < columns; x++) {
      const value = litAt(x, y, { columns, rows }) === colour ? 4000 : 60;
      code.add(lengthOf(value - before[x % 2]), 4);
      code.addDifference(value - before[x % 2]);
      before[x % 2] = value;
      if (x < 2) starts[y % 2][x] = value;
    }
  }
  return code.bytes();
}
