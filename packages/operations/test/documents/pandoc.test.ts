/** Documents into documents, on real files, in this process. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { pandocPairs, pandocReaders } from '../../src/converters/pandoc/pandoc-formats.ts';
import { docxOf, tinyPng, toDocument, unzipped, zipEntries } from './documents.ts';

const handbook = `---
title: The handbook
author: Ann Vega
---
# Rules
Text with **weight**, "quotes" and a [link](https://example.org).
- one
- two

| Berth | Price |
|-------|------:|
| A 1   | 24    |
`;

test('Markdown becomes HTML: lists need no blank line, front matter gives the title', async () => {
  const { text } = await toDocument({ files: { 'a.md': handbook }, from: 'md' }, 'html');
  expect(text).toContain('<title>The handbook</title>');
  expect(text).toContain('<strong>weight</strong>');
  expect(text).toMatch(/<ul>\s*<li>one<\/li>\s*<li>two<\/li>\s*<\/ul>/);
  expect(text).toMatch(/<td[^>]*>24<\/td>/);
});

test('Markdown to DOCX and back keeps structure, title and pictures', async () => {
  const files = { 'a.md': `${handbook}\n![A logo](img/logo%201.png)\n`, 'img/logo 1.png': tinyPng };
  const docx = await toDocument({ files, from: 'md' }, 'docx');
  expect(unzipped(docx.bytes, 'word/document.xml')).toContain('weight');
  expect(zipEntries(docx.bytes).some(({ bytes }) => bytes.equals(tinyPng))).toBe(true);
  const { text } = await toDocument({ files: { 'a.docx': docx.bytes }, from: 'docx' }, 'md');
  expect(text).toContain('title: The handbook');
  expect(text).toContain('# Rules');
  expect(text).toMatch(/\| A 1 +\| +24 \|/);
  expect(text).toContain(`data:image/png;base64,${tinyPng.toString('base64')}`);
});

test('pictures of a DOCX go beside an output that cannot hold them', async () => {
  const docx = await toDocument(
    { files: { 'a.md': '![A logo](a.png)', 'a.png': tinyPng }, from: 'md' },
    'docx',
  );
  const rst = await toDocument({ files: { 'a.docx': docx.bytes }, from: 'docx' }, 'rst');
  expect(rst.answer['files']).toEqual(['image-1.png']);
  expect(rst.text).toContain('the-media/image-1.png');
  expect(readFileSync(path.join(`${rst.path}.media`, 'image-1.png')).equals(tinyPng)).toBe(true);
});

test.each(['docx', 'odt', 'epub', 'rtf', 'pptx'])(
  '%s comes out the same every time, and reads back',
  async (format) => {
    const document = { files: { 'a.md': handbook }, from: 'md' };
    const first = await toDocument(document, format);
    const again = await toDocument(document, format);
    expect(first.bytes.equals(again.bytes)).toBe(true);
    const back = await toDocument({ files: { [`a.${format}`]: first.bytes }, from: format }, 'txt');
    expect(back.text).toMatch(/Text with\s+weight/);
  },
);

test('HTML inside of Markdown reaches outputs that know no HTML', async () => {
  const source =
    '# A\n\n<div align="center"><img src="a.png" width="20" alt="logo"></div>\n\nPress <kbd>Ctrl</kbd>.\n\n<!-- secret -->\n';
  const { bytes } = await toDocument({ files: { 'a.md': source, 'a.png': tinyPng }, from: 'md' }, 'docx');
  expect(zipEntries(bytes).some((entry) => entry.bytes.equals(tinyPng))).toBe(true);
  expect(unzipped(bytes, 'word/document.xml')).toContain('Ctrl');
  expect(unzipped(bytes, 'word/document.xml')).not.toContain('secret');
});

test('embed_images puts the files beside a document into the HTML; without it, references stay', async () => {
  const files = { 'a.md': '![x](a.png) ![y](https://example.org/badge.svg)', 'a.png': tinyPng };
  const plain = await toDocument({ files, from: 'md' }, 'html');
  expect(plain.text).toContain('src="a.png"');
  expect(plain.text).toContain('https://example.org/badge.svg');
  const local = { ...files, 'a.md': '![x](a.png)' };
  const embedded = await toDocument({ files: local, from: 'md', options: { embed_images: true } }, 'html');
  expect(embedded.text).toContain('src="data:image/png;base64,');
});

test('plain text keeps its stars, hashes and lines', async () => {
  const { text } = await toDocument(
    { files: { 'a.txt': '# no heading\r\nline *two*\r\n\r\n   next\r\n' }, from: 'txt' },
    'html',
  );
  expect(text).toMatch(/<p># no heading<br \/>\s*line \*two\*<\/p>/);
  expect(text).toContain('\u00A0\u00A0\u00A0next');
});

test('encodings: a mark, an HTML declaration, and Windows-1252 where it is no UTF-8', async () => {
  const utf16 = Buffer.from('\uFEFF# Größe', 'utf16le');
  expect((await toDocument({ files: { 'a.md': utf16 }, from: 'md' }, 'txt')).text).toContain('Größe');
  const declared = Buffer.concat([Buffer.from('<meta charset="iso-8859-2"><p>'), Buffer.from([0xb3])]);
  expect((await toDocument({ files: { 'a.html': declared }, from: 'html' }, 'txt')).text).toContain('ł');
  expect(
    (await toDocument({ files: { 'a.md': Buffer.from('Gr\xf6\xdfe \x80', 'latin1') }, from: 'md' }, 'txt'))
      .text,
  ).toContain('Größe €');
});

test('includes inside of the project are followed, in folders too', async () => {
  const files = {
    'main.tex': String.raw`\input{parts/one} and \input{two.tex}`,
    'parts/one.tex': 'First part',
    'two.tex': 'second part',
  };
  expect((await toDocument({ files, from: 'tex' }, 'txt')).text).toContain('First part and second part');
  const rst = { 'main.rst': 'Top\n\n.. include:: parts/one.rst\n', 'parts/one.rst': 'From the **include**' };
  expect((await toDocument({ files: rst, from: 'rst' }, 'html')).text).toContain('<strong>include</strong>');
});

test('a DOCX made by hand is read', async () => {
  const docx = await docxOf('<w:p><w:r><w:t>Hello from Word</w:t></w:r></w:p>');
  expect((await toDocument({ files: { 'a.docx': docx }, from: 'docx' }, 'txt')).text.trim()).toBe(
    'Hello from Word',
  );
});

/** Something of each format that is written as text, and what of it must arrive. */
const samples: Readonly<Record<string, string>> = {
  asciidoc: '= Title\n\nSome *marker* text.',
  commonmark: 'Some *marker* text.',
  creole: 'Some **marker** text.',
  csv: 'a,b\nmarker,2\n',
  djot: 'Some *marker* text.',
  docbook: '<article xmlns="http://docbook.org/ns/docbook"><para>Some marker text.</para></article>',
  dokuwiki: 'Some **marker** text.',
  gfm: 'Some *marker* text.',
  haddock: 'Some @marker@ text.',
  html: '<p>Some <b>marker</b> text.</p>',
  jira: 'Some *marker* text.',
  man: '.TH A 1\n.SH NAME\nmarker',
  md: 'Some *marker* text.',
  mediawiki: "Some '''marker''' text.",
  muse: 'Some *marker* text.',
  opml: '<opml version="2.0"><body><outline text="marker"/></body></opml>',
  org: 'Some *marker* text.',
  rst: 'Some *marker* text.',
  rtf: String.raw`{\rtf1\ansi Some {\b marker} text.}`,
  t2t: 'T\n\n\nSome **marker** text.',
  tex: String.raw`Some \textbf{marker} text.`,
  textile: 'Some *marker* text.',
  tikiwiki: 'Some __marker__ text.',
  tsv: 'a\tb\nmarker\t2\n',
  twiki: 'Some *marker* text.',
  txt: 'Some marker text.',
  typst: 'Some *marker* text.',
  vimwiki: 'Some *marker* text.',
};

test.each(Object.keys(samples))('%s is read, and goes into Markdown, HTML and DOCX', async (from) => {
  expect(pandocReaders[from]).toBeDefined();
  const files = { [`a.${from}`]: samples[from] ?? '' };
  for (const to of ['md', 'html', 'docx'].filter((target) => target !== from)) {
    const made = await toDocument({ files, from }, to);
    const text = to === 'docx' ? unzipped(made.bytes, 'word/document.xml') : made.text;
    expect(text).toContain('marker');
  }
});

test.each(pandocPairs['md'] ?? [])('Markdown becomes %s', async (to) => {
  const { bytes, text } = await toDocument({ files: { 'a.md': handbook }, from: 'md' }, to);
  const isZip = bytes.subarray(0, 2).toString() === 'PK';
  expect(isZip || text.includes('weight')).toBe(true);
});
