/** Smaller PDFs by the installed Ghostscript. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { PDFDocument, StandardFonts, rgb } from '@cantoo/pdf-lib';
import type { JsonObject } from '@pipeline/schema';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { closeHosts } from '../../src/host/host-pool.ts';
import { optimize } from '../../src/operations/optimize.ts';
import { startProcess } from '../../src/process.ts';
import { findCommand, findProgram } from '../../src/programs/find-program.ts';
import { closeReaper } from '../../src/programs/reaper.ts';
import { newFolder } from '../places/action.ts';
import { noise } from '../pictures/pictures.ts';
import { done, failed, pdfOf, seen } from './pdf-files.ts';

delete process.env['PIPELINE_PROGRAMS_PATH'];

afterAll(async () => {
  await closeHosts();
  await closeReaper();
});

async function photoPdf(): Promise<Buffer> {
  const photo = await noise(1000, 750).blur(2).jpeg({ quality: 95 }).toBuffer();
  const document = await PDFDocument.create();
  const font = await document.embedFont(StandardFonts.Helvetica);
  for (let number = 1; number <= 4; number += 1) {
    const page = document.addPage([288, 216]);
    if (number === 1) page.drawImage(await document.embedJpg(photo), { x: 0, y: 0, width: 288, height: 160 });
    page.drawText(`Page ${number}`, { x: 20, y: 180, size: 20, font, color: rgb(1, 0, 0) });
  }
  return Buffer.from(await document.save());
}

async function images(bytes: Buffer): Promise<string> {
  const file = path.join(newFolder(), 'a.pdf');
  writeFileSync(file, bytes);
  return (
    await startProcess({ command: findCommand('pdfimages') ?? '', args: ['-list', file], cwd: '/' }).ended
  ).stdout;
}

const small = (input: Buffer, options: JsonObject = {}) =>
  done(optimize, { operation: 'optimize', input, options });

describe.skipIf(findProgram('ghostscript') === undefined)('ghostscript', () => {
  test.each([
    [{}, /image +\d+ +\d+ +rgb/, 700],
    [{ profile: 'max' }, /image +\d+ +\d+ +rgb/, 400],
    [{ profile: 'print' }, /image +\d+ +\d+ +cmyk/, 1300],
    [{ profile: 'max', colorspace: 'Gray' }, /image +\d+ +\d+ +gray/, 400],
    [{ colorspace: 'CMYK' }, /image +\d+ +\d+ +cmyk/, 700],
  ])('%j', async (options, kind, widest) => {
    const input = await photoPdf();
    const made = await small(input, options);
    expect(made.converter?.name).toBe('ghostscript');
    expect(made.message).toMatch(/^File size reduced by \d+%$|became \d+% larger/);
    const listed = await images(made.bytes);
    expect(listed).toMatch(kind);
    expect(Number(/image +(\d+)/.exec(listed)?.[1])).toBeLessThan(widest);
    const pages = await seen(made.bytes);
    expect(pages.map(({ text }) => text.trim())).toEqual(['Page 1', 'Page 2', 'Page 3', 'Page 4']);
    if ('colorspace' in options && options.colorspace === 'Gray') {
      const { channels } = await sharp(await pages[1]?.png()).stats();
      expect(channels[0]?.min).toBe(channels[1]?.min);
    }
    expect(made.percents).toContain(50);
  });

  test('form fields are worth more than bytes', async () => {
    const made = await small(await pdfOf({ pages: 2, field: 'Ann' }));
    expect((await PDFDocument.load(made.bytes)).getForm().getTextField('name').getText()).toBe('Ann');
  });

  test('archive and mrc are done by what does them; a truncated file is told', async () => {
    const input = await pdfOf();
    expect((await small(input, { profile: 'archive' })).converter?.name).toBe('qpdf');
    expect((await small(input, { profile: 'mrc' })).converter?.name).toBe('pdf-lib');
    expect(await failed(optimize, { operation: 'optimize', input: input.subarray(0, 900) })).toMatchObject({
      type: 'bad-input',
    });
    expect(
      await failed(optimize, {
        operation: 'optimize',
        input,
        options: { engine: 'ghostscript', profile: 'mrc' },
      }),
    ).toMatchObject({ code: 'INVALID_OPTION' });
  });
});
