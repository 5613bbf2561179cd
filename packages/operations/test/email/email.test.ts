/** Messages become pages and text: what they show, what they must not do, and how they fail. Without any installed program. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { afterAll, expect, test } from 'vitest';
import { cleanHtml } from '../../src/converters/email/clean-html.ts';
import { email } from '../../src/converters/email/email.ts';
import type { Converter } from '../../src/converters/converter.ts';
import { closeHosts } from '../../src/host/host-pool.ts';
import { convertersFor } from '../../src/routes/conversions.ts';
import { newFolder } from '../places/action.ts';
import { tinyPng } from '../documents/documents.ts';

afterAll(closeHosts);

interface Made {
  readonly path: string;
  readonly text: string;
  readonly notes: readonly string[];
}

async function converted(
  message: string | Buffer,
  to: string,
  converter: Converter = email,
): Promise<Result<Made, Failure>> {
  const folder = newFolder();
  const inputPath = path.join(folder, 'letter.eml');
  writeFileSync(inputPath, message);
  const notes: string[] = [];
  const made = await converter.convert({
    inputPath,
    inputName: 'letter.eml',
    from: 'eml',
    to,
    dir: '',
    outputName: `letter.${to}`,
    options: {},
    workDir: newFolder(),
    allowedDirs: [folder],
    dateMs: 0,
    signal: AbortSignal.timeout(60_000),
    progress: () => undefined,
    note: (text) => notes.push(text),
  });
  if (!made.ok) return made;
  const file = made.value[0]?.path ?? '';
  return { ok: true, value: { path: file, text: readFileSync(file, 'latin1'), notes } };
}

async function good(message: string | Buffer, to: string, converter = email): Promise<Made> {
  const made = await converted(message, to, converter);
  if (!made.ok) throw new Error(made.error.message);
  return made.value;
}

const head = (subject = 'Berths'): string =>
  [
    'From: "Vega, Ann" <ann@example.org>',
    'To: harbour@example.org, =?utf-8?B?SmVhbi1GcmFuw6dvaXM=?= <jf@example.org>',
    'Cc: Crew: a@example.org, b@example.org;',
    `Subject: ${subject}`,
    'Date: Tue, 14 Nov 2023 22:13:20 +0100',
    'MIME-Version: 1.0',
  ].join('\r\n');

const html = (body: string): string =>
  `${head()}\r\nContent-Type: text/html; charset=utf-8\r\n\r\n${body}\r\n`;
const sample = readFileSync(path.join(import.meta.dirname, '../formats/samples/sample.eml'));

test('the version is that of the library', async () => {
  const found = JSON.parse(
    readFileSync(path.join(import.meta.dirname, '../../node_modules/postal-mime/package.json'), 'utf8'),
  );
  expect(await email.version()).toBe(found.version);
});

test('a page tells who wrote to whom, shows the pictures inside, and names what is attached', async () => {
  const { text, notes } = await good(sample, 'html');
  expect(text).toContain('<h1>Pipeline sample</h1>');
  expect(text).toContain('<strong>From:</strong> Pipeline &lt;sample@example.org&gt;');
  expect(text).toContain('<strong>Date:</strong> Tue, 14 Nov 2023 22:13:20 +0000');
  expect(text).toMatch(/<img src="data:image\/png;base64,iVBOR[^"]+" alt="red and blue">/);
  expect(text).toContain('<li>sample.csv (text/csv, 17 bytes)</li>');
  expect(notes).toEqual([]);
});

test('plain text, names in other letters, groups, and markup that is none', async () => {
  const message = `${head('=?iso-8859-1?Q?Pl=E4tze_<b>?=')}\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\nGr\xfc\xdfe <b>\r\n\r\nzwei\r\n`;
  const bytes = Buffer.from(message, 'latin1');
  const page = Buffer.from((await good(bytes, 'html')).text, 'latin1').toString('utf8');
  expect(page).toContain('<title>Plätze &lt;b&gt;</title>');
  expect(page).toContain('<p>Grüße &lt;b&gt;</p>');
  expect(page).toContain('harbour@example.org, Jean-François &lt;jf@example.org&gt;');
  const text = Buffer.from((await good(bytes, 'txt')).text, 'latin1').toString('utf8');
  expect(text).toContain('Cc: Crew: a@example.org, b@example.org\n');
  expect(text).toContain('Subject: Plätze <b>\n\nGrüße <b>\n\nzwei\n');
});

test('a page of HTML alone becomes text', async () => {
  const { text } = await good(
    html('<p>one &amp; <b>two</b></p><style>p{}</style><ul><li>three</li></ul>'),
    'txt',
  );
  expect(text).toMatch(/\n\none & two\n\nthree\n$/);
});

test('nothing of a message is loaded, run or sent', async () => {
  const hostile = [
    '<script>alert("</b>")</script><img src="http://evil.example/a.png" alt="remote">',
    '<img src=file:///etc/passwd><img src="cid:none"><iframe src="http://evil.example"></iframe>',
    '<p style="background:url(http://evil.example/b); color: red; width: exp\\72 ession(1)" onclick="x()">kept</p>',
    '<link rel=stylesheet href=//evil.example/c><style>@import "//evil.example/d";</style><base href="//evil.example">',
    '<a href="javascript:x()">one</a><a href="https://fine.example/?a=1&amp;b=2">two</a>',
    '<svg><image href="http://evil.example/e"></svg><form action="http://evil.example"><input value=secret>',
    '<video src="http://evil.example/f" poster="http://evil.example/g"></video><body background="http://evil.example/h">',
    '<img src="data:image/svg+xml;base64,PHN2Zz4="><p title="a>b">end</p><!-- <img src=http://evil.example/i> -->',
  ].join('\n');
  const { text, notes } = await good(html(hostile), 'html');
  expect(text).not.toMatch(
    /evil|javascript|passwd|alert|onclick|url\(|ession|svg|<form|<input|<base|@import/,
  );
  expect(text).toContain('<p style="color: red">kept</p>');
  expect(text).toContain('<a>one</a><a href="https://fine.example/?a=1&amp;b=2">two</a>');
  expect(text).toContain('<p title="a&gt;b">end</p>');
  expect(notes).toEqual(['Left out: 4 pictures that lie outside of the message']);
});

test('a picture is known by its bytes, not by what the message says', async () => {
  const part = (id: string, content: Buffer): string =>
    `--x\r\nContent-Type: image/png\r\nContent-ID: <${id}>\r\nContent-Transfer-Encoding: base64\r\n\r\n${content.toString('base64')}\r\n`;
  const body = '<img src="cid:good"><img src="cid:bad">';
  const message = `${head()}\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n${body}\r\n${part('good', tinyPng)}${part('bad', Buffer.from('<svg onload="x()">'))}--x--\r\n`;
  const { text, notes } = await good(message, 'html');
  expect(text).toContain(`<img src="data:image/png;base64,${tinyPng.toString('base64')}">`);
  expect(notes).toEqual(['Left out: a picture that lies outside of the message']);
});

test.each(['pdf', 'docx', 'md'])('by way of HTML a message becomes %s', async (to) => {
  const converter = convertersFor('eml', to).find(({ kind }) => kind === 'embedded');
  const { path: file, text } = await good(sample, to, converter);
  if (to === 'md') expect(text).toMatch(/# Pipeline sample\n[^]*The quick \*\*brown\*\* fox/);
  else expect(text.slice(0, 5)).toBe(to === 'pdf' ? '%PDF-' : 'PK\x03\x04\x14');
  if (to !== 'pdf') return;
  const { PDFiumLibrary } = await import('@hyzyla/pdfium');
  const document = await (await PDFiumLibrary.init()).loadDocument(readFileSync(file));
  const page = document.getPage(0).getText();
  expect(page).toMatch(/Pipeline sample[^]*sample@example\.org[^]*The quick brown fox[^]*sample\.csv/);
  document.destroy();
});

test('what is no message, and one that is nested without end, fail with their cause', async () => {
  expect(await converted('just some words\n', 'html')).toMatchObject({
    ok: false,
    error: {
      type: 'bad-input',
      message: expect.stringMatching(/^"letter.eml" is no message: it has no sender/),
    },
  });
  const levels = Array.from({ length: 300 }, (_, level) => level);
  const nested = levels.map(
    (level) => `Content-Type: multipart/mixed; boundary=b${level}\r\n\r\n--b${level}\r\n`,
  );
  expect(await converted(`${head()}\r\n${nested.join('')}`, 'html')).toMatchObject({
    ok: false,
    error: { type: 'bad-input', message: expect.stringMatching(/nesting depth of 64 levels exceeded/) },
  });
});

test('pages made to be slow are not', () => {
  const began = performance.now();
  for (const piece of [
    '<a ',
    '<a "',
    '<a href="x',
    "<img src='",
    '<!--',
    '<script>',
    '<style',
    '&#x',
    '<b>',
    ' \n',
    '<a b=',
  ]) {
    cleanHtml(piece.repeat(50_000), () => undefined);
  }
  expect(performance.now() - began).toBeLessThan(8000);
});
