import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newFolder } from '../places/action.ts';
import { convert, isNear, pixel, refusal, twoColours } from './pictures.ts';

const requests: string[] = [];
const server = createServer((request, response) => {
  requests.push(request.url ?? '');
  response.end();
});
let port = 0;

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});

afterAll(() => {
  server.close();
});

const svg = (body: string, attributes = 'width="40" height="20"'): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:xi="http://www.w3.org/2001/XInclude" ${attributes}>${body}</svg>`;
const square = '<rect width="40" height="20" fill="#00ff00"/>';

/** Every way that we know to make a drawing load something; `URL` stands for it. */
const references: Readonly<Record<string, string>> = {
  'image href': svg('<image href="URL" width="9" height="9"/>'),
  'image xlink:href': svg('<image xlink:href="URL" width="9" height="9"/>'),
  'other prefix': svg('<image xmlns:l="http://www.w3.org/1999/xlink" l:href="URL" width="9" height="9"/>'),
  'single quotes and spaces': svg(`<image href = ' URL ' width="9" height="9"/>`),
  'character references': svg('<image href="&#x20;URL" width="9" height="9"/>').replaceAll(
    'URL"',
    'URL&#32;"',
  ),
  'use href': svg('<use href="URL#a"/>'),
  feImage: svg('<filter id="f"><feImage href="URL"/></filter><rect width="9" height="9" filter="url(#f)"/>'),
  'fill url': svg('<rect width="9" height="9" fill="url(URL#a)"/>'),
  'style attribute': svg(`<rect width="9" height="9" style="fill:url('URL#a')"/>`),
  'style element': svg('<style>rect { mask: url("URL#a") }</style><rect width="9" height="9"/>'),
  'style in CDATA': svg('<style><![CDATA[ rect { mask: url(URL#a) } ]]></style><rect width="9" height="9"/>'),
  'escaped css': svg('<style>rect { mask: \\75 rl(URL#a) }</style><rect width="9" height="9"/>'),
  'commented css': svg('<style>rect { mask: u/**/rl(URL#a) } @im/**/port "URL";</style><rect/>'),
  import: svg('<style>@import "URL";</style>'),
  'import url': svg('<style>@import url(URL);</style>'),
  XInclude: svg('<text y="9"><xi:include href="URL" parse="text"/></text>'),
  'font face': svg('<style>@font-face { font-family: x; src: url(URL) }</style>'),
  stylesheet: `<?xml-stylesheet type="text/css" href="URL"?>${svg(square)}`,
  'document type': `<!DOCTYPE svg SYSTEM "URL">${svg(square)}`,
  'external entity': `<!DOCTYPE svg [<!ENTITY x SYSTEM "URL">]>${svg('<text y="9">&x;</text>')}`,
  'parameter entity': `<!DOCTYPE svg [<!ENTITY % x SYSTEM "URL"> %x;]>${svg(square)}`,
  'entity in an attribute': `<!DOCTYPE svg [<!ENTITY x "URL">]>${svg('<image href="&x;" width="9" height="9"/>')}`,
  'entity with an element': `<!DOCTYPE svg [<!ENTITY x '<image href="URL" width="9" height="9"/>'>]>${svg('&x;')}`,
  'entity of an entity': `<!DOCTYPE svg [<!ENTITY y "URL"><!ENTITY x '<image href="&y;" width="9" height="9"/>'>]>${svg('&x;')}`,
  'comment in front': `<!-- <svg > --><!DOCTYPE svg [<!ENTITY x "URL">]>${svg('<image href="&x;" width="9" height="9"/>')}`,
  'after a CDATA that looks like a comment': svg(
    '<![CDATA[<!--]]><image href="URL" width="9" height="9"/><!-- -->',
  ),
  'quoted bracket': svg('<g id=">"><image href="URL" width="9" height="9"/></g>'),
};

test.each(Object.keys(references))('a reference by %s is refused, and nothing is read', async (way) => {
  const canary = join(newFolder(), 'canary.png');
  writeFileSync(canary, await twoColours().png().toBuffer());
  const targets = [canary, pathToFileURL(canary).href, `http://127.0.0.1:${port}/${encodeURIComponent(way)}`];
  for (const target of targets) {
    const drawing = (references[way] ?? '').replaceAll('URL', target);
    for (const input of [Buffer.from(drawing), gzipSync(drawing)]) {
      const error = await refusal(convert(input, 'logo.png', { to: 'png' }));
      expect(error.type).toBe('refused');
      expect(error.message).toContain('"logo.png" refers to "');
      expect(error.message).toContain(target.slice(0, 20));
      expect(error.hint).toBe('Embed what it needs as a data: URI, or remove the reference.');
    }
  }
  expect(requests).toEqual([]);
});

test('what is inside of a drawing is drawn: data, fragments, links, entities, a W3C document type', async () => {
  const embedded = `data:image/png;base64,${(await twoColours(8, 8).png().toBuffer()).toString('base64')}`;
  const drawing = `<?xml version="1.0"?><!-- Made by hand -->
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd" [ <!ENTITY green "#00ff00"> ]>
${svg(`<defs><linearGradient id="g"><stop stop-color="&green;"/></linearGradient><rect id="r" width="20" height="20"/></defs>
<a href="https://example.com/"><use href="#r" fill="url(#g)"/></a><image href="${embedded}" x="30" width="10" height="20" preserveAspectRatio="none"/>`)}`;
  const { bytes } = await convert(drawing, 'a.svg', { to: 'png' });
  expect(await pixel(bytes, 5, 10)).toEqual([0, 255, 0, 255]);
  expect(isNear(await pixel(bytes, 31, 10), [255, 0, 0, 255])).toBe(true);
  expect(isNear(await pixel(bytes, 38, 10), [0, 0, 255, 255])).toBe(true);
});

test.each([
  [
    'latin-1',
    Buffer.from(`<?xml version="1.0" encoding="ISO-8859-1"?>${svg(`<desc>é</desc>${square}`)}`, 'latin1'),
  ],
  ['UTF-16', Buffer.from(`\uFEFF<?xml version="1.0" encoding="UTF-16"?>${svg(square)}`, 'utf16le')],
  ['UTF-8 with mark', Buffer.from(`\uFEFF${svg(square)}`)],
])('%s is understood', async (_, input) => {
  expect(await pixel((await convert(input, 'a.svg', {})).bytes, 5, 5)).toEqual([0, 255, 0, 255]);
});

test('an encoding that could hide something is not read', async () => {
  const input = `<?xml version="1.0" encoding="UTF-7"?>${svg('+ADw-image href="file:///etc/passwd"/+AD4-')}`;
  expect(await refusal(convert(input, 'a.svg', {}))).toMatchObject({
    type: 'bad-input',
    message: '"a.svg" is not text in the encoding UTF-7.',
  });
});

test.each([
  [{}, 40, 20],
  [{ width: 400 }, 400, 200],
  [{ width: 10, height: 10 }, 10, 5],
  [{ pixel_density: 192 }, 80, 40],
  [{ width: 30, height: 30, fit: 'crop' }, 30, 30],
])('%j draws a drawing of 40 × 20 as %i × %i, sharp at any size', async (options, width, height) => {
  const { bytes } = await convert(svg(square), 'a.svg', { options });
  const metadata = await sharp(bytes).metadata();
  expect([metadata.width, metadata.height]).toEqual([width, height]);
});

test('a huge canvas is drawn at the size that is asked for, and refused at its own', async () => {
  const huge = svg('<rect width="40000" height="40000" fill="#00ff00"/>', 'width="40000" height="40000"');
  const { bytes } = await convert(huge, 'a.svg', { options: { width: 100 } });
  expect((await sharp(bytes).metadata()).width).toBe(100);
  expect(await refusal(convert(huge, 'a.svg', {}))).toMatchObject({
    type: 'too-large',
    message: '"out.png" would be 40,000 × 40,000 pixels; at most 268 megapixels are written.',
  });
});

test('bombs of entities, gzip and text, and things that are no drawing', async () => {
  const lol = `<!DOCTYPE svg [<!ENTITY a "${'x'.repeat(1000)}">${'bcdef'
    .split('')
    .map((name, index) => `<!ENTITY ${name} "${`&${'abcde'[index]};`.repeat(20)}">`)
    .join('')}]>${svg('<text>&f;</text>')}`;
  expect(await refusal(convert(lol, 'a.svg', {}))).toMatchObject({ type: 'too-large' });
  const loop = `<!DOCTYPE svg [<!ENTITY a "&b;"><!ENTITY b "&a;">]>${svg('&a;')}`;
  expect(await refusal(convert(loop, 'a.svg', {}))).toMatchObject({
    type: 'bad-input',
    message: expect.stringContaining('without end'),
  });
  const zipped = gzipSync(svg(`<!--${' '.repeat(20 * 2 ** 20)}-->`));
  expect(await refusal(convert(zipped, 'a.svgz', {}))).toMatchObject({
    type: 'too-large',
    message: expect.stringContaining('16 MiB'),
  });
  expect(await refusal(convert('<html><body/></html>', 'a.svg', {}))).toMatchObject({
    message: '"a.svg" is not an SVG: it does not begin with an <svg> element.',
  });
  expect(await refusal(convert(svg('<rect').replace('</svg>', ''), 'a.svg', {}))).toMatchObject({
    type: 'bad-input',
    message: expect.stringContaining('"a.svg" cannot be drawn'),
  });
  const brackets = `<svg ${'<a '.repeat(500_000)}`;
  expect(await refusal(convert(brackets, 'a.svg', {}))).toMatchObject({ type: 'bad-input' });
});

test('text is drawn with the fonts that come along', async () => {
  const { bytes } = await convert(
    svg('<text x="2" y="16" font-size="16" font-family="Cousine">MMM</text>'),
    'a.svg',
    {},
  );
  const { channels } = await sharp(bytes).stats();
  expect(channels[3]?.mean).toBeGreaterThan(10);
});
