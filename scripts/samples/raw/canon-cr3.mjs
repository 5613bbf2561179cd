// A raw photo as Canon lays it out today: CR3, the boxes of MP4, and in its track four planes (red, green, green, blue),
// each told line by line by how far a sample is from what its neighbours let expect. No camera took it.
import { be16, be32, bytes } from '../kit.mjs';
import { mosaic } from './scene.mjs';
import { nameEntries, tiff } from './tiff.mjs';

const columns = 128;
const rows = 96;
const bits = 14;

const box = (name, ...content) => bytes(be32(bytes(...content).length + 8), name, ...content);
const be64 = (value) => bytes(be32(0), be32(value));

export function cr3() {
  const frame = canonFrame(mosaic({ columns, rows, high: 15_000 }));
  const start = box('ftyp', 'crx ', be32(1), 'crx isom');
  const about = (place) => movie({ place, length: frame.data.length, head: frame.head });
  const place = start.length + about(0).length + 8;
  return bytes(start, about(place), box('mdat', frame.data));
}

/** `place` and `length`: of the frame; `head`: how many bytes of it are tables. */
function movie({ place, length, head }) {
  const names = tiff({ directories: () => ({ main: { entries: nameEntries('Canon') } }) });
  const canon = Buffer.from('85c0b687820f11e08111f4ce462b6a48', 'hex');
  const version = box('CNCV', 'CanonCR3_001/00.09.00/00.00.00');
  const layout = box(
    'CMP1',
    // Version 1; as large as its only tile; four planes that begin with red; no wavelets.
    be16(0xff00),
    be16(0x30),
    be16(0x100),
    be16(0),
    ...[columns, rows, columns, rows].map((value) => be32(value)),
    [bits, 0x40, 0, 0],
    be32(head),
    Buffer.alloc(20),
  );
  const size = bytes(be16(columns), be16(rows));
  const entry = box('CRAW', Buffer.alloc(6), be16(1), Buffer.alloc(16), size, Buffer.alloc(54), layout);
  const table = box(
    'stbl',
    box('stsd', be32(0), be32(1), entry),
    box('stsc', be32(0), be32(1), be32(1), be32(1), be32(1)),
    box('stsz', be32(0), be32(0), be32(1), be32(length)),
    box('co64', be32(0), be32(1), be64(place)),
  );
  const handler = box('hdlr', be32(0), be32(0), 'vide', Buffer.alloc(13));
  return box(
    'moov',
    box('uuid', canon, version, box('CMT1', names)),
    box('trak', box('mdia', handler, box('minf', table))),
  );
}

/** The tables of the tile, of its planes and of the one band of each, then the planes. */
function canonFrame(values) {
  const planes = [0, 1, 2, 3].map((plane) => planeData(planeOf(values, plane)));
  const sum = planes.reduce((total, { length }) => total + length, 0);
  // Both tables say that samples lean on the line above.
  const tables = planes.map(({ length }, plane) =>
    bytes(
      be16(0xff02),
      be16(8),
      be32(length),
      [(plane << 4) | 8, 0, 0, 0],
      be16(0xff03),
      be16(8),
      be32(length),
      be32(0x8000000),
    ),
  );
  const head = bytes(be16(0xff01), be16(8), be32(sum), be32(0), ...tables);
  return { head: head.length, data: bytes(head, ...planes) };
}

/** Its lines, around zero. */
function planeOf(values, plane) {
  const [left, top] = [plane % 2, plane >> 1];
  return Array.from({ length: rows / 2 }, (_, row) =>
    Array.from(
      { length: columns / 2 },
      (_none, column) => values[(row * 2 + top) * columns + column * 2 + left] - (1 << (bits - 1)),
    ),
  );
}

/** Samples that could begin a run of equal ones have a bit in front: here always one that says that they do not. */
function planeData(lines) {
  const coder = adaptiveCoder();
  let above = firstLine(lines[0], coder);
  for (const line of lines.slice(1)) above = nextLine(line, { above, coder });
  return coder.bytes();
}

/** Of a line, what stands before its first sample, the samples, and what stands behind the last one. */
const framed = (before, line) => [before, ...line, line.at(-1) + 1];

function firstLine(line, coder) {
  for (const [index, value] of line.entries()) {
    const left = index === 0 ? 0 : line[index - 1];
    if (left === 0 && index < line.length - 1) coder.noRun();
    coder.adapt(coder.add(value - left));
  }
  return framed(0, line);
}

function nextLine(line, { above, coder }) {
  for (const [index, value] of line.entries()) {
    const [aboveLeft, top, aboveRight] = above.slice(index, index + 3);
    const left = index === 0 ? top : line[index - 1];
    const isLast = index === line.length - 1;
    const isFlat = !isLast && left === top && left === aboveRight;
    if (isFlat) coder.noRun();
    const code = coder.add(value - (isFlat ? top : expected({ left, top, aboveLeft })));
    // How the line above goes on tells how large the next difference may be.
    coder.adapt(isLast ? code : (code + Math.abs(aboveRight - top) * 2) >> 1);
  }
  return framed(above[1], line);
}

/** The middle one of left, top, and left as far on as the line above went. */
function expected({ left, top, aboveLeft }) {
  const sorted = [left, top, left + top - aboveLeft].toSorted((one, other) => one - other);
  return sorted[1];
}

/** Numbers as so many zeros, a one, and as many lower bits as the numbers before let expect. */
function adaptiveCoder() {
  let text = '';
  let lower = 0;
  return {
    noRun: () => {
      text += '0';
    },
    /** Gives the number that stands for a difference: those below zero are the odd ones. */
    add: (difference) => {
      const code = difference < 0 ? -2 * difference - 1 : 2 * difference;
      const zeros = code >> lower;
      // A number that would have too many zeros stands behind them as it is.
      if (zeros >= 41) text += `${'0'.repeat(41)}1${code.toString(2).padStart(21, '0')}`;
      else
        text += `${'0'.repeat(zeros)}1${lower === 0 ? '' : code.toString(2).padStart(lower, '0').slice(-lower)}`;
      return code;
    },
    adapt: (code) => {
      const ratio = code >> lower;
      const isSmall = code < (1 << lower) >> 1;
      lower = Math.min(lower - Number(isSmall) + Number(ratio > 2) + Number(ratio > 5), 15);
    },
    bytes: () => {
      const padded = text.padEnd(Math.ceil(text.length / 64) * 64 + 64, '0');
      return bytes(padded.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
    },
  };
}
