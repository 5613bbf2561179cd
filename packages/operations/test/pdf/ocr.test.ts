/** OCR with nothing installed but the pack: a scan made of a picture, and PDFium finds its words. */
import { PDFDocument } from '@cantoo/pdf-lib';
import { afterAll, expect, test } from 'vitest';
import { closeHosts } from '../../src/host/host-pool.ts';
import { missingLanguage, ocrLanguages } from '../../src/operations/pdf/ocr-languages.ts';
import { finishedPages, ocrmypdfArgs, pdfOcr } from '../../src/operations/pdf/ocr.ts';
import { tesseractArgs } from '../../src/operations/pdf/ocr-pages.ts';
import { isBetter, readWords, turnsToTry } from '../../src/operations/pdf/read-words.ts';
import { done, failed, locked, pdfOf, scanOf, texts } from './pdf-files.ts';

afterAll(closeHosts);

const lines = ['The harbour office opens', 'at eight in the morning.', 'Invoice number 471%d'];

test('a scan gets a text layer; its picture stays; percents by page', async () => {
  const input = await scanOf(lines, { pages: 2 });
  const made = await done(pdfOcr, { operation: 'pdf/ocr', input, options: { language: ['eng'] } });
  expect(made.converter).toEqual({ name: 'tesseract.js', version: '7.0.0' });
  const [first, second] = await texts(made.bytes);
  expect(first?.replaceAll(/\s+/g, ' ')).toBe(
    'The harbour office opens at eight in the morning. Invoice number 4711',
  );
  expect(second).toContain('4712');
  expect(made.percents).toContain(49);
  const jpeg = /\xff\xd8\xff[^]{200}/.exec(input.toString('latin1'))?.[0] ?? 'none';
  expect(made.bytes.toString('latin1')).toContain(jpeg);
});

test('a page that lies on its side is turned upright, unless that is not wanted', async () => {
  const input = await scanOf(lines, { turned: 90 });
  const rotation = async (options: { auto_orient?: boolean }) =>
    (await PDFDocument.load((await done(pdfOcr, { operation: 'pdf/ocr', input, options })).bytes))
      .getPage(0)
      .getRotation().angle;
  expect(await rotation({})).toBe(270);
  expect(await rotation({ auto_orient: false })).toBe(0);
});

test('pages with text stay as they are', async () => {
  const made = await done(pdfOcr, { operation: 'pdf/ocr', input: await pdfOf({ pages: 2 }) });
  expect(await texts(made.bytes)).toEqual(['Page 1', 'Page 2']);
  expect(made.message).toContain('2 pages have text already');
});

test('languages that are not there, broken files, passwords', async () => {
  const input = await scanOf(lines);
  const on = (options: object, file: Buffer | string = input) =>
    failed(pdfOcr, { operation: 'pdf/ocr', input: file, options: { ...options } });
  expect(await on({ language: ['deu'] })).toMatchObject({
    type: 'converter-missing',
    message: expect.stringContaining('"deu"'),
    hint: 'Install it: npm install @tesseract.js-data/deu',
  });
  expect(await on({}, input.subarray(0, 2000))).toMatchObject({ type: 'bad-input' });
  expect(await on({}, await locked(input, { user: 'a', owner: 'b' }))).toMatchObject({
    code: 'PASSWORD_REQUIRED',
  });
  expect(await on({ engine: 'ocrmypdf' })).toMatchObject({
    type: 'converter-missing',
    hint: expect.stringContaining('ocrmypdf'),
  });
  expect(await on({ engine: 'qpdf' })).toMatchObject({ isPlanned: false, code: 'INVALID_OPTION' });
});

test('codes of languages', () => {
  expect(ocrLanguages({})).toEqual(['eng']);
  expect(ocrLanguages({ language: ['ger', 'deu', 'chi_tra'] })).toEqual(['deu', 'chi_tra']);
  expect(missingLanguage(['deu'], 'List:\ndeu\neng')).toBeUndefined();
  expect(missingLanguage(['eng', 'chi_tra'], 'eng osd')).toMatchObject({
    message: 'tesseract is installed, but not its data for the language "chi_tra"',
    hint: 'Install it: sudo apt-get install tesseract-ocr-chi-tra.',
  });
});

test('arguments and percents of OCRmyPDF', () => {
  expect(ocrmypdfArgs({ language: ['eng', 'fre'], auto_orient: false })).toEqual(
    expect.arrayContaining(['--language', 'eng+fra']),
  );
  expect(ocrmypdfArgs({})).toContain('--rotate-pages');
  const percents: number[] = [];
  const read = finishedPages(4, (percent) => percents.push(percent));
  for (const line of ['    2 Page rotation: x', '    2 Page rotation: x', '    1 Page rotation: x', 'noise'])
    read(line);
  expect(percents).toEqual([25, 25, 50]);
});

const word = (width: number, height: number, confidence: number) =>
  `5\t1\t1\t1\t1\t1\t0\t0\t${width}\t${height}\t${confidence}\tharbour`;

test('arguments of tesseract', () => {
  expect(tesseractArgs({ stem: '/w/1', density: 300, languages: ['eng', 'deu'] })).toEqual([
    '/w/1.png',
    '/w/1',
    '-l',
    'eng+deu',
    '--dpi',
    '300',
    '-c',
    'textonly_pdf=1',
    'pdf',
    'tsv',
  ]);
});

test('how a page lies', () => {
  const upright = readWords([word(90, 20, 95), word(80, 20, 93)].join('\n'));
  const lying = readWords([word(20, 90, 95), word(20, 80, 93)].join('\n'));
  const poor = readWords(word(90, 20, 31));
  expect([upright, lying, poor].map(turnsToTry)).toEqual([[], [90, 270], [180, 90, 270]]);
  expect([
    isBetter(upright, lying),
    isBetter(lying, upright),
    isBetter(upright, poor),
    isBetter(poor, upright),
  ]).toEqual([true, false, true, false]);
});
