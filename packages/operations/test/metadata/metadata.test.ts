/** metadata and metadata/write: what files say, read and written by every tool that is here, and read back by another. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PDFDocument } from '@cantoo/pdf-lib';
import type { JsonObject } from '@pipeline/schema';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type * as Metadata from '../../src/operations/metadata.ts';
import { docxOf, zipEntries, zipOf } from '../documents/documents.ts';
import { newFolder } from '../places/action.ts';
import { done, failureOf, perform } from '../web/web-action.ts';

afterAll(() => rmSync(onlyPerl, { recursive: true }));

const hasCommand = (command: string): boolean =>
  (process.env['PATH'] ?? '').split(':').some((dir) => {
    try {
      return readFileSync(path.join(dir, command)).length > 0;
    } catch {
      return false;
    }
  });

/** The search for programs is made once for each process: a new module for each choice of them. */
async function operations(programs: string | undefined): Promise<typeof Metadata> {
  vi.resetModules();
  if (programs === undefined) delete process.env['PIPELINE_PROGRAMS_PATH'];
  else process.env['PIPELINE_PROGRAMS_PATH'] = programs;
  return await import('../../src/operations/metadata.ts');
}

const picture = (): Promise<Buffer> =>
  sharp({ create: { width: 40, height: 30, channels: 3, background: '#00f' } })
    .jpeg()
    .withExif({ IFD0: { Artist: 'Someone', Copyright: 'Nobody', ImageDescription: 'A blue field' } })
    .toBuffer();

async function pdf(): Promise<Buffer> {
  const document = await PDFDocument.create();
  document.addPage();
  document.setTitle('Old title');
  document.setAuthor('Old author');
  return Buffer.from(await document.save());
}

const core =
  '<?xml version="1.0"?><cp:coreProperties xmlns:cp="c" xmlns:dc="d" xmlns:dcterms="t" xmlns:xsi="x"><dc:title>Old &amp; grey</dc:title><dc:creator/></cp:coreProperties>';
const docx = (): Promise<Buffer> => docxOf('<w:p/>', { 'docProps/core.xml': core });
const epub = (): Promise<Buffer> =>
  zipOf({
    mimetype: 'application/epub+zip',
    'META-INF/container.xml':
      '<container><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
    'OEBPS/book.opf':
      '<package xmlns:dc="d"><metadata><dc:title id="t">A book</dc:title><dc:creator>One</dc:creator><dc:creator>Two</dc:creator></metadata></package>',
  });
const odt = (): Promise<Buffer> =>
  zipOf({
    mimetype: 'application/vnd.oasis.opendocument.text',
    'meta.xml':
      '<office:document-meta xmlns:office="o" xmlns:dc="d" xmlns:meta="m"><office:meta><meta:generator>Tool</meta:generator></office:meta></office:document-meta>',
  });

const ffmpegCommand = 'ffmpeg';

function sound(): Buffer {
  const dir = newFolder();
  execFileSync(ffmpegCommand, [
    '-loglevel',
    'error',
    '-f',
    'lavfi',
    '-i',
    'sine=d=1',
    '-metadata',
    'title=Old',
    path.join(dir, 'a.mp3'),
  ]);
  return readFileSync(path.join(dir, 'a.mp3'));
}

function video(): Buffer {
  const dir = newFolder();
  execFileSync(ffmpegCommand, [
    '-loglevel',
    'error',
    '-f',
    'lavfi',
    '-i',
    'testsrc=d=1:s=64x48:r=5',
    '-pix_fmt',
    'yuv420p',
    path.join(dir, 'a.mp4'),
  ]);
  return readFileSync(path.join(dir, 'a.mp4'));
}

const onlyPerl = newProgramFolder();

/** Perl alone: ExifTool then comes from the package. */
function newProgramFolder(): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'pipeline-perl-'));
  for (const command of ['perl', 'bwrap', 'true'])
    if (hasCommand(command))
      writeFileSync(path.join(dir, command), `#!/bin/sh\nexec /usr/bin/${command} "$@"\n`, { mode: 0o755 });
  return dir;
}

describe.each([
  { with: 'what comes along', programs: '', isHere: true },
  { with: 'perl and the package', programs: onlyPerl, isHere: hasCommand('perl') },
  { with: 'all programs', programs: undefined, isHere: hasCommand('exiftool') },
])('with $with', ({ programs, isHere }) => {
  let run: typeof Metadata;
  beforeAll(async () => {
    run = await operations(programs);
  });
  afterAll(async () => {
    const { closeHosts } = await import('../../src/host/host-pool.ts');
    await closeHosts();
  });

  const read = async (name: string, bytes: Buffer): Promise<JsonObject> => {
    const made = await done(run.metadata, { operation: 'metadata', files: { [name]: bytes }, options: {} });
    expect(made.bytes.equals(bytes)).toBe(true);
    expect(made.name).toBe(name);
    const found = made.result?.['metadata'];
    if (typeof found !== 'object' || found === null || Array.isArray(found)) throw new Error('no metadata');
    for (const value of Object.values(found)) expect(typeof value).not.toBe('object');
    return Object.fromEntries(Object.entries(found));
  };
  const write = (name: string, bytes: Buffer, metadata: JsonObject) =>
    done(run.metadataWrite, { operation: 'metadata/write', files: { [name]: bytes }, options: { metadata } });

  test.skipIf(!isHere)('it reads a picture, a PDF, an office file and an ebook', async () => {
    expect(await read('a.jpg', await picture())).toMatchObject({
      FileName: 'a.jpg',
      Artist: 'Someone',
      Copyright: 'Nobody',
      ImageWidth: 40,
      ImageHeight: 30,
    });
    expect(await read('a.pdf', await pdf())).toMatchObject({
      Title: 'Old title',
      Author: 'Old author',
      PageCount: 1,
    });
    expect(await read('a.docx', await docx())).toMatchObject({ Title: 'Old & grey' });
    expect(await read('a.epub', await epub())).toMatchObject({ Title: 'A book' });
  });

  test.skipIf(!isHere)(
    'it writes a PDF, office files and an ebook; nothing else in them changes',
    async () => {
      const metadata = {
        Title: 'New "title" & <more>',
        Author: 'Ünsal',
        Creator: 'Maker',
        Producer: 'Press',
        Subject: 'S',
        Keywords: 'a, b',
      };
      const made = await write('a.pdf', await pdf(), metadata);
      expect(await read('a.pdf', made.bytes)).toMatchObject({
        Title: metadata.Title,
        Author: 'Ünsal',
        Creator: 'Maker',
        Producer: 'Press',
        Subject: 'S',
      });
      const document = await PDFDocument.load(made.bytes, { updateMetadata: false });
      expect([document.getTitle(), document.getProducer(), document.getPageCount()]).toEqual([
        metadata.Title,
        'Press',
        1,
      ]);

      const word = await write('a.docx', await docx(), {
        Title: 'New & <x>',
        Author: 'Ünsal',
        Keywords: 'k',
      });
      const xml = zipEntries(word.bytes)
        .find(({ name }) => name === 'docProps/core.xml')
        ?.bytes.toString();
      expect(xml).toContain(
        '<dc:title>New &amp; &lt;x&gt;</dc:title><dc:creator>Ünsal</dc:creator><cp:keywords>k</cp:keywords></cp:coreProperties>',
      );
      expect(
        zipEntries(word.bytes)
          .map(({ name }) => name)
          .sort(),
      ).toEqual(
        zipEntries(await docx())
          .map(({ name }) => name)
          .sort(),
      );

      const text = await write('a.odt', await odt(), { Title: 'T', Author: 'A' });
      const meta = zipEntries(text.bytes)
        .find(({ name }) => name === 'meta.xml')
        ?.bytes.toString();
      expect(meta).toContain(
        '<dc:title>T</dc:title><meta:initial-creator>A</meta:initial-creator></office:meta>',
      );
      const book = await write('a.epub', await epub(), { Title: 'Other', Publisher: 'P' });
      const [first] = zipEntries(book.bytes);
      expect([first?.name, first?.bytes.toString()]).toEqual(['mimetype', 'application/epub+zip']);
      expect(await read('a.epub', book.bytes)).toMatchObject({ Title: 'Other', Publisher: 'P' });
    },
  );

  test.skipIf(!isHere || programs === '')('it writes a picture, whose pixels stay', async () => {
    const before = await picture();
    const made = await write('a.jpg', before, {
      Title: 'Über',
      Artist: 'Else',
      'XMP:Rating': 4,
      Author: 'Me',
    });
    expect(await read('a.jpg', made.bytes)).toMatchObject({
      Title: 'Über',
      Artist: 'Else',
      Rating: 4,
      Author: 'Me',
      Copyright: 'Nobody',
    });
    expect((await sharp(made.bytes).raw().toBuffer()).equals(await sharp(before).raw().toBuffer())).toBe(
      true,
    );
    const png = await sharp(before).png().toBuffer();
    expect(await read('a.png', (await write('a.png', png, { Title: 'P' })).bytes)).toMatchObject({
      Title: 'P',
    });
  });

  test.skipIf(!isHere)('what has no place fails, and says so', async () => {
    const failed = (name: string, bytes: Buffer, metadata: JsonObject) =>
      failureOf(run.metadataWrite, {
        operation: 'metadata/write',
        files: { [name]: bytes },
        options: { metadata },
      });
    for (const [name, bytes] of [
      ['a.docx', await docx()],
      ['a.pdf', await pdf()],
    ] as const)
      expect(await failed(name, bytes, { Title: 'x', Bogus: 'y' })).toMatchObject({
        type: 'unsupported',
        message: expect.stringContaining('"Bogus" cannot be written'),
      });
    expect(await failed('a.pdf', Buffer.from('%PDF-1.4 nonsense'), { Title: 'x' })).toMatchObject({
      type: 'bad-input',
    });
    expect(await failed('a.docx', Buffer.from('PK\x03\x04nonsense'), { Title: 'x' })).toMatchObject({
      type: 'bad-input',
    });
    expect(await failed('a.csv', Buffer.from('a,b'), { Title: 'x' })).toMatchObject({
      type: 'unsupported',
      message: expect.stringContaining('nothing here can write metadata of CSV'),
    });
    expect(await failed('a.jpg', Buffer.from('nothing'), { Title: 'x' })).toMatchObject({
      type: programs === '' ? 'converter-missing' : 'bad-input',
    });
    const { planned } = await perform(run.metadataWrite, {
      operation: 'metadata/write',
      files: { 'a.pdf': await pdf() },
      options: { metadata: { Title: 'x' }, engine: 'imagemagick' },
    });
    expect(planned).toMatchObject({ ok: false, error: { code: 'INVALID_OPTION' } });
  });

  test.skipIf(programs !== undefined || !hasCommand('ffmpeg'))('sound and video', async () => {
    const mp3 = await write('a.mp3', sound(), { Title: 'Song', Artist: 'Band', Album: 'LP', Genre: 'Folk' });
    expect(await read('a.mp3', mp3.bytes)).toMatchObject({
      Title: 'Song',
      Artist: 'Band',
      Album: 'LP',
      Genre: 'Folk',
    });
    const mp4 = await write('a.mp4', video(), { Title: 'Film', Comment: 'c' });
    expect(await read('a.mp4', mp4.bytes)).toMatchObject({ Title: 'Film', Comment: 'c', ImageWidth: 64 });
    expect(
      await failureOf(run.metadataWrite, {
        operation: 'metadata/write',
        files: { 'a.mp4': video() },
        options: { metadata: { Nonsense: 'x' } },
      }),
    ).toMatchObject({ type: 'unsupported', message: expect.stringContaining('"Nonsense"') });
    const byFfprobe = await done(run.metadata, {
      operation: 'metadata',
      files: { 'a.mp4': mp4.bytes },
      options: { engine: 'ffmpeg' },
    });
    expect(byFfprobe.result?.['metadata']).toMatchObject({
      Title: 'Film',
      VideoCodec: 'h264',
      ImageWidth: 64,
      ImageHeight: 48,
    });
  });

  test.skipIf(!isHere)('`filename` names the new file; the engine can be chosen', async () => {
    const made = await done(run.metadataWrite, {
      operation: 'metadata/write',
      files: { 'a.pdf': await pdf() },
      options: { metadata: { Title: 'x' }, filename: 'b.pdf', engine: 'pdf-lib', engine_version: '2' },
    });
    expect([made.name, made.converter?.name]).toEqual(['b.pdf', 'pdf-lib']);
  });
});
