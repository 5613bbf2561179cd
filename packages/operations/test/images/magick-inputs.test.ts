/** Formats that are read and never written, from files made here by their rules: red on the left, blue on the right. */
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { host } from '../../src/converters/magick/magick-host.ts';
import { isNear, pixel, runJob } from '../pictures/pictures.ts';

const width = 80;
const height = 40;

/** Samples of each pixel, row by row: by the colours in a pixel, then by pixels. */
function samples(size: { readonly width: number; readonly height: number }, full: number): Buffer {
  const pixels = Buffer.alloc(size.width * size.height * 3);
  for (let at = 0; at < size.width * size.height; at += 1)
    pixels[at * 3 + (at % size.width < size.width / 2 ? 0 : 2)] = full;
  return pixels;
}

/** A picture of slow-scan television: no header, six bits a sample. */
const hrz = (): Buffer => samples({ width: 256, height: 240 }, 63);

/** Of a microscope: a header of little-endian words, then each colour by itself. */
function ipl(): Buffer {
  const words = [width, height, 3, 1, 1, 0];
  const header = Buffer.alloc(16 + 4 + 4 * words.length);
  header.write('iiii');
  header.writeUInt32LE(4, 4);
  header.write('100fdata', 8);
  header.writeUInt32LE(20 + width * height * 3, 16);
  for (const [index, word] of words.entries()) header.writeUInt32LE(word, 20 + 4 * index);
  const pixels = samples({ width, height }, 255);
  const plane = (colour: number): Buffer => Buffer.from(pixels.filter((_, at) => at % 3 === colour));
  return Buffer.concat([header, plane(0), plane(1), plane(2), Buffer.alloc(8)]);
}

/** Of a hospital: elements of a group, a number, a type and a length. */
function dcm(): Buffer {
  const element = (tag: readonly [number, number], type: string, value: Buffer): Buffer => {
    const isLong = type === 'OW';
    const head = Buffer.alloc(isLong ? 12 : 8);
    head.writeUInt16LE(tag[0], 0);
    head.writeUInt16LE(tag[1], 2);
    head.write(type, 4);
    if (isLong) head.writeUInt32LE(value.length, 8);
    else head.writeUInt16LE(value.length, 6);
    return Buffer.concat([head, value]);
  };
  const short = (number: number, value: number): Buffer =>
    element([0x28, number], 'US', Buffer.from([value, 0]));
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    element([2, 0x10], 'UI', Buffer.from('1.2.840.10008.1.2.1\0')),
    short(2, 3),
    element([0x28, 4], 'CS', Buffer.from('RGB ')),
    short(0x10, height),
    short(0x11, width),
    short(0x100, 8),
    short(0x101, 8),
    short(0x102, 7),
    element([0x7fe0, 0x10], 'OW', samples({ width, height }, 255)),
  ]);
}

/** A scientist's: a mark, the kind of content and its sum, the size, three colours of eight bits. */
function sf3(): Buffer {
  const header = Buffer.alloc(14);
  for (const [index, value] of [width, height, 1].entries()) header.writeUInt32LE(value, 4 * index);
  header.set([3, 0x11], 12);
  const content = Buffer.concat([header, samples({ width, height }, 255)]);
  const sum = Buffer.alloc(5);
  sum.writeUInt32LE(crc32(content));
  return Buffer.concat([Buffer.from('8153463300e0d00d0a0a03', 'hex'), sum, content]);
}

/** Of WordPerfect: records of a type and a length; here the page, two colours, and rows of two runs each. */
function wpg(): Buffer {
  const record = (type: number, words: readonly number[], bytes: readonly number[]): readonly number[] => {
    const content = [...words.flatMap((word) => [word & 255, word >> 8]), ...bytes];
    return [type, content.length, ...content];
  };
  const row = [0x80 | (width / 2), 0, 0x80 | (width / 2), 1];
  return Buffer.from([
    ...Buffer.from('ff575043100000000116010000000000', 'hex'),
    ...record(0x0f, [1, 1200, 600], []),
    ...record(0x0e, [0, 2], [255, 0, 0, 0, 0, 255]),
    ...record(0x0b, [width, height, 8, 75, 75], Array.from({ length: height }, () => row).flat()),
    ...record(0x10, [], []),
  ]);
}

test.each([
  ['hrz', hrz],
  ['ipl', ipl],
  ['dcm', dcm],
  ['wpg', wpg],
  ['sf3', sf3],
])('%s is read, and half of it is none', async (from, make) => {
  const input = make();
  const file = (content: Buffer): { readonly input: Buffer; readonly name: string } => ({
    input: content,
    name: `a.${from}`,
  });
  const { bytes } = await runJob(host, file(input), { to: 'png', more: { from } });
  const size = await sharp(bytes).metadata();
  if (from !== 'hrz') expect(size).toMatchObject({ width, height });
  const y = Math.floor(size.height / 2);
  const found = [await pixel(bytes, 5, y), await pixel(bytes, size.width - 5, y)];
  expect(
    isNear(found[0] ?? [], [255, 0, 0], 8) && isNear(found[1] ?? [], [0, 0, 255], 8),
    JSON.stringify(found),
  ).toBe(true);
  const half = runJob(host, file(input.subarray(0, input.length / 2)), { to: 'png', more: { from } });
  await expect(half).rejects.toThrow(`"a.${from}"`);
});
