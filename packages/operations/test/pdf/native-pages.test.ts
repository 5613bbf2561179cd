/** Pages by the installed qpdf, looked at by poppler. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { closeHosts } from '../../src/host/host-pool.ts';
import { pdfEncrypt } from '../../src/operations/pdf/encrypt.ts';
import { pdfExtractPages, pdfRotatePages, pdfSplitPages } from '../../src/operations/pdf/pages.ts';
import { startProcess } from '../../src/process.ts';
import { findCommand, findProgram, programVersion } from '../../src/programs/find-program.ts';
import { closeReaper } from '../../src/programs/reaper.ts';
import { newFolder } from '../places/action.ts';
import { done, failed, pdfOf, texts } from './pdf-files.ts';

delete process.env['PIPELINE_PROGRAMS_PATH'];

afterAll(async () => {
  await closeHosts();
  await closeReaper();
});

async function pdfinfo(bytes: Buffer, ...args: readonly string[]): Promise<string> {
  const file = path.join(newFolder(), 'a.pdf');
  writeFileSync(file, bytes);
  const command = findCommand('pdfinfo') ?? '';
  return (await startProcess({ command, args: [...args, file], cwd: '/' }).ended).stdout;
}

describe.skipIf(findProgram('qpdf') === undefined || findCommand('pdfinfo') === undefined)('qpdf', () => {
  test('split, extract and rotate, with the version of the program', async () => {
    const input = await pdfOf({ pages: 11, field: 'Ann' });
    const split = await done(pdfSplitPages, { operation: 'pdf/split-pages', input });
    expect(split.converter).toEqual({ name: 'qpdf', version: await programVersion('qpdf') });
    expect(split.names.length).toBe(11);
    expect(await texts(split.files[10] ?? input)).toEqual(['Page 11']);
    const options = { pages: '5,2-3' };
    const some = await done(pdfExtractPages, { operation: 'pdf/extract-pages', input, options });
    expect(await texts(some.bytes)).toEqual(['Page 5', 'Page 2', 'Page 3']);
    expect(await pdfinfo(some.bytes)).toMatch(/Pages: +3/);
    const turn = { pages: '2', rotation: -90 };
    const turned = await done(pdfRotatePages, { operation: 'pdf/rotate-pages', input, options: turn });
    expect(await pdfinfo(turned.bytes, '-l', '3')).toMatch(
      /Page +1 rot: +0[^]*Page +2 rot: +270[^]*3 rot: +0/,
    );
  });

  test('the failures are the same as those of the library', async () => {
    const input = await pdfOf();
    const options = { pages: '9', rotation: '180' };
    expect(await failed(pdfRotatePages, { operation: 'pdf/rotate-pages', input, options })).toMatchObject({
      message: '"pages: 9" names a page that is not there: "report.pdf" has 4 pages',
    });
    const half = input.subarray(0, input.length / 2);
    expect(await failed(pdfSplitPages, { operation: 'pdf/split-pages', input: half })).toMatchObject({
      type: 'bad-input',
      message: expect.stringContaining('"report.pdf" is damaged'),
    });
  });

  test('poppler reads the encryption', async () => {
    const options = { set_password: 'é1', allow_print: 'none', allow_modify: 'form' };
    const made = await done(pdfEncrypt, { operation: 'pdf/encrypt', input: await pdfOf(), options });
    expect(await pdfinfo(made.bytes, '-upw', 'é1')).toMatch(
      /Encrypted: +yes \(print:no copy:yes change:no addNotes:no algorithm:AES-256\)/,
    );
  });
});
