/** Reads and writes icons of macOS, in which every size is a picture of its own. Inside a host. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import type { JsonObject } from '@pipeline/schema';
import { ConversionError } from '../../host/protocol.ts';
import { jobText } from '../../host/read-job.ts';
import { nameOf } from '../../files/output-name.ts';
import { openPicture } from './open-picture.ts';
import { pictureError } from './picture-errors.ts';

/** Types that hold a PNG, by their edge in pixels. */
const pngTypes: readonly (readonly [type: string, edge: number])[] = [
  ['icp4', 16],
  ['icp5', 32],
  ['icp6', 64],
  ['ic07', 128],
  ['ic08', 256],
  ['ic09', 512],
  ['ic10', 1024],
];
/** Of older systems: run lengths for each colour, and transparency in an entry beside it. */
const packedTypes: readonly (readonly [type: string, mask: string, edge: number])[] = [
  ['it32', 't8mk', 128],
  ['ih32', 'h8mk', 48],
  ['il32', 'l8mk', 32],
  ['is32', 's8mk', 16],
];
const headBytes = 8;
const pngStart = '\x89PNG';

/** Job: `inputPath inputName outputDir outputName`; answer: `files`. */
export async function writeIcns(job: JsonObject): Promise<JsonObject> {
  const picture = await openPicture(jobText(job, 'inputPath'), { name: jobText(job, 'inputName') });
  const { width, height } = picture.size;
  const longer = Math.max(width, height);
  const sizes = pngTypes.filter(([, edge], index) => index === 0 || edge <= longer);
  try {
    const entries = await Promise.all(
      sizes.map(([type, edge]) => pngEntry(type, edge, () => picture.open(0))),
    );
    return await write(job, Buffer.concat([head('icns', sum(entries)), ...entries]));
  } catch (error) {
    throw pictureError(error, picture);
  }
}

async function pngEntry(type: string, edge: number, openImage: () => Sharp): Promise<Buffer> {
  const png = await openImage()
    .autoOrient()
    .resize({ width: edge, height: edge, fit: 'contain', background: '#0000' })
    .toColourspace('srgb')
    .png()
    .toBuffer();
  return Buffer.concat([head(type, png.length), png]);
}

function head(type: string, length: number): Buffer {
  const bytes = Buffer.alloc(headBytes);
  bytes.write(type, 0, 'latin1');
  bytes.writeUInt32BE(length + headBytes, 4);
  return bytes;
}

const sum = (buffers: readonly Buffer[]): number => buffers.reduce((total, { length }) => total + length, 0);

export async function readIcns(job: JsonObject): Promise<JsonObject> {
  const name = jobText(job, 'inputName');
  const entries = entriesOf(await readFile(jobText(job, 'inputPath')), name);
  const pngs = [...entries.values()].filter((data) => data.toString('latin1', 0, 4) === pngStart);
  const measured = await Promise.all(pngs.map(async (data) => ({ data, ...(await sharp(data).metadata()) })));
  const [largest] = measured.toSorted((left, right) => right.width - left.width);
  if (largest !== undefined) return write(job, largest.data);
  for (const [type, mask, edge] of packedTypes) {
    const data = entries.get(type);
    if (data !== undefined) return write(job, await unpacked({ data, mask: entries.get(mask), edge, name }));
  }
  throw new ConversionError(
    'unsupported',
    `"${name}" holds no picture that can be read here: ${[...entries.keys()].join(', ')}.`,
    'Icons of JPEG 2000 pictures are not read.',
  );
}

function entriesOf(file: Buffer, name: string): ReadonlyMap<string, Buffer> {
  const entries = new Map<string, Buffer>();
  const isWhole = file.length >= headBytes && file.readUInt32BE(4) <= file.length;
  if (file.toString('latin1', 0, 4) !== 'icns' || !isWhole) throw damaged(name);
  for (let at = headBytes; at + headBytes <= file.length;) {
    const length = file.readUInt32BE(at + 4);
    if (length < headBytes || at + length > file.length) throw damaged(name);
    entries.set(file.toString('latin1', at, at + 4), file.subarray(at + headBytes, at + length));
    at += length;
  }
  return entries;
}

interface Packed {
  readonly data: Buffer;
  readonly mask: Buffer | undefined;
  readonly edge: number;
  readonly name: string;
}

async function unpacked({ data, mask, edge, name }: Packed): Promise<Buffer> {
  const pixels = edge * edge;
  const rgba = Buffer.alloc(pixels * 4, 255);
  // The largest of them begins with four bytes of nothing.
  let at = edge === 128 ? 4 : 0;
  for (let channel = 0; channel < 3; channel += 1) {
    for (let pixel = 0; pixel < pixels;) {
      const control = data[at];
      if (control === undefined) throw damaged(name);
      const isRun = control >= 128;
      const count = isRun ? control - 125 : control + 1;
      for (let index = 0; index < count && pixel < pixels; index += 1, pixel += 1) {
        rgba[pixel * 4 + channel] = data[at + 1 + (isRun ? 0 : index)] ?? 0;
      }
      at += isRun ? 2 : count + 1;
    }
  }
  if (mask?.length === pixels) for (const [pixel, alpha] of mask.entries()) rgba[pixel * 4 + 3] = alpha;
  return sharp(rgba, { raw: { width: edge, height: edge, channels: 4 } })
    .png()
    .toBuffer();
}

function damaged(name: string): ConversionError {
  const hint = 'Copy or download it again from its source.';
  return new ConversionError('bad-input', `"${name}" is damaged or no icon of macOS.`, hint);
}

async function write(job: JsonObject, bytes: Buffer): Promise<JsonObject> {
  const file = nameOf(jobText(job, 'outputName'), { number: 1, count: 1 });
  await writeFile(join(jobText(job, 'outputDir'), file), bytes);
  return { files: [file] };
}
