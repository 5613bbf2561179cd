/** Documents on paper: the PDF is opened and read. */
import { expect, test } from 'vitest';
import { tinyPng, toDocument, toPdf, typeset } from './documents.ts';

const letter = `---
title: The "harbour" $5 book
author: [Ann Vega, Bob Lind]
date: 2026-03-01
---
# Rules
The office opens at *seven*.

| Berth | Price |
|-------|------:|
| A 1   | 24    |

~~~js
const fee = 7;
~~~
`;

test('Markdown becomes a PDF with its text, title, authors and date', async () => {
  const { text, bytes, answer } = await toPdf({ files: { 'a.md': letter }, from: 'md' });
  expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');
  expect(answer).toMatchObject({ pages: 1 });
  for (const part of [
    'The “harbour” $5 book',
    'Rules',
    'The office opens at seven.',
    'A 1',
    'const fee = 7;',
  ])
    expect(text).toContain(part);
  const info = bytes.toString('latin1');
  expect(info).toContain('Ann Vega');
  expect(info).toContain('D:20260301');
});

test('the same document is the same PDF, byte for byte, and a document without a date has none', async () => {
  const first = await toPdf({ files: { 'a.md': '# One' }, from: 'md' });
  const again = await toPdf({ files: { 'a.md': '# One' }, from: 'md' });
  expect(first.bytes.equals(again.bytes)).toBe(true);
  expect(first.bytes.toString('latin1')).not.toContain('CreationDate');
});

test('DOCX, HTML, ODT and CSV become PDFs with their text and pictures', async () => {
  const files = { 'a.md': `${letter}\n![logo](a.png)\n`, 'a.png': tinyPng };
  for (const format of ['docx', 'odt', 'html']) {
    const made = await toDocument(
      { files, from: 'md', options: format === 'html' ? { embed_images: true } : {} },
      format,
    );
    const { text, bytes } = await toPdf({ files: { [`a.${format}`]: made.bytes }, from: format });
    expect(text).toContain('The office opens at seven.');
    expect(bytes.toString('latin1')).toContain('/Image');
  }
  expect((await toPdf({ files: { 'a.csv': 'name,price\nAnn,12\n' }, from: 'csv' })).text).toMatch(/Ann\s+12/);
});

test('page options: size, margins and type size', async () => {
  const options = { page_size: 'A5', margin_top: 10, margin_left: 5, font_size: 9 };
  const { bytes } = await toPdf({ files: { 'a.md': '# One' }, from: 'md', options });
  expect(bytes.toString('latin1')).toMatch(/MediaBox \[0 0 419\.5\d* 595\.2\d*\]/);
});

test('many pages are numbered, one page is not', async () => {
  const long = Array.from({ length: 120 }, (_, index) => `Paragraph ${index} of the long document.`).join(
    '\n\n',
  );
  expect((await toPdf({ files: { 'a.md': long }, from: 'md' })).text).toMatch(/1 \/ \d/);
  expect((await toPdf({ files: { 'a.md': 'short' }, from: 'md' })).text).not.toContain('1 / 1');
});

test('code and text that look like Typst stay text', async () => {
  const { text } = await toPdf({
    files: { 'a.txt': '#read("x") $ * _ @a <b> `c` \\ [d] #let' },
    from: 'txt',
  });
  expect(text).toContain('#read("x") $ * _ @a <b> `c` \\ [d] #let');
});

test('a Typst source is set as it is', async () => {
  const { text } = await typeset({
    files: { 'a.typ': '= Title\n#for i in range(3) [item #i ]' },
    from: 'typst',
  });
  expect(text).toContain('item 0 item 1 item 2');
});
