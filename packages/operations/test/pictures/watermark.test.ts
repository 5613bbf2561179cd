import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { closeHosts } from '../../src/host/host-pool.ts';
import { watermark } from '../../src/operations/watermark.ts';
import { base, inkBox, mark } from './marked.ts';
import { failed, requestOf } from './picture-action.ts';
import type { PictureAction } from './picture-action.ts';
import { isNear, pixel } from './pictures.ts';

afterAll(closeHosts);

const logo = (width = 40, height = 20): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 3, background: '#ff0000' } })
    .png()
    .toBuffer();

test.each([
  [{}, { left: 180, top: 90 }],
  [
    { position_horizontal: 'left', position_vertical: 'top' },
    { left: 25, top: 25 },
  ],
  [
    { position_horizontal: 'right', position_vertical: 'bottom' },
    { left: 335, top: 155 },
  ],
  [
    { position_horizontal: 'right', position_vertical: 'bottom', margin_horizontal: 0, margin_vertical: 7 },
    { left: 360, top: 173 },
  ],
])('an image with %j lies where it should', async (options, place) => {
  const { bytes } = await mark(
    { image: 'logo', ...options },
    { image: { name: 'logo.png', input: await logo() } },
  );
  expect(await inkBox(bytes)).toEqual({ ...place, width: 40, height: 20 });
  expect(isNear(await pixel(bytes, place.left + 20, place.top + 10), [255, 0, 0])).toBe(true);
});

test.each([
  [{ image_width: 80 }, 80, 40],
  [{ image_height: 10 }, 20, 10],
  [{ image_width: 30, image_height: 30 }, 30, 30],
  [{ image_width_percent: 50 }, 200, 100],
])('an image with %j is %i × %i', async (options, width, height) => {
  const { bytes } = await mark(
    { image: 'logo', ...options },
    { image: { name: 'logo.png', input: await logo() } },
  );
  expect(await inkBox(bytes)).toMatchObject({ width, height });
});

test('an image without a size does not grow beyond the picture; one that hangs over is cut', async () => {
  const large = { name: 'logo.png', input: await logo(4000, 1000) };
  expect(await inkBox((await mark({ image: 'logo' }, { image: large })).bytes)).toEqual({
    left: 0,
    top: 50,
    width: 400,
    height: 100,
  });
  const options = { image: 'logo', image_width: 100, position_horizontal: 'right', margin_horizontal: -50 };
  expect(await inkBox((await mark(options, { image: large })).bytes)).toMatchObject({ left: 350, width: 50 });
});

test('opacity and rotation', async () => {
  const image = { name: 'logo.png', input: await logo() };
  const half = await mark({ image: 'logo', opacity: 50 }, { image });
  expect(isNear(await pixel(half.bytes, 200, 100), [255, 128, 128], 3)).toBe(true);
  const none = await mark({ image: 'logo', opacity: 0 }, { image });
  expect(await pixel(none.bytes, 200, 100)).toEqual([255, 255, 255]);
  const turned = await mark({ image: 'logo', rotation: 90 }, { image });
  expect(await inkBox(turned.bytes)).toEqual({ left: 190, top: 80, width: 20, height: 40 });
  const slanted = await inkBox((await mark({ image: 'logo', rotation: 45 }, { image })).bytes);
  expect(Math.abs(slanted.width - slanted.height)).toBeLessThanOrEqual(2);
  expect(slanted.width).toBeGreaterThan(40);
});

test.each(['jpg', 'webp', 'avif', 'gif', 'tiff'])('a %s stays a %s', async (format) => {
  const written =
    format === 'jpg'
      ? 'jpeg'
      : format === 'webp'
        ? 'webp'
        : format === 'avif'
          ? 'avif'
          : format === 'gif'
            ? 'gif'
            : 'tiff';
  const input = await base.clone().toFormat(written).toBuffer();
  const { bytes, outputs } = await mark(
    { image: 'logo' },
    { name: `a.${format}`, input, image: { name: 'logo.png', input: await logo() } },
  );
  expect(outputs[0]?.name).toBe(`a.${format}`);
  expect((await sharp(bytes).metadata()).format).toBe(written === 'avif' ? 'heif' : written);
  expect(isNear(await pixel(bytes, 200, 100), [255, 0, 0], 25)).toBe(true);
});

test('every frame of an animation is marked', async () => {
  const frames = await Promise.all(
    ['#fff', '#0f0'].map((background) =>
      sharp({ create: { width: 100, height: 60, channels: 4, background } })
        .png()
        .toBuffer(),
    ),
  );
  const input = await sharp(frames, { join: { animated: true } })
    .gif()
    .toBuffer();
  const { bytes } = await mark(
    { image: 'logo' },
    { name: 'a.gif', input, image: { name: 'logo.png', input: await logo() } },
  );
  for (const page of [0, 1]) {
    const frame = await sharp(bytes, { page }).png().toBuffer();
    expect(isNear(await pixel(frame, 50, 30), [255, 0, 0])).toBe(true);
  }
});

test('a photo is marked as it is seen, not as it is stored', async () => {
  const input = await base.clone().withMetadata({ orientation: 6 }).jpeg().toBuffer();
  const options = { image: 'logo', position_vertical: 'top', position_horizontal: 'left' };
  const { bytes } = await mark(options, {
    name: 'a.jpg',
    input,
    image: { name: 'logo.png', input: await logo() },
  });
  const metadata = await sharp(bytes).metadata();
  expect([metadata.width, metadata.height, metadata.orientation ?? 1]).toEqual([200, 400, 1]);
  expect(isNear(await pixel(bytes, 45, 35), [255, 0, 0], 25)).toBe(true);
});

const draw = (body: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">${body}</svg>`;

test('a logo may be a drawing, but not one that reaches outside', async () => {
  const drawn = await mark(
    { image: 'logo', image_width: 200 },
    { image: { name: 'logo.svg', input: draw('<rect width="40" height="20" fill="red"/>') } },
  );
  expect(await inkBox(drawn.bytes)).toMatchObject({ width: 200, height: 100 });
  const input = await base.clone().png().toBuffer();
  const image = { name: 'logo.svg', input: draw('<image href="file:///etc/passwd"/>') };
  const failure = await failed(
    watermark,
    requestOf('watermark', { name: 'a.png', input, options: { image: 'logo' }, image }),
    { plan: false },
  );
  expect(failure).toMatchObject({
    type: 'refused',
    message: expect.stringContaining('"logo.svg" refers to "file:///etc/passwd"'),
  });
});

test('below shows through transparency, and is refused where nothing would show', async () => {
  const input = await sharp({ create: { width: 100, height: 60, channels: 4, background: '#00000000' } })
    .png()
    .toBuffer();
  const image = { name: 'logo.png', input: await logo() };
  const { bytes } = await mark({ image: 'logo', layer: 'below' }, { input, image });
  expect(await pixel(bytes, 50, 30)).toEqual([255, 0, 0, 255]);
  const opaque = requestOf('watermark', {
    name: 'a.png',
    input: await base.clone().png().toBuffer(),
    options: { image: 'logo', layer: 'below' },
    image,
  });
  expect(await failed(watermark, opaque, { plan: false })).toMatchObject({
    type: 'unsupported',
    message: '"layer: below" would hide the watermark: "a.png" has no transparent parts.',
  });
});

test.each([
  ['a.svg', { text: 'x' }, 'watermark does not take svg: "a.svg".'],
  ['a.png', {}, 'The watermark has neither "text" nor "image".'],
  ['a.png', { text: 'x', pages: '1' }, '"pages" is for PDF files; a picture has none.'],
])('%s with %j is refused before the run', async (name, options, message) => {
  expect((await failed(watermark, requestOf('watermark', { name, input: '', options }))).message).toBe(
    message,
  );
});

test('text that is empty or huge', async () => {
  const input = await base.clone().png().toBuffer();
  const attempt = (options: PictureAction['options']) =>
    failed(watermark, requestOf('watermark', { name: 'a.png', input, options }), { plan: false });
  expect((await attempt({ text: ' ' })).message).toBe('The watermark has no text.');
  expect((await attempt({ text: 'x'.repeat(10_001) })).type).toBe('too-large');
  expect((await attempt({ text: 'DRAFT', font_size: 100_000 })).type).toBe('too-large');
});
