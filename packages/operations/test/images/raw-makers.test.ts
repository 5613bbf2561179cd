/** Raw photos in the layouts of their makers: the sensor's data is developed, not the preview, and what is cut off is refused. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { host } from '../../src/converters/magick/magick-host.ts';
import { panasonicLengths } from '../../src/converters/magick/panasonic-length.ts';
import { pixel, refusal, runJob } from '../pictures/pictures.ts';
import type { Output } from '../pictures/pictures.ts';

const formats = ['arw', 'cr2', 'cr3', 'crw', 'mos', 'mrw', 'orf', 'raf', 'rw2'];
const sample = (format: string): Buffer =>
  readFileSync(join(import.meta.dirname, `../formats/samples/sample.${format}`));

const develop = (input: Buffer, from: string, to = 'png'): Promise<Output> =>
  runJob(host, { input, name: `a.${from}` }, { to, more: { from } });

/** The brightest of red, green and blue, when the others are dark. */
async function lit(picture: Buffer, x: number, y: number): Promise<number> {
  const [red = 0, green = 0, blue = 0] = await pixel(picture, x, y);
  const values = [red, green, blue];
  const found = values.findIndex((value) => value > 240);
  expect(values.filter((value) => value < 40)).toHaveLength(2);
  return found;
}

test.each(formats)('the sensor of a %s is developed: red and blue above, green below', async (format) => {
  const { bytes } = await develop(sample(format), format);
  const { width, height } = await sharp(bytes).metadata();
  expect([width, height]).toEqual([format === 'rw2' ? 140 : 128, 96]);
  // Next to the borders of the colours and of the picture, too: no row and no column has moved.
  const middle = width / 2;
  for (const x of [4, middle - 5]) expect(await lit(bytes, x, 4)).toBe(0);
  for (const x of [middle + 4, width - 5]) expect(await lit(bytes, x, 4)).toBe(2);
  for (const x of [4, width - 5]) expect(await lit(bytes, x, 77)).toBe(1);
  for (const x of [4, width - 5]) expect(await lit(bytes, x, 91)).toBe(1);
  const [red, blue] = [await lit(bytes, 4, 66), await lit(bytes, width - 5, 66)];
  expect([red, blue]).toEqual([0, 2]);
});

test.each(formats)('half a %s is no photo', async (format) => {
  const whole = sample(format);
  for (const share of [0.95, 0.5, 0.1, 0]) {
    const outcome = await refusal(develop(whole.subarray(0, whole.length * share), format));
    expect(outcome.type).toBe('bad-input');
    expect(outcome.message).toContain(`"a.${format}"`);
    // The directory of a CRW stands at its end: without it, nothing says that it is one.
    if (format !== 'crw' && share > 0) expect(outcome.message).toContain('damaged or cut off');
  }
});

test.each(formats)('something else is no %s, and is told what it is', async (format) => {
  const { message, type } = await refusal(develop(Buffer.from('%PDF-1.7\n'.repeat(20)), format));
  expect(type).toBe('bad-input');
  expect(message).toContain('It looks like PDF.');
});

test('the samples are what their makers write', () => {
  const photos = resolve(import.meta.dirname, '../../../../scripts/samples/raw/photos.mjs');
  const script = `
    const { photos } = await import(${JSON.stringify(photos)});
    const made = photos.map(async ({ extension, make }) => [extension, (await make()).toString('base64')]);
    process.stdout.write(JSON.stringify(Object.fromEntries(await Promise.all(made))));`;
  const ran = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  const made: unknown = JSON.parse(ran.stdout);
  expect(made).toEqual(
    Object.fromEntries([...formats, 'x3f'].map((format) => [format, sample(format).toString('base64')])),
  );
});

/** The head of a Panasonic photo, whose data begins at 1000: entries of one number each. */
function head(entries: readonly (readonly [tag: number, value: number])[]): Buffer {
  const file = Buffer.alloc(10 + entries.length * 12);
  file.write('IIU\0', 'latin1');
  file.writeUInt32LE(8, 4);
  file.writeUInt16LE(entries.length, 8);
  for (const [index, [tag, value]] of entries.entries()) {
    const at = 10 + index * 12;
    file.writeUInt16LE(tag, at);
    file.writeUInt16LE(tag === 0x118 ? 4 : 3, at + 2);
    file.writeUInt32LE(1, at + 4);
    file.writeUInt32LE(value, at + 8);
  }
  return file;
}

const sized = (columns: number, rows: number, layout: number): Buffer =>
  head([
    [2, columns],
    [3, rows],
    [0x2d, layout],
    [0x118, 1000],
  ]);

test.each([
  // 1024 groups of 16 bytes fill a block.
  { columns: 14 * 32, rows: 32, layout: 4, needs: 1000 + 0x4000 },
  // One group more stands at the front of the next block, which the file holds behind its other part.
  { columns: 14 * 41, rows: 25, layout: 4, needs: 1000 + 0x4000 + (0x4000 - 0x2008) + 16 },
  { columns: 14 * 32, rows: 24, layout: 4, needs: 1000 + 0x4000 },
  // In groups, but in blocks of other sizes.
  { columns: 14 * 41, rows: 25, layout: 6, needs: 1000 + 1025 * 16 },
])('a Panasonic photo of $columns × $rows in layout $layout has $needs bytes', (photo) => {
  const file = sized(photo.columns, photo.rows, photo.layout);
  expect(panasonicLengths(file)).toEqual({ has: file.length, needs: photo.needs });
});

test('of other layouts, and of heads that are none, no length is known', () => {
  expect(panasonicLengths(sized(100, 100, 8))).toBeUndefined();
  expect(panasonicLengths(head([[2, 100]]))).toBeUndefined();
  expect(panasonicLengths(Buffer.from('IIU\0'))).toBeUndefined();
  expect(panasonicLengths(Buffer.from('IIU\0\xff\xff\xff\xff', 'latin1'))).toBeUndefined();
  expect(panasonicLengths(Buffer.from('II*\0\x08\0\0\0\x01\0', 'latin1'))).toBeUndefined();
  const cut = sized(100, 100, 4);
  for (let length = 0; length < cut.length; length += 1)
    expect(() => panasonicLengths(cut.subarray(0, length))).not.toThrow();
});
