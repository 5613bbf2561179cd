/** Archives into archives by 7-Zip, in this process, judged by other programs' eyes where there are any. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { JsonObject } from '@pipeline/schema';
import { extract, pack } from 'tar-stream';
import { expect, test } from 'vitest';
import { archiveTypes } from '../../src/converters/archives/seven-zip-formats.ts';
import { host } from '../../src/converters/archives/seven-zip-host.ts';
import { refusal, zipEntries, zipOf } from '../documents/documents.ts';
import { newFolder } from '../places/action.ts';

async function convert(
  bytes: Buffer,
  pair: readonly [from: string, to: string],
  options: JsonObject = {},
): Promise<Buffer> {
  const dir = newFolder();
  const [from, to] = pair;
  const inputPath = path.join(dir, `in.${from}`);
  writeFileSync(inputPath, bytes);
  mkdirSync(path.join(dir, 'work'));
  await host.run(
    {
      inputPath,
      inputName: `files.${from}`,
      from,
      to,
      outputPath: path.join(dir, 'out'),
      workDir: path.join(dir, 'work'),
      ...options,
    },
    () => undefined,
  );
  expect(readFileSync(inputPath).equals(bytes)).toBe(true);
  return readFileSync(path.join(dir, 'out'));
}

interface TarFile {
  readonly name: string;
  readonly content?: string;
  readonly mtime?: Date;
  readonly type?: 'symlink';
  readonly linkname?: string;
}

async function tarOf(entries: readonly TarFile[]): Promise<Buffer> {
  const tar = pack();
  for (const { content, ...header } of entries) tar.entry(header, content ?? '');
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(bytesOf(chunk));
  return Buffer.concat(chunks);
}

function bytesOf(chunk: unknown): Buffer {
  if (chunk instanceof Uint8Array) return Buffer.from(chunk);
  throw new Error('no bytes');
}

async function tarContent(tar: Buffer): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  const reader = extract();
  reader.end(tar);
  for await (const entry of reader) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(bytesOf(chunk));
    if (entry.header.type === 'file')
      found[entry.header.name.replace(/^\.\//, '')] = Buffer.concat(chunks).toString();
  }
  return found;
}

const files = { 'a.txt': 'hello', 'sub/ü b.txt': 'world', '-x': 'dash' };

test.each(Object.keys(archiveTypes).filter((format) => format !== 'zip'))(
  'zip to %s and back keeps every file',
  async (format) => {
    const zip = await zipOf(files);
    const there = await convert(zip, ['zip', format]);
    const back = await convert(there, [format, 'zip']);
    const content = Object.fromEntries(
      zipEntries(back)
        .filter(({ name }) => !name.endsWith('/'))
        .map(({ name, bytes }) => [name, bytes.toString()]),
    );
    expect(content).toEqual(files);
  },
);

test('tar.gz is read by others, and is the same every time', async () => {
  const tar = await tarOf([
    { name: 'a.txt', content: 'hello', mtime: new Date('2020-01-01T00:00:00Z') },
    { name: 'deep/er/b.txt', content: 'b', mtime: new Date('2020-01-01T00:00:00Z') },
  ]);
  const zip = await convert(gzipSync(tar), ['tar.gz', 'zip']);
  const first = await convert(zip, ['zip', 'tar.gz']);
  expect(await tarContent(gunzipSync(first))).toEqual({ 'a.txt': 'hello', 'deep/er/b.txt': 'b' });
  expect((await convert(zip, ['zip', 'tar.gz'])).equals(first)).toBe(true);
});

test('passwords: needed, wrong, right', async () => {
  const locked = await convert(await zipOf(files), ['zip', '7z'], { password: 'secret' });
  expect(await refusal(convert(locked, ['7z', 'zip']))).toEqual({
    type: 'bad-input',
    message: '"files.7z" is protected by a password',
    hint: 'Give it as `password`.',
    code: 'PASSWORD_REQUIRED',
  });
  expect(await refusal(convert(locked, ['7z', 'tar'], { password: 'wrong' }))).toEqual({
    type: 'bad-input',
    message: '"files.7z" does not open with the password given',
    code: 'WRONG_PASSWORD',
  });
  expect(await tarContent(await convert(locked, ['7z', 'tar'], { password: 'secret' }))).toEqual(files);
});

test.each([
  [[{ name: '../evil.txt', content: 'x' }], /"..\/evil.txt"/],
  [[{ name: '/etc/evil.txt', content: 'x' }], /"\/etc\/evil.txt"/],
  [[{ name: 'p', type: 'symlink', linkname: '/etc/passwd' }], /"p" → "\/etc\/passwd"/],
  [[{ name: 'a/p', type: 'symlink', linkname: '../../etc/passwd' }], /"a\/p"/],
] as const)('entries that lead out are refused: %j', async (entries, message) => {
  const error = await refusal(convert(await tarOf(entries), ['tar', 'zip']));
  expect(error.type).toBe('refused');
  expect(error.message).toMatch(message);
});

test('a bomb ends early', async () => {
  const bomb = gzipSync(Buffer.alloc(600 * 2 ** 20), { level: 1 });
  const error = await refusal(convert(bomb, ['tar.gz', 'zip']));
  expect(error).toMatchObject({ type: 'too-large', message: expect.stringContaining('zip bomb') });
});

test('a broken archive is named', async () => {
  const error = await refusal(convert(Buffer.from('PK\x03\x04nonsense'), ['zip', 'tar']));
  expect(error).toMatchObject({
    type: 'bad-input',
    message: expect.stringContaining('"files.zip" cannot be read as zip'),
  });
});
