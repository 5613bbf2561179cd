/** Thumbnails by way of converters: rare pictures, raw photos, documents, tables and fonts, with nothing installed. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { closeHosts } from '../../src/host/host-pool.ts';
import { thumbnail } from '../../src/operations/thumbnail.ts';
import { docxOf } from '../documents/documents.ts';
import { contextOf, newFolder } from '../places/action.ts';
import { done, failed, requestOf } from '../pictures/picture-action.ts';
import { isNear, pixel } from '../pictures/pictures.ts';
import { rawPhoto, rawPhotos } from './raw-photo.ts';

afterAll(closeHosts);

const make = (name: string, input: Buffer | string, options: Record<string, string | number>) =>
  done(thumbnail, requestOf('thumbnail', { name, input, options: { output_format: 'png', ...options } }));

/** Dark pixels in a row of ten bands, from top to bottom. */
async function ink(png: Buffer): Promise<readonly number[]> {
  const { data, info } = await sharp(png)
    .flatten({ background: '#fff' })
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const bands = Array.from({ length: 10 }, () => 0);
  for (const [index, value] of data.entries()) {
    const band = Math.floor((index / info.channels / info.width / info.height) * 10);
    if (value < 128) bands[band] = (bands[band] ?? 0) + 1;
  }
  return bands;
}

test('a photo as the camera wrote it, cropped', async () => {
  const { bytes, converter, outputs } = await make(
    'a.dng',
    rawPhoto(rawPhotos['dng'] ?? { make: '', model: '' }),
    {
      width: 60,
      height: 60,
      fit: 'crop',
      output_format: 'jpg',
    },
  );
  expect(await sharp(bytes).metadata()).toMatchObject({ format: 'jpeg', width: 60, height: 60 });
  expect(isNear(await pixel(bytes, 5, 30), [255, 41, 41], 60)).toBe(true);
  expect(converter?.name).toBe('magick-wasm');
  expect(outputs).toMatchObject([{ dir: 'photos', name: 'a.jpg' }]);
});

test('the first page of a document, and of a table', async () => {
  const paragraph = (text: string): string => `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`;
  const words = 'Many words to read here. '.repeat(400);
  const docx = await docxOf(paragraph('Title') + paragraph(words));
  const page = await make('a.docx', docx, { width: 300 });
  const { width, height } = await sharp(page.bytes).metadata();
  expect(width).toBe(300);
  expect(Math.abs(height - 424)).toBeLessThan(3);
  const bands = await ink(page.bytes);
  expect(Math.min(...bands.slice(2, 8))).toBeGreaterThan(50);
  const table = await make('a.csv', 'name,city\nAnn,Bonn\n', { height: 200 });
  expect((await sharp(table.bytes).metadata()).height).toBe(200);
  expect((await ink(table.bytes)).reduce((sum, dark) => sum + dark, 0)).toBeGreaterThan(1);
});

test('the letters of a font, drawn with the font itself', async () => {
  const path = createRequire(import.meta.url).resolve(
    '@expo-google-fonts/tinos/400Regular/Tinos_400Regular.ttf',
  );
  const { bytes } = await make('a.ttf', readFileSync(path), { width: 400 });
  expect((await sharp(bytes).metadata()).width).toBe(400);
  const bands = await ink(bytes);
  // Five rows of letters over ten bands: ink all over, and the edges are free.
  expect(bands.reduce((sum, dark) => sum + dark, 0)).toBeGreaterThan(3000);
  expect(
    bands.slice(1, 9).every((dark) => dark > 100),
    bands.join(' '),
  ).toBe(true);
  expect(
    (
      await failed(
        thumbnail,
        requestOf('thumbnail', {
          name: 'b.ttf',
          input: '\0\u0001\0\0\0 no font',
          options: { output_format: 'png' },
        }),
        { plan: false },
      )
    ).message,
  ).toContain('"b.ttf" cannot be read as a font');
});

test('what is not here is said by the plan, and so is an engine that does not do it', async () => {
  const missing = requestOf('thumbnail', { name: 'a.dwg', input: '', options: { output_format: 'png' } });
  expect((await thumbnail.plan(missing, contextOf(newFolder()))).ok).toBe(false);
  const engine = requestOf('thumbnail', {
    name: 'a.psd',
    input: '',
    options: { output_format: 'png', engine: 'calibre' },
  });
  expect(await failed(thumbnail, engine)).toMatchObject({
    type: expect.stringMatching(/unsupported|not-available/u),
  });
  const wrong = requestOf('thumbnail', {
    name: 'a.psd',
    input: '%PDF-1.4',
    options: { output_format: 'png' },
  });
  expect((await failed(thumbnail, wrong, { plan: false })).message).toContain('"a.psd" is not a PSD file');
});
