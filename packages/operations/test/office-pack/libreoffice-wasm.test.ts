/** Office documents without an installed LibreOffice, by the office pack: what comes out is opened and read. */
import { createServer } from 'node:http';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PDFiumLibrary } from '@hyzyla/pdfium';
import { read } from '@e965/xlsx';
import { failure } from '@pipeline/engine';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { libreofficeWasm } from '../../src/converters/libreoffice/libreoffice-wasm.ts';
import { storingOptions } from '../../src/converters/libreoffice/libreoffice-wasm-options.ts';
import { closeHosts } from '../../src/host/host-pool.ts';
import { withTimeLimits } from '../../src/host/time-limits.ts';
import { hasPack } from '../../src/packs.ts';
import { convertersFor } from '../../src/routes/conversions.ts';
import { findConverter } from '../../src/routes/find-converter.ts';
import { lockOffice } from '../office/lock-office.ts';
import {
  convertBy,
  docx,
  externalImage,
  paragraph,
  picture,
  testFolder,
  textFile,
} from '../office/office-files.ts';
import type { Asked } from '../office/office-files.ts';

delete process.env['PIPELINE_WITHOUT_PACKS'];

const samples = path.join(import.meta.dirname, '../formats/samples');
const sample = (format: string): string => path.join(samples, `sample.${format}`);
const pageBreak = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>';

async function made(file: string, asked: Asked): Promise<Buffer> {
  const { files } = await convertBy(libreofficeWasm, file, asked);
  expect(files).toHaveLength(1);
  return readFileSync(files[0]?.path ?? '');
}

async function pagesOf(pdf: Buffer): Promise<readonly string[]> {
  const library = await PDFiumLibrary.init();
  const document = await library.loadDocument(pdf);
  try {
    return [...document.pages()].map((page) => page.getText());
  } finally {
    document.destroy();
    library.destroy();
  }
}

afterAll(async () => {
  await closeHosts();
  rmSync(testFolder, { recursive: true, force: true });
});

test('options in the words of LibreOfficeKit', () => {
  const options = { pages: '2-3,5-', pdf_a: true };
  expect(JSON.parse(storingOptions({ from: 'doc', to: 'pdf', options }))).toMatchObject({
    PageRange: { type: 'string', value: '2-3,5-' },
    SelectPdfVersion: { type: 'long', value: '2' },
    ExportBookmarks: { type: 'boolean', value: 'false' },
  });
  expect(libreofficeWasm.check?.({ from: 'doc', to: 'pdf', options: { pages: '3-1' } })).toMatchObject({
    code: 'INVALID_OPTION',
  });
});

test('below LibreOffice, above what keeps no layout; the pack is named where it is missing', async () => {
  const names = convertersFor('docx', 'pdf').map(({ name }) => name);
  const places = ['libreoffice', 'libreoffice-wasm', 'pandoc-typst'].map((name) => names.indexOf(name));
  expect(places).toEqual(places.toSorted((left, right) => left - right));
  expect(places).not.toContain(-1);
  const none = await findConverter({
    from: 'ppt',
    to: 'odp',
    options: {},
    engine: 'libreoffice-wasm',
    isThere: () => false,
  });
  expect(none).toMatchObject({ ok: false, error: { type: 'converter-missing' } });
});

test('what does not end is stopped, tried once more, and told', async () => {
  const limits: boolean[] = [];
  const stuck = withTimeLimits(
    (request) =>
      new Promise((resolve) => {
        request.signal.addEventListener('abort', () => {
          limits.push(request.signal.aborted);
          resolve({ ok: false, error: failure('cancelled', 'stopped') });
        });
      }),
    [5, 10],
  );
  const { signal } = new AbortController();
  const answer = await stuck({ host: 'libreoffice', job: {}, signal, about: 'a.doc' });
  expect(limits).toEqual([true, true]);
  expect(answer).toMatchObject({ ok: false, error: { type: 'timed-out', code: 'TIMEOUT' } });
  const stop = new AbortController();
  const cancelled = stuck({ host: 'libreoffice', job: {}, signal: stop.signal });
  stop.abort();
  expect(await cancelled).toMatchObject({ ok: false, error: { type: 'cancelled' } });
});

describe.skipIf(!hasPack('office'))('LibreOffice as wasm', { timeout: 150_000 }, () => {
  // Its start, which the first document would have to wait for.
  beforeAll(async () => {
    await made(sample('rtf'), { to: 'pdf' });
  }, 150_000);

  test.each(['doc', 'ppt', 'xls', 'odp', 'docx'])('%s → pdf', async (from) => {
    const pages = await pagesOf(await made(sample(from), { to: 'pdf' }));
    // A narrow column cuts it.
    expect(pages.join(' ')).toMatch(/Pipeline\s+s/);
  });

  test('cells stay cells', async () => {
    const table = textFile('table.csv', 'name;price\nkite;12,5\nbell;3\n');
    const { Sheets, SheetNames } = read(await made(table, { to: 'xlsx' }));
    expect(Sheets[SheetNames[0] ?? '']?.['A2']?.v).toBe('kite');
    expect(Sheets[SheetNames[0] ?? '']?.['B3']?.v).toBe(3);
    const old = read(await made(sample('xlsx'), { to: 'xls' }));
    expect(JSON.stringify(old.Sheets)).toMatch(/Pipeline\s+sample/);
  });

  test('pages that are asked for', async () => {
    const file = await docx(
      'pages.docx',
      ['one', 'two', 'three'].map((text) => paragraph(text)).join(pageBreak),
    );
    expect((await pagesOf(await made(file, { to: 'pdf' }))).map((text) => text.trim())).toEqual([
      'one',
      'two',
      'three',
    ]);
    const some = await made(file, { to: 'pdf', options: { pages: '2-' } });
    expect((await pagesOf(some)).map((text) => text.trim())).toEqual(['two', 'three']);
    const archived = await made(file, { to: 'pdf', options: { pdf_a: true } });
    expect(archived.toString('latin1')).toMatch(/pdfaid:part/);
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
    const remote = `http://127.0.0.1:${port}/canary.png`;
    const files = [
      await docx('link.docx', paragraph('page') + picture({ link: 'rId5' }), {
        relations: externalImage('rId5', remote),
      }),
      textFile(
        'link.rtf',
        `{\\rtf1 page {\\field{\\*\\fldinst INCLUDEPICTURE "${remote}" \\\\d}{\\fldrslt x}} {\\field{\\*\\fldinst INCLUDETEXT "${canary}"}{\\fldrslt y}}}`,
      ),
      textFile(
        'link.fodt',
        `<?xml version="1.0"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:xlink="http://www.w3.org/1999/xlink" office:version="1.2" office:mimetype="application/vnd.oasis.opendocument.text"><office:body><office:text><text:section text:name="s"><text:section-source xlink:href="file://${canary}"/><text:p>page</text:p></text:section></office:text></office:body></office:document>`,
      ),
      textFile(
        'link.fods',
        `<?xml version="1.0"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2" office:version="1.2" office:mimetype="application/vnd.oasis.opendocument.spreadsheet"><office:body><office:spreadsheet><table:table table:name="T"><table:table-row><table:table-cell office:value-type="string"><text:p>page</text:p></table:table-cell><table:table-cell table:formula="of:=WEBSERVICE(&quot;${remote}&quot;)"/><table:table-cell table:formula="of:=['file://${canary}'#$Sheet1.A1]"/></table:table-row></table:table></office:spreadsheet></office:body></office:document>`,
      ),
    ];
    for (const file of files) {
      const text = (await pagesOf(await made(file, { to: 'pdf' }))).join(' ');
      expect(text, file).toContain('page');
      expect(text, file).not.toContain('CANARY');
    }
    server.close();
    expect(requests).toBe(0);
  });

  test('what is locked or broken says so, and the next document is none the worse', async () => {
    const good = await docx('good.docx', paragraph('fine'));
    const locked = path.join(testFolder, 'locked.docx');
    writeFileSync(locked, lockOffice(readFileSync(good), 'secret'));
    await expect(made(locked, { to: 'pdf' })).rejects.toThrow('PASSWORD_REQUIRED');
    for (const format of ['docx', 'odp', 'xlsx', 'doc', 'xls', 'ppt']) {
      const whole = readFileSync(sample(format));
      for (const keep of [700, Math.floor(whole.length / 2), Math.floor(whole.length * 0.9)]) {
        const cut = path.join(testFolder, `cut.${format}`);
        writeFileSync(cut, whole.subarray(0, keep));
        await expect(made(cut, { to: 'pdf' }), `${format} ${keep}`).rejects.toThrow('bad-input');
      }
    }
    expect((await pagesOf(await made(good, { to: 'pdf' }))).join('')).toContain('fine');
  });

  test('two at once go one after the other, in one warm process; what is cancelled waits no longer', async () => {
    const cancel = new AbortController();
    const [first, waiting] = [
      made(sample('odt'), { to: 'pdf' }),
      made(sample('doc'), { to: 'pdf', signal: cancel.signal }),
    ];
    cancel.abort();
    await expect(waiting).rejects.toThrow('CANCELLED');
    expect((await first).length).toBeGreaterThan(1000);
    await Promise.all(['odt', 'doc'].map((format) => made(sample(format), { to: 'pdf' })));
  });
});
