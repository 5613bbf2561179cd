/** convert, merge and archive as the engine runs them, through real hosts; outputs are opened. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Artifact, Failure, Operation, OperationResult } from '@pipeline/engine';
import type { JsonObject } from '@pipeline/schema';
import sharp from 'sharp';
import { extract } from 'tar-stream';
import { afterAll, expect, test } from 'vitest';
import { archive } from '../../src/operations/archive.ts';
import { convert } from '../../src/operations/convert.ts';
import { closeHosts } from '../../src/host/host-pool.ts';
import { merge } from '../../src/operations/merge.ts';
import { docxOf, pdfText, tinyPng, zipEntries } from '../documents/documents.ts';
import { action, artifact, contextOf, newFolder } from '../places/action.ts';

afterAll(closeHosts);

interface Given {
  readonly files: Readonly<Record<string, string | Buffer>>;
  /** Default: all of `files`. */
  readonly inputs?: readonly string[];
  readonly options: JsonObject;
}

interface Ran {
  readonly planned: Awaited<ReturnType<Operation['plan']>>;
  readonly result: Awaited<ReturnType<Operation['run']>>;
  readonly percents: readonly (number | null)[];
}

async function perform(operation: Operation, given: Given): Promise<Ran> {
  const root = newFolder();
  const inputs: Artifact[] = [];
  for (const [file, content] of Object.entries(given.files)) {
    const full = path.join(root, file);
    mkdirSync(path.dirname(full), { recursive: true });
    writeFileSync(full, content);
    const dir = path.dirname(file) === '.' ? '' : path.dirname(file);
    if (given.inputs?.includes(file) !== false)
      inputs.push(artifact(full, { dir, sizeBytes: content.length }));
  }
  const request = action({
    operation: 'convert',
    options: given.options,
    inputs,
    task: { name: 'press-kit' },
  });
  const context = contextOf(root);
  const planned = await operation.plan(request, context);
  const result = await operation.run(request, context);
  return { planned, result, percents: context.reports.map(([percent]) => percent) };
}

interface Done extends OperationResult {
  readonly bytes: Buffer;
  readonly planned: Ran['planned'];
}

async function done(operation: Operation, given: Given): Promise<Done> {
  const { planned, result } = await perform(operation, given);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return { ...result.value, planned, bytes: readFileSync(result.value.outputs[0]?.path ?? '') };
}

async function failed(
  operation: Operation,
  given: Given,
): Promise<Failure & { readonly isPlanned: boolean }> {
  const { planned, result } = await perform(operation, given);
  if (result.ok) throw new Error('it went well, and should not have');
  return { ...result.error, isPlanned: planned.ok };
}

const places = (made: OperationResult): readonly string[] =>
  made.outputs.map(({ dir, name }) => path.posix.join(dir, name));

test('an option that is for other files of the task, as from `defaults`, is no mistake of this one', async () => {
  const made = await done(convert, {
    files: { 'a.json': '[{"n":1}]' },
    options: { output_format: 'csv', quality: 70, fit: 'max', margin_top: 10 },
  });
  expect(made.planned.ok).toBe(true);
  expect(made.bytes.toString()).toBe('n\n1\n');
});

test('DOCX to PDF: planned, made, named, with the text of the document', async () => {
  const docx = await docxOf('<w:p><w:r><w:t>Hello from Word</w:t></w:r></w:p>');
  const made = await done(convert, {
    files: { 'letters/harbour office.docx': docx },
    options: { output_format: 'pdf' },
  });
  expect(made.planned).toMatchObject({
    ok: true,
    value: {
      converter: { name: 'pandoc-typst', version: expect.any(String) },
      outputs: [{ dir: 'letters', name: 'harbour office.pdf' }],
    },
  });
  expect(places(made)).toEqual(['letters/harbour office.pdf']);
  expect(await pdfText(made.bytes)).toContain('Hello from Word');
});

test('pages and PDF/A of a document', async () => {
  const long = Array.from({ length: 200 }, (_, index) => `Paragraph ${index}.`).join('\n\n');
  const made = await done(convert, {
    files: { 'a.md': long },
    options: { output_format: 'pdf', pages: '2' },
  });
  const text = await pdfText(made.bytes);
  expect(text).not.toContain('Paragraph 0.');
  expect(text).toMatch(/2 \/ \d/);
  const pdfA = await done(convert, {
    files: { 'a.md': '# One' },
    options: { output_format: 'pdf', pdf_a: true },
  });
  expect(pdfA.bytes.toString('latin1')).toMatch(/pdfaid:part>?=?"?2/);
});

test('documents become pictures of their pages', async () => {
  const made = await done(convert, {
    files: { 'a.md': '# One' },
    options: { output_format: 'png', width: 300 },
  });
  expect(made.converter?.name).toBe('pandoc-typst+pdfium');
  expect(made.planned).toMatchObject({ ok: true, value: { converter: { name: 'pandoc-typst+pdfium' } } });
  expect(places(made)).toEqual(['a.png']);
  expect((await sharp(made.bytes).metadata()).width).toBe(300);
});

test('a spreadsheet that pandoc cannot read reaches paper, and so do pictures', async () => {
  const ods = await done(convert, {
    files: { 'a.csv': 'name,price\nAnn,12\n' },
    options: { output_format: 'ods' },
  });
  const paper = await done(convert, { files: { 'a.ods': ods.bytes }, options: { output_format: 'pdf' } });
  expect(await pdfText(paper.bytes)).toMatch(/name\s+price\s+Ann\s+12/);
  const picture = await done(convert, {
    files: { 'a.png': tinyPng },
    options: { output_format: 'pdf', pixel_density: 1 },
  });
  expect(picture.bytes.toString('latin1')).toMatch(/MediaBox \[0 0 144 72\]/);
  const webp = await sharp(tinyPng).resize(40, 20).webp().toBuffer();
  expect(
    (
      await done(convert, { files: { 'a.webp': webp }, options: { output_format: 'pdf', width: 10 } })
    ).bytes.toString('latin1'),
  ).toContain('/Width 10');
});

test('a file that is of the format already passes through, with its new name', async () => {
  const made = await done(convert, {
    files: { 'sub/a.png': tinyPng },
    options: { output_format: 'png', filename: 'logo.png' },
  });
  expect(places(made)).toEqual(['sub/logo.png']);
  expect(made.bytes.equals(tinyPng)).toBe(true);
  expect(made.message).toBe('Already PNG: passed through unchanged');
});

test('input_format overrules the name, also an alias', async () => {
  const made = await done(convert, {
    files: { 'notes.txt': '# Title\n' },
    options: { output_format: 'html', input_format: 'markdown' },
  });
  expect(made.bytes.toString()).toContain('<h1 id="title">Title</h1>');
});

test('failures name the file, and known ones are found by the plan', async () => {
  expect(
    await failed(convert, { files: { 'a.docx': 'plain text' }, options: { output_format: 'pdf' } }),
  ).toMatchObject({
    type: 'bad-input',
    isPlanned: true,
    message: expect.stringContaining('"a.docx" is not a DOCX file'),
  });
  expect(
    await failed(convert, { files: { 'a.docx': 'x' }, options: { output_format: 'mp4' } }),
  ).toMatchObject({ type: 'unsupported', isPlanned: false });
  expect(
    await failed(convert, { files: { 'a.sfark': 'x' }, options: { output_format: 'sf2' } }),
  ).toMatchObject({
    type: 'not-available',
    isPlanned: false,
  });
  expect(
    await failed(convert, {
      files: { 'a.md': '![x](file:///etc/passwd)' },
      options: { output_format: 'pdf' },
    }),
  ).toMatchObject({
    type: 'refused',
    message: expect.stringContaining('"file:///etc/passwd"'),
    hint: expect.stringContaining('inside the project'),
  });
  expect(
    await failed(convert, { files: { 'a.md': '# A' }, options: { output_format: 'pdf', page_size: 'a99' } }),
  ).toMatchObject({ type: 'unsupported', message: expect.stringContaining('a99') });
});

test('strange names work', async () => {
  for (const name of ['-rf', 'it\'s "q"', 'new\nline', '🚢', 'x'.repeat(250)]) {
    const made = await done(convert, { files: { [`${name}.md`]: '# A' }, options: { output_format: 'pdf' } });
    expect(await pdfText(made.bytes)).toContain('A');
  }
});

test('merge: PDFs, documents and pictures in the order of input, the same every time', async () => {
  const one = await done(convert, { files: { 'a.md': '# First' }, options: { output_format: 'pdf' } });
  const files = { 'z.pdf': one.bytes, 'm.md': '# Second', 'a.png': tinyPng, 'b.html': '<h1>Third</h1>' };
  const made = await done(merge, { files, options: { output_format: 'pdf' } });
  expect(places(made)).toEqual(['press-kit.pdf']);
  const pages = (await pdfText(made.bytes)).split('\f').map((page) => page.trim());
  expect(pages).toEqual(['First', 'Second', '', 'Third']);
  expect(
    (await done(merge, { files, options: { output_format: 'pdf', filename: 'book.pdf' } })).bytes.equals(
      made.bytes,
    ),
  ).toBe(true);
});

test('merge names the file that does not fit', async () => {
  const one = await done(convert, { files: { 'a.md': '# First' }, options: { output_format: 'pdf' } });
  const broken = await failed(merge, {
    files: { 'a.pdf': one.bytes, 'b.pdf': '%PDF-1.7 and no more' },
    options: { output_format: 'pdf' },
  });
  expect(broken).toMatchObject({
    type: 'bad-input',
    message: expect.stringContaining('"b.pdf" is damaged'),
  });
  expect(
    await failed(merge, { files: { 'a.pdf': one.bytes, 'b.mp3': 'ID3' }, options: { output_format: 'pdf' } }),
  ).toMatchObject({ isPlanned: false, message: expect.stringContaining('"b.mp3"') });
  expect(
    await failed(merge, {
      files: { 'a.pdf': one.bytes },
      options: { output_format: 'pdf', merge_mode: 'x' },
    }),
  ).toMatchObject({ isPlanned: false, message: expect.stringContaining('`merge_mode`') });
});

const kit = { 'docs/a.txt': 'first', 'b.bin': Buffer.alloc(100_000, 7), 'docs/ü.txt': '' };

test('zip: entries at their places, in order, one date and mode, the same every time', async () => {
  const made = await done(archive, { files: kit, options: { output_format: 'zip' } });
  expect(places(made)).toEqual(['press-kit.zip']);
  expect(
    zipEntries(made.bytes).map(({ name, bytes, mode }) => [name, bytes.length, mode.toString(8)]),
  ).toEqual([
    ['docs/a.txt', 5, '100644'],
    ['b.bin', 100_000, '100644'],
    ['docs/ü.txt', 0, '100644'],
  ]);
  expect(new Set(zipEntries(made.bytes).map(({ time }) => time))).toEqual(new Set([0x00210000]));
  expect(
    (await done(archive, { files: kit, options: { output_format: 'zip' } })).bytes.equals(made.bytes),
  ).toBe(true);
});

test.each(['tar', 'tar.gz', '7z', 'tar.bz2', 'rar'])('%s holds the same files', async (format) => {
  const made = await done(archive, { files: kit, options: { output_format: format } });
  const again = await done(archive, { files: kit, options: { output_format: format } });
  expect(made.bytes.equals(again.bytes)).toBe(true);
  const tar =
    format === 'tar.gz'
      ? gunzipSync(made.bytes)
      : format === 'tar'
        ? made.bytes
        : (await done(convert, { files: { [`k.${format}`]: made.bytes }, options: { output_format: 'tar' } }))
            .bytes;
  const sizes: Record<string, number | undefined> = {};
  const reader = extract();
  reader.end(tar);
  for await (const entry of reader) {
    if (entry.header.type === 'file') sizes[entry.header.name] = entry.header.size;
    entry.resume();
  }
  expect(sizes).toEqual({ 'docs/a.txt': 5, 'b.bin': 100_000, 'docs/ü.txt': 0 });
});

test('archive: what cannot be is said before anything runs', async () => {
  expect(
    await failed(archive, { files: kit, options: { output_format: 'zip', engine: 'ffmpeg' } }),
  ).toMatchObject({ code: 'INVALID_OPTION', isPlanned: false });
  const root = newFolder();
  writeFileSync(path.join(root, 'a.txt'), 'x');
  const twice = [
    artifact(path.join(root, 'a.txt')),
    { ...artifact(path.join(root, 'a.txt')), task: 'other' },
  ];
  const planned = archive.plan(
    action({ operation: 'archive', options: { output_format: 'zip' }, inputs: twice }),
    contextOf(root),
  );
  expect(await planned).toMatchObject({
    ok: false,
    error: {
      message: 'Two files would be "a.txt" in the archive: one from the task "before", one from "other"',
    },
  });
});

test('cancelling ends a conversion, and nothing is left running', async () => {
  const root = newFolder();
  writeFileSync(path.join(root, 'a.md'), `# A\n\n${'word '.repeat(2_000_000)}`);
  const stop = new AbortController();
  const work = convert.run(
    action({
      operation: 'convert',
      options: { output_format: 'pdf' },
      inputs: [artifact(path.join(root, 'a.md'))],
    }),
    contextOf(root, { signal: stop.signal }),
  );
  stop.abort();
  expect(await work).toMatchObject({ ok: false, error: { type: 'cancelled' } });
});
