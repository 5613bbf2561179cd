/** PDF into HTML and documents with nothing installed; text, places, options, and what comes beside. */
import path from 'node:path';
import type { JsonObject } from '@pipeline/schema';
import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { convert } from '../../src/operations/convert.ts';
import { flowHtml } from '../../src/converters/pdf/pdf-flow-html.ts';
import { closeHosts } from '../../src/host/host-pool.ts';
import { unzipped } from '../documents/documents.ts';
import { done, failed, locked, pdfOf } from './pdf-files.ts';

afterAll(closeHosts);

const to = (output_format: string, input: Buffer, options: JsonObject = {}) =>
  done(convert, { operation: 'convert', input, options: { output_format, ...options } });

const widthOf = (html: string): number => Number(/id="page-1" style="width:(\d+)px/.exec(html)?.[1]);

test('pages as they are shown, their text over them', async () => {
  const made = await to('html', await pdfOf({ pages: 2 }));
  expect(made.names).toEqual(['report.html']);
  expect(made.converter?.name).toBe('pdf-pages');
  const html = made.bytes.toString();
  expect(html.match(/class="page"/g)?.length).toBe(2);
  expect(html).toMatch(/<text x="5\d\.\d+" y="100\.?\d*" font-size="24" textLength="\d+[^>]*>Page 1<\/text>/);
  expect(widthOf(html)).toBe(400);
  const png = /data:image\/png;base64,([^"]+)/.exec(html)?.[1] ?? '';
  expect(await sharp(Buffer.from(png, 'base64')).metadata()).toMatchObject({
    format: 'png',
    width: 600,
    height: 400,
  });
  expect(html).not.toMatch(/<script|http:|https:(?!\/\/www\.w3)/);
});

test.each([
  [{ zoom: 2 }, 800],
  [{ page_width: 5 }, 189],
  [{ page_height: 5 }, 283],
  [{ page_width: 5, page_height: 1 }, 57],
])('%j: a page of 300 × 200 points is %i pixels wide', async (options, width) => {
  expect(widthOf((await to('html', await pdfOf({ pages: 1 }), options)).bytes.toString())).toBe(width);
});

test('a page that is turned: its text lies over the picture of it', async () => {
  const html = (await to('html', await pdfOf({ pages: 1, rotate: 90 }))).bytes.toString();
  expect(html).toContain('viewBox="0 0 200 300"');
  expect(html).toMatch(/transform="rotate\(90 100/);
});

test('outline, pages, one file a page, and everything beside', async () => {
  const input = await pdfOf({ pages: 3, hasOutline: true });
  const one = (await to('html', input, { outline: true, pages: '2-3' })).bytes.toString();
  expect(one).toContain('<nav><ul><li>To page 1</li><li><a href="#page-2">To page 2</a></li>');
  const made = await to('html', input, {
    split_pages: true,
    embed_images: false,
    embed_css: false,
    bg_format: 'jpg',
    outline: true,
  });
  expect(made.outputs.map(({ dir, name }) => path.posix.join(dir, name))).toEqual([
    'docs/report-1.html',
    'docs/report-2.html',
    'docs/report-3.html',
    ...[1, 2, 3].map((page) => `docs/report-files/page-${page}.jpg`),
    'docs/report-files/pages.css',
  ]);
  const first = made.bytes.toString();
  expect(first).toContain('<img src="report-files/page-1.jpg"');
  expect(first).toContain('<link rel="stylesheet" href="report-files/pages.css">');
  expect(first).toContain('href="report-3.html#page-3"');
  expect((await sharp(made.files[3]).metadata()).format).toBe('jpeg');
});

test('what cannot be honoured is an error; bad files are named', async () => {
  const input = await pdfOf({ pages: 1 });
  const on = (options: JsonObject, file: Buffer | string = input) =>
    failed(convert, { operation: 'convert', input: file, options: { output_format: 'html', ...options } });
  for (const option of ['embed_fonts', 'embed_javascript']) {
    expect(await on({ [option]: false })).toMatchObject({
      isPlanned: false,
      code: 'INVALID_OPTION',
      message: expect.stringContaining(option),
    });
  }
  expect(await on({ bg_format: 'svg' })).toMatchObject({
    isPlanned: false,
    type: 'converter-missing',
    hint: expect.stringContaining('poppler'),
  });
  expect(await on({ pages: '7' })).toMatchObject({
    type: 'bad-input',
    message: expect.stringContaining('which has one page'),
  });
  const secret = await locked(input, { user: 'sesame', owner: 'b' });
  expect(await on({}, secret)).toMatchObject({ code: 'PASSWORD_REQUIRED' });
  expect(await on({ password: 'x' }, secret)).toMatchObject({ code: 'WRONG_PASSWORD' });
  expect((await to('html', secret, { password: 'sesame' })).bytes.toString()).toContain('>Page 1</text>');
  expect(await on({}, '%PDF-1.7 nothing')).toMatchObject({ type: 'bad-input' });
});

const article = `# The harbour

The harbour office opens at eight in the morning, and closes late in the evening, when the last of the boats has come in from
the sea.

## Prices

- Small boats: 12
- Large boats: 30

1. Pay at the office.
2. Take your receipt.
`;

async function articlePdf(): Promise<Buffer> {
  const made = await done(convert, {
    operation: 'convert',
    name: 'a.md',
    input: article,
    options: { output_format: 'pdf' },
  });
  return made.bytes;
}

test('documents keep headings, paragraphs and lists', async () => {
  const input = await articlePdf();
  const markdown = (await to('md', input)).bytes.toString();
  expect(markdown).toContain('# The harbour');
  expect(markdown).toContain('## Prices');
  expect(markdown.replaceAll(/\s+/g, ' ')).toContain('when the last of the boats has come in from the sea.');
  expect(markdown).toMatch(/- +Small boats: 12/);
  expect(markdown).toMatch(/1\. +Pay at the office/);
  const docx = await to('docx', input);
  expect(docx.converter?.name).toBe('pdf-flow+pandoc');
  expect(unzipped(docx.bytes, 'word/document.xml')).toMatch(/Heading1[^]*The harbour/);
  const odt = await to('odt', input);
  expect(unzipped(odt.bytes, 'content.xml')).toContain('Take your receipt.');
  expect((await to('rtf', input)).bytes.toString()).toContain('harbour office opens');
  const epub = await to('epub', input);
  expect(epub.bytes.subarray(0, 2).toString()).toBe('PK');
});

test('pictures come along into a document', async () => {
  const photo = await sharp({ create: { width: 64, height: 48, channels: 3, background: '#0a0' } })
    .png()
    .toBuffer();
  const paper = await done(convert, {
    operation: 'convert',
    name: 'a.png',
    input: photo,
    options: { output_format: 'pdf' },
  });
  const docx = await to('docx', paper.bytes);
  expect(unzipped(docx.bytes, 'word/document.xml')).toContain('<pic:pic');
});

test('a word that was parted is whole again, and nothing is markup', () => {
  const line = (text: string, y: number) => ({
    text,
    from: { x: 50, y },
    to: { x: 200, y },
    size: 10,
    isBold: false,
  });
  const page = {
    width: 300,
    height: 300,
    pictures: [],
    lines: [line('<b> har\u{FFFE}', 20), line('bour', 32), line('Next', 80)],
  };
  const html = flowHtml('a & b', [page]);
  expect(html).toContain('<p>&lt;b&gt; harbour</p>');
  expect(html).toContain('<p>Next</p>');
  expect(html).toContain('<title>a &amp; b</title>');
});
