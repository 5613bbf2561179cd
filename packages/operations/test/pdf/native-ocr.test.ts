/** OCR by the installed programs: OCRmyPDF, and tesseract page by page. */
import { PDFDocument } from '@cantoo/pdf-lib';
import { afterAll, describe, expect, test } from 'vitest';
import { closeHosts } from '../../src/host/host-pool.ts';
import { pdfOcr } from '../../src/operations/pdf/ocr.ts';
import { findProgram } from '../../src/programs/find-program.ts';
import { closeReaper } from '../../src/programs/reaper.ts';
import { done, failed, locked, scanOf, texts } from './pdf-files.ts';

delete process.env['PIPELINE_PROGRAMS_PATH'];

afterAll(async () => {
  await closeHosts();
  await closeReaper();
});

const lines = [
  'The harbour office opens',
  'at eight in the morning.',
  'Please bring your invoice',
  'and the keys of the boat %d',
];

const onFile = (input: Buffer, engine: string) =>
  failed(pdfOcr, { operation: 'pdf/ocr', input, options: { engine } });

describe
  .skipIf(findProgram('tesseract') === undefined || findProgram('ocrmypdf') === undefined)
  .each(['ocrmypdf', 'tesseract'])('%s', (engine) => {
  test('words are found, pages are turned upright', async () => {
    const input = await scanOf(lines, { pages: 2, turned: 90 });
    const made = await done(pdfOcr, {
      operation: 'pdf/ocr',
      input,
      options: { engine, language: engine === 'ocrmypdf' ? ['eng', 'ger'] : ['eng'] },
    });
    expect(made.converter?.name).toBe(engine);
    for (const page of await texts(made.bytes))
      expect(page.replaceAll(/\s+/g, ' ')).toContain('harbour office opens at eight in the morning');
    expect((await PDFDocument.load(made.bytes)).getPage(0).getRotation().angle).toBe(270);
    expect(made.percents.some((percent) => percent !== null && percent > 40 && percent < 60)).toBe(true);
  });

  test('a language that is not installed is named, and so is what brings it', async () => {
    expect(
      await failed(pdfOcr, {
        operation: 'pdf/ocr',
        input: await scanOf(lines),
        options: { engine, language: ['tlh'] },
      }),
    ).toMatchObject({
      type: 'converter-missing',
      message: expect.stringContaining('"tlh"'),
      hint: expect.stringContaining('tesseract-ocr-tlh'),
    });
  });

  test('broken files and passwords', async () => {
    const input = await scanOf(lines);
    expect(await onFile(input.subarray(0, 5000), engine)).toMatchObject({
      type: 'bad-input',
      message: expect.stringContaining('report.pdf'),
    });
    expect(await onFile(await locked(input, { user: 'a', owner: 'b' }), engine)).toMatchObject({
      code: 'PASSWORD_REQUIRED',
    });
  });
});
