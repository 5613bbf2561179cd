/** Smaller PDFs with nothing installed: pictures packed anew, scans split, signatures kept or given up. */
import { PDFDict, PDFDocument, PDFName, PDFRawStream } from '@cantoo/pdf-lib';
import type { JsonObject } from '@pipeline/schema';
import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { closeHosts } from '../../src/host/host-pool.ts';
import { optimize } from '../../src/operations/optimize.ts';
import { colourSpace, optimizeOptions } from '../../src/operations/optimize-pdf.ts';
import { noise } from '../pictures/pictures.ts';
import { done, failed, locked, pdfOf, scanOf, seen, signedPdf, texts } from './pdf-files.ts';

afterAll(closeHosts);

const small = (input: Buffer, options: JsonObject = {}) =>
  done(optimize, { operation: 'optimize', input, options });

/** A photo of 1200 × 900 pixels on a page of 4 × 3 inches, red on the left. */
async function photoPdf(): Promise<Buffer> {
  const grain = await noise(1200, 900).linear(0.2, 0).png().toBuffer();
  const photo = await sharp({ create: { width: 1200, height: 900, channels: 3, background: '#dd2211' } })
    .composite([{ input: grain, blend: 'add' }])
    .jpeg({ quality: 95 })
    .toBuffer();
  const document = await PDFDocument.create();
  document
    .addPage([288, 216])
    .drawImage(await document.embedJpg(photo), { x: 0, y: 0, width: 288, height: 216 });
  return Buffer.from(await document.save());
}

async function imageSizes(bytes: Buffer): Promise<readonly string[]> {
  const document = await PDFDocument.load(bytes);
  return document.context.enumerateIndirectObjects().flatMap(([, object]) => {
    if (!(object instanceof PDFRawStream) || object.dict.get(PDFName.of('Subtype'))?.toString() !== '/Image')
      return [];
    const at = (key: string) => object.dict.get(PDFName.of(key))?.toString() ?? '';
    return [`${at('Width')}x${at('Height')} ${at('Filter')}`];
  });
}

test.each([
  ['web', '600x450'],
  ['max', '288x216'],
  [undefined, '600x450'],
])('%s: pictures are scaled down to what the page can show', async (profile, size) => {
  const input = await photoPdf();
  const made = await small(input, profile === undefined ? {} : { profile });
  expect(made.converter?.name).toBe('pdf-lib');
  expect(made.bytes.length).toBeLessThan(input.length / 3);
  expect(made.message).toMatch(/^File size reduced by \d\d%$/);
  expect(await imageSizes(made.bytes)).toEqual([`${size} /DCTDecode`]);
  const [page] = await seen(made.bytes);
  expect(page?.pixel(100, 100)[0]).toBeGreaterThan(200);
  expect(page?.pixel(100, 100)[1]).toBeLessThan(90);
});

test('archive: nothing is lost', async () => {
  const document = await PDFDocument.load(await pdfOf({ pages: 30, hasOutline: true, field: 'Ann' }));
  const input = Buffer.from(await document.save({ useObjectStreams: false }));
  const made = await small(input, { profile: 'archive' });
  expect(made.converter?.name).toBe('qpdf');
  expect(made.bytes.length).toBeLessThan(input.length * 0.7);
  expect((await texts(made.bytes)).length).toBe(30);
  const after = await PDFDocument.load(made.bytes);
  expect(after.getForm().getTextField('name').getText()).toBe('Ann');
  expect(after.catalog.lookup(PDFName.of('Outlines'), PDFDict)).toBeDefined();
});

test('what is as small as it gets is left as it is', async () => {
  const once = (await small(await pdfOf())).bytes;
  const twice = await small(once);
  expect(twice.bytes.equals(once)).toBe(true);
  expect(twice.message).toBe('File is as small as it gets and was left as it is');
});

test('mrc: letters stay sharp in a much smaller file', async () => {
  const lines = Array.from(
    { length: 12 },
    (_, index) => `The harbour office opens at ${index} in the morning.`,
  );
  const scan = await PDFDocument.create();
  const page = await sharp({ text: { text: lines.join('\n'), font: 'Arimo 48', dpi: 72, rgba: true } })
    .flatten({ background: '#f4ecd8' })
    .extend({ top: 100, bottom: 100, left: 100, right: 100, background: '#f4ecd8' })
    .png()
    .toBuffer({ resolveWithObject: true });
  const { width, height } = page.info;
  const dust = await noise(width, height).linear(0.04, 0).png().toBuffer();
  const dusty = await sharp(page.data)
    .composite([{ input: dust, blend: 'add' }])
    .jpeg({ quality: 92 })
    .toBuffer();
  const size = { width: width / 4, height: height / 4 };
  scan.addPage([size.width, size.height]).drawImage(await scan.embedJpg(dusty), { x: 0, y: 0, ...size });
  const input = Buffer.from(await scan.save());
  const made = await small(input, { profile: 'mrc' });
  expect(made.bytes.length).toBeLessThan(input.length / 5);
  const filters = (await imageSizes(made.bytes)).map((image) => image.split(' ')[1]).sort();
  expect(filters).toEqual(['/CCITTFaxDecode', '/DCTDecode', '/DCTDecode']);
  const [before, after] = [(await seen(input))[0], (await seen(made.bytes))[0]];
  const [left, right] = await Promise.all(
    [before, after].map(async (shown) =>
      sharp(await shown?.png())
        .greyscale()
        .raw()
        .toBuffer(),
    ),
  );
  const difference =
    (left ?? Buffer.alloc(0)).reduce((sum, value, at) => sum + Math.abs(value - (right?.[at] ?? 0)), 0) /
    (left?.length ?? 1);
  expect(difference).toBeLessThan(6);
  expect(after?.pixel(3, 3).map((value) => Math.round(value / 16))).toEqual(
    before?.pixel(3, 3).map((value) => Math.round(value / 16)),
  );
});

test('a signed file is left alone, unless its signatures may become plain content', async () => {
  const input = await signedPdf(1);
  const kept = await small(input);
  expect(kept.bytes.equals(input)).toBe(true);
  expect(kept.message).toContain('`flatten_signatures: true`');
  const flat = await small(input, { flatten_signatures: true });
  const document = await PDFDocument.load(flat.bytes);
  expect(document.catalog.has(PDFName.of('AcroForm'))).toBe(false);
  expect((await seen(flat.bytes))[0]?.pixel(200, 160)).toEqual([0, 0, 255]);
});

test('what needs Ghostscript says so; what cannot be is an error before the run', async () => {
  const input = await pdfOf({ pages: 1 });
  const on = (options: JsonObject, file: Buffer | string = input) =>
    failed(optimize, { operation: 'optimize', input: file, options });
  for (const options of [
    { profile: 'print' },
    { colorspace: 'CMYK' },
    { profile: 'max', colorspace: 'Gray' },
  ]) {
    expect(await on(options)).toMatchObject({
      type: 'converter-missing',
      isPlanned: false,
      hint: expect.stringContaining('ghostscript'),
    });
  }
  for (const options of [
    { colorspace: 'Lab' },
    { quality: 50 },
    { profile: 'archive', colorspace: 'RGB' },
    { engine: 'sharp' },
    { engine: 'qpdf', profile: 'web' },
  ]) {
    expect(await on(options)).toMatchObject({ code: 'INVALID_OPTION', isPlanned: false });
  }
  expect(await on({}, input.subarray(0, 600))).toMatchObject({ type: 'bad-input' });
  expect(await on({}, '\x89PNG\r\n\x1a\n')).toMatchObject({
    message: expect.stringContaining('is not a PDF'),
  });
  expect(await on({}, await locked(input, { user: 'a', owner: 'b' }))).toMatchObject({
    code: 'PASSWORD_REQUIRED',
  });
});

test('the arguments of the profiles', () => {
  expect(optimizeOptions({})).toEqual(
    expect.arrayContaining(['-sColorConversionStrategy=RGB', '-dColorImageResolution=150']),
  );
  expect(optimizeOptions({ profile: 'print' })).toEqual(
    expect.arrayContaining(['-sColorConversionStrategy=CMYK', '-dColorImageResolution=300']),
  );
  expect(optimizeOptions({ profile: 'max', colorspace: 'gray' })).toEqual(
    expect.arrayContaining(['-sColorConversionStrategy=Gray', '-dGrayImageResolution=72']),
  );
  expect(['sRGB', 'cmyk', 'Grayscale', 'x'].map((colorspace) => colourSpace({ colorspace }))).toEqual([
    'RGB',
    'CMYK',
    'Gray',
    undefined,
  ]);
});

test('a page of text that is a scan only in part stays readable', async () => {
  const made = await small(await scanOf(['One line'], { pages: 2 }), { profile: 'mrc' });
  expect((await seen(made.bytes)).length).toBe(2);
});
