/** Real files, measured: what holds, and what does not, in words. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PDFDocument } from '@cantoo/pdf-lib';
import type { JsonObject } from '@pipeline/schema';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { closeHosts } from '../../src/host/host-pool.ts';
import { createLocalBackend } from '../../src/local-backend.ts';
import { missingForVerify } from '../../src/verify/missing-for-verify.ts';
import { pdfAOf } from '../../src/verify/measure.ts';
import { verifyFiles } from '../../src/verify/verify-files.ts';
import { action, artifact, contextOf, newFolder } from '../places/action.ts';

afterAll(closeHosts);

/** `holds`, or what is wrong. */
async function verdict(name: string, content: Buffer | string, verify: JsonObject): Promise<string> {
  const path = join(newFolder(), 'made');
  writeFileSync(path, content);
  const source = artifact(path, { name: 'source.bin' });
  const request = { ...action({ options: {}, inputs: [{ ...source, sizeBytes: 1000 }] }), verify };
  const made = { ...artifact(path, { name }), sizeBytes: Buffer.byteLength(content) };
  const done = await verifyFiles(request, [made], contextOf(newFolder()));
  return done.ok ? 'holds' : `${done.error.code}: ${done.error.message}`;
}

const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#369' } });

async function pdf(pages: number): Promise<Buffer> {
  const document = await PDFDocument.create();
  for (let page = 1; page <= pages; page += 1) document.addPage([300, 200]).drawText(`Invoice no. ${page}`);
  return Buffer.from(await document.save());
}

describe('pictures', () => {
  test('as they are shown', async () => {
    const input = await picture(80, 40).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    expect(await verdict('a.jpg', input, { width: 40, height: { min: 80 }, format: 'jpeg' })).toBe('holds');
    expect(await verdict('a.jpg', input, { width: { min: 50, max: 60 }, height: { max: 79 } })).toBe(
      'VERIFICATION_FAILED: "a.jpg" is not what "verify" asks for: width: expected at least 50 and at most 60, found 40; height: expected at most 79, found 80',
    );
  });

  test('a name does not make a format', async () => {
    const input = await picture(8, 4).png().toBuffer();
    expect(await verdict('a.jpg', input, { format: 'jpg' })).toBe(
      'VERIFICATION_FAILED: "a.jpg" is not what "verify" asks for: format: expected JPG, found PNG',
    );
    expect(await verdict('a.jpg', input, { width: 8, format: 'png' })).toBe('holds');
  });

  test('pages of a scan, length of an animation', async () => {
    const frames = await Promise.all(
      ['#f00', '#0f0', '#00f'].map((background) =>
        sharp({ create: { width: 8, height: 8, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    );
    const gif = await sharp(frames, { join: { animated: true } })
      .gif({ delay: [500, 500, 1000] })
      .toBuffer();
    expect(await verdict('a.gif', gif, { duration: { min: '1900ms', max: '2100ms' } })).toBe('holds');
    expect(await verdict('a.gif', gif, { duration: 5 })).toContain('expected 5 s, found 2 s');
    const tiff = await sharp(frames, { join: { animated: true } })
      .tiff()
      .toBuffer();
    expect(await verdict('a.tiff', tiff, { pages: 3 })).toBe('holds');
  });

  test('a drawing has a size, and no pages', async () => {
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="30"><text>Hello  there</text></svg>';
    expect(await verdict('a.svg', svg, { width: 60, text_contains: 'Hello there' })).toBe('holds');
    expect(await verdict('a.svg', svg, { pages: 1 })).toContain('"pages" cannot be measured in SVG');
  });
});

describe('documents', () => {
  test('pages and text of a PDF', async () => {
    const input = await pdf(3);
    expect(
      await verdict('a.pdf', input, { pages: 3, text_contains: ['Invoice no. 1', 'Invoice no. 3'] }),
    ).toBe('holds');
    const wrong = await verdict('a.pdf', input, { pages: { max: 2 }, text_contains: 'Receipt', pdf_a: true });
    expect(wrong).toContain('pages: expected at most 2, found 3');
    expect(wrong).toContain(
      'text_contains: expected the text "Receipt", found a text without it that begins with "Invoice no. 1',
    );
    expect(wrong).toContain('pdf_a: expected PDF/A, found a PDF that is not marked as PDF/A');
  });

  test('a PDF that is none is told as such', async () => {
    const whole = await pdf(1);
    expect(await verdict('a.pdf', whole.subarray(0, 200), { pages: 1 })).toContain('INVALID_FILE');
    expect(await verdict('a.pdf', 'hello', { pages: 1 })).toContain(
      '"pages" cannot be measured in plain text',
    );
  });

  test('text of text', async () => {
    expect(await verdict('a.md', '# Déjà\n\nvu', { text_contains: 'Déjà vu' })).toBe('holds');
    expect(await verdict('a.html', '<p>One&nbsp;<b>two</b></p>', { text_contains: 'One two' })).toBe('holds');
  });

  test('what a PDF says of itself', () => {
    expect(pdfAOf('<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>')).toBe('2B');
    expect(pdfAOf('<rdf:Description pdfaid:part="3" pdfaid:conformance="U"/>')).toBe('3U');
    expect(pdfAOf('<pdfaid:part>4</pdfaid:part>')).toBe('4');
    expect(pdfAOf('<x/>')).toBeUndefined();
  });
});

test.each([
  ['200B', 'holds'],
  [200, 'holds'],
  ['20%', 'holds'],
  ['1 kB', 'holds'],
  ['199B', 'expected at most 199B, found 200 bytes'],
  [199, 'expected at most 199 bytes, found 200 bytes'],
  ['19.9%', 'expected at most 19.9% of the input, 199 bytes, found 200 bytes (20% of the input)'],
])('max_size %j', async (size, words) => {
  expect(await verdict('a.txt', 'x'.repeat(200), { max_size: size })).toContain(words);
});

test('what is not installed is told before the run', async () => {
  const backend = createLocalBackend({ maxHosts: 1 });
  const convert = await backend.load('convert');
  const inputs = [artifact('/nowhere/a.png', { name: 'a.png' })];
  const planOf = async (to: string, verify: JsonObject) => {
    const request = { ...action({ operation: 'convert', options: { output_format: to }, inputs }), verify };
    const planned = await convert?.plan(request, contextOf(newFolder()));
    return planned?.ok === true ? 'planned' : planned?.error.type;
  };
  expect(await planOf('webp', { width: 3 })).toBe('planned');
  const outputs = [{ dir: '', name: 'a.mp4' }];
  const request = { ...action({ options: {} }), verify: { duration: 3 } };
  expect(missingForVerify(request, { outputs }, () => false)).toMatchObject({ type: 'converter-missing' });
  expect(missingForVerify({ ...request, verify: { max_size: 3 } }, { outputs }, () => false)).toBeUndefined();
  expect(missingForVerify(request, { outputs }, () => true)).toBeUndefined();
});

test('video, by the media pack where ffprobe is not installed', async () => {
  const clip = readFileSync(join(import.meta.dirname, '../../../../examples/film/waves.mp4'));
  expect(await verdict('a.mp4', clip, { duration: 3, width: 640, height: { max: 360 } })).toBe('holds');
  expect(await verdict('a.mp4', clip, { duration: 5 })).toContain('expected 5 s, found 3 s');
});
