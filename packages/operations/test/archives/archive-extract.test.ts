/** archive/extract and repacking, on an archive of every kind; what is hostile, locked, empty or broken. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { archiveExtract } from '../../src/operations/archive-extract.ts';
import { convert } from '../../src/operations/convert.ts';
import { lzopArgs } from '../../src/converters/archives/lzop-writer.ts';
import { unarArgs } from '../../src/converters/archives/unarchivers.ts';
import { closeHosts } from '../../src/host/host-pool.ts';
import { findCommand } from '../../src/programs/find-program.ts';
import { zipEntries, zipOf } from '../documents/documents.ts';
import { done, failureOf, perform } from '../web/web-action.ts';
import { locked7z, samples, single } from './archive-samples.ts';
import { files, rar } from './stored-archives.ts';

delete process.env['PIPELINE_PROGRAMS_PATH'];
afterAll(closeHosts);

const extractOf = (name: string, bytes: Buffer, options = {}) => ({
  operation: 'archive/extract' as const,
  files: { [`in/${name}`]: bytes },
  options,
});

async function extracted(
  name: string,
  bytes: Buffer,
  options = {},
): Promise<Readonly<Record<string, string>>> {
  const { outputs } = await done(archiveExtract, extractOf(name, bytes, options));
  return Object.fromEntries(
    outputs.map((output) => [path.posix.join(output.dir, output.name), readFileSync(output.path, 'utf8')]),
  );
}

/** Some kinds have a folder of their own around the files, or none at all. */
const bare = (content: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(content).map(([name, text]) => [path.posix.basename(name).toLowerCase(), text]),
  );

const isHere = (command: string | undefined): boolean =>
  command === undefined || findCommand(command) !== undefined;

describe.each(samples)('$format', (sample) => {
  const { format, by, opener, isSingle } = sample;
  test.skipIf(!isHere(by) || !isHere(opener))('is unpacked, and repacked as zip', async () => {
    const bytes = sample.make();
    const wanted = isSingle === true ? { data: single } : bare(files);
    const content = await extracted(`data.${format}`, bytes);
    expect(bare(content)).toMatchObject(wanted);
    const keepsFolders = !['arc', 'rpm'].includes(format) && isSingle !== true;
    if (keepsFolders)
      expect(Object.keys(content).map((name) => name.toLowerCase())).toContain('in/sub/b.txt');
    if (format === 'zip') return;
    const zip = await done(convert, {
      files: { [`data.${format}`]: bytes },
      options: { output_format: 'zip' },
    });
    const entries = zipEntries(zip.bytes).filter(({ name }) => !name.endsWith('/'));
    expect(
      bare(Object.fromEntries(entries.map((entry) => [entry.name, entry.bytes.toString()]))),
    ).toMatchObject(wanted);
  });
});

test.skipIf(findCommand('lzop') === undefined)('tar.lzo is made, and read back', async () => {
  const zip = await zipOf(files);
  const lzo = await done(convert, { files: { 'data.zip': zip }, options: { output_format: 'tar.lzo' } });
  expect(lzo.name).toBe('data.tar.lzo');
  expect(await extracted('data.tar.lzo', lzo.bytes)).toEqual({
    'in/a.txt': files['a.txt'],
    'in/sub/b.txt': files['sub/b.txt'],
  });
});

test('arguments: nothing is asked, nothing is overwritten, no name is an option', () => {
  expect(unarArgs({ inputPath: '/w/in.alz', target: '/w/content' }).slice(-5)).toEqual([
    '-password',
    '',
    '-output-directory',
    '/w/content',
    '/w/in.alz',
  ]);
  expect(unarArgs({ inputPath: '/w/in.alz', target: '/w/content' })).toContain('-force-skip');
  const job = { inputPath: '/w/in/input.tar', outputPath: '/w/out/output.tar.lzo' };
  expect(
    lzopArgs({
      ...job,
      inputName: 'x',
      from: 'tar',
      to: 'tar.lzo',
      options: {},
      outputDir: '/w/out',
      workDir: '/w',
      fileInputs: {},
    }),
  ).toEqual(['--no-name', '--no-time', '--force', '--output=/w/out/output.tar.lzo', '/w/in/input.tar']);
});

test.skipIf(findCommand('7zz') === undefined)('passwords: needed, wrong, right', async () => {
  const locked = locked7z('secret');
  expect(await failureOf(archiveExtract, extractOf('a.7z', locked))).toMatchObject({
    type: 'bad-input',
    code: 'PASSWORD_REQUIRED',
  });
  expect(await failureOf(archiveExtract, extractOf('a.7z', locked, { password: 'wrong' }))).toMatchObject({
    type: 'bad-input',
    code: 'WRONG_PASSWORD',
  });
  expect(await extracted('a.7z', locked, { password: 'secret' })).toMatchObject({ 'in/a.txt': 'hello\n' });
});

test('a password where none can be, an unknown engine and a version that is not here fail before the run', async () => {
  const refused: readonly (readonly [string, object, string])[] = [
    ['a.lzo', { password: 'x' }, '`password` has no meaning'],
    ['a.arc', { password: 'x' }, 'unar takes a password only in its command line'],
    ['a.rar', { password: 'x', engine: 'unar' }, 'which every user of this machine can read'],
    ['a.zip', { engine: 'ffmpeg' }, '"ffmpeg"'],
    ['a.zip', { engine: 'archivetool', engine_version: '99' }, 'engine_version 99'],
    ['a.pdf', {}, 'nothing here unpacks PDF'],
    ['a', {}, 'does not tell the format'],
  ];
  for (const [name, options, message] of refused) {
    const { planned } = await perform(archiveExtract, extractOf(name, Buffer.from('x'), options));
    expect(planned).toMatchObject({ ok: false, error: { message: expect.stringContaining(message) } });
  }
});

test('an archive becomes a RAR that holds its files as they are', async () => {
  const { outputs } = await done(convert, {
    files: { 'a.zip': await zipOf(files) },
    options: { output_format: 'rar' },
  });
  const [made] = outputs;
  expect(made?.name).toBe('a.rar');
  const { outputs: back } = await done(archiveExtract, extractOf('a.rar', readFileSync(made?.path ?? '')));
  expect(back.map(({ dir, name }) => `${dir}/${name}`).sort()).toEqual(
    Object.keys(files)
      .map((name) => `in/${name}`)
      .sort(),
  );
});

test('`filename` names the files', async () => {
  const { outputs } = await done(
    archiveExtract,
    extractOf('a.zip', await zipOf(files), { filename: 'file-%d.txt' }),
  );
  expect(outputs.map(({ dir, name }) => [dir, name])).toEqual([
    ['in', 'file-1.txt'],
    ['in/sub', 'file-2.txt'],
  ]);
});

test('hostile archives write nothing elsewhere', async () => {
  expect(await failureOf(archiveExtract, extractOf('a.rar', rar({ '../evil.txt': 'x' })))).toMatchObject({
    type: 'refused',
  });
  const bomb = gzipSync(Buffer.alloc(600 * 2 ** 20), { level: 1 });
  expect(await failureOf(archiveExtract, extractOf('a.gz', bomb))).toMatchObject({ type: 'too-large' });
  if (findCommand('unar') === undefined) return;
  // It keeps everything inside by itself.
  const kept = await extracted('a.rar', rar({ '../../evil.txt': 'x' }), { engine: 'unar' });
  expect(Object.keys(kept)).toEqual([expect.stringMatching(/^in\/(__Parent__\/)*evil\.txt$/)]);
});

test('empty, cut off, and something else: the reason is named', async () => {
  expect(await failureOf(archiveExtract, extractOf('a.zip', await zipOf({})))).toMatchObject({
    type: 'bad-input',
    message: expect.stringContaining('"a.zip" is empty'),
  });
  const zip = await zipOf(files);
  expect(await failureOf(archiveExtract, extractOf('a.zip', zip.subarray(0, 60)))).toMatchObject({
    type: 'bad-input',
    message: expect.stringContaining('"a.zip"'),
  });
  expect(await failureOf(archiveExtract, extractOf('a.rar', zip))).toMatchObject({
    type: 'bad-input',
    hint: expect.stringContaining('input_format: zip'),
  });
  expect(
    await failureOf(
      archiveExtract,
      extractOf('a.lz', Buffer.from('LZIP\x01\x0cxxxxxxxxxxxxxxxxxxxxxxxxxxxxx')),
    ),
  ).toMatchObject({ type: 'bad-input', message: expect.stringContaining('"a.lz"') });
  for (const format of ['lzo', 'rz', 'alz'])
    expect(await failureOf(archiveExtract, extractOf(`a.${format}`, Buffer.from('nonsense')))).toMatchObject({
      type: 'bad-input',
      message: expect.stringContaining(`"a.${format}"`),
    });
});
