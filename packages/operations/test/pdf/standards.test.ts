/** PDF/A and PDF/X by the installed Ghostscript; what comes out is opened by pdf-lib and poppler. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PDFDocument, StandardFonts, rgb } from '@cantoo/pdf-lib';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { inspect } from '../../src/converters/pdf/pdf-inspect.ts';
import { closeHosts } from '../../src/host/host-pool.ts';
import { ghostscriptArgs, pageReader, repairsOf } from '../../src/operations/pdf/ghostscript.ts';
import { deviations, pdfA } from '../../src/operations/pdf/pdf-a.ts';
import { pdfX, variantOf } from '../../src/operations/pdf/pdf-x.ts';
import { startProcess } from '../../src/process.ts';
import { findCommand, findProgram, programVersion } from '../../src/programs/find-program.ts';
import { closeReaper } from '../../src/programs/reaper.ts';
import { newFolder } from '../places/action.ts';
import { done, failed, locked, pdfOf, seen, texts } from './pdf-files.ts';

delete process.env['PIPELINE_PROGRAMS_PATH'];

afterAll(async () => {
  await closeHosts();
  await closeReaper();
});

/** Blue text, a photo-like picture, half transparent red over both; a form field and a title. */
async function colourful(): Promise<Buffer> {
  const document = await PDFDocument.create();
  const font = await document.embedFont(StandardFonts.Helvetica);
  const photo = await sharp({ create: { width: 60, height: 40, channels: 3, background: '#22cc44' } })
    .jpeg()
    .toBuffer();
  const veil = await sharp({
    create: { width: 60, height: 40, channels: 4, background: { r: 255, g: 0, b: 0, alpha: 0.5 } },
  })
    .png()
    .toBuffer();
  const page = document.addPage([300, 200]);
  page.drawImage(await document.embedJpg(photo), { x: 10, y: 10, width: 60, height: 40 });
  page.drawText('Blue text', { x: 50, y: 100, size: 24, font, color: rgb(0, 0, 1) });
  page.drawImage(await document.embedPng(veil), { x: 40, y: 30, width: 60, height: 40 });
  const field = document.getForm().createTextField('name');
  field.setText('Ann');
  field.addToPage(page, { x: 150, y: 20, width: 100, height: 20 });
  document.setTitle('Grüße (1)');
  return Buffer.from(await document.save());
}

async function poppler(command: string, bytes: Buffer): Promise<string> {
  const file = path.join(newFolder(), 'a.pdf');
  writeFileSync(file, bytes);
  return (await startProcess({ command: findCommand(command) ?? '', args: [file], cwd: '/' }).ended).stdout;
}

const content = async (bytes: Buffer) => inspect(await PDFDocument.load(bytes, { updateMetadata: false }));

test('percents by page', () => {
  const percents: number[] = [];
  const read = pageReader((percent) => percents.push(percent));
  for (const line of ['Processing pages 1 through 4.', 'Page 1', 'Page 3', 'Page 30 of something'])
    read(line);
  expect(percents).toEqual([0, 50]);
});

test('the arguments hold nothing of the file, and its name can be no option', () => {
  expect(ghostscriptArgs({ options: ['-dPDFA=2'], prologue: '%!', output: 'a.pdf' })).toEqual([
    '-dSAFER',
    '-dBATCH',
    '-dNOPAUSE',
    '-sDEVICE=pdfwrite',
    '-dPDFA=2',
    '-sOutputFile=a.pdf',
    'prologue.ps',
    'input.pdf',
  ]);
});

test('what Ghostscript had to mend is told, but not what is no mistake', () => {
  const said = (...errors: readonly string[]) =>
    `\nThe following errors were encountered at least once while processing this file:\n${errors.map((error) => `\t${error}\n`).join('')}\n   **** This file had errors that were repaired or ignored.\n`;
  expect(repairsOf(said('circular reference to indirect object'))).toEqual([]);
  expect(repairsOf('')).toEqual([]);
  expect(repairsOf(said('circular reference to indirect object', 'error reading a stream'))).toEqual([
    expect.stringContaining('(error reading a stream)'),
  ]);
});

test('variants of PDF/X', async () => {
  expect(
    [{}, { variant: 4 }, { variant: '1A' }, { variant: 'PDF/X-3' }, { variant: '5' }].map(variantOf),
  ).toEqual(['4', '4', '1a', '3', undefined]);
  const input = await pdfOf();
  expect(await failed(pdfX, { operation: 'pdf/x', input, options: { variant: 5 } })).toMatchObject({
    isPlanned: false,
    code: 'INVALID_OPTION',
    message: 'There is no PDF/X variant 5 on the local backend',
    hint: expect.stringContaining('1a'),
  });
});

test('what is no PDF/A is seen', () => {
  const bare = {
    pages: 1,
    version: '1.7',
    isTransparent: true,
    hasRgb: false,
    openFonts: ['Arial'],
    hasScript: true,
    annotations: 0,
    signatures: 0,
    attachments: 1,
    hasForm: false,
    intents: [],
    xmp: '',
    title: undefined,
    pdfX: undefined,
    trapped: undefined,
    hasId: false,
    pagesWithoutTrim: 0,
  };
  expect(deviations('1b', bare).length).toBe(7);
});

describe.skipIf(findProgram('ghostscript') === undefined)('ghostscript', () => {
  test.each(['1b', '2b', '3b', undefined])('PDF/A %s', async (level) => {
    const made = await done(pdfA, {
      operation: 'pdf/a',
      input: await colourful(),
      options: level === undefined ? {} : { conformance_level: level },
    });
    expect(made.converter).toEqual({ name: 'ghostscript', version: await programVersion('ghostscript') });
    const [part] = level ?? '3';
    const found = await content(made.bytes);
    expect(found).toMatchObject({
      openFonts: [],
      intents: [{ type: 'GTS_PDFA1', channels: 3 }],
      isTransparent: part !== '1',
    });
    expect(found['xmp']).toMatch(new RegExp(`pdfaid:part='${part}' pdfaid:conformance='B'`));
    expect(found['xmp']).toContain('Grüße (1)');
    expect(await poppler('pdfinfo', made.bytes)).toMatch(/Title: +Grüße \(1\)/);
    const [page] = await seen(made.bytes);
    expect(page?.pixel(15, 185)).toEqual(
      [34, 204, 68].map((value) => expect.toSatisfy((found: number) => Math.abs(found - value) < 12)),
    );
    if (part === '1') expect(made.message).toContain('became pictures of themselves');
    else expect(page?.text).toContain('Blue text');
  });

  test.each(['1a', 3, '4', undefined])('PDF/X %s: CMYK, fonts embedded, marked', async (variant) => {
    const made = await done(pdfX, {
      operation: 'pdf/x',
      input: await colourful(),
      options: variant === undefined ? {} : { variant },
    });
    const found = await content(made.bytes);
    expect(found).toMatchObject({
      openFonts: [],
      hasRgb: false,
      annotations: 0,
      intents: [{ type: 'GTS_PDFX', channels: 4, condition: 'CGATS TR 001' }],
    });
    const isX4 = variant === undefined || variant === '4';
    expect(found['isTransparent']).toBe(isX4);
    const info = await poppler('pdfinfo', made.bytes);
    expect(info).toContain(
      `PDF subtype:    ${{ '1a': 'PDF/X-1:2001', '3': 'PDF/X-3:2002', '4': 'PDF/X-4' }[String(variant ?? 4)]}`,
    );
    expect(info).toMatch(/Title: +Grüße \(1\)/);
    expect(await poppler('pdfimages', made.bytes)).not.toContain('rgb');
    const [page] = await seen(made.bytes);
    expect(page?.pixel(15, 185)[1]).toBeGreaterThan(120);
    if (variant === '1a')
      expect(made.bytes.toString('latin1')).toContain('/GTS_PDFXConformance(PDF/X-1a:2001)');
    if (isX4) expect(page?.text).toContain('Blue text');
  });

  test('broken files, passwords and engines', async () => {
    const input = await pdfOf();
    for (const [operation, name] of [
      [pdfA, 'pdf/a'],
      [pdfX, 'pdf/x'],
    ] as const) {
      const on = (file: Buffer | string, options = {}) =>
        failed(operation, { operation: name, input: file, options });
      expect(await on(input.subarray(0, input.length - 700))).toMatchObject({
        type: 'bad-input',
        message: expect.stringContaining('report.pdf'),
      });
      expect(await on('\x89PNG\r\n\x1a\n')).toMatchObject({
        message: expect.stringContaining('is not a PDF file'),
      });
      expect(await on(await locked(input, { user: 'a', owner: 'b' }))).toMatchObject({
        code: 'PASSWORD_REQUIRED',
      });
      expect(await on(input, { engine: 'qpdf' })).toMatchObject({ isPlanned: false, code: 'INVALID_OPTION' });
      expect(await on(input, { engine_version: '1.2' })).toMatchObject({
        isPlanned: false,
        code: 'INVALID_OPTION',
      });
    }
  });

  test('a file that only restricts its readers becomes one, and percents are reported', async () => {
    const input = await locked(await pdfOf({ pages: 8 }), { user: '', owner: 'b' });
    const made = await done(pdfA, { operation: 'pdf/a', input });
    expect((await texts(made.bytes)).length).toBe(8);
    expect(made.percents).toContain(50);
    expect(readFileSync(made.outputs[0]?.path ?? '').includes('/Encrypt')).toBe(false);
  });
});
