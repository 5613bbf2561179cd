// Raw photos as Minolta, Olympus, Fujifilm, Sony, Panasonic and Leaf lay them out. No camera took them: the models are
// called "Sample", so that decoders know the layout by the maker and no colours by the model.
import { be16, be32, bytes, u16 } from '../kit.mjs';
import { mosaic, preview } from './scene.mjs';
import { mosaicEntries, nameEntries, tiff } from './tiff.mjs';

const columns = 128;
const rows = 96;
const size = { columns, rows };
/** Nearly the most that 12 and 14 bits hold. */
const high12 = 4000;
const high14 = 15_000;

const little = (values) => bytes(...values.map((value) => u16(value)));
const big = (values) => bytes(...values.map((value) => be16(value)));

/** MRW: blocks with a length each, then 12 bits in 16, the high byte first. */
export function minolta() {
  const block = (name, data) => bytes('\0', name, be32(data.length), data);
  const sensor = [rows, columns, rows, columns].map((value) => be16(value));
  // 16 bits stored, 12 used; not packed; red first.
  const layout = bytes('27820001', ...sensor, [16, 12, 0x52, 0, 0, 0, 0, 1]);
  const balance = bytes([2, 2, 2, 2], big([256, 256, 256, 256]));
  const names = tiff({
    order: 'MM',
    signature: [0, 42],
    directories: () => ({ main: { entries: nameEntries('Minolta Co., Ltd.') } }),
  });
  const blocks = bytes(block('PRD', layout), block('WBG', balance), block('TTW', names));
  return bytes(block('MRM', blocks), big(mosaic({ ...size, high: high12 })));
}

/** ORF: TIFF with a signature of its own, a strip for each row, 12 bits at the upper end of 16. */
export function olympus() {
  const data = little(mosaic({ ...size, high: high12 }).map((value) => value << 4));
  const strips = (from) => Array.from({ length: rows }, (_, row) => from + row * columns * 2);
  return tiff({
    signature: 'RO',
    directories: (at) => ({
      main: {
        entries: [
          ...nameEntries('OLYMPUS CORPORATION'),
          ...mosaicEntries({ ...size, bits: 16, strip: 0, length: 0 }).filter(
            ([tag]) => ![273, 278, 279].includes(tag),
          ),
          [273, 'long', strips(at('data'))],
          [278, 'long', [1]],
          [279, 'long', Array.from({ length: rows }, () => columns * 2)],
        ],
      },
    }),
    blobs: { data },
  });
}

/** RAF: a head that says where the preview, the size of the sensor and its data are; the maker stands in the preview. */
export async function fujifilm() {
  const exif = bytes(
    'Exif\0\0',
    tiff({ directories: () => ({ main: { entries: nameEntries('FUJIFILM') } }) }),
  );
  const picture = (await preview()).subarray(2);
  const jpeg = bytes([255, 0xd8, 255, 0xe1], be16(exif.length + 2), exif, picture);
  const record = (tag, ...values) => bytes(be16(tag), be16(values.length * 2), big(values));
  const records = [
    record(0x100, rows, columns),
    record(0x121, rows, columns),
    record(0x2ff0, 256, 256, 256, 256),
  ];
  const sensor = bytes(be32(records.length), ...records);
  const data = little(mosaic({ ...size, high: high14 }));
  const parts = [jpeg, sensor, data].map((part) => bytes(part, Buffer.alloc(part.length % 2)));
  const places = [];
  let place = 160;
  for (const [index, part] of parts.entries()) {
    places.push(be32(place), be32([jpeg, sensor, data][index].length));
    place += part.length;
  }
  const name = Buffer.alloc(32);
  name.write('Sample');
  const head = bytes('FUJIFILMCCD-RAW 0201FF000000', name, '0100', Buffer.alloc(20), ...places);
  return bytes(head, Buffer.alloc(160 - head.length), ...parts);
}

/** ARW: the preview in the main directory of a TIFF, 14 bits in 16 in one below it. */
export async function sony() {
  const data = little(mosaic({ ...size, high: high14 }));
  const jpeg = await preview();
  return tiff({
    directories: (at) => ({
      main: {
        entries: [
          [254, 'long', [1]],
          [259, 'short', [6]],
          ...nameEntries('SONY'),
          [330, 'long', [at('sensor')]],
          [513, 'long', [at('jpeg')]],
          [514, 'long', [jpeg.length]],
        ],
      },
      sensor: { entries: mosaicEntries({ ...size, bits: 14, strip: at('data'), length: data.length }) },
    }),
    blobs: { jpeg, data },
  });
}

/** MOS: TIFF, and in one of its entries what the back says of itself, as text. */
export function leaf() {
  const chunk = (name, text) => {
    const label = Buffer.alloc(40);
    label.write(name);
    return bytes('PKTS', be32(1), label, be32(text.length + 1), text, '\0');
  };
  const about = bytes(
    chunk('CaptProf_number_of_planes', '1'),
    chunk('CaptProf_raw_data_rotation', '0'),
    chunk('CaptProf_mosaic_pattern', '1\n2\n3\n4'),
    chunk('ImgProf_rotation_angle', '0'),
    chunk('NeutObj_neutrals', '1000\n1000\n1000\n1000'),
  );
  const data = big(mosaic({ ...size, high: high14 }));
  return tiff({
    order: 'MM',
    signature: [0, 42],
    directories: (at) => ({
      main: {
        entries: [
          ...nameEntries('Leaf'),
          ...mosaicEntries({ ...size, bits: 16, strip: at('data'), length: data.length }),
          [34310, 'byte', about],
        ],
      },
    }),
    blobs: { data },
  });
}

/** RW2: TIFF with a signature and entries of its own, and 14 places in 16 bytes. */
export function panasonic() {
  const wide = { columns: 140, rows };
  const data = panasonicBlocks(mosaic({ ...wide, high: high12 }));
  return tiff({
    signature: 'U\0',
    directories: (at) => ({
      main: {
        entries: [
          // By the first, decoders see that the others have meanings of their own.
          [1, 'undefined', '0410'],
          [2, 'short', [wide.columns]],
          [3, 'short', [wide.rows]],
          [4, 'short', [0]],
          [5, 'short', [0]],
          [6, 'short', [wide.rows]],
          [7, 'short', [wide.columns]],
          [9, 'short', [1]],
          [10, 'short', [12]],
          [36, 'short', [256]],
          [37, 'short', [256]],
          [38, 'short', [256]],
          [45, 'short', [4]],
          ...nameEntries('Panasonic'),
          [280, 'long', [at('data')]],
        ],
      },
    }),
    blobs: { data },
  });
}

/** Of a block of data, the part behind this place comes first. */
const blockLength = 0x4000;
const blockSplit = 0x2008;

/**
 * The two first places of 14, one of each parity, in 12 bits; the others in their upper 8, which follow a shift for each
 * three. Bits are read from the last byte of the 16 to the first. Needs the same lower 4 bits everywhere.
 */
function panasonicBlocks(values) {
  const groups = [];
  for (let from = 0; from < values.length; from += 14) {
    let bits = '';
    for (const [index, value] of values.slice(from, from + 14).entries()) {
      if (index % 3 === 2) bits += '11';
      bits += (value >> 4).toString(2).padStart(8, '0');
      if (index < 2) bits += '0000';
    }
    groups.push(Buffer.from(BigInt(`0b${bits}`).toString(16).padStart(32, '0'), 'hex').reverse());
  }
  const data = Buffer.alloc(Math.ceil((groups.length * 16) / blockLength) * blockLength);
  bytes(...groups).copy(data);
  for (let from = 0; from < data.length; from += blockLength) {
    const block = Buffer.from(data.subarray(from, from + blockLength));
    bytes(block.subarray(blockSplit), block.subarray(0, blockSplit)).copy(data, from);
  }
  return data;
}
