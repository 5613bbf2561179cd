import { PDFDocument, rgb } from '@cantoo/pdf-lib';
import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { closeHosts } from '../../src/host/host-pool.ts';
import { thumbnail } from '../../src/operations/thumbnail.ts';
import { contextOf, newFolder } from '../places/action.ts';
import { done, failed, requestOf } from './picture-action.ts';
import { isNear, pixel, twoColours } from './pictures.ts';

afterAll(closeHosts);

async function sizeOf(picture: Buffer): Promise<readonly [string, number, number]> {
  const { format, width, height } = await sharp(picture).metadata();
  return [format, width, height];
}

test.each([
  [{ output_format: 'png', width: 20 }, ['png', 20, 10]],
  [{ output_format: 'jpg', width: 20, height: 20, fit: 'crop' }, ['jpeg', 20, 20]],
  [{ output_format: 'webp', height: 900 }, ['webp', 80, 40]],
  [{ output_format: 'png' }, ['png', 80, 40]],
])('a photo of 80 × 40 with %j', async (options, size) => {
  const input = await twoColours()
    .withExif({ IFD0: { Copyright: 'Example' } })
    .jpeg()
    .toBuffer();
  const { bytes, outputs } = await done(
    thumbnail,
    requestOf('thumbnail', { name: 'a.JPEG', input, options }),
  );
  expect(await sizeOf(bytes)).toEqual(size);
  expect(outputs).toMatchObject([{ dir: 'photos', name: `a.${options.output_format}` }]);
  expect((await sharp(bytes).metadata()).exif).toBeUndefined();
});

test('a drawing, enlarged without loss', async () => {
  const input =
    '<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16"><path d="M0 0H8V16H0Z" fill="#00f"/></svg>';
  const options = { output_format: 'png', width: 320 };
  const { bytes } = await done(thumbnail, requestOf('thumbnail', { name: 'icon.svg', input, options }));
  expect(await sizeOf(bytes)).toEqual(['png', 320, 320]);
  expect(await pixel(bytes, 159, 100)).toEqual([0, 0, 255, 255]);
  expect((await pixel(bytes, 161, 100))[3]).toBe(0);
});

test('the first page of a PDF, and of an animation the first frame', async () => {
  const document = await PDFDocument.create();
  for (const color of [rgb(1, 0, 0), rgb(0, 0, 1)]) {
    document.addPage([200, 100]).drawRectangle({ x: 0, y: 0, width: 200, height: 100, color });
  }
  const input = Buffer.from(await document.save());
  const options = { output_format: 'png', width: 640 };
  const { bytes, outputs } = await done(
    thumbnail,
    requestOf('thumbnail', { name: 'doc.pdf', input, options }),
  );
  expect(outputs.map(({ name }) => name)).toEqual(['doc.png']);
  expect(await sizeOf(bytes)).toEqual(['png', 640, 320]);
  expect(isNear(await pixel(bytes, 300, 150), [255, 0, 0])).toBe(true);
  const frames = await Promise.all(
    ['#f00', '#0f0'].map((background) =>
      sharp({ create: { width: 64, height: 64, channels: 4, background } })
        .png()
        .toBuffer(),
    ),
  );
  const gif = await sharp(frames, { join: { animated: true } })
    .gif()
    .toBuffer();
  const still = await done(
    thumbnail,
    requestOf('thumbnail', { name: 'a.gif', input: gif, options: { output_format: 'webp' } }),
  );
  expect((await sharp(still.bytes).metadata()).pages ?? 1).toBe(1);
});

test('the plan predicts the name, and says what is not taken', async () => {
  const context = contextOf(newFolder());
  const request = requestOf('thumbnail', { name: 'doc.pdf', input: '', options: { output_format: 'jpg' } });
  expect(await thumbnail.plan(request, context)).toMatchObject({
    ok: true,
    value: { converter: { name: 'pdfium' }, outputs: [{ dir: 'photos', name: 'doc.jpg' }] },
  });
  expect(
    await failed(
      thumbnail,
      requestOf('thumbnail', { name: 'a.mp3', input: '', options: { output_format: 'png' } }),
    ),
  ).toMatchObject({
    type: 'unsupported',
    message: 'thumbnail does not take mp3: "a.mp3".',
    hint: 'It takes image, vector, pdf, document, presentation, spreadsheet, ebook, video, font, cad on the local backend; convert the file to one of them first.',
  });
  expect(
    await failed(
      thumbnail,
      requestOf('thumbnail', {
        name: 'a.png',
        input: '',
        options: { output_format: 'png', timestamp: '50%' },
      }),
    ),
  ).toMatchObject({ code: 'INVALID_OPTION', message: '"timestamp" is for video, and "a.png" is none.' });
});
