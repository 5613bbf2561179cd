/** Signed PDFs: whoever changes one is told by name that its signature is gone. Asked of the backend, as a run does. */
import { appendFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Operation } from '@pipeline/engine';
import type { JsonObject, OperationName } from '@pipeline/schema';
import { afterAll, expect, test } from 'vitest';
import { isSignedPdf } from '../../src/files/signed-pdf.ts';
import { closeHosts } from '../../src/host/host-pool.ts';
import { createLocalBackend } from '../../src/local-backend.ts';
import { action, artifact, contextOf, newFolder } from '../places/action.ts';
import { done, pdfOf, signedPdf } from './pdf-files.ts';

afterAll(closeHosts);

const backend = createLocalBackend({ maxHosts: 2 });
const load = async (name: OperationName): Promise<Operation> => {
  const operation = await backend.load(name);
  if (operation === undefined) throw new Error(`no ${name}`);
  return operation;
};

const broken = '"contract.pdf" is signed; the result\'s signature is no longer valid';
const changes: readonly (readonly [OperationName, JsonObject])[] = [
  ['pdf/rotate-pages', { rotation: 90 }],
  ['pdf/split-pages', {}],
  ['pdf/extract-pages', { pages: '2' }],
  ['pdf/encrypt', { set_password: 'sesame' }],
  ['pdf/decrypt', {}],
  ['watermark', { text: 'DRAFT' }],
  ['optimize', { flatten_signatures: true }],
  ['metadata/write', { metadata: { Title: 'Other' } }],
];

test.each(changes)(
  '%s says that the signature is gone, and nothing of an unsigned file',
  async (name, options) => {
    const operation = await load(name);
    const given = { operation: name, options, name: 'contract.pdf' };
    expect((await done(operation, { ...given, input: await signedPdf(2) })).message).toContain(broken);
    expect(
      (await done(operation, { ...given, input: await pdfOf({ pages: 2 }) })).message ?? '',
    ).not.toContain('sign');
  },
);

test('merge names each signed file', async () => {
  const folder = newFolder();
  const inputs = [];
  for (const [name, content] of [
    ['a.pdf', await signedPdf(1)],
    ['plain.pdf', await pdfOf({ pages: 1 })],
    ['b.pdf', await signedPdf(1)],
  ] as const) {
    writeFileSync(path.join(folder, name), content);
    inputs.push(artifact(path.join(folder, name)));
  }
  const request = action({ operation: 'merge', options: { output_format: 'pdf' }, inputs });
  const made = await (await load('merge')).run(request, contextOf(folder));
  expect(made).toMatchObject({
    ok: true,
    value: { message: '"a.pdf", "b.pdf" are signed; their signatures are no longer valid in the result' },
  });
});

test('what leaves the bytes as they are, or makes no PDF, says nothing', async () => {
  const input = await signedPdf(1);
  const same = await done(await load('convert'), {
    operation: 'convert',
    input,
    options: { output_format: 'pdf' },
  });
  expect(same.bytes.equals(input)).toBe(true);
  expect(same.message).not.toContain('sign');
  const kept = await done(await load('optimize'), { operation: 'optimize', input });
  expect(kept.bytes.equals(input)).toBe(true);
  expect(kept.message).not.toContain('no longer valid');
  const text = await done(await load('convert'), {
    operation: 'convert',
    input,
    options: { output_format: 'txt' },
  });
  expect(text.message ?? '').not.toContain('sign');
});

test('a signature is found wherever it lies in a long file, and a place for one is none', async () => {
  const file = path.join(newFolder(), 'long.pdf');
  writeFileSync(file, Buffer.alloc((1 << 20) - 8, 0x20));
  appendFileSync(file, '/ByteRange [0 ********** ********** **********]');
  expect(await isSignedPdf(file)).toBe(false);
  writeFileSync(file, Buffer.alloc((1 << 20) - 8, 0x20));
  appendFileSync(file, '/ByteRange\n[ 0 10 20 30 ]');
  expect(await isSignedPdf(file)).toBe(true);
  expect(await isSignedPdf(`${file}.not`)).toBe(false);
});
