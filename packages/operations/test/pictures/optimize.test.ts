import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { svgoVersion } from '../../src/converters/pictures/svgo.ts';
import { closeHosts } from '../../src/host/host-pool.ts';
import { optimize } from '../../src/operations/optimize.ts';
import { contextOf, newFolder } from '../places/action.ts';
import { done, failed, requestOf } from './picture-action.ts';
import { noise, twoColours } from './pictures.ts';

afterAll(closeHosts);

const photo = (): Sharp => noise(300, 200).blur(3);

async function pixelsOf(picture: Buffer): Promise<Buffer> {
  return sharp(picture).ensureAlpha().raw().toBuffer();
}

test('the version in the table is the one that is installed', async () => {
  const { VERSION } = await import('svgo');
  expect(svgoVersion).toBe(VERSION);
});

test('a PNG gets smaller and keeps every pixel', async () => {
  const input = await photo().png({ compressionLevel: 1 }).toBuffer();
  const { bytes, outputs, message } = await done(
    optimize,
    requestOf('optimize', { name: 'a.png', input, options: {} }),
  );
  expect(outputs).toMatchObject([{ dir: 'photos', name: 'a.png' }]);
  expect(bytes.length).toBeLessThan(input.length);
  expect((await pixelsOf(bytes)).equals(await pixelsOf(input))).toBe(true);
  const percent = Math.floor(100 - (100 * bytes.length) / input.length);
  expect(message).toBe(`File size reduced by ${percent}%`);
});

test('a PNG of few colours gets a palette and keeps every pixel', async () => {
  const input = await twoColours(200, 100).png().toBuffer();
  const { bytes } = await done(optimize, requestOf('optimize', { name: 'a.png', input, options: {} }));
  expect((await sharp(bytes).metadata()).isPalette).toBe(true);
  expect((await pixelsOf(bytes)).equals(await pixelsOf(input))).toBe(true);
});

test.each(['jpg', 'png', 'webp'])('quality makes a %s smaller still', async (format) => {
  const input = await photo()
    .toFormat(format === 'png' ? 'png' : format === 'jpg' ? 'jpeg' : 'webp', { quality: 98 })
    .toBuffer();
  const name = `a.${format}`;
  const plain = await done(optimize, requestOf('optimize', { name, input, options: {} }));
  const low = await done(optimize, requestOf('optimize', { name, input, options: { quality: 30 } }));
  expect(plain.bytes.length).toBeLessThanOrEqual(input.length);
  expect(low.bytes.length).toBeLessThan(plain.bytes.length);
  const metadata = await sharp(low.bytes).metadata();
  expect([metadata.format, metadata.width, metadata.height]).toEqual([
    format === 'jpg' ? 'jpeg' : format,
    300,
    200,
  ]);
});

test('a photo stays upright when its orientation goes', async () => {
  const input = await photo().withMetadata({ orientation: 6 }).jpeg({ quality: 98 }).toBuffer();
  const { bytes } = await done(optimize, requestOf('optimize', { name: 'a.jpeg', input, options: {} }));
  const metadata = await sharp(bytes).metadata();
  expect([metadata.width, metadata.height, metadata.orientation ?? 1]).toEqual([200, 300, 1]);
});

test('an animation keeps its frames', async () => {
  const frames = await Promise.all(
    ['#f00', '#0f0'].map((background) =>
      sharp({ create: { width: 64, height: 64, channels: 4, background } })
        .png()
        .toBuffer(),
    ),
  );
  const input = await sharp(frames, { join: { animated: true } })
    .gif({ delay: [100, 200] })
    .toBuffer();
  const { bytes } = await done(
    optimize,
    requestOf('optimize', { name: 'a.gif', input, options: { quality: 50 } }),
  );
  expect(await sharp(bytes, { pages: -1 }).metadata()).toMatchObject({ pages: 2, delay: [100, 200] });
});

test('what cannot get smaller stays byte for byte', async () => {
  const once = await done(
    optimize,
    requestOf('optimize', { name: 'a.png', input: await photo().png().toBuffer(), options: {} }),
  );
  const twice = await done(
    optimize,
    requestOf('optimize', { name: 'a.png', input: once.bytes, options: {} }),
  );
  expect(twice.bytes.equals(once.bytes)).toBe(true);
  expect(twice.message).toBe('File is as small as it gets and was left as it is');
});

const drawing = `<?xml version="1.0" encoding="UTF-8"?>
<!-- made by an editor -->
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="100" height="50" viewBox="0 0 100 50">
  <metadata>nobody reads this</metadata>
  <title>A box</title>
  <defs><linearGradient id="shade"><stop offset="0.00000" stop-color="#ff0000"/></linearGradient></defs>
  <g><g><rect id="box" x="10.000000" y="10.000000" width="20.000" height="20.000" fill="url(#shade)"></rect></g></g>
  <use xlink:href="#box" x="40"/>
</svg>`;

test('a drawing gets smaller and looks the same; viewBox, title and the ids in use stay', async () => {
  const { bytes, message } = await done(
    optimize,
    requestOf('optimize', { name: 'a.svg', input: drawing, options: {} }),
  );
  const text = bytes.toString();
  expect(text.length).toBeLessThan(drawing.length);
  expect(message).toMatch(/^File size reduced by \d+%$/u);
  expect(text).not.toContain('nobody reads this');
  for (const kept of ['viewBox="0 0 100 50"', 'A box', 'id="shade"', 'id="box"', 'url(#shade)'])
    expect(text).toContain(kept);
  expect((await pixelsOf(bytes)).equals(await pixelsOf(Buffer.from(drawing)))).toBe(true);
});

test('the symbols of a sprite sheet stay, though nothing in it uses them', async () => {
  const sprite =
    '<svg xmlns="http://www.w3.org/2000/svg">  <symbol id="icon-home" viewBox="0 0 9 9"><path d="M 0 0 L 9 9"/></symbol>  </svg>';
  const { bytes } = await done(
    optimize,
    requestOf('optimize', { name: 'a.svg', input: sprite, options: {} }),
  );
  expect(bytes.toString()).toContain('<symbol id="icon-home" viewBox="0 0 9 9">');
});

test('the plan knows converter and name, and what is not taken', async () => {
  const context = contextOf(newFolder());
  const plan = await optimize.plan(
    requestOf('optimize', { name: 'a.png', input: '', options: { filename: 'b.png' } }),
    context,
  );
  expect(plan).toMatchObject({
    ok: true,
    value: { converter: { name: 'sharp' }, outputs: [{ dir: 'photos', name: 'b.png' }] },
  });
  expect(
    await failed(optimize, requestOf('optimize', { name: 'a.mp3', input: '', options: {} })),
  ).toMatchObject({
    type: 'unsupported',
    message: 'optimize does not take mp3: "a.mp3".',
  });
  expect(
    await failed(
      optimize,
      requestOf('optimize', { name: 'a.svg', input: drawing, options: { quality: 50 } }),
    ),
  ).toMatchObject({
    code: 'INVALID_OPTION',
    message: '"quality" does not apply to SVG, as in "a.svg".',
  });
});

test.each([
  ['a.png', '', '"a.png" is empty (0 bytes).'],
  ['a.svg', '', '"a.svg" is empty (0 bytes).'],
  ['a.svg', 'hello', '"a.svg" is not an SVG: it has no <svg> element.'],
  ['a.svg', '<svg><g></svg>', '"a.svg" is not well-formed SVG ('],
  ['a.svg', gzipSync(drawing), '"a.svg" is not an SVG'],
])('%s with broken content fails by itself', async (name, input, message) => {
  const failure = await failed(optimize, requestOf('optimize', { name, input, options: {} }), {
    plan: false,
  });
  expect(failure.type).toBe('bad-input');
  expect(failure.message).toContain(message);
});

test('a file of another format than its name says is not quietly changed into it', async () => {
  const input = await photo().jpeg().toBuffer();
  const failure = await failed(optimize, requestOf('optimize', { name: 'a.png', input, options: {} }), {
    plan: false,
  });
  expect(failure.message).toBe('"a.png" is not PNG but JPEG, and would change its format.');
});
