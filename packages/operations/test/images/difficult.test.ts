/** Photos as they come: colours of print, 16 bits, on their side, with a profile, moving, huge, cut off. By their pixels. */
import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { converters } from '../../src/converter-table.ts';
import type { Converter } from '../../src/converters/converter.ts';
import { closeHosts } from '../../src/host/host-pool.ts';
import { isNear, noise, pixel, twoColours } from '../pictures/pictures.ts';
import { converted, failure } from './native.ts';

afterAll(closeHosts);

function converter(name: string): Converter {
  const found = converters.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no converter ${name}`);
  return found;
}
const picture = converter('sharp');

test('CMYK becomes sRGB, by the profile of the file', async () => {
  const input = await twoColours()
    .toColourspace('cmyk')
    .withIccProfile('cmyk')
    .jpeg({ quality: 100 })
    .toBuffer();
  expect((await sharp(input).metadata()).space).toBe('cmyk');
  for (const to of ['png', 'webp']) {
    const { bytes } = await converted(picture, { from: 'jpg', to, input });
    const { space, channels } = await sharp(bytes).metadata();
    expect([space, channels]).toEqual(['srgb', 3]);
    const [left, right] = [await pixel(bytes, 10, 20), await pixel(bytes, 70, 20)];
    expect((left[0] ?? 0) > 180 && (left[2] ?? 255) < 90, String(left)).toBe(true);
    expect((right[2] ?? 0) > 100 && (right[0] ?? 255) < 90, String(right)).toBe(true);
  }
});

test('16 bits a channel become 8 in a JPEG, and stay in a PNG', async () => {
  const input = await twoColours().toColourspace('rgb16').tiff({ compression: 'lzw' }).toBuffer();
  const jpg = (await converted(picture, { from: 'tiff', to: 'jpg', input })).bytes;
  expect((await sharp(jpg).metadata()).depth).toBe('uchar');
  expect(isNear(await pixel(jpg, 10, 20), [255, 0, 0])).toBe(true);
  const png = (await converted(picture, { from: 'tiff', to: 'png', input })).bytes;
  expect((await sharp(png).metadata()).depth).toBe('ushort');
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])('EXIF orientation %i is turned upright, once', async (orientation) => {
  // Where red lies when the camera's note is followed.
  const upright = sharp(await twoColours().withMetadata({ orientation }).jpeg({ quality: 100 }).toBuffer());
  const input = await upright.clone().keepMetadata().jpeg({ quality: 100 }).toBuffer();
  const wanted = await upright.clone().autoOrient().png().toBuffer();
  const { bytes } = await converted(picture, { from: 'jpg', to: 'webp', input });
  const { width, height, orientation: left = 1 } = await sharp(bytes).metadata();
  expect([width, height]).toEqual(orientation >= 5 ? [40, 80] : [80, 40]);
  expect(left).toBe(1);
  for (const [x, y] of [
    [4, 4],
    [width - 5, 4],
    [4, height - 5],
  ] as const) {
    expect(isNear(await pixel(bytes, x, y), (await pixel(wanted, x, y)).slice(0, 3), 24)).toBe(true);
  }
});

test('an animation becomes its first frame in a JPEG, and that is said', async () => {
  const frames = await Promise.all(
    ['#f00', '#0f0', '#00f'].map((background) =>
      sharp({ create: { width: 64, height: 32, channels: 4, background } })
        .png()
        .toBuffer(),
    ),
  );
  const input = await sharp(frames, { join: { animated: true } })
    .gif()
    .toBuffer();
  const { bytes, notes } = await converted(picture, { from: 'gif', to: 'jpg', input });
  expect(notes).toEqual(['"-a b.gif" is an animation of 3 frames: the first was taken']);
  expect(isNear(await pixel(bytes, 30, 15), [255, 0, 0])).toBe(true);
  const asked = await converted(picture, { from: 'gif', to: 'jpg', input, options: { pages: '3' } });
  expect(asked.notes).toEqual([]);
  expect(isNear(await pixel(asked.bytes, 30, 15), [0, 0, 255])).toBe(true);
  expect((await converted(picture, { from: 'gif', to: 'webp', input })).notes).toEqual([]);
});

test('what is cut off, or claims to be huge, is refused with its name', async () => {
  const whole = await noise(200, 200).jpeg().toBuffer();
  const half = whole.subarray(0, whole.length / 2);
  for (const [name, to] of [
    ['sharp', 'png'],
    ['magick-wasm', 'bmp'],
  ] as const) {
    const cut = await failure(converter(name), { from: 'jpg', to, input: half });
    expect(cut).toMatchObject({ type: 'bad-input' });
    expect(cut.message).toContain('"-a b.jpg" is damaged or cut off');
  }
  const bomb = Buffer.from(await noise(8, 8).png().toBuffer());
  bomb.writeUInt32BE(60_000, 16);
  bomb.writeUInt32BE(60_000, 20);
  expect(await failure(picture, { from: 'png', to: 'jpg', input: bomb })).toMatchObject({
    type: expect.stringMatching(/too-large|bad-input/u),
  });
});
