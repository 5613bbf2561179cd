import sharp from 'sharp';
import { expect, test } from 'vitest';
import { sharp as converter } from '../../src/converters/pictures/sharp.ts';
import { convert, isNear, noise, pixel, refusal, twoColours } from './pictures.ts';

const red = [254, 0, 0];
const blue = [0, 0, 254];

test('the version in the table is the one that is installed', async () => {
  expect(await converter.version()).toBe(sharp.versions.sharp);
});

test.each(converter.pairs['png'] ?? [])('png becomes %s with the same picture', async (to) => {
  const { bytes, names } = await convert(await twoColours().png().toBuffer(), 'a.png', { to });
  const { format, width, height } = await sharp(bytes).metadata();
  expect({ format, width, height, names }).toEqual({
    format: { jpg: 'jpeg', avif: 'heif' }[to] ?? to,
    width: 80,
    height: 40,
    names: [`out.${to}`],
  });
  expect(isNear(await pixel(bytes, 10, 20), red)).toBe(true);
  expect(isNear(await pixel(bytes, 70, 20), blue)).toBe(true);
});

test.each(['jpg', 'webp', 'avif', 'gif', 'tiff'])('%s is read, whatever its name says', async (from) => {
  const input = await twoColours()
    .toFormat(
      from === 'jpg'
        ? 'jpeg'
        : from === 'avif'
          ? 'avif'
          : from === 'gif'
            ? 'gif'
            : from === 'tiff'
              ? 'tiff'
              : 'webp',
    )
    .toBuffer();
  const { bytes } = await convert(input, 'misnamed.png', { to: 'png' });
  expect(isNear(await pixel(bytes, 10, 20), red)).toBe(true);
});

test.each([
  [{ width: 40 }, 40, 20],
  [{ width: 400 }, 80, 40],
  [{ width: 20, height: 20 }, 20, 10],
  [{ width: 400, fit: 'scale' }, 400, 200],
  [{ width: 30, height: 30, fit: 'scale' }, 30, 30],
  [{ width: 30, height: 30, fit: 'crop' }, 30, 30],
  [{ width: 300, height: 100, fit: 'crop' }, 300, 100],
  [{ height: 10, fit: 'crop' }, 20, 10],
])('%j makes 80 × 40 into %i × %i', async (options, width, height) => {
  const { bytes } = await convert(await twoColours().png().toBuffer(), 'a.png', { to: 'png', options });
  const metadata = await sharp(bytes).metadata();
  expect([metadata.width, metadata.height]).toEqual([width, height]);
});

test('crop fills the box from the middle, scale squeezes', async () => {
  const input = await twoColours(90, 30).png().toBuffer();
  const cropped = await convert(input, 'a.png', { options: { width: 30, height: 30, fit: 'crop' } });
  const scaled = await convert(input, 'a.png', { options: { width: 30, height: 30, fit: 'scale' } });
  for (const { bytes } of [cropped, scaled]) {
    expect(isNear(await pixel(bytes, 2, 15), red)).toBe(true);
    expect(isNear(await pixel(bytes, 27, 15), blue)).toBe(true);
  }
});

test('a photo is turned upright unless it should not be, and says so to nobody else', async () => {
  const input = await twoColours().withMetadata({ orientation: 6 }).jpeg({ quality: 100 }).toBuffer();
  const upright = await sharp((await convert(input, 'a.jpg', { to: 'jpg' })).bytes).metadata();
  expect([upright.width, upright.height, upright.orientation ?? 1]).toEqual([40, 80, 1]);
  const as = await sharp(
    (await convert(input, 'a.jpg', { to: 'jpg', options: { auto_orient: false } })).bytes,
  ).metadata();
  expect([as.width, as.height, as.orientation]).toEqual([80, 40, 6]);
  const { bytes } = await convert(input, 'a.jpg', { to: 'png', options: { width: 20 } });
  expect(isNear(await pixel(bytes, 10, 3), red, 30)).toBe(true);
  expect(isNear(await pixel(bytes, 10, 37), blue, 30)).toBe(true);
});

test('metadata stays, and goes with strip; colours look the same either way', async () => {
  const input = await twoColours()
    .withExif({ IFD0: { Copyright: 'Example' } })
    .withIccProfile('p3')
    .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
    .toBuffer();
  const kept = (await convert(input, 'a.jpg', { to: 'jpg', options: { quality: 100 } })).bytes;
  const stripped = (await convert(input, 'a.jpg', { to: 'jpg', options: { strip: true, quality: 100 } }))
    .bytes;
  expect((await sharp(kept).metadata()).exif?.toString('latin1')).toContain('Example');
  expect((await sharp(kept).metadata()).icc).toBeDefined();
  expect(await sharp(stripped).metadata()).not.toMatchObject({ exif: expect.anything() });
  expect((await sharp(stripped).metadata()).icc).toBeUndefined();
  for (const bytes of [kept, stripped]) {
    const shown = await sharp(bytes).toColourspace('srgb').png().toBuffer();
    expect(isNear(await pixel(shown, 10, 20), red, 20)).toBe(true);
  }
});

test('quality is honoured: less is smaller', async () => {
  const input = await noise(200, 200).blur(4).png().toBuffer();
  for (const to of ['jpg', 'png', 'webp', 'avif', 'tiff']) {
    const low = await convert(input, 'a.png', { to, options: { quality: 20 } });
    const high = await convert(input, 'a.png', { to, options: { quality: 95 } });
    expect(low.bytes.length, to).toBeLessThan(high.bytes.length);
  }
});

test('transparency becomes white in JPEG, and elsewhere with alpha: remove', async () => {
  const input = await sharp({
    create: { width: 20, height: 20, channels: 4, background: { r: 255, g: 0, b: 0, alpha: 0 } },
  })
    .png()
    .toBuffer();
  expect(await pixel((await convert(input, 'a.png', { to: 'jpg' })).bytes, 5, 5)).toEqual([255, 255, 255]);
  expect((await pixel((await convert(input, 'a.png', { to: 'webp' })).bytes, 5, 5))[3]).toBe(0);
  const removed = await convert(input, 'a.png', { to: 'webp', options: { alpha: 'remove' } });
  expect(isNear(await pixel(removed.bytes, 5, 5), [255, 255, 255])).toBe(true);
  expect(await refusal(convert(input, 'a.png', { options: { alpha: 'off' } }))).toMatchObject({
    type: 'unsupported',
    message: 'alpha: "off" is not known here.',
  });
});

test('a CMYK JPEG comes out in its colours', async () => {
  const input = await twoColours().withIccProfile('cmyk').jpeg({ quality: 100 }).toBuffer();
  expect((await sharp(input).metadata()).space).toBe('cmyk');
  const { bytes } = await convert(input, 'a.jpg', { to: 'png' });
  const [r = 0, g = 0, b = 0] = await pixel(bytes, 10, 20);
  expect((await sharp(bytes).metadata()).space).toBe('srgb');
  expect(r > 200 && g < 80 && b < 80).toBe(true);
});

test('colour spaces are changed when asked for', async () => {
  const input = await twoColours().png().toBuffer();
  const gray = await convert(input, 'a.png', { to: 'png', options: { colorspace: 'Gray' } });
  expect((await sharp(gray.bytes).metadata()).space).toBe('b-w');
  const cmyk = await convert(input, 'a.png', { to: 'tiff', options: { colorspace: 'CMYK' } });
  expect((await sharp(cmyk.bytes).metadata()).space).toBe('cmyk');
  expect(
    await refusal(convert(input, 'a.png', { to: 'webp', options: { colorspace: 'CMYK' } })),
  ).toMatchObject({
    message: 'colorspace: "CMYK" cannot be stored in WEBP.',
  });
});

test('16 bits a channel stay where the format has them', async () => {
  const samples = Uint16Array.from({ length: 16 * 16 * 3 }, (_, index) => (index * 811) % 65_536);
  const input = await sharp(samples, { raw: { width: 16, height: 16, channels: 3 } })
    .toColourspace('rgb16')
    .png()
    .toBuffer();
  expect((await sharp(input).metadata()).depth).toBe('ushort');
  expect((await sharp((await convert(input, 'a.png', { to: 'tiff' })).bytes).metadata()).depth).toBe(
    'ushort',
  );
  expect((await sharp((await convert(input, 'a.png', { to: 'webp' })).bytes).metadata()).depth).toBe('uchar');
});

async function frames(count: number): Promise<Buffer[]> {
  return Promise.all(
    ['#ff0000', '#00ff00', '#0000ff'].slice(0, count).map((background) =>
      sharp({ create: { width: 40, height: 30, channels: 4, background } })
        .png()
        .toBuffer(),
    ),
  );
}

test('an animation stays one between GIF and WebP, and gives its first frame elsewhere', async () => {
  const gif = await sharp(await frames(3), { join: { animated: true } })
    .gif({ delay: [100, 200, 300], loop: 2 })
    .toBuffer();
  const webp = await convert(gif, 'a.gif', { to: 'webp', options: { width: 20 } });
  expect(await sharp(webp.bytes, { pages: -1 }).metadata()).toMatchObject({
    pages: 3,
    pageHeight: 15,
    width: 20,
    delay: [100, 200, 300],
    loop: 2,
  });
  const png = await convert(gif, 'a.gif', { to: 'png' });
  expect(png.names).toEqual(['out.png']);
  expect(isNear(await pixel(png.bytes, 5, 5), [255, 0, 0])).toBe(true);
  const picked = await convert(gif, 'a.gif', { to: 'png', options: { pages: '2-3' } });
  expect(picked.names).toEqual(['out-1.png', 'out-2.png']);
  expect(isNear(await pixel(picked.paths[1] ?? '', 5, 5), [0, 0, 255])).toBe(true);
});

test('every page of a TIFF comes out, or those that are asked for', async () => {
  const tiff = await sharp(await frames(3), { join: { animated: true } })
    .tiff({ compression: 'lzw' })
    .toBuffer();
  const all = await convert(tiff, 'scan.tiff', { to: 'png', outputName: 'page-%02d.png' });
  expect(all.names).toEqual(['page-01.png', 'page-02.png', 'page-03.png']);
  expect(isNear(await pixel(all.paths[1] ?? '', 5, 5), [0, 255, 0])).toBe(true);
  const one = await convert(tiff, 'scan.tiff', { to: 'jpg', options: { pages: '3' } });
  expect(one.names).toEqual(['out.jpg']);
  expect((await sharp((await convert(tiff, 'scan.tiff', { to: 'tiff' })).bytes).metadata()).pages).toBe(3);
  expect(await refusal(convert(tiff, 'scan.tiff', { options: { pages: '7' } }))).toEqual({
    type: 'bad-input',
    message: '"pages: 7" asks for no page of "scan.tiff", which has 3 pages.',
  });
});

test.each([
  'a b.png',
  `"q'.png`,
  'line\nbreak.png',
  '😀.png',
  '-n.png',
  '[1].png[page=3]',
  `${'x'.repeat(251)}.png`,
])('the name %j works for input and output', async (name) => {
  const outputName = name.replace(/\.png.*$/u, '.jpg');
  const { names, bytes } = await convert(await twoColours().png().toBuffer(), name, {
    to: 'jpg',
    outputName,
  });
  expect(names).toEqual([outputName]);
  expect((await sharp(bytes).metadata()).format).toBe('jpeg');
});
