/** Ebooks by the Calibre of this machine: books are made, made into others, and read again. */
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { calibre, calibreArgs, calibreProgress } from '../../src/converters/calibre.ts';
import { findProgram } from '../../src/programs/find-program.ts';
import { convertBy, testFolder, textFile } from './office-files.ts';
import type { Asked } from './office-files.ts';

delete process.env['PIPELINE_PROGRAMS_PATH'];

const onlyFile = async (file: string, asked: Asked): Promise<string> => {
  const { files } = await convertBy(calibre, file, asked);
  expect(files).toHaveLength(1);
  return files[0]?.path ?? '';
};
const run = (command: string, ...args: string[]): string => execFileSync(command, args, { encoding: 'utf8' });

afterAll(() => {
  rmSync(testFolder, { recursive: true, force: true });
});

test('arguments and percentages', () => {
  const job = { inputPath: '/w/in/input.epub', outputPath: '/w/out/output.pdf', to: 'pdf' };
  const options = { page_size: 'A5', font_size: 12, margin_left: 25.4 };
  expect(calibreArgs({ ...job, options }).slice(2)).toEqual([
    '--paper-size',
    'a5',
    '--base-font-size',
    '12',
    '--pdf-default-font-size',
    '16',
    '--pdf-page-margin-left',
    '72.0',
  ]);
  expect(calibreArgs({ ...job, outputPath: '/w/out/output.oeb', to: 'oeb', options: {} })[1]).toBe(
    '/w/out/output',
  );
  expect(calibreProgress('34% Running transforms on e-book...')).toBe(34);
  expect(calibreProgress('Rendering 3')).toBeUndefined();
});

describe.skipIf(findProgram('calibre') === undefined)('Calibre', () => {
  const page =
    '<html><head><title>The Book</title></head><body><h1>One</h1><p>Hello Grüße reader</p><h1>Two</h1><p>The end</p></body></html>';

  test('a book goes from format to format and keeps its text', { timeout: 120_000 }, async () => {
    const epub = await onlyFile(textFile('book.html', page), { to: 'epub' });
    expect(run('unzip', '-p', epub, 'mimetype')).toBe('application/epub+zip');
    let book = epub;
    let from = 'epub';
    // Each is made of the one before: all of them are written and read.
    for (const to of ['azw3', 'mobi', 'fb2', 'lrf', 'oeb', 'htmlz', 'rb', 'pdb', 'txt']) {
      book = await onlyFile(book, { from, to });
      from = to;
    }
    expect(readFileSync(book, 'utf8')).toMatch(/One[^]*Hello Grüße reader[^]*Two[^]*The end/);
    const pdf = await onlyFile(epub, { to: 'pdf', options: { page_size: 'a5', margin_left: 40 } });
    expect(run('pdfinfo', pdf)).toMatch(/Page size:\s+(419|420)\S* x 595/);
    expect(run('pdftotext', pdf, '-')).toContain('Hello Grüße reader');
    const left = Number(/xMin="([\d.]+)"[^>]*>Hello/.exec(run('pdftotext', '-bbox', pdf, '-'))?.[1]);
    expect(left).toBeCloseTo((40 * 72) / 25.4, -1);
  });

  test('help becomes a book of its pages, in the order of its contents', { timeout: 60_000 }, async () => {
    const help = path.join(import.meta.dirname, '../formats/samples/sample.chm');
    const text = readFileSync(await onlyFile(help, { to: 'txt' }), 'utf8');
    expect(text).toMatch(/The quick brown fox jumps[^]*red[^]*blue[^]*A second page\./);
    const epub = await onlyFile(help, { to: 'epub' });
    expect(run('unzip', '-p', epub, '*.opf')).toContain('<dc:title>Pipeline sample</dc:title>');
  });

  test('a book without a title has the name of its file', { timeout: 60_000 }, async () => {
    const epub = await onlyFile(textFile('-Mein - Bericht.txt', 'Hello\n\nWorld\n'), { to: 'epub' });
    expect(run('unzip', '-p', epub, '*.opf')).toContain('<dc:title>Mein - Bericht</dc:title>');
  });

  test(
    'what is broken or locked says so; what a page points to stays unread',
    { timeout: 60_000 },
    async () => {
      const broken = textFile('broken.epub', 'PK\u0003\u0004 no book');
      await expect(onlyFile(broken, { to: 'mobi' })).rejects.toThrow('calibre failed on \\"broken.epub\\"');
      const mobi = await onlyFile(textFile('free.html', page), { to: 'mobi' });
      const bytes = readFileSync(mobi);
      // How the text is encrypted, in the first record: by the shop.
      bytes.writeUInt16BE(2, bytes.readUInt32BE(78) + 12);
      writeFileSync(mobi, bytes);
      await expect(onlyFile(mobi, { from: 'mobi', to: 'txt' })).rejects.toThrow('DRM_PROTECTED');
      const secret = textFile('secret.txt', 'CANARY');
      const linked = textFile(
        'links.html',
        `${page}<img src="file://${secret}"><a href="${secret}">more</a>`,
      );
      const text = await onlyFile(await onlyFile(linked, { to: 'epub' }), { from: 'epub', to: 'txt' });
      expect(readFileSync(text, 'utf8')).not.toContain('CANARY');
    },
  );
});
