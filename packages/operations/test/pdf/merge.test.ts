/** What survives a merge: outlines, links by name, form fields; and what is told when a file cannot be merged. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { PDFArray, PDFDict, PDFDocument, PDFHexString, PDFName, PDFString } from '@cantoo/pdf-lib';
import type { JsonObject } from '@pipeline/schema';
import { afterAll, expect, test } from 'vitest';
import { readDestinations } from '../../src/converters/pdf/pdf-outline.ts';
import { closeHosts } from '../../src/host/host-pool.ts';
import { merge, mergeJob } from '../../src/operations/merge.ts';
import { qpdfVersion } from '../../src/converters/pdf/run-qpdf.ts';
import { readFileSync } from 'node:fs';
import { action, artifact, contextOf, newFolder } from '../places/action.ts';
import { locked, pdfOf, texts } from './pdf-files.ts';

afterAll(closeHosts);

async function merged(files: Readonly<Record<string, Buffer | string>>, options: JsonObject = {}) {
  const folder = newFolder();
  const inputs = Object.entries(files).map(([name, content]) => {
    const file = path.join(folder, name);
    writeFileSync(file, content);
    return artifact(file);
  });
  const request = action({
    operation: 'merge',
    options: { output_format: 'pdf', ...options },
    inputs,
    task: { name: 'book' },
  });
  const context = contextOf(folder);
  const planned = await merge.plan(request, context);
  const result = await merge.run(request, context);
  return {
    planned,
    result,
    bytes: result.ok ? readFileSync(result.value.outputs[0]?.path ?? '') : Buffer.alloc(0),
  };
}

/** A link on page 1 to a place that has a name: that of page 2. */
async function linked(word: string): Promise<Buffer> {
  const document = await PDFDocument.load(await pdfOf({ pages: 2, word }));
  const { context } = document;
  const place = context.obj([document.getPage(1).ref, PDFName.of('XYZ'), 0, 150, null]);
  document.catalog.set(
    PDFName.of('Names'),
    context.obj({ Dests: { Names: [PDFString.of('chapter'), place] } }),
  );
  const link = context.obj({
    Type: 'Annot',
    Subtype: 'Link',
    Rect: [0, 0, 50, 50],
    A: { S: 'GoTo', D: PDFHexString.fromText('chapter') },
  });
  document.getPage(0).node.addAnnot(context.register(link));
  return Buffer.from(await document.save());
}

test('an entry for each file, with its own entries below, leading to the right pages', async () => {
  const one = await pdfOf({ pages: 2, hasOutline: true, word: 'One' });
  const two = await pdfOf({ pages: 3, hasOutline: true, word: 'Two' });
  const { bytes, planned } = await merged({
    'first part.pdf': one,
    'second.pdf': two,
    'third.pdf': await pdfOf({ pages: 1, word: 'Three' }),
  });
  expect(planned).toMatchObject({
    ok: true,
    value: { converter: { name: 'qpdf', version: qpdfVersion }, outputs: [{ dir: '', name: 'book.pdf' }] },
  });
  expect(await texts(bytes)).toEqual(['One 1', 'One 2', 'Two 1', 'Two 2', 'Two 3', 'Three 1']);
  const { outline } = readDestinations(await PDFDocument.load(bytes));
  expect(
    outline.map(({ title, target, items }) => [
      title,
      target?.page,
      items.map((item) => `${item.title} → ${item.target?.page}`),
    ]),
  ).toEqual([
    ['first part', 0, ['To page 1 → 0', 'To page 2 → 1']],
    ['second', 2, ['To page 1 → 2', 'To page 2 → 3', 'To page 3 → 4']],
    ['third', 5, []],
  ]);
});

test('links by the same name lead into their own files; fields keep their values', async () => {
  const { bytes } = await merged({
    'a.pdf': await linked('A'),
    'b.pdf': await linked('B'),
    'c.pdf': await pdfOf({ pages: 1, field: 'Ann' }),
    'd.pdf': await pdfOf({ pages: 1, field: 'Bob' }),
  });
  const document = await PDFDocument.load(bytes);
  const targets = [0, 2].map((index) => {
    const link = document.getPage(index).node.Annots()?.lookup(0, PDFDict);
    const place = link?.lookup(PDFName.of('A'), PDFDict).lookup(PDFName.of('D'), PDFArray);
    return document.getPages().findIndex((page) => page.ref === place?.get(0));
  });
  expect(targets).toEqual([1, 3]);
  const fields = document
    .getForm()
    .getFields()
    .map((field) => document.getForm().getTextField(field.getName()).getText());
  expect(new Set(fields)).toEqual(new Set(['Ann', 'Bob']));
});

test('one file alone keeps its outline', async () => {
  const { bytes } = await merged({ 'a.pdf': await pdfOf({ pages: 2, hasOutline: true }) });
  expect(readDestinations(await PDFDocument.load(bytes)).outline.map(({ title }) => title)).toEqual([
    'To page 1',
    'To page 2',
  ]);
});

test('the file that cannot be merged is named', async () => {
  const good = await pdfOf({ pages: 1 });
  const secret = await locked(good, { user: 'a', owner: 'b' });
  expect((await merged({ 'a.pdf': good, 'b.pdf': secret })).result).toMatchObject({
    ok: false,
    error: {
      code: 'PASSWORD_REQUIRED',
      message: '"b.pdf" is protected by a password',
      hint: expect.stringContaining('pdf/decrypt'),
    },
  });
  expect((await merged({ 'a.pdf': good.subarray(0, 500), 'b.pdf': good })).result).toMatchObject({
    ok: false,
    error: { type: 'bad-input', message: expect.stringContaining('"a.pdf" is damaged') },
  });
  expect((await merged({ 'a.pdf': good, 'b.pdf': '\x89PNG\r\n\x1a\n' })).result).toMatchObject({
    ok: false,
    error: { message: expect.stringContaining('"b.pdf" is not a PDF') },
  });
  const restricted = await locked(good, { user: '', owner: 'b' });
  expect((await texts((await merged({ 'a.pdf': good, 'b.pdf': restricted })).bytes)).length).toBe(2);
});

test('engine and its version are honoured', async () => {
  const files = { 'a.pdf': await pdfOf({ pages: 1 }) };
  expect((await merged(files, { engine: 'qpdf', engine_version: '12' })).result).toMatchObject({
    ok: true,
    value: { converter: { name: 'qpdf' } },
  });
  for (const options of [
    { engine: 'qpdf', engine_version: '9' },
    { engine: 'ghostscript' },
    { merge_direction: 'x' },
  ]) {
    expect((await merged(files, options)).planned).toMatchObject({
      ok: false,
      error: { code: 'INVALID_OPTION' },
    });
  }
  expect(mergeJob(2)).toMatchObject({ pages: [{ file: 'input-1.pdf' }, { file: 'input-2.pdf' }] });
});

test('five hundred pages', async () => {
  const long = await pdfOf({ pages: 500, hasOutline: true });
  const { bytes } = await merged({ 'long.pdf': long, 'one.pdf': await pdfOf({ pages: 1 }) });
  const document = await PDFDocument.load(bytes);
  expect(document.getPageCount()).toBe(501);
  expect(readDestinations(document).outline[0]?.items.length).toBe(500);
});
