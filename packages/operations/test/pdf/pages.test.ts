/** Encryption and pages by qpdf the library; PDFium and pdf-lib open what comes out. */
import { PDFDocument, PDFDict, PDFName } from '@cantoo/pdf-lib';
import type { Operation } from '@pipeline/engine';
import type { OperationName } from '@pipeline/schema';
import { afterAll, expect, test } from 'vitest';
import { closeHosts } from '../../src/host/host-pool.ts';
import { pdfDecrypt } from '../../src/operations/pdf/decrypt.ts';
import { encryptJob, pdfEncrypt } from '../../src/operations/pdf/encrypt.ts';
import {
  extractJob,
  pdfExtractPages,
  pdfRotatePages,
  pdfSplitPages,
  rotateJob,
} from '../../src/operations/pdf/pages.ts';
import { qpdfVersion } from '../../src/converters/pdf/run-qpdf.ts';
import { done, failed, locked, pdfOf, seen, texts } from './pdf-files.ts';

afterAll(closeHosts);

test('split: one PDF a page, numbered, fields in their place', async () => {
  const made = await done(pdfSplitPages, {
    operation: 'pdf/split-pages',
    input: await pdfOf({ pages: 11, field: 'Ann' }),
  });
  expect(made.planned).toMatchObject({
    ok: true,
    value: { converter: { name: 'qpdf', version: qpdfVersion } },
  });
  expect(made.names).toEqual(Array.from({ length: 11 }, (_, index) => `report-${index + 1}.pdf`));
  expect(await Promise.all(made.files.map(async (file) => (await texts(file)).length))).toEqual(
    Array.from({ length: 11 }, () => 1),
  );
  expect(await texts(made.files[9] ?? made.bytes)).toEqual(['Page 10']);
  const form = (await PDFDocument.load(made.files[1] ?? made.bytes)).getForm();
  expect(form.getTextField('name').getText()).toBe('Ann');
  const named = await done(pdfSplitPages, {
    operation: 'pdf/split-pages',
    input: await pdfOf({ pages: 2 }),
    options: { filename: 'leaf-%03d.pdf' },
  });
  expect(named.names).toEqual(['leaf-001.pdf', 'leaf-002.pdf']);
  const single = await done(pdfSplitPages, {
    operation: 'pdf/split-pages',
    input: await pdfOf({ pages: 1 }),
  });
  expect(single.names).toEqual(['report.pdf']);
});

test('extract: in the order asked for, as often as asked for, the same bytes every time', async () => {
  const input = await pdfOf({ hasOutline: true, field: 'Ann' });
  const given = { operation: 'pdf/extract-pages', input, options: { pages: '3, 1-2,3' } } as const;
  const made = await done(pdfExtractPages, given);
  expect(await texts(made.bytes)).toEqual(['Page 3', 'Page 1', 'Page 2', 'Page 3']);
  expect(made.planned).toMatchObject({ value: { outputs: [{ dir: 'docs', name: 'report.pdf' }] } });
  const document = await PDFDocument.load(made.bytes);
  expect(document.catalog.lookup(PDFName.of('Outlines'), PDFDict).has(PDFName.of('First'))).toBe(true);
  expect(document.getForm().getTextField('name').getText()).toBe('Ann');
  expect((await done(pdfExtractPages, given)).bytes.equals(made.bytes)).toBe(true);
  expect(extractJob({ pages: 2 })).toMatchObject({ pages: [{ file: '.', range: '2' }] });
});

test('a page that is not there: the failure tells how many there are', async () => {
  for (const [operation, name] of [
    [pdfExtractPages, 'pdf/extract-pages'],
    [pdfRotatePages, 'pdf/rotate-pages'],
  ] as const) {
    const options = { pages: '2-9', rotation: '+90' };
    expect(await failed(operation, { operation: name, input: await pdfOf(), options })).toMatchObject({
      type: 'bad-input',
      isPlanned: true,
      message: '"pages: 2-9" names a page that is not there: "report.pdf" has 4 pages',
    });
  }
});

test.each([
  ['+90', [200, 300]],
  ['-90', [200, 300]],
  [180, [300, 200]],
  [90, [200, 300]],
] as const)('rotate by %s', async (rotation, size) => {
  const input = await pdfOf({ pages: 3 });
  const made = await done(pdfRotatePages, {
    operation: 'pdf/rotate-pages',
    input,
    options: { rotation, pages: '2' },
  });
  const pages = await seen(made.bytes);
  expect(pages.map((page) => page.size)).toEqual([[300, 200], size, [300, 200]]);
  // The red mark of the lower left corner.
  const [across, down] = size;
  const corner = { '+90': [4, 4], '90': [4, 4], '-90': [across - 4, down - 4], '180': [across - 4, 4] }[
    String(rotation)
  ];
  expect(pages[1]?.pixel(corner?.[0] ?? 0, corner?.[1] ?? 0)).toEqual([255, 0, 0]);
  expect(await texts(made.bytes)).toEqual(['Page 1', 'Page 2', 'Page 3']);
});

test('a rotation is added to the one that a page has', async () => {
  const made = await done(pdfRotatePages, {
    operation: 'pdf/rotate-pages',
    input: await pdfOf({ pages: 2, rotate: 90 }),
    options: { rotation: '+90' },
  });
  const document = await PDFDocument.load(made.bytes);
  expect(document.getPages().map((page) => page.getRotation().angle)).toEqual([180, 180]);
  expect(rotateJob({ rotation: -90, pages: '1, 3-4' })).toMatchObject({ rotate: '-90:1,3-4' });
});

test('encrypt: AES-256, a password to open, and what readers may do', async () => {
  const made = await done(pdfEncrypt, {
    operation: 'pdf/encrypt',
    input: await pdfOf(),
    options: {
      set_password: '--',
      set_owner_password: '-über\nall',
      allow_extract: false,
      allow_accessibility: true,
      allow_modify: 'form',
      allow_print: 'low',
    },
  });
  await expect(texts(made.bytes)).rejects.toThrow(/password/i);
  expect(await texts(made.bytes, '--')).toContain('Page 1');
  expect(await texts(made.bytes, '-über\nall')).toContain('Page 1');
  const shown = permissionsOf(made.bytes);
  expect(shown).toEqual({
    revision: 6,
    print: true,
    printWell: false,
    modify: false,
    copy: false,
    annotate: false,
    forms: true,
    assemble: true,
  });
});

const every = {
  revision: 6,
  print: true,
  printWell: true,
  modify: true,
  copy: true,
  annotate: true,
  forms: true,
  assemble: true,
};

test.each([
  [{ allow_print: 'none' }, { print: false, printWell: false }],
  [{ allow_print: 'low' }, { printWell: false }],
  [{ allow_print: 'full' }, {}],
  [{ allow_extract: false }, { copy: false }],
  [{ allow_extract: true }, {}],
  [{ allow_modify: 'all' }, {}],
  [{ allow_modify: 'annotate' }, { modify: false }],
  [{ allow_modify: 'form' }, { modify: false, annotate: false }],
  [{ allow_modify: 'assembly' }, { modify: false, annotate: false, forms: false }],
  [{ allow_modify: 'none' }, { modify: false, annotate: false, forms: false, assemble: false }],
])('encrypt with %j opens without a password, restricted', async (options, restricted) => {
  const made = await done(pdfEncrypt, {
    operation: 'pdf/encrypt',
    input: await pdfOf({ pages: 1 }),
    options,
  });
  expect(await texts(made.bytes)).toEqual(['Page 1']);
  expect(permissionsOf(made.bytes)).toEqual({ ...every, ...restricted });
});

/** Read from the encryption dictionary: its numbers are not encrypted. */
function permissionsOf(bytes: Buffer): Record<string, boolean | number> {
  const text = bytes.toString('latin1');
  const bits = Number(/\/P (-?\d+) \/Perms/.exec(text)?.[1] ?? Number.NaN);
  const may = (bit: number): boolean => (bits & (1 << (bit - 1))) !== 0;
  expect(text).toContain('/CFM /AESV3');
  return {
    revision: Number(/\/R (\d) \/StmF/.exec(text)?.[1]),
    print: may(3),
    modify: may(4),
    copy: may(5),
    annotate: may(6),
    forms: may(9),
    assemble: may(11),
    printWell: may(12),
  };
}

test('encrypt: what would have no effect is an error before the run', async () => {
  const input = await pdfOf({ pages: 1 });
  for (const [options, message] of [
    [{}, 'neither a password nor a restriction'],
    [{ set_password: 'a', allow_accessibility: false }, 'has no effect in files encrypted with AES-256'],
    [{ set_password: 'a'.repeat(128) }, 'longer than the 127 bytes'],
    [{ set_password: 'a', engine: 'ghostscript' }, 'The engine "ghostscript" does not do pdf/encrypt'],
    [{ set_password: 'a', engine_version: '99' }, 'engine_version 99 is not here'],
  ] as const) {
    expect(await failed(pdfEncrypt, { operation: 'pdf/encrypt', input, options })).toMatchObject({
      isPlanned: false,
      code: 'INVALID_OPTION',
      message: expect.stringContaining(message),
    });
  }
  const pinned = { set_password: 'a', engine: 'qpdf', engine_version: '12' };
  expect((await done(pdfEncrypt, { operation: 'pdf/encrypt', input, options: pinned })).converter).toEqual({
    name: 'qpdf',
    version: qpdfVersion,
  });
});

test("encrypt: nobody knows the owner's password when none is given, and the same one twice is told", async () => {
  expect(encryptJob({ set_password: 'a' }, () => 'random')).toMatchObject({
    encrypt: { userPassword: 'a', ownerPassword: 'random' },
  });
  const options = { set_password: 'a', set_owner_password: 'a', allow_print: 'none' };
  const made = await done(pdfEncrypt, {
    operation: 'pdf/encrypt',
    input: await pdfOf({ pages: 1 }),
    options,
  });
  expect(made.message).toContain('The two passwords are the same');
});

test('decrypt: with the password of the user or of the owner; without, or with a wrong one, a code', async () => {
  const input = await locked(await pdfOf({ hasOutline: true }), { user: 'sesame', owner: 'boss' });
  for (const password of ['sesame', 'boss']) {
    const made = await done(pdfDecrypt, { operation: 'pdf/decrypt', input, options: { password } });
    expect(await texts(made.bytes)).toEqual(['Page 1', 'Page 2', 'Page 3', 'Page 4']);
    expect(made.bytes.includes('/Encrypt')).toBe(false);
  }
  expect(await failed(pdfDecrypt, { operation: 'pdf/decrypt', input })).toMatchObject({
    type: 'bad-input',
    code: 'PASSWORD_REQUIRED',
    message: '"report.pdf" is protected by a password',
    hint: 'Give it with the option `password`.',
  });
  expect(
    await failed(pdfDecrypt, { operation: 'pdf/decrypt', input, options: { password: 'no' } }),
  ).toMatchObject({ code: 'WRONG_PASSWORD', message: 'The password does not open "report.pdf"' });
});

const all: readonly (readonly [OperationName, Operation, object])[] = [
  ['pdf/encrypt', pdfEncrypt, { set_password: 'a' }],
  ['pdf/decrypt', pdfDecrypt, {}],
  ['pdf/split-pages', pdfSplitPages, {}],
  ['pdf/extract-pages', pdfExtractPages, { pages: '1' }],
  ['pdf/rotate-pages', pdfRotatePages, { rotation: '180' }],
];

test.each(all)('%s: bad files are told by name', async (name, operation, options) => {
  const input = await pdfOf();
  const on = (file: Buffer | string) =>
    failed(operation, { operation: name, input: file, options: { ...options } });
  expect(await on('')).toMatchObject({ type: 'bad-input', message: '"report.pdf" is empty (0 bytes)' });
  expect(await on('\x89PNG\r\n\x1a\n')).toMatchObject({
    type: 'bad-input',
    message: expect.stringContaining('"report.pdf" is not a PDF file'),
  });
  expect(await on(input.subarray(0, input.length / 2))).toMatchObject({
    type: 'bad-input',
    message: expect.stringContaining('"report.pdf" is damaged'),
  });
  if (name !== 'pdf/decrypt') {
    const secret = await locked(input, { user: 'a', owner: 'b' });
    expect(await on(secret)).toMatchObject({
      code: 'PASSWORD_REQUIRED',
      hint: expect.stringContaining('pdf/decrypt'),
    });
  }
});
