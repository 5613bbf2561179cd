/** ImageMagick's library: every format that it writes and reads, raw photos, colours, frames and sizes, by their pixels. */
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { host } from '../../src/converters/magick/magick-host.ts';
import { readers, writers } from '../../src/converters/magick/magick-formats.ts';
import { isNear, pixel, runJob, twoColours } from '../pictures/pictures.ts';
import type { Output, PictureJob } from '../pictures/pictures.ts';
import { rawPhoto, rawPhotos } from './raw-photo.ts';

const red = [255, 0, 0];
const blue = [0, 0, 255];

async function turn(input: Buffer, pair: readonly [string, string], job: PictureJob = {}): Promise<Output> {
  const [from, to] = pair;
  return runJob(host, { input, name: `a.${from}` }, { to, ...job, more: { from } });
}

const picture = (): Promise<Buffer> => twoColours().png().toBuffer();

async function colours(png: Buffer, expected: readonly (readonly number[])[], distance = 12): Promise<void> {
  const { width, height } = await sharp(png).metadata();
  const found = [
    await pixel(png, Math.floor(width / 8), Math.floor(height / 2)),
    await pixel(png, Math.floor((width * 7) / 8), Math.floor(height / 2)),
  ];
  const isRight = found.every((value, index) => isNear(value, expected[index] ?? [], distance));
  expect(isRight, JSON.stringify(found)).toBe(true);
}

/** Of one bit or one channel: bright and dark are all there is. Others keep a size of their own. */
const withoutColour = new Set(['fits', 'g3', 'otb', 'pbm', 'pgm', 'vicar', 'wbmp', 'xbm']);
const ownSize = new Set(['g3', 'pcd']);
const readBack = Object.keys(writers).filter((to) => readers[to] !== undefined && to !== 'png');

/** White on the left, black on the right. */
const brightAndDark = (): Promise<Buffer> =>
  sharp({ create: { width: 80, height: 40, channels: 3, background: '#fff' } })
    .composite([
      { input: { create: { width: 40, height: 40, channels: 3, background: '#000' } }, left: 40, top: 0 },
    ])
    .png()
    .toBuffer();

/** By the mean brightness of each half of the picture. */
async function halves(png: Buffer, format: string): Promise<void> {
  const { width, height } = await sharp(png).metadata();
  // A fax is wider than the picture, and white beside it.
  const end = format === 'g3' ? 80 : width;
  const mean = async (left: number): Promise<number> => {
    const half = await sharp(png)
      .extract({ left, top: 0, width: Math.floor(end / 2), height: Math.min(height, 40) })
      .png()
      .toBuffer();
    return (await sharp(half).greyscale().stats()).channels[0]?.mean ?? Number.NaN;
  };
  const [bright, dark] = [await mean(0), await mean(Math.floor(end / 2))];
  expect(bright - dark, `${bright} and ${dark}`).toBeGreaterThan(200);
}

test.each(readBack)('%s is written and read again', async (format) => {
  const isGrey = withoutColour.has(format);
  const { bytes } = await turn(isGrey ? await brightAndDark() : await picture(), ['png', format]);
  const again = await turn(bytes, [format, 'png']);
  if (!ownSize.has(format)) {
    expect(await sharp(again.bytes).metadata()).toMatchObject({ width: 80, height: 40 });
  }
  if (isGrey) {
    await halves(again.bytes, format);
  } else if (format !== 'pcd') {
    await colours(again.bytes, [red, blue], 30);
  }
});

test.each(Object.entries(rawPhotos))('a raw photo of the kind %s is developed', async (format, camera) => {
  const { bytes } = await turn(rawPhoto(camera), [format, 'jpg']);
  const { width } = await sharp(bytes).metadata();
  expect(width).toBeGreaterThan(310);
  const redness = async (x: number): Promise<number> => {
    const [r = 0, , b = 0] = await pixel(bytes, x, 100);
    return r - b;
  };
  expect(await redness(60)).toBeGreaterThan(60);
  expect(await redness(260)).toBeLessThan(-60);
});

const heic = Buffer.from(
  'AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAUJtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAA5waXRtAAAAAAABAAAAImlsb2MAAAAAREAAAQABAAAAAAFmAAEAAAAAAAAAagAAACNpaW5mAAAAAAABAAAAFWluZmUCAAAAAAEAAGh2YzEAAAAAwmlwcnAAAACkaXBjbwAAAHhodmNDAQNwAAAAAAAAAAAAHvAA/P34+AAADwMgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQCEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoBAgIFlupJKa5uBAQMCAAAADAIAAAAMAhCIAAQAHRAHBcrAiQAAAABRpc3BlAAAAAAAAAIAAAACAAAAAEHBpeGkAAAAAAwgICAAAABZpcG1hAAAAAAAAAAEAAQOBAoMAAABybWRhdAAAAGYoAa8TgOaocNP//iaUf/0654fp5dLSeb2UAf/9aakj/Cod/+tBOUrH//SkwDfcOAwzlWPL7Pf4PxKK/KwIUjecqSR65M7/9Bt/fLpvvcVK6uP/W1/20gZneYFxCVZoUOHan/4Og2Y=',
  'base64',
);

test.each(['heic', 'heif'])('%s photos are read', async (from) => {
  const { bytes } = await turn(heic, [from, 'jpg']);
  await colours(bytes, [red, blue], 40);
});

test('paper colours become those of the screen, by their profile', async () => {
  const cmyk = await twoColours().toColourspace('cmyk').withIccProfile('cmyk').tiff().toBuffer();
  const { bytes } = await turn(cmyk, ['tiff', 'bmp']);
  const png = await turn(bytes, ['bmp', 'png']);
  expect((await sharp(png.bytes).metadata()).space).toBe('srgb');
  // What libvips makes of the same file by the same profile.
  const wanted = sharp(cmyk).toColourspace('srgb').png();
  const reference = await wanted.toBuffer();
  await colours(png.bytes, [await pixel(reference, 10, 20), await pixel(reference, 70, 20)]);
});

test('a wide profile goes along where it can, and is worked in where it cannot', async () => {
  const wide = await twoColours().withIccProfile('p3').png().toBuffer();
  const kept = await turn(wide, ['png', 'psd']);
  const back = await turn(kept.bytes, ['psd', 'tiff']);
  expect((await sharp(back.bytes).metadata()).icc).toBeDefined();
  const { bytes } = await turn(wide, ['png', 'bmp']);
  await colours((await turn(bytes, ['bmp', 'png'])).bytes, [red, blue], 20);
});

test('16 bits a channel, and transparency', async () => {
  const deep = await twoColours().toColourspace('rgb16').png().toBuffer();
  expect((await sharp(deep).metadata()).depth).toBe('ushort');
  await colours((await turn((await turn(deep, ['png', 'tga'])).bytes, ['tga', 'png'])).bytes, [red, blue]);
  const clear = await sharp({ create: { width: 80, height: 40, channels: 4, background: '#0000' } })
    .png()
    .toBuffer();
  const pcx = await turn((await turn(clear, ['png', 'pcx'])).bytes, ['pcx', 'png']);
  await colours(pcx.bytes, [
    [255, 255, 255],
    [255, 255, 255],
  ]);
  const tga = await turn((await turn(clear, ['png', 'tga'])).bytes, ['tga', 'png']);
  expect((await pixel(tga.bytes, 10, 10))[3]).toBe(0);
  const removed = await turn(clear, ['png', 'tga'], { options: { alpha: 'remove' } });
  await colours((await turn(removed.bytes, ['tga', 'png'])).bytes, [
    [255, 255, 255],
    [255, 255, 255],
  ]);
});

test('a photo is turned upright, unless that is not wanted', async () => {
  const onItsSide = await twoColours().withMetadata({ orientation: 6 }).jpeg().toBuffer();
  const size = async (options: Record<string, boolean>): Promise<readonly number[]> => {
    const { bytes } = await turn(onItsSide, ['jpg', 'bmp'], { options });
    const { width, height } = await sharp((await turn(bytes, ['bmp', 'png'])).bytes).metadata();
    return [width, height];
  };
  expect(await size({})).toEqual([40, 80]);
  expect(await size({ auto_orient: false })).toEqual([80, 40]);
});

test.each([
  [{ width: 20 }, 20, 10],
  [{ width: 400 }, 80, 40],
  [{ width: 30, height: 30, fit: 'crop' }, 30, 30],
  [{ width: 30, height: 30, fit: 'scale' }, 30, 30],
  [{ height: 10, fit: 'max' }, 20, 10],
])('a size asked for: %j', async (options, width, height) => {
  const { bytes } = await turn(await picture(), ['png', 'tga'], { options });
  const png = (await turn(bytes, ['tga', 'png'])).bytes;
  expect(await sharp(png).metadata()).toMatchObject({ width, height });
  await colours(png, [red, blue], 'fit' in options && options.fit === 'crop' ? 40 : 12);
});

test.each([
  ['CMYK', 'jpg', 'cmyk'],
  ['CMYK', 'tiff', 'cmyk'],
  ['sRGB', 'tiff', 'srgb'],
  ['Gray', 'tiff', 'b-w'],
])('%s is written into %s', async (colorspace, to, space) => {
  const input = (await turn(await picture(), ['png', 'miff'])).bytes;
  const { bytes } = await turn(input, ['miff', to], { options: { colorspace } });
  expect((await sharp(bytes).metadata()).space).toBe(space);
});

test('quality, colour space and metadata', async () => {
  const noisy = readFileSync((await turn(await picture(), ['png', 'jp2'])).paths[0] ?? '');
  const sizes = await Promise.all(
    [95, 10].map(
      async (quality) => (await turn(noisy, ['jp2', 'jpg'], { options: { quality } })).bytes.length,
    ),
  );
  expect(sizes[0]).toBeGreaterThan(sizes[1] ?? 0);
  const grey = await turn(noisy, ['jp2', 'png'], { options: { colorspace: 'Gray' } });
  const [r, g, b] = await sharp(grey.bytes)
    .toColourspace('srgb')
    .extract({ left: 5, top: 5, width: 1, height: 1 })
    .raw()
    .toBuffer();
  expect([g, b]).toEqual([r, r]);
  const tagged = await twoColours()
    .withExif({ IFD0: { Copyright: 'Example' } })
    .jpeg()
    .toBuffer();
  const miff = (await turn(tagged, ['jpg', 'miff'])).bytes;
  expect((await sharp((await turn(miff, ['miff', 'jpg'])).bytes).metadata()).exif).toBeDefined();
  const stripped = await turn(miff, ['miff', 'jpg'], { options: { strip: true } });
  expect((await sharp(stripped.bytes).metadata()).exif).toBeUndefined();
});

test('frames: an animation stays one where it can, else its first is the picture, and that is said', async () => {
  const frames = await Promise.all(
    ['#f00', '#0f0', '#00f'].map((background) =>
      sharp({ create: { width: 64, height: 32, channels: 4, background } })
        .png()
        .toBuffer(),
    ),
  );
  const gif = await sharp(frames, { join: { animated: true } })
    .gif()
    .toBuffer();
  const still = await turn(gif, ['gif', 'bmp']);
  expect(still.answer['notes']).toEqual(['"a.gif" holds 3 pictures: the first was taken']);
  await colours((await turn(still.bytes, ['bmp', 'png'])).bytes, [red, red]);
  const mng = await turn(gif, ['gif', 'mng']);
  const back = await turn(mng.bytes, ['mng', 'gif']);
  expect((await sharp(back.bytes, { pages: -1 }).metadata()).pages).toBe(3);
  const third = await turn(gif, ['gif', 'bmp'], { options: { pages: '3' } });
  await colours((await turn(third.bytes, ['bmp', 'png'])).bytes, [blue, blue]);
  const tiff = (await turn(gif, ['gif', 'dcx'], { options: { pages: '1-2' } })).bytes;
  const pages = await turn(tiff, ['dcx', 'bmp']);
  expect(pages.names).toEqual(['out-1.bmp', 'out-2.bmp']);
});

test('an icon is scaled to what icons hold, and of an icon the largest picture is read', async () => {
  const large = await twoColours(800, 400).png().toBuffer();
  const ico = await turn(large, ['png', 'ico']);
  expect(ico.answer['notes']).toEqual(['Scaled down to 256 pixels, the largest edge of an icon']);
  const png = await turn(ico.bytes, ['ico', 'png']);
  expect(await sharp(png.bytes).metadata()).toMatchObject({ width: 256, height: 128 });
  await colours(png.bytes, [red, blue]);
});
