/**
 * A camera raw photo: one plane of a Bayer mosaic in a TIFF, as cameras write it when they do not compress. Left half red,
 * right half blue. Which camera, `make` and `model` say; decoders know its colours by them.
 */
export interface RawPhoto {
  readonly make: string;
  readonly model: string;
  /** 42 for TIFF; some makers have one of their own. */
  readonly magic?: number;
  /** Bits that the sensor gives. */
  readonly bits?: number;
  readonly isDng?: boolean;
}

const width = 320;
const height = 240;

type Entry = readonly [tag: number, type: number, values: readonly number[] | string];

export function rawPhoto({ make, model, magic = 42, bits = 16, isDng = false }: RawPhoto): Buffer {
  const data = mosaic(bits);
  const entries: Entry[] = [
    [254, 4, [0]],
    [256, 4, [width]],
    [257, 4, [height]],
    [258, 3, [16]],
    [259, 3, [1]],
    [262, 3, [32_803]],
    [271, 2, make],
    [272, 2, model],
    [273, 4, [0]],
    [274, 3, [1]],
    [277, 3, [1]],
    [278, 4, [height]],
    [279, 4, [data.length]],
    [284, 3, [1]],
    [33_421, 3, [2, 2]],
    [33_422, 1, [0, 1, 1, 2]],
    ...(isDng ? dngEntries(`${make} ${model}`, bits) : []),
  ];
  return tiff(entries, { data, magic });
}

function mosaic(bits: number): Buffer {
  const data = Buffer.alloc(width * height * 2);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const colour = (y % 2) + (x % 2);
      const isBright = colour === (x < width / 2 ? 0 : 2);
      data.writeUInt16LE((isBright ? 50_000 : 2000) >> (16 - bits), (y * width + x) * 2);
    }
  }
  return data;
}

function dngEntries(name: string, bits: number): readonly Entry[] {
  const matrix = [32_404, -15_371, -4985, -9693, 18_760, 416, 556, -2040, 10_572];
  return [
    [50_706, 1, [1, 4, 0, 0]],
    [50_707, 1, [1, 1, 0, 0]],
    [50_708, 2, name],
    [50_714, 4, [0]],
    [50_717, 4, [2 ** bits - 1]],
    [50_721, 10, matrix.flatMap((value) => [value, 10_000])],
    [50_728, 5, [1, 1, 1, 1, 1, 1]],
    [50_778, 3, [21]],
  ];
}

/** Bytes of one number of a type; rationals (5, 10) are two numbers to a value. */
const sizes: Readonly<Record<number, number>> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 4, 10: 4 };
const stripOffsets = 273;

function tiff(entries: readonly Entry[], { data, magic }: { data: Buffer; magic: number }): Buffer {
  const sorted = entries.toSorted(([left], [right]) => left - right);
  const bodies = sorted.map(([, type, values]) => bytesOf(type, values));
  const directory = Buffer.alloc(2 + sorted.length * 12 + 4);
  const blobs: Buffer[] = [];
  let offset = 8 + directory.length;
  const dataOffset = offset + bodies.reduce((sum, { length }) => sum + (length > 4 ? even(length) : 0), 0);
  directory.writeUInt16LE(sorted.length, 0);
  for (const [index, [tag, type, values]] of sorted.entries()) {
    const place = 2 + index * 12;
    const body = bodies[index] ?? Buffer.alloc(0);
    directory.writeUInt16LE(tag, place);
    directory.writeUInt16LE(type, place + 2);
    directory.writeUInt32LE(
      type === 5 || type === 10 ? values.length / 2 : body.length / (sizes[type] ?? 1),
      place + 4,
    );
    if (tag === stripOffsets) directory.writeUInt32LE(dataOffset, place + 8);
    else if (body.length <= 4) body.copy(directory, place + 8);
    else {
      directory.writeUInt32LE(offset, place + 8);
      blobs.push(Buffer.concat([body, Buffer.alloc(even(body.length) - body.length)]));
      offset += even(body.length);
    }
  }
  const head = Buffer.from([0x49, 0x49, 0, 0, 8, 0, 0, 0]);
  head.writeUInt16LE(magic, 2);
  return Buffer.concat([head, directory, ...blobs, data]);
}

const even = (length: number): number => length + (length % 2);

function bytesOf(type: number, values: readonly number[] | string): Buffer {
  if (typeof values === 'string') return Buffer.from(`${values}\0`, 'latin1');
  const size = sizes[type] ?? 1;
  const bytes = Buffer.alloc(values.length * size);
  for (const [index, value] of values.entries()) {
    if (type === 10) bytes.writeInt32LE(value, index * size);
    else bytes.writeUIntLE(value, index * size, size);
  }
  return bytes;
}

/** By the extension; what the decoders know of these cameras is built into them. */
export const rawPhotos: Readonly<Record<string, RawPhoto>> = {
  dng: { make: 'Example', model: 'Camera One', isDng: true },
  raw: { make: 'Example', model: 'Camera One', isDng: true },
  '3fr': { make: 'Hasselblad', model: 'Hasselblad H3D' },
  cr2: { make: 'Canon', model: 'Canon EOS 350D DIGITAL', bits: 12 },
  dcr: { make: 'Kodak', model: 'Kodak DCS Pro 14n', bits: 12 },
  erf: { make: 'SEIKO EPSON CORP.', model: 'R-D1', bits: 12 },
  iiq: { make: 'Phase One', model: 'P 45' },
  mef: { make: 'Mamiya', model: 'Mamiya ZD', bits: 12 },
  nef: { make: 'NIKON CORPORATION', model: 'NIKON D70', bits: 12 },
  pef: { make: 'PENTAX Corporation', model: 'PENTAX K10D', bits: 12 },
  srw: { make: 'SAMSUNG', model: 'NX10', bits: 12 },
};
