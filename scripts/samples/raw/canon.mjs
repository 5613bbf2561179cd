// Raw photos as Canon lays them out: CRW, a heap of records whose samples are differences in a code of its own, and CR2,
// a TIFF whose samples are a lossless JPEG of two components. No camera took them.
import { be16, bytes, u16, u32 } from '../kit.mjs';
import { bitsOf, lengthOf } from './bits.mjs';
import { mosaic, preview } from './scene.mjs';
import { nameEntries, tiff } from './tiff.mjs';

/** The main directory holds the preview, the last one the sensor's data, in slices from left to right. */
export async function cr2() {
  const slice = 64;
  const [columns, rows] = [slice * 2, 96];
  const size = { columns, rows };
  const values = mosaic({ ...size, high: 15_000 });
  const sliced = [0, slice].flatMap((left) =>
    Array.from({ length: rows }, (_, row) =>
      values.slice(row * columns + left, row * columns + left + slice),
    ).flat(),
  );
  const jpeg = await preview();
  const data = losslessJpeg(sliced, { ...size, bits: 14 });
  return tiff({
    head: (at) => bytes('CR', [2, 0], u32(at('sensor'))),
    directories: (at) => ({
      main: {
        entries: [
          [256, 'short', [32]],
          [257, 'short', [24]],
          [258, 'short', [8, 8, 8]],
          [259, 'short', [6]],
          ...nameEntries('Canon'),
          [273, 'long', [at('jpeg')]],
          [279, 'long', [jpeg.length]],
        ],
        next: 'sensor',
      },
      sensor: {
        entries: [
          [259, 'short', [6]],
          [273, 'long', [at('data')]],
          [279, 'long', [data.length]],
          [50752, 'short', [1, slice, slice]],
        ],
      },
    }),
    blobs: { jpeg, data },
  });
}

/** Lossless JPEG of two components side by side, each sample told by how far it is from its left neighbour. */
function losslessJpeg(values, { columns: width, rows: height, bits }) {
  const segment = (marker, ...data) => bytes([255, marker], be16(bytes(...data).length + 2), bytes(...data));
  const categories = Array.from({ length: 15 }, (_, category) => category);
  const code = bitsOf();
  let first = [1 << (bits - 1), 1 << (bits - 1)];
  for (let row = 0; row < height; row++) {
    const line = values.slice(row * width, (row + 1) * width);
    const left = [...first];
    for (const [index, value] of line.entries()) {
      const difference = value - left[index % 2];
      left[index % 2] = value;
      // Every length has a code of four bits: itself.
      code.add(lengthOf(difference), 4);
      code.addDifference(difference);
    }
    first = line.slice(0, 2);
  }
  return bytes(
    [255, 0xd8],
    segment(0xc4, [0], [0, 0, 0, categories.length, ...Array(12).fill(0)], categories),
    segment(0xc3, [bits], be16(height), be16(width / 2), [2, 1, 0x11, 0, 2, 0x11, 0]),
    segment(0xda, [2, 1, 0, 2, 0, 1, 0, 0]),
    code.marked(),
    [255, 0xd9],
  );
}

/** Its raw data begins the heap; what it is stands behind it, in records. */
export function crw() {
  const [columns, rows] = [128, 96];
  const sensor = bytes(...[34, columns, rows, 1, 1, 0, 0, columns - 1, rows - 1].map((value) => u16(value)), Buffer.alloc(16)); // prettier-ignore
  const names = heap([[0x080a, bytes('Canon\0Sample\0', Buffer.alloc(116))]]);
  const about = heap([
    [0x1031, sensor],
    [0x1835, bytes(u32(0), Buffer.alloc(12))],
  ]);
  const picture = bytes(u32(columns), u32(rows), u32(0x3f800000), u32(0), u32(12), u32(12), u32(1));
  const properties = heap([
    [0x2807, names],
    [0x300b, about],
    [0x1810, picture],
  ]);
  const data = canonData(mosaic({ columns, rows, high: 4000 }), columns);
  return bytes(
    'II',
    u32(26),
    'HEAPCCDR',
    u32(0x10002),
    Buffer.alloc(8),
    heap([
      [0x2005, data],
      // Bytes without meaning: there are decoders that read the first 16 KiB of a file at once, and want them.
      [0x0001, Buffer.alloc(12 * 1024)],
      [0x300a, properties],
    ]),
  );
}

/** Records, the table of them, and where that is. */
function heap(records) {
  const data = records.map(([, content]) => bytes(content, Buffer.alloc(content.length % 2)));
  let place = 0;
  const table = records.map(([type, content], index) => {
    const row = bytes(u16(type), u32(content.length), u32(place));
    place += data[index].length;
    return row;
  });
  return bytes(...data, u16(table.length), ...table, u32(place));
}

/** The two codes of the format's first table, as far as they are needed: for the first sample of a block, and the rest. */
const firstCodes = codesOf([0, 1, 4, 2, 3, 1, 2], [4, 3, 5, 6, 2, 7, 1, 8, 9, 0, 10, 11, 255]);
const otherCodes = codesOf(
  [0, 2, 2, 2, 1, 4, 2, 1, 2, 5],
  [3, 4, 2, 5, 1, 6, 7, 8, 0x12, 0x13, 0x11, 0x14, 9, 0x15, 0x22, 0, 0x21, 0x16, 10, 0xf0, 0x23],
);

/** How many codes there are of each length, and what they mean, from the smallest on. */
function codesOf(counts, meanings) {
  const codes = new Map();
  let code = 0;
  for (const [index, count] of counts.entries()) {
    for (let more = 0; more < count; more++) codes.set(meanings[codes.size], [code++, index + 1]);
    code <<= 1;
  }
  return codes;
}

/**
 * The two lowest bits of all samples, then blocks of 64 samples: differences to the sample two before. In a block, all
 * samples of a parity are the same here, so that only the first two differ from what is before.
 */
function canonData(values, columns) {
  const code = bitsOf();
  let before;
  let carry = 0;
  for (let from = 0; from < values.length; from += 64) {
    if (from % columns === 0) before = [512, 512];
    const block = [values[from] >> 2, values[from + 1] >> 2];
    const [first, second] = block.map((value, index) => value - before[index]);
    code.add(...firstCodes.get(lengthOf(first - carry)));
    code.addDifference(first - carry);
    if (second !== 0) {
      code.add(...otherCodes.get(lengthOf(second)));
      code.addDifference(second);
    }
    code.add(...otherCodes.get(0));
    carry = first;
    before = block;
  }
  // All ones: by such bytes decoders see that these bits are there.
  const lowest = Buffer.alloc(values.length / 4, 255);
  return bytes(lowest, Buffer.alloc(514), code.marked());
}
