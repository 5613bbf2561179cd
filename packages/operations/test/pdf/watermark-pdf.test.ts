/** Watermarks on PDF pages: PDFium draws what comes out, and what was drawn is looked for where it should be. */
import { PDFDocument } from '@cantoo/pdf-lib';
import type { JsonObject } from '@pipeline/schema';
import { operationSpecs } from '@pipeline/schema';
import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { textSource } from '../../src/converters/pdf/stamp-pdf.ts';
import { closeHosts } from '../../src/host/host-pool.ts';
import { watermark } from '../../src/operations/watermark.ts';
import { done, failed, locked, pdfOf, seen } from './pdf-files.ts';
import type { PageSettings } from './pdf-files.ts';

afterAll(closeHosts);

const logo = (width = 60, height = 30, background = '#00ff00'): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer();

interface Marked {
  readonly settings?: PageSettings;
  readonly options: JsonObject;
  readonly image?: { readonly name: string; readonly input: Buffer | string };
}

const mark = async ({ settings = { pages: 1, word: '' }, options, image }: Marked) =>
  done(watermark, {
    operation: 'watermark',
    input: await pdfOf(settings),
    options,
    ...(image === undefined ? {} : { image }),
  });

/** Where pixels are of a colour, in points from the upper left of the page as it is shown. */
async function boxOf(png: Buffer, is: (r: number, g: number, b: number) => boolean) {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  let [left, top, right, bottom] = [Infinity, Infinity, -1, -1];
  for (let at = 0, index = 0; at < data.length; at += 3, index += 1) {
    if (!is(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0)) continue;
    const [x, y] = [index % info.width, Math.floor(index / info.width)];
    [left, top, right, bottom] = [
      Math.min(left, x),
      Math.min(top, y),
      Math.max(right, x),
      Math.max(bottom, y),
    ];
  }
  return { left: left / 2, top: top / 2, width: (right - left + 1) / 2, height: (bottom - top + 1) / 2 };
}

const isGreen = (r: number, g: number, b: number): boolean => g > 200 && r < 120 && b < 120;
const isBlue = (r: number, g: number, b: number): boolean => b > 150 && r < 120 && g < 120;

async function greenBox(bytes: Buffer, page = 0) {
  const found = await boxOf((await (await seen(bytes))[page]?.png()) ?? Buffer.alloc(0), isGreen);
  return Object.fromEntries(Object.entries(found).map(([key, value]) => [key, Math.round(value)]));
}

const image = async () => ({ name: 'logo.png', input: await logo() });

test.each([
  [{}, { left: 120, top: 85, width: 60, height: 30 }],
  [
    { position_horizontal: 'left', position_vertical: 'top' },
    { left: 25, top: 25 },
  ],
  [
    { position_horizontal: 'right', position_vertical: 'bottom' },
    { left: 215, top: 145 },
  ],
  [
    { position_horizontal: 'right', position_vertical: 'bottom', margin_horizontal: 0, margin_vertical: 7 },
    { left: 240, top: 163 },
  ],
  [{ image_width: 120 }, { width: 120, height: 60 }],
  [{ image_height: 60 }, { width: 120, height: 60 }],
  [
    { image_width: 50, image_height: 50 },
    { width: 50, height: 50 },
  ],
  [{ image_width_percent: 50 }, { width: 150, height: 75 }],
  [{ rotation: 90 }, { width: 30, height: 60 }],
])('an image with %j', async (options, place) => {
  const made = await mark({ options: { image: 'logo', ...options }, image: await image() });
  expect(await greenBox(made.bytes)).toMatchObject(place);
});

test.each([0, 90, 180, 270])('a page that is turned by %i is marked as it is seen', async (rotate) => {
  const options = {
    image: 'logo',
    position_horizontal: 'left',
    position_vertical: 'top',
    margin_horizontal: 10,
    margin_vertical: 20,
  };
  const made = await mark({ settings: { pages: 1, rotate }, options, image: await image() });
  expect(await greenBox(made.bytes)).toEqual({ left: 10, top: 20, width: 60, height: 30 });
});

test('a crop box that begins elsewhere, and is larger than the page in one direction', async () => {
  const settings: PageSettings = { pages: 1, crop: [50, 40, 400, 120] };
  const options = {
    image: 'logo',
    position_horizontal: 'right',
    position_vertical: 'top',
    margin_horizontal: 5,
    margin_vertical: 5,
  };
  const made = await mark({ settings, options, image: await image() });
  const [page] = await seen(made.bytes);
  const box = await greenBox(made.bytes);
  expect(box).toMatchObject({ top: 5, width: 60, height: 30 });
  expect((page?.size[0] ?? 0) - (box['left'] ?? 0) - 60).toBe(5);
});

test('pages, and only these', async () => {
  const made = await mark({
    settings: { pages: 4 },
    options: { image: 'logo', pages: '1,3-4' },
    image: await image(),
  });
  const centres = (await seen(made.bytes)).map((page) => page.pixel(170, 95));
  expect(centres.map(([red]) => red)).toEqual([0, 255, 0, 0]);
  expect(
    await failed(watermark, {
      operation: 'watermark',
      input: await pdfOf(),
      options: { text: 'x', pages: '3-5' },
    }),
  ).toMatchObject({
    type: 'bad-input',
    message: '"pages: 3-5" names a page that is not there: "report.pdf" has 4 pages',
  });
});

test('above hides the text of the page, below does not; opacity lets it through', async () => {
  const at = {
    position_horizontal: 'left',
    position_vertical: 'bottom',
    margin_horizontal: 0,
    margin_vertical: 0,
  };
  const corner = async (options: JsonObject) =>
    (
      await seen((await mark({ options: { image: 'logo', ...at, ...options }, image: await image() })).bytes)
    )[0]?.pixel(5, 195);
  expect(await corner({})).toEqual([0, 255, 0]);
  expect(await corner({ layer: 'above' })).toEqual([0, 255, 0]);
  expect(await corner({ layer: 'below' })).toEqual([255, 0, 0]);
  expect((await corner({ opacity: 50 }))?.map((value) => Math.round(value / 10))).toEqual([13, 13, 0]);
});

test('text is text: it can be searched, in its font, colour and size', async () => {
  const made = await mark({
    options: {
      text: 'DRAFT (1) "#x"',
      font_color: '#0000ff',
      font_size: 30,
      font_name: 'Times New Roman Bold Italic',
    },
  });
  const [page] = await seen(made.bytes);
  expect(page?.text).toContain('DRAFT (1) "#x"');
  const box = await boxOf((await page?.png()) ?? Buffer.alloc(0), isBlue);
  // Capitals and brackets of a 30 point letter.
  expect(box.height).toBeGreaterThan(18);
  expect(box.height).toBeLessThan(32);
  expect(made.message).toBe('Times New Roman Bold Italic is drawn with Tinos, which has the same widths');
  const document = await PDFDocument.load(made.bytes);
  const fonts = document.context.enumerateIndirectObjects().map(([, object]) => object.toString());
  expect(fonts.some((font) => /\/BaseFont \/[A-Z]{6}\+Tinos-BoldItalic/.test(font))).toBe(true);
});

const widthOf = async (options: JsonObject, settings: PageSettings = { pages: 1 }) => {
  const made = await mark({ settings, options: { text: 'WWWWWWWW', font_color: '#0000ff', ...options } });
  return (await boxOf((await (await seen(made.bytes))[0]?.png()) ?? Buffer.alloc(0), isBlue)).width;
};

const leftOf = async (font_align: string | undefined) => {
  const options = {
    text: 'WWWWWWWWWW\nI',
    font_size: 20,
    font_color: '#0000ff',
    ...(font_align === undefined ? {} : { font_align }),
  };
  const page = (await seen((await mark({ options })).bytes))[0];
  const png = (await page?.png()) ?? Buffer.alloc(0);
  const { width, height } = await sharp(png).metadata();
  const lower = await sharp(png)
    .extract({ left: 0, top: height / 2 + 8, width, height: height / 2 - 8 })
    .png()
    .toBuffer();
  return (await boxOf(lower, isBlue)).left;
};

test('font_width_percent, and a text that nobody gave a size', async () => {
  expect(Math.abs((await widthOf({ font_width_percent: 50 })) - 150)).toBeLessThan(4);
  expect(Math.abs((await widthOf({ font_width_percent: 50 }, { pages: 1, rotate: 90 })) - 100)).toBeLessThan(
    4,
  );
  expect(await widthOf({}, { pages: 1, size: [200, 200] })).toBeLessThanOrEqual(200);
  expect(await widthOf({ font_size: 20 })).toBeCloseTo((await widthOf({ font_size: 10 })) * 2, -0.5);
});

test('lines, and their alignment', async () => {
  const [left, centre, right] = [await leftOf('left'), await leftOf('center'), await leftOf('right')];
  expect(await leftOf(undefined)).toBe(left);
  expect(centre).toBeGreaterThan(left + 50);
  expect(right).toBeGreaterThan(centre + 50);
});

test('rotation is clockwise, as the page is seen', async () => {
  const made = await mark({
    options: { text: '_________I', font_size: 30, font_color: '#0000ff', rotation: 90 },
  });
  const [page] = await seen(made.bytes);
  const box = await boxOf((await page?.png()) ?? Buffer.alloc(0), isBlue);
  expect(box.height).toBeGreaterThan(box.width * 3);
  // What follows the line of text lies at its lower end.
  const end = await sharp((await page?.png()) ?? Buffer.alloc(0))
    .extract({
      left: Math.round(box.left * 2),
      top: Math.round((box.top + box.height - 6) * 2),
      width: Math.round(box.width * 2),
      height: 10,
    })
    .png()
    .toBuffer();
  expect((await boxOf(end, isBlue)).width).toBeGreaterThan(15);
});

test('SVG, JPEG and WebP', async () => {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="30"><rect width="60" height="30" fill="#00ff00"/></svg>';
  const files = [
    ['logo.svg', svg],
    [
      'logo.jpg',
      await sharp(await logo())
        .jpeg()
        .toBuffer(),
    ],
    [
      'logo.webp',
      await sharp(await logo())
        .webp({ lossless: true })
        .toBuffer(),
    ],
  ] as const;
  for (const [name, input] of files) {
    const made = await mark({ options: { image: 'logo' }, image: { name, input } });
    expect(await greenBox(made.bytes)).toMatchObject({ left: 120, width: 60, height: 30 });
  }
  const outside = svg.replace('<rect', '<image href="/etc/passwd" width="9" height="9"/><rect');
  expect(
    await failed(watermark, {
      operation: 'watermark',
      input: await pdfOf(),
      options: { image: 'logo' },
      image: { name: 'logo.svg', input: outside },
    }),
  ).toMatchObject({ type: 'refused', message: expect.stringContaining('"/etc/passwd"') });
});

test('all font names are typeset, and nothing in a text is markup', () => {
  const { schema } = operationSpecs.watermark.options['font_name'] ?? { schema: {} };
  const names = 'enum' in schema && Array.isArray(schema.enum) ? schema.enum.map(String) : [];
  expect(names.length).toBe(33);
  for (const font_name of names)
    expect(textSource('a', { font_name })).toMatch(/font: "(Arimo|Tinos|Cousine)"/);
  expect(textSource('a"#x\\n', {})).toContain(String.raw`#text("a\"#x\\n")`);
});

test('right-to-left letters are drawn; letters that no font has are told', async () => {
  const hebrew = await mark({ options: { text: 'שלום', font_color: '#0000ff' } });
  expect(
    (await boxOf((await (await seen(hebrew.bytes))[0]?.png()) ?? Buffer.alloc(0), isBlue)).width,
  ).toBeGreaterThan(40);
  expect(
    await failed(watermark, {
      operation: 'watermark',
      input: await pdfOf(),
      options: { text: 'a \u{1F9FF}\u{10FFFD}' },
    }),
  ).toMatchObject({ type: 'unsupported', message: expect.stringContaining('No font that is here') });
});

test('what is wrong is told before the run, or names the file', async () => {
  const input = await pdfOf();
  const on = (options: JsonObject, file: Buffer | string = input) =>
    failed(watermark, { operation: 'watermark', input: file, options });
  expect(await on({})).toMatchObject({ isPlanned: false, code: 'INVALID_OPTION' });
  expect(await on({ text: 'a', engine: 'ffmpeg' })).toMatchObject({
    isPlanned: false,
    code: 'INVALID_OPTION',
  });
  expect(await on({ text: 'a' }, input.subarray(0, 900))).toMatchObject({ type: 'bad-input' });
  expect(await on({ text: 'a' }, '\x89PNG\r\n\x1a\n')).toMatchObject({
    message: expect.stringContaining('is not a PDF'),
  });
  expect(await on({ text: 'a' }, await locked(input, { user: 'a', owner: 'b' }))).toMatchObject({
    code: 'PASSWORD_REQUIRED',
  });
});
