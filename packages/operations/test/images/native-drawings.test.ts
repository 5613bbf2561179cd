/** Drawings and pages by installed programs: red on the left, blue on the right, whatever they travel through. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { PDFDocument, rgb } from '@cantoo/pdf-lib';
import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { converters, isInstalled } from '../../src/converter-table.ts';
import type { Converter } from '../../src/converters/converter.ts';
import { closeHosts } from '../../src/host/host-pool.ts';
import { newFolder } from '../places/action.ts';
import { isNear, pixel } from '../pictures/pictures.ts';
import { converted, failure } from './native.ts';

delete process.env['PIPELINE_PROGRAMS_PATH'];
afterAll(closeHosts);

function converter(name: string): Converter {
  const found = converters.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no converter ${name}`);
  return found;
}

const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100" viewBox="0 0 200 100">
<rect width="100" height="100" fill="#ff0000"/><rect x="100" width="100" height="100" fill="#0000ff"/></svg>`;

async function pdf(pages = 1): Promise<Buffer> {
  const document = await PDFDocument.create();
  for (let page = 0; page < pages; page += 1) {
    const sheet = document.addPage([200, 100]);
    sheet.drawRectangle({ x: 0, y: 0, width: 100, height: 100, color: rgb(1, 0, 0) });
    sheet.drawRectangle({ x: 100, y: 0, width: 100, height: 100, color: rgb(0, 0, 1) });
    sheet.drawText(`Page ${page + 1}`, { x: 20, y: 40 });
  }
  return Buffer.from(await document.save());
}

/** Draws what can be drawn without the program under test. */
async function drawing(format: string, bytes: Buffer): Promise<Buffer> {
  switch (format) {
    case 'png':
    case 'jpg':
    case 'tiff':
    case 'svg':
      return sharp(bytes).png().toBuffer();
    case 'pdf':
    case 'ai':
      return (await converted(converter('pdfium'), { from: 'pdf', to: 'png', input: bytes })).bytes;
    case 'emf':
    case 'wmf':
      return (await converted(converter('inkscape'), { from: format, to: 'png', input: bytes })).bytes;
    case 'xps':
      return (await converted(converter('mupdf'), { from: format, to: 'png', input: bytes })).bytes;
    default:
      return (await converted(converter('ghostscript'), { from: format, to: 'png', input: bytes })).bytes;
  }
}

async function expectHalves(format: string, bytes: Buffer): Promise<void> {
  const png = await drawing(format, bytes);
  const { width, height } = await sharp(png).metadata();
  expect(Math.abs(width / height - 2), `${width} × ${height}`).toBeLessThan(0.1);
  const at = async (share: number): Promise<readonly number[]> =>
    pixel(png, Math.floor(width * share), Math.floor(height / 4));
  const found = [await at(0.1), await at(0.9)];
  expect(
    isNear(found[0] ?? [], [255, 0, 0], 20) && isNear(found[1] ?? [], [0, 0, 255], 20),
    JSON.stringify(found),
  ).toBe(true);
}

const drawn: readonly (readonly [string, string, readonly string[]])[] = [
  ['inkscape', 'svg', ['pdf', 'ps', 'png']],
  ['rsvg', 'svg', ['pdf', 'eps', 'ps']],
  ['ghostscript', 'pdf', ['eps', 'xps', 'png', 'jpg', 'tiff']],
  ['poppler', 'pdf', ['svg', 'eps', 'ps', 'png', 'jpg', 'tiff']],
];

for (const [name, from, targets] of drawn) {
  test.skipIf(!isInstalled(converter(name))).each([...targets])(`${name}: ${from} → %s`, async (to) => {
    const { bytes } = await converted(converter(name), {
      from,
      to,
      input: from === 'svg' ? svg : await pdf(),
    });
    await expectHalves(to, bytes);
  });
}

const isHere = (...names: readonly string[]): boolean => names.every((name) => isInstalled(converter(name)));

test.skipIf(!isHere('ghostscript', 'inkscape'))(
  'EPS, PS and AI become PDF, and EMF becomes SVG',
  async () => {
    const eps = (await converted(converter('inkscape'), { from: 'svg', to: 'eps', input: svg })).bytes;
    await expectHalves(
      'pdf',
      (await converted(converter('ghostscript'), { from: 'eps', to: 'pdf', input: eps })).bytes,
    );
    await expectHalves(
      'pdf',
      (await converted(converter('ghostscript'), { from: 'ai', to: 'pdf', input: await pdf() })).bytes,
    );
    const ps = (await converted(converter('ghostscript'), { from: 'pdf', to: 'ps', input: await pdf(2) }))
      .bytes;
    const back = (await converted(converter('ghostscript'), { from: 'ps', to: 'pdf', input: ps })).bytes;
    expect((await PDFDocument.load(back)).getPageCount()).toBe(2);
    for (const metafile of ['emf', 'wmf']) {
      const { bytes } = await converted(converter('inkscape'), { from: 'svg', to: metafile, input: svg });
      await expectHalves(
        'svg',
        (await converted(converter('inkscape'), { from: metafile, to: 'svg', input: bytes })).bytes,
      );
    }
  },
);

test.skipIf(!isHere('ghostscript', 'mupdf'))('XPS becomes PDF, drawings and text', async () => {
  const xps = (await converted(converter('ghostscript'), { from: 'pdf', to: 'xps', input: await pdf(2) }))
    .bytes;
  const paper = await converted(converter('mupdf'), { from: 'xps', to: 'pdf', input: xps });
  expect((await PDFDocument.load(paper.bytes)).getPageCount()).toBe(2);
  await expectHalves('pdf', paper.bytes);
  expect((await converted(converter('mupdf'), { from: 'xps', to: 'svg', input: xps })).names).toEqual([
    'out-1.svg',
    'out-2.svg',
  ]);
});

/** Ends of the straight lines, each as `[x1, y1, x2, y2]`. */
function linesOf(dxf: string): readonly (readonly number[])[] {
  const entities = /ENTITIES([^]*?)ENDSEC/u.exec(dxf)?.[1] ?? '';
  return entities
    .split(/^LINE\s*$/mu)
    .slice(1)
    .map((entity) =>
      [10, 20, 11, 21].map((code) =>
        Number(new RegExp(`^ *${code}\\s*\\n\\s*(\\S+)`, 'mu').exec(entity)?.[1]),
      ),
    );
}

test.skipIf(!isHere('pstoedit'))(
  'the lines of every page become DXF and CGM, and their number is right',
  async () => {
    const program = `%!PS-Adobe-3.0
newpath 0 0 moveto 72 0 lineto stroke newpath 0 36 moveto 72 36 lineto stroke showpage
newpath 36 0 moveto 36 72 lineto stroke showpage
`;
    const each = await converted(converter('pstoedit'), { from: 'ps', to: 'dxf', input: program });
    expect(each.names).toEqual(['out-1.dxf', 'out-2.dxf']);
    const [first, second] = each.paths.map((path) => linesOf(readFileSync(path, 'utf8')));
    expect(first).toEqual([
      [0, 0, 1, 0],
      [0, 0.5, 1, 0.5],
    ]);
    expect(second).toEqual([[0.5, 0, 0.5, 1]]);
    const paper = await converted(converter('ghostscript'), { from: 'ps', to: 'pdf', input: program });
    const both = await converted(converter('ghostscript+pstoedit'), {
      from: 'pdf',
      to: 'dxf',
      input: paper.bytes,
    });
    expect(both.paths.map((path) => linesOf(readFileSync(path, 'utf8')).length)).toEqual([2, 1]);
    const asked = await converted(converter('ghostscript+pstoedit'), {
      from: 'pdf',
      to: 'cgm',
      input: paper.bytes,
      options: { pages: '2' },
    });
    expect(asked.names).toEqual(['out.cgm']);
    // BEGIN METAFILE: class 0, element 1.
    expect(asked.bytes.readUInt16BE(0) >> 5).toBe(1);
  },
);

test.skipIf(!isHere('inkscape'))('Inkscape draws every page that is asked for', async () => {
  const input = await pdf(3);
  const made = await converted(converter('inkscape'), {
    from: 'pdf',
    to: 'svg',
    input,
    options: { pages: '3,1' },
  });
  expect(made.names).toEqual(['out-1.svg', 'out-2.svg']);
  await expectHalves('svg', made.bytes);
  const [third, first] = made.paths.map((path) => readFileSync(path, 'utf8'));
  expect(third).not.toBe(first);
  expect(third).toMatch(/3\s*<\/tspan>/u);
  expect(first).toMatch(/1\s*<\/tspan>/u);
  expect(
    await failure(converter('inkscape'), { from: 'pdf', to: 'svg', input, options: { pages: '9' } }),
  ).toMatchObject({ message: '"pages: "9"" asks for no page of "-a b.pdf", which has 3' });
});

test.skipIf(!isHere('poppler'))('pages that are asked for, a password, and what is no PDF', async () => {
  const input = await pdf(3);
  const two = await converted(converter('poppler'), {
    from: 'pdf',
    to: 'svg',
    input,
    options: { pages: '1,3' },
  });
  expect(two.names).toEqual(['out-1.svg', 'out-2.svg']);
  const text = await converted(converter('poppler'), { from: 'pdf', to: 'txt', input });
  expect(text.bytes.toString()).toMatch(/Page 1[^]*Page 3/u);
  const html = await converted(converter('poppler'), { from: 'pdf', to: 'html', input });
  expect(html.bytes.toString()).toMatch(/Page(?:&#160;| )2/u);
  expect(
    await failure(converter('poppler'), { from: 'pdf', to: 'svg', input, options: { pages: '9' } }),
  ).toMatchObject({
    message: '"pages: "9"" asks for no page of "-a b.pdf", which has 3',
  });
  const locked = await PDFDocument.load(input);
  locked.encrypt({ userPassword: 'secret', ownerPassword: 'other' });
  const bytes = Buffer.from(await locked.save());
  expect(await failure(converter('poppler'), { from: 'pdf', to: 'svg', input: bytes })).toMatchObject({
    code: 'PASSWORD_REQUIRED',
  });
  const opened = await converted(converter('poppler'), {
    from: 'pdf',
    to: 'svg',
    input: bytes,
    options: { password: 'secret' },
  });
  expect(opened.names).toHaveLength(3);
  expect(
    (await failure(converter('poppler'), { from: 'pdf', to: 'svg', input: '%PDF-1.4\nno' })).message,
  ).toContain('poppler failed on "-a b.pdf"');
});

test.skipIf(!isHere('djvulibre') || !existsSync('/usr/bin/c44'))(
  'the pages of a DjVu become a PDF and pictures',
  async () => {
    const folder = newFolder();
    const ppm = Buffer.concat([
      Buffer.from('P6 200 100 255\n'),
      await sharp(Buffer.from(svg)).removeAlpha().raw().toBuffer(),
    ]);
    writeFileSync(`${folder}/a.ppm`, ppm);
    execFileSync('/usr/bin/c44', ['-dpi', '72', `${folder}/a.ppm`, `${folder}/a.djvu`]);
    const input = readFileSync(`${folder}/a.djvu`);
    for (const to of ['pdf', 'tiff']) {
      await expectHalves(to, (await converted(converter('djvulibre'), { from: 'djvu', to, input })).bytes);
    }
    expect(
      (await failure(converter('djvulibre'), { from: 'djvu', to: 'pdf', input: input.subarray(0, 30) }))
        .message,
    ).toContain('"-a b.djvu"');
  },
);
