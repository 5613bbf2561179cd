/** What hostile, locked and broken documents do to LibreOffice and to us: nothing but a clear failure. */
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { officeJob } from '../../src/converters/libreoffice/libreoffice-job.ts';
import { isLockedOffice } from '../../src/files/locked-office.ts';
import { closeWarm } from '../../src/programs/close-warm.ts';
import { findProgram } from '../../src/programs/find-program.ts';
import { lockOffice } from './lock-office.ts';
import { docx, externalImage, paragraph, picture, testFolder, textFile } from './office-files.ts';
import { closeOffice, convert, pdfOf, pdfText, run } from './with-libreoffice.ts';

afterAll(closeOffice);

describe.skipIf(findProgram('libreoffice') === undefined)('LibreOffice', () => {
  test('a password: asked for, wrong, right', async () => {
    const { runInOffice } = await import('../../src/converters/libreoffice/libreoffice-pool.ts');
    const filters = { odt: 'writer8', doc: 'MS Word 97', xls: 'MS Excel 97' };
    const plain = {
      odt: await docx('secret.docx', paragraph('secret')),
      ods: textFile('s.csv', 'secret,1\n'),
    };
    const locked = [path.join(testFolder, 'locked.docx')];
    writeFileSync(locked[0] ?? '', lockOffice(readFileSync(plain.odt), 'pässword'));
    for (const [to, filter] of Object.entries(filters)) {
      const inputPath = to === 'odt' || to === 'doc' ? plain.odt : plain.ods;
      const from = path.extname(inputPath).slice(1);
      const text = { encoding: 'utf-8', separator: ',' };
      const job = officeJob({ from, to, options: {}, ...(from === 'csv' ? { text } : {}) });
      if (!job.ok || !('storing' in job.value.action)) throw new Error('no job');
      const storing = [
        { name: 'FilterName', value: filter },
        { name: 'Password', value: 'pässword' },
      ];
      await runInOffice({
        job: { ...job.value, action: { ...job.value.action, storing } },
        inputPath,
        inputStem: 'plain',
        inputEnding: from,
        outputName: `locked.${to}`,
        outputDir: testFolder,
        signal: new AbortController().signal,
        about: 'locked',
      });
      locked.push(path.join(testFolder, `locked.${to}`));
    }
    for (const file of locked) {
      expect(await isLockedOffice(file), file).toBe(file.endsWith('docx'));
      await expect(pdfOf(file), file).rejects.toThrow('PASSWORD_REQUIRED');
      await expect(pdfOf(file, { password: 'no' }), file).rejects.toThrow('WRONG_PASSWORD');
      expect(pdfText(await pdfOf(file, { password: 'pässword' })), file).toContain('secret');
    }
  });

  test('what is broken says so, and the next document is none the worse', async () => {
    const good = await docx(
      'good.docx',
      paragraph('fine', '<w:rPr><w:rFonts w:ascii="No Such Font"/></w:rPr>'),
    );
    const cut = path.join(testFolder, 'cut.docx');
    writeFileSync(cut, readFileSync(good).subarray(0, 900));
    await expect(pdfOf(cut)).rejects.toThrow(
      'LibreOffice cannot open \\"cut.docx\\": it is damaged, or no DOCX file',
    );
    const { notes } = await convert(good, { to: 'pdf' });
    expect(notes).toEqual(['Not installed, so other fonts took their place: No Such Font']);
  });

  test('nothing that a document points to is read or fetched', async () => {
    let requests = 0;
    const server = createServer((_, response) => {
      requests += 1;
      response.end('CANARY');
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const canary = textFile('canary.txt', 'CANARY');
    const image = path.join(testFolder, 'canary.png');
    await sharp({ create: { width: 30, height: 30, channels: 3, background: '#0f0' } })
      .png()
      .toFile(image);
    const targets = [`http://127.0.0.1:${port}/canary.png`, `file://${image}`];
    const files: string[] = [];
    for (const [index, target] of targets.entries()) {
      files.push(
        await docx(`link-${index}.docx`, picture({ link: 'rId5' }), {
          relations: externalImage('rId5', target),
        }),
        textFile(
          `link-${index}.html`,
          `<html><body><img src="${target}"><iframe src="file://${canary}"></iframe><p>page</p></body></html>`,
        ),
        textFile(
          `link-${index}.rtf`,
          `{\\rtf1 page {\\field{\\*\\fldinst INCLUDEPICTURE "${target}" \\\\d}{\\fldrslt x}} {\\field{\\*\\fldinst INCLUDETEXT "${canary}"}{\\fldrslt y}}}`,
        ),
        textFile(
          `link-${index}.fodt`,
          `<?xml version="1.0"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" xmlns:xlink="http://www.w3.org/1999/xlink" office:version="1.2" office:mimetype="application/vnd.oasis.opendocument.text"><office:body><office:text><text:section text:name="s"><text:section-source xlink:href="file://${canary}"/><text:p>old</text:p></text:section><text:p><draw:frame svg:width="3cm" svg:height="3cm"><draw:image xlink:href="${target}"/></draw:frame></text:p></office:text></office:body></office:document>`,
        ),
        textFile(
          `link-${index}.fods`,
          `<?xml version="1.0"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2" office:version="1.2" office:mimetype="application/vnd.oasis.opendocument.spreadsheet"><office:body><office:spreadsheet><table:table table:name="T"><table:table-row><table:table-cell table:formula="of:=WEBSERVICE(&quot;${target}&quot;)"/><table:table-cell table:formula="of:=['file://${canary}'#$Sheet1.A1]"/></table:table-row></table:table></office:spreadsheet></office:body></office:document>`,
        ),
      );
    }
    for (const file of files) {
      const pdf = await pdfOf(file);
      expect(pdfText(pdf), file).not.toContain('CANARY');
      // No green: neither picture was drawn.
      const pixels = execFileSync('pdftoppm', ['-r', '30', '-png', pdf]);
      const { dominant } = await sharp(pixels).stats();
      const { data } = await sharp(pixels).removeAlpha().raw().toBuffer({ resolveWithObject: true });
      const isGreen = data.some(
        (_, at) =>
          at % 3 === 0 && (data[at] ?? 0) < 60 && (data[at + 1] ?? 0) > 200 && (data[at + 2] ?? 0) < 60,
      );
      expect([dominant.r > 200, isGreen], file).toEqual([true, false]);
    }
    expect(requests).toBe(0);
    server.close();
  });

  test('cancelled and closed: nothing is left running', async () => {
    const stop = new AbortController();
    const file = await docx('long.docx', paragraph('word '.repeat(2000)).repeat(200));
    const work = convert(file, { to: 'pdf', signal: stop.signal });
    setTimeout(() => stop.abort(), 150);
    await expect(work).rejects.toThrow('cancelled');
    await pdfOf(await docx('again.docx', paragraph('again')));
    await closeWarm();
    const left = readdirSync(tmpdir()).filter((name) => name.startsWith(`pipeline-office-${process.pid}-`));
    expect(left).toEqual([]);
    expect(
      run('ps', '-eo', 'args')
        .split('\n')
        .filter((line) => line.includes(`pipeline-office-${process.pid}-`)),
    ).toEqual([]);
  });
});
