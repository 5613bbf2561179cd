/** Hostile and broken documents: nothing on this machine or the network is read, and the failure names the cause. */
import { symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { newFolder } from '../places/action.ts';
import { docxOf, refusal, tinyPng, toDocument, toPdf, typeset, zipOf } from './documents.ts';

let server: Server;
let url = '';
let visits = 0;
let canary = '';

beforeAll(async () => {
  server = createServer((_request, response) => {
    visits += 1;
    response.end('CANARY');
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  url = `http://127.0.0.1:${address.port}/canary.png`;
});
beforeEach(() => {
  canary = path.join(newFolder(), 'canary.png');
  writeFileSync(canary, 'CANARY');
  visits = 0;
});
afterAll(() => void server.close());

/** Documents that want what is at `place`, a path or a URL. */
const traps: Readonly<Record<string, (place: string) => string>> = {
  'md image': (place) => `![x](${place})`,
  'md raw image': (place) => `# A\n\n<img src="${place}">`,
  'md iframe': (place) => `<iframe src="${place}"></iframe>`,
  'html image': (place) => `<p>a<img src="${place}"></p>`,
  'html srcset': (place) => `<img src="data:image/png;base64,AA==" srcset="${place} 2x">`,
  'html iframe': (place) => `<iframe src='${place}'></iframe>`,
  'html srcdoc': (place) => `<iframe srcdoc="<img src='${place}'>"></iframe>`,
  'html object': (place) => `<object data=${place}></object>`,
  'html embed': (place) => `<embed src="${place}">`,
  'html css': (place) => `<style>body { background: url('${place}') }</style><p>a`,
  'html import': (place) => `<style>@import "${place}";</style><p>a`,
  'html style': (place) => `<p style="background-image: url(${place})">a`,
  'html svg': (place) => `<svg><image xlink:href="${place}"/></svg>`,
  'html entity': (place) => `<img src="${place.replace('/', '&#47;')}">`,
  'html video': (place) => `<video poster="${place}"></video>`,
  'rst image': (place) => `.. image:: ${place}`,
  'org image': (place) => `[[${place.startsWith('/') ? `file:${place}` : place}]]`,
  'tex image': (place) => String.raw`\includegraphics{${place}}`,
  'textile image': (place) => `!${place}!`,
  'mediawiki image': (place) => `[[File:${place}]]`,
  'asciidoc image': (place) => `image::${place}[]`,
  'docbook image': (place) =>
    `<article xmlns="http://docbook.org/ns/docbook"><para>x<inlinemediaobject><imageobject><imagedata fileref="${place}"/></imageobject></inlinemediaobject></para></article>`,
  'jats image': (place) =>
    `<article xmlns:xlink="http://www.w3.org/1999/xlink"><body><p>x<inline-graphic xlink:href="${place}"/></p></body></article>`,
  'ipynb image': (place) =>
    JSON.stringify({
      cells: [{ cell_type: 'markdown', metadata: {}, source: [`![x](${place})`] }],
      metadata: {},
      nbformat: 4,
      nbformat_minor: 5,
    }),
};

test.each(Object.keys(traps))('%s: neither a file nor a URL is read on the way to PDF', async (name) => {
  const from = name.split(' ')[0] ?? '';
  for (const place of [canary, `file://${canary}`, url]) {
    const error = await refusal(toPdf({ files: { [`a.${from}`]: traps[name]?.(place) ?? '' }, from }));
    expect(error.type).toBe('refused');
    expect(error.message).toContain(path.basename(place));
    expect(error.message).toContain(`"a.${from}"`);
    expect(error.hint).toBeTruthy();
  }
  expect(visits).toBe(0);
});

test('local references are refused even where the output only mentions them; URLs stay', async () => {
  const local = await refusal(
    toDocument({ files: { 'a.html': `<img src="file://${canary}">` }, from: 'html' }, 'md'),
  );
  expect(local).toMatchObject({ type: 'refused', message: expect.stringContaining(`file://${canary}`) });
  const { text } = await toDocument(
    { files: { 'a.html': `<img src="${url}"><a href="file:///etc/passwd">a</a>` }, from: 'html' },
    'md',
  );
  expect(text).toContain(url);
  expect(visits).toBe(0);
});

test.each([
  ['rst', (place: string) => `.. include:: ${place}`],
  ['tex', (place: string) => String.raw`\input{${place}}`],
  ['tex', (place: string) => String.raw`\lstinputlisting{${place}}`],
  ['org', (place: string) => `#+INCLUDE: "${place}"`],
  ['typst', (place: string) => `#include "${place}"`],
  ['asciidoc', (place: string) => `include::${place}[]`],
])('%s: an include of a file outside is not followed', async (from, source) => {
  for (const place of [canary, path.relative('/tmp/x/y', canary)]) {
    let text = '';
    try {
      ({ text } = await toDocument(
        { files: { [`a.${from}`]: `before\n\n${source(place)}\n` }, from },
        'html',
      ));
    } catch (error) {
      text = JSON.stringify(error);
    }
    expect(text).not.toContain('CANARY');
    if (from === 'rst' || from === 'tex' || from === 'org') expect(text).toMatch(/canary|outside/);
  }
});

test.each([
  ['read', '#read("PLACE")'],
  ['image', '#image("PLACE")'],
  ['include', '#include "PLACE"'],
  ['computed', '#{ let name = "PLACE"; read(name) }'],
  ['csv', '#csv("PLACE")'],
  ['bibliography', '#bibliography("PLACE")'],
])('Typst: %s reads nothing outside of the project', async (_name, source) => {
  for (const place of [
    canary,
    `../../../../../../..${canary}`,
    `../${path.basename(path.dirname(canary))}/canary.png`,
  ]) {
    const error = await refusal(
      typeset({ files: { 'a.typ': source.replace('PLACE', place) }, from: 'typst' }),
    );
    expect(error.type).toMatch(/refused|not-found/);
    expect(JSON.stringify(error)).not.toContain('CANARY');
  }
});

test('Typst: a link that leads out is not followed; a file beside it is read', async () => {
  const dir = newFolder();
  symlinkSync(canary, path.join(dir, 'link.txt'));
  const error = await refusal(
    typeset({
      files: { 'a.typ': `#read("/${path.basename(dir)}/link.txt")` },
      from: 'typst',
      allowedDirs: [dir],
    }),
  );
  expect(error.type).toMatch(/refused|not-found/);
  const { text } = await typeset({
    files: {
      'sub/a.typ': '#include "../part.typ"\n#read("note.txt")',
      'part.typ': 'From the part.',
      'sub/note.txt': 'From the note.',
    },
    from: 'typst',
  });
  expect(text).toContain('From the part.');
  expect(text).toContain('From the note.');
});

test('Typst: packages are not loaded, neither from a source nor from raw code in Markdown', async () => {
  const source = '#import "@preview/example:0.1.0": *';
  const own = await refusal(typeset({ files: { 'a.typ': source }, from: 'typst' }));
  expect(own).toMatchObject({ type: 'refused', message: expect.stringContaining('imports a Typst package') });
  const raw = await refusal(
    toPdf({ files: { 'a.md': `~~~{=typst}\n#{ import "@pre" + "view/example:0.1.0" }\n~~~\n` }, from: 'md' }),
  );
  expect(raw.type).toBe('refused');
});

test('raw Typst in Markdown reads no file', async () => {
  const error = await refusal(
    toPdf({ files: { 'a.md': `~~~{=typst}\n#read("${canary}")\n~~~\n` }, from: 'md' }),
  );
  expect(error.type).toBe('refused');
});

test('a DOCX with a linked picture reads neither file nor URL', async () => {
  for (const place of [`file://${canary}`, url]) {
    const rels = `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="${place}" TargetMode="External"/></Relationships>`;
    const picture = `<w:p><w:r><w:t>before</w:t></w:r><w:r><w:drawing><a:blip xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:link="rId9" r:embed="rId9"/></w:drawing></w:r></w:p>`;
    const docx = await docxOf(picture, { 'word/_rels/document.xml.rels': rels });
    let text = '';
    try {
      ({ text } = await toPdf({ files: { 'a.docx': docx }, from: 'docx' }));
    } catch (error) {
      text = JSON.stringify(error);
    }
    expect(text).not.toContain('CANARY');
  }
  expect(visits).toBe(0);
});

const svg = (inner: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9">${inner}</svg>`;

test('an SVG picture that points elsewhere is refused; a complete one is taken', async () => {
  for (const place of [`file://${canary}`, url, 'canary.png']) {
    const error = await refusal(
      toPdf({
        files: {
          'a.md': '![x](b.svg)',
          'b.svg': svg(`<image xlink:href="${place}" width="9" height="9"/>`),
          'canary.png': tinyPng,
        },
        from: 'md',
      }),
    );
    expect(error).toMatchObject({ type: 'refused', message: expect.stringContaining('b.svg') });
  }
  await toPdf({
    files: { 'a.md': '![x](b.svg)', 'b.svg': svg('<rect width="9" height="9" fill="red"/>') },
    from: 'md',
  });
  expect(visits).toBe(0);
});

test('a picture that is a link out of the project, or above it, is refused; a missing one is named', async () => {
  const dir = newFolder();
  symlinkSync(canary, path.join(dir, 'link.png'));
  const above = await refusal(toPdf({ files: { 'a.md': '![x](../other.png)' }, from: 'md' }));
  expect(above).toMatchObject({ type: 'refused', message: expect.stringContaining('"../other.png"') });
  const missing = await refusal(toPdf({ files: { 'a.md': '![x](gone.png)' }, from: 'md' }));
  expect(missing).toMatchObject({
    type: 'not-found',
    message: '"a.md" refers to the image "gone.png", which is not there',
  });
});

test.each([
  [
    'docx',
    'Just some text',
    /"a.docx" is not a DOCX file: it starts with "Just some text", not with a zip header/,
  ],
  ['docx', '', /"a.docx" is empty \(0 bytes\)/],
  ['md', '%PDF-1.7 ...', /"a.md" is not a Markdown file: it starts with a PDF header/],
  ['docx', 'PK\x03\x04 and no more', /"a.docx" is a broken zip file: its end is missing/],
])('a broken %s says what it is', async (from, content, message) => {
  const error = await refusal(toPdf({ files: { [`a.${from}`]: Buffer.from(content, 'latin1') }, from }));
  expect(error.type).toBe('bad-input');
  expect(error.message).toMatch(message);
  expect(error.hint).toBeTruthy();
});

test('a zip bomb ends early, whatever sizes it declares', async () => {
  const zeros = Buffer.alloc(100 * 2 ** 20);
  const bomb = await docxOf('', { 'word/media/a.bin': zeros });
  // The declared size of every entry becomes 1 byte.
  for (
    let at = bomb.indexOf('PK\x01\x02', 0, 'latin1');
    at >= 0;
    at = bomb.indexOf('PK\x01\x02', at + 4, 'latin1')
  )
    bomb.writeUInt32LE(1, at + 24);
  expect(bomb.length).toBeLessThan(2 ** 20);
  const error = await refusal(toPdf({ files: { 'a.docx': bomb }, from: 'docx' }));
  expect(error).toMatchObject({ type: 'too-large', message: expect.stringContaining('zip bomb') });
});

test('a zip that is no office file is named as such', async () => {
  const error = await refusal(
    toPdf({ files: { 'a.docx': await zipOf({ 'readme.txt': 'hi' }) }, from: 'docx' }),
  );
  expect(error).toMatchObject({
    type: 'bad-input',
    message: expect.stringContaining('"a.docx" cannot be read as DOCX'),
  });
});

test('a document that is nested without end is named', async () => {
  const files = { 'a.html': `${'<div>'.repeat(20_000)}x` };
  expect(await refusal(toPdf({ files, from: 'html' }))).toMatchObject({
    type: 'too-large',
    message: '"a.html" is nested too deeply: 20000 elements inside of each other, and the limit is 700',
  });
  const quotes = { 'a.md': `${'> '.repeat(20_000)}x` };
  expect(await refusal(toPdf({ files: quotes, from: 'md' }))).toMatchObject({
    message: expect.stringContaining('"a.md" is nested too deeply'),
  });
});
