/** Office documents by the LibreOffice of this machine: what comes out is opened and read. */
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { utils, write } from '@e965/xlsx';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { libreoffice } from '../../src/converters/libreoffice/libreoffice.ts';
import { fontsIn } from '../../src/converters/libreoffice/libreoffice-fonts.ts';
import { jobText, officeJob } from '../../src/converters/libreoffice/libreoffice-job.ts';
import { findProgram } from '../../src/programs/find-program.ts';
import {
  docx,
  heading,
  paragraph,
  picture,
  relation,
  slidesFile,
  testFolder,
  textFile,
  wordComments,
} from './office-files.ts';
import { closeOffice, convert, onlyFile, pdfOf, pdfText, run } from './with-libreoffice.ts';

const pageCount = (file: string): number => Number(/Pages:\s+(\d+)/.exec(run('pdfinfo', file))?.[1]);

afterAll(closeOffice);

test('a job in the words of the macro', () => {
  const job = officeJob({ from: 'xlsx', to: 'csv', options: { separator: ';', password: 'a\nb' } });
  const text = job.ok ? jobText(job.value, { source: 'file:///in', target: 'file:///out-' }) : '';
  const expected =
    'file:///in|4|Hidden|boolean|true|MacroExecutionMode|long|0|UpdateDocMode|long|0|Password|string|a b|keep|sheets|' +
    'file:///out-|csv|3|FilterName|string|Text - txt - csv (StarCalc)|Overwrite|boolean|true|' +
    'FilterOptions|string|59,34,76,1,,0,false,true,true,false,false|end|';
  expect(text.replaceAll('\n', '|')).toBe(expected);
  expect(officeJob({ from: 'docx', to: 'pdf', options: { pages: '3-1' } })).toMatchObject({
    ok: false,
    error: { code: 'INVALID_OPTION' },
  });
  for (const options of [{ encoding: 'klingon' }, { output_type: 'handouts' }]) {
    expect(officeJob({ from: 'csv', to: 'pdf', options })).toMatchObject({
      ok: false,
      error: { code: 'INVALID_OPTION' },
    });
    // Asked by the plan, so that nothing runs.
    expect(libreoffice.check?.({ from: 'csv', to: 'pdf', options })).toMatchObject({
      code: 'INVALID_OPTION',
    });
  }
});

test('fonts are read where documents ask for them', () => {
  expect(
    fontsIn([
      '<w:rFonts w:hAnsi="x" w:ascii="Futura"/><a:latin typeface="+mn-lt"/><a:latin typeface="Gill Sans"/>',
      `<style:font-face style:name="F1" svg:font-family="&apos;Deep Down&apos;"/><x style:font-name="F1"/>`,
    ]),
  ).toEqual(['Futura', 'Gill Sans', 'Deep Down']);
});

describe.skipIf(findProgram('libreoffice') === undefined)('LibreOffice', () => {
  test('one process serves many documents, and every format of text reads back', async () => {
    const original = await docx(
      'report.docx',
      heading('Überschrift') + paragraph('Hello world') + paragraph('שלום עולם'),
    );
    for (const to of ['doc', 'docm', 'dot', 'dotx', 'odt', 'fodt', 'rtf', 'html', 'txt']) {
      const made = await onlyFile(original, { to });
      const back = await onlyFile(made, { from: to, to: to === 'txt' ? 'pdf' : 'txt' });
      const text = to === 'txt' ? pdfText(back) : readFileSync(back, 'utf8');
      expect(text, to).toContain('Hello world');
      expect(text, to).toContain('Überschrift');
    }
    expect(readFileSync(await onlyFile(original, { to: 'txt' }), 'utf8')).toBe(
      'Überschrift\nHello world\nשלום עולם\n',
    );
    const pdf = await pdfOf(original);
    expect(pdfText(pdf)).toMatch(/שלום עולם|םלוע םולש/);
    const folders = readdirSync(tmpdir()).filter((name) =>
      name.startsWith(`pipeline-office-${process.pid}-`),
    );
    expect(folders).toHaveLength(1);
    expect(run('unzip', '-p', await onlyFile(original, { to: 'epub' }), 'mimetype')).toBe(
      'application/epub+zip',
    );
  });

  test('sheets: every one of twenty comes out, on paper and as CSV', async () => {
    const book = utils.book_new();
    for (let number = 1; number <= 20; number += 1) {
      utils.book_append_sheet(
        book,
        utils.aoa_to_sheet([
          [`Nr ${number}`, 'ä;b'],
          [number, 2.5],
        ]),
        `S${number}`,
      );
    }
    const file = path.join(testFolder, 'twenty.xlsx');
    writeFileSync(file, write(book, { type: 'buffer', bookType: 'xlsx' }));
    const pdf = await pdfOf(file);
    expect(pageCount(pdf)).toBe(20);
    expect(pdfText(pdf)).toContain('Nr 20');
    const { files } = await convert(file, {
      to: 'csv',
      options: { separator: ';', encoding: 'windows-1252' },
    });
    expect(files).toHaveLength(20);
    expect(files[19]?.name).toBe('twenty-20.csv');
    expect(readFileSync(files[19]?.path ?? '', 'latin1')).toBe('Nr 20;"ä;b"\n20;2.5\n');
    for (const to of ['ods', 'xls']) {
      const back = await convert(await onlyFile(file, { to }), { from: to, to: 'csv' });
      expect(readFileSync(back.files[19]?.path ?? '', 'utf8'), to).toBe('Nr 20,ä;b\n20,2.5\n');
    }
    for (const to of ['slk', 'dif']) {
      const back = await onlyFile(await onlyFile(file, { to }), { from: to, to: 'xlsx' });
      expect(readFileSync(await onlyFile(back, { from: 'xlsx', to: 'csv' }), 'utf8'), to).toContain('Nr 1,');
    }
  });

  test('a sheet made of text has the name of its file, whoever came before', async () => {
    for (const stem of ['Umsatz 2025', 'Zahlen & 100% #1']) {
      const file = textFile(`${stem}.csv`, 'Name,Zahl\nA,1\n');
      expect(
        pdfText(await pdfOf(file))
          .split('\n')[0]
          ?.trim(),
      ).toBe(stem);
    }
    const sheets = textFile('-Blatt.tsv', 'a\tb\n');
    const ods = await onlyFile(sheets, { to: 'ods' });
    expect(run('unzip', '-p', ods, 'content.xml')).toContain('table:name="Blatt"');
    const xlsx = await onlyFile(sheets, { to: 'xlsx' });
    expect(run('unzip', '-p', xlsx, 'xl/workbook.xml')).toContain('sheet name="Blatt"');
  });

  test('text tables are cut and decoded as they are written, or as the options say', async () => {
    const file = textFile('semi.csv', 'a;b\n"x;y";1\n');
    expect(readFileSync(await onlyFile(await onlyFile(file, { to: 'ods' }), { to: 'csv' }), 'utf8')).toBe(
      'a,b\nx;y,1\n',
    );
    const asked = { to: 'csv', from: 'csv' };
    const latin = path.join(testFolder, 'latin.csv');
    writeFileSync(latin, Buffer.from('\xe4|b\n', 'latin1'));
    const options = { separator: '|', encoding: 'iso-8859-1' };
    const ods = await onlyFile(latin, { ...asked, to: 'ods', options });
    expect(readFileSync(await onlyFile(ods, { to: 'csv' }), 'utf8')).toBe('ä,b\n');
  });

  test('slides: all formats, hidden ones, notes, and a drawing for each', async () => {
    const file = slidesFile();
    const pdf = await pdfOf(file);
    expect(pageCount(pdf)).toBe(2);
    expect(pdfText(pdf)).not.toContain('Slide Two');
    expect(pageCount(await pdfOf(file, { hidden_slides: true }))).toBe(3);
    const notes = await pdfOf(file, { output_type: 'notes' });
    expect(pdfText(notes)).toContain('Said on One');
    expect(pdfText(await pdfOf(file, { pages: '3' })).trim()).toBe('Slide Three');
    await expect(pdfOf(file, { pages: '2' })).rejects.toThrow('hidden slides count');
    for (const to of ['odp', 'ppt', 'pptx', 'pptm', 'pps', 'ppsx', 'pot', 'potx']) {
      const made = await onlyFile(file, { to });
      expect(
        pdfText(await onlyFile(made, { from: to, to: 'pdf', options: { hidden_slides: true } })),
        to,
      ).toContain('Slide Two');
    }
    const drawings = await convert(file, { to: 'svg' });
    expect(drawings.files.map(({ name }) => name)).toEqual(['slides-1.svg', 'slides-2.svg']);
    expect(readFileSync(drawings.files[1]?.path ?? '', 'utf8')).toContain('Three');
    const asked = await convert(file, { to: 'emf', options: { pages: '2-2', hidden_slides: true } });
    expect(asked.files).toHaveLength(1);
    expect(readFileSync(asked.files[0]?.path ?? '').readUInt32LE(40)).toBe(0x464d4520);
  });

  test('drawings come out as large as they are', async () => {
    const svg = textFile(
      'mark.svg',
      '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100"><rect width="200" height="100" fill="#f00"/></svg>',
    );
    for (const to of ['odg', 'odd', 'fodg', 'emf', 'wmf']) {
      const made = await onlyFile(svg, { to });
      const pdf = await onlyFile(made, { from: to, to: 'pdf' });
      const [, width, height] = /Page size:\s+([\d.]+) x ([\d.]+)/.exec(run('pdfinfo', pdf)) ?? [];
      expect(Number(width) / Number(height), to).toBeCloseTo(2, 0);
      expect(Number(width), to).toBeGreaterThan(135);
      expect(Number(width), to).toBeLessThan(160);
    }
    const pixels = path.join(testFolder, 'dot.png');
    await sharp({ create: { width: 40, height: 20, channels: 3, background: '#00f' } })
      .png()
      .toFile(pixels);
    expect(run('unzip', '-p', await onlyFile(pixels, { to: 'odd' }), 'mimetype')).toBe(
      'application/vnd.oasis.opendocument.graphics',
    );
  });

  test('pages, bookmarks, PDF/A', async () => {
    const file = await docx(
      'three.docx',
      ['One', 'Two', 'Three']
        .map((name) => heading(name) + paragraph(`Text ${name}`) + paragraph('filler').repeat(58))
        .join(''),
    );
    const part = await pdfOf(file, { pages: '2-' });
    expect(pageCount(part)).toBe(pageCount(await pdfOf(file)) - 1);
    expect(pageCount(part)).toBeGreaterThan(1);
    expect(pdfText(part)).not.toContain('Text One');
    await expect(pdfOf(file, { pages: '7' })).rejects.toThrow('asks for no page of \\"three.docx\\"');
    expect(run('qpdf', '--qdf', '--object-streams=disable', await pdfOf(file), '-')).not.toContain(
      '/Outlines',
    );
    expect(
      run('qpdf', '--qdf', '--object-streams=disable', await pdfOf(file, { bookmarks: true }), '-'),
    ).toContain('/Outlines');
    expect(readFileSync(await pdfOf(file, { pdf_a: true }), 'latin1')).toMatch(/pdfaid:part>2</);
  });

  test('comments and tracked changes show when asked for, and only then', async () => {
    const body =
      '<w:p><w:commentRangeStart w:id="0"/><w:r><w:t xml:space="preserve">Kept </w:t></w:r><w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r><w:del w:id="1" w:author="A" w:date="2026-01-01T00:00:00Z"><w:r><w:delText>removed</w:delText></w:r></w:del><w:ins w:id="2" w:author="A" w:date="2026-01-01T00:00:00Z"><w:r><w:t>added</w:t></w:r></w:ins></w:p>';
    const file = await docx('changed.docx', body, {
      relations: relation('rId9', 'comments', 'comments.xml'),
      files: { 'word/comments.xml': wordComments('Remark') },
    });
    const plain = pdfText(await pdfOf(file));
    expect(plain).toContain('Kept added');
    expect(plain).not.toMatch(/removed|Remark/);
    const marked = await pdfOf(file, { include_markup: true });
    expect(pdfText(marked)).toContain('removed');
    const annotations = run('qpdf', '--qdf', '--object-streams=disable', marked, '-');
    expect(annotations).toMatch(/\/Contents.*Remark|\/Contents <feff00520065006d00610072006b>/);
    expect(readFileSync(await onlyFile(file, { to: 'html' }), 'utf8')).not.toContain('removed');
    expect(readFileSync(await onlyFile(file, { to: 'fodt' }), 'utf8')).toContain('removed');
  });

  test('images: smaller for the screen; inside or beside a web page', async () => {
    const noise = Buffer.from(
      Array.from({ length: 900 * 900 * 3 }, (_, index) => (index * 2_654_435_761) >>> 24),
    );
    const jpg = await sharp(noise, { raw: { width: 900, height: 900, channels: 3 } })
      .jpeg({ quality: 95 })
      .toBuffer();
    const file = await docx('photo.docx', picture({ embed: 'rId5' }), {
      relations: relation('rId5', 'image', 'media/p.jpg'),
      files: { 'word/media/p.jpg': jpg },
    });
    const [print, screen] = [await pdfOf(file), await pdfOf(file, { optimize_print: false })];
    expect(statSync(screen).size).toBeLessThan(statSync(print).size * 0.7);
    expect(readFileSync(await onlyFile(file, { to: 'html' }), 'utf8')).toContain('src="data:image/');
    const { files } = await convert(file, { to: 'html', options: { embed_images: false } });
    expect(files.map(({ dir }) => dir)).toEqual(['', 'photo-media']);
    expect(readFileSync(files[0]?.path ?? '', 'utf8')).toContain(`src="photo-media/${files[1]?.name}"`);
  });
});
