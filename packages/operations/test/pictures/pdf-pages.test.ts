import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PDFDocument, StandardFonts, rgb } from '@cantoo/pdf-lib';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { host } from '../../src/converters/pdf/pdfium-host.ts';
import { pdfium } from '../../src/converters/pdf/pdfium.ts';
import { newFolder } from '../places/action.ts';
import { isNear, pixel, refusal, runJob } from './pictures.ts';
import type { Output, PictureJob } from './pictures.ts';

const colours = [rgb(1, 0, 0), rgb(0, 1, 0), rgb(0, 0, 1)];

/** Pages of 144 × 72 points, the left half coloured, with a line of text. */
async function pdfOf(pages: number, size: [number, number] = [144, 72]): Promise<Buffer> {
  const document = await PDFDocument.create();
  const font = await document.embedFont(StandardFonts.Helvetica);
  for (let index = 0; index < pages; index += 1) {
    const page = document.addPage(size);
    page.drawRectangle({
      x: 0,
      y: 0,
      width: size[0] / 2,
      height: size[1],
      color: colours[index % 3] ?? rgb(0, 0, 0),
    });
    page.drawText(`Page ${index + 1}`, { x: 80, y: 30, size: 12, font });
  }
  return Buffer.from(await document.save());
}

const pages = (input: Buffer | string, job: PictureJob = {}, name = 'doc.pdf'): Promise<Output> =>
  runJob(host, { input, name }, job);

test('the version in the table is the one that is installed', async () => {
  const manifest: unknown = JSON.parse(
    readFileSync(new URL('../../node_modules/@hyzyla/pdfium/package.json', import.meta.url), 'utf8'),
  );
  expect(manifest).toMatchObject({ version: await pdfium.version() });
});

test.each(['jpg', 'png', 'webp', 'avif', 'gif', 'tiff'])(
  'every page becomes a %s, numbered, with its picture',
  async (to) => {
    const { names, paths } = await pages(await pdfOf(3), { to });
    expect(names).toEqual([`out-1.${to}`, `out-2.${to}`, `out-3.${to}`]);
    for (const [index, wanted] of [
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
    ].entries()) {
      const metadata = await sharp(paths[index]).metadata();
      expect([metadata.width, metadata.height]).toEqual([300, 150]);
      expect(isNear(await pixel(paths[index] ?? '', 20, 75), wanted, 20)).toBe(true);
      expect(isNear(await pixel(paths[index] ?? '', 290, 5), [255, 255, 255], 20)).toBe(true);
    }
  },
);

test('one page keeps the plain name; pages picks; a pattern is filled', async () => {
  expect((await pages(await pdfOf(1))).names).toEqual(['out.png']);
  const picked = await pages(await pdfOf(5), { options: { pages: '2,4-5' }, outputName: 'p%02d.png' });
  expect(picked.names).toEqual(['p01.png', 'p02.png', 'p03.png']);
  expect(isNear(await pixel(picked.bytes, 20, 75), [0, 255, 0])).toBe(true);
  expect(await refusal(pages(await pdfOf(2), { options: { pages: '3' } }))).toEqual({
    type: 'bad-input',
    message: '"pages: 3" asks for no page of "doc.pdf", which has 2 pages.',
  });
});

test.each([
  [{ pixel_density: 72 }, 144, 72],
  [{ pixel_density: 300 }, 600, 300],
  [{ width: 1000 }, 1000, 500],
  [{ width: 100, height: 100 }, 100, 50],
  [{ width: 100, height: 100, fit: 'crop' }, 100, 100],
  [{ width: 100, height: 100, fit: 'scale' }, 100, 100],
  [{ pixel_density: 72, width: 1000 }, 144, 72],
])('%j draws a page of 2 × 1 inches as %i × %i', async (options, width, height) => {
  const metadata = await sharp((await pages(await pdfOf(1), { options })).bytes).metadata();
  expect([metadata.width, metadata.height]).toEqual([width, height]);
});

test('the density is in the file, so that it prints at the size of the page', async () => {
  const metadata = await sharp(
    (await pages(await pdfOf(1), { to: 'jpg', options: { pixel_density: 300 } })).bytes,
  ).metadata();
  expect(metadata.density).toBe(300);
});

test('letters have no coloured edges', async () => {
  const { bytes } = await pages(await pdfOf(1), { options: { pixel_density: 150 } });
  const right = await sharp(bytes)
    .extract({ left: 160, top: 0, width: 140, height: 150 })
    .removeAlpha()
    .raw()
    .toBuffer();
  const isGrey = (index: number): boolean =>
    right[index] === right[index + 1] && right[index] === right[index + 2];
  const coloured = Array.from({ length: right.length / 3 }, (_, index) => index * 3).filter(
    (index) => !isGrey(index),
  );
  expect(coloured).toEqual([]);
  expect(Math.min(...right)).toBeLessThan(60);
});

test('the text of the pages, or of some', async () => {
  const all = await pages(await pdfOf(3), { to: 'txt' });
  expect([all.names, all.bytes.toString(), all.answer['hasText']]).toEqual([
    ['out.txt'],
    'Page 1\n\nPage 2\n\nPage 3\n',
    true,
  ]);
  expect((await pages(await pdfOf(3), { to: 'txt', options: { pages: '2' } })).bytes.toString()).toBe(
    'Page 2\n',
  );
  const blank = await PDFDocument.create();
  blank.addPage();
  expect((await pages(Buffer.from(await blank.save()), { to: 'txt' })).answer).toMatchObject({
    hasText: false,
  });
});

test('an encrypted PDF opens with its password only', async () => {
  const document = await PDFDocument.load(await pdfOf(1));
  document.encrypt({ userPassword: 'sesame', ownerPassword: 'owner', permissions: {} });
  const locked = Buffer.from(await document.save());
  expect(await refusal(pages(locked))).toEqual({
    type: 'bad-input',
    message: '"doc.pdf" is encrypted and opens only with its password.',
    hint: 'Set `password`.',
    code: 'PASSWORD_REQUIRED',
  });
  expect(await refusal(pages(locked, { options: { password: 'x' } }))).toMatchObject({
    message: 'The password does not open "doc.pdf".',
  });
  expect(
    isNear(
      await pixel((await pages(locked, { options: { password: 'sesame' } })).bytes, 20, 75),
      [255, 0, 0],
    ),
  ).toBe(true);
});

test('what is no PDF, or only half of one', async () => {
  expect(await refusal(pages(''))).toMatchObject({
    type: 'bad-input',
    message: '"doc.pdf" is empty (0 bytes).',
  });
  expect(await refusal(pages('hello'))).toMatchObject({
    message: '"doc.pdf" is no PDF: it looks like plain text; its pages cannot be found.',
  });
  expect(await refusal(pages('%PDF-1.7\nnothing'))).toMatchObject({
    message: '"doc.pdf" is damaged or no PDF; its pages cannot be found.',
  });
});

test('a page of a mile is not drawn', async () => {
  const error = await refusal(pages(await pdfOf(1, [14_400, 14_400]), { options: { pixel_density: 1200 } }));
  expect(error).toMatchObject({
    type: 'too-large',
    message: '"out.png" would be 240,000 × 240,000 pixels; at most 268 megapixels are written.',
  });
});

test('after a bad file the host goes on with the next', async () => {
  await refusal(pages('%PDF-1.7'));
  const folder = newFolder();
  writeFileSync(join(folder, 'a.pdf'), await pdfOf(1));
  expect((await pages(readFileSync(join(folder, 'a.pdf')))).names).toEqual(['out.png']);
});
