/** Whole files end where they should; the same files, cut off, do not. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PDFDocument } from '@cantoo/pdf-lib';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { archive } from '../../src/operations/archive.ts';
import { brokenOutput } from '../../src/files/check-output.ts';
import { missingEnd } from '../../src/files/file-end.ts';
import { closeHosts } from '../../src/host/host-pool.ts';
import { action, artifact, contextOf, newFolder } from '../places/action.ts';

delete process.env['PIPELINE_PROGRAMS_PATH'];
const { findProgram } = await import('../../src/programs/find-program.ts');

afterAll(closeHosts);

async function endOf(content: Buffer, format: string): Promise<string | undefined> {
  const path = join(newFolder(), 'made');
  writeFileSync(path, content);
  return missingEnd(path, format);
}

async function checkBoth(content: Buffer, format: string): Promise<void> {
  expect(await endOf(content, format)).toBeUndefined();
  for (const share of [0.4, 0.9]) {
    const cut = content.subarray(0, Math.floor(content.length * share));
    expect(await endOf(cut, format), `${format} cut to ${share}`).toBeTypeOf('string');
  }
}

/** Noise, so that nothing shrinks to a header. */
const noise = () => {
  const pixels = Buffer.from(
    Array.from({ length: 120 * 90 * 3 }, (_, index) => (index * 7919 + (index >> 3) * 104_729) % 251),
  );
  return sharp(pixels, { raw: { width: 120, height: 90, channels: 3 } });
};

describe('pictures', () => {
  test.each(['png', 'jpeg', 'webp', 'gif', 'avif', 'tiff'] as const)('%s', async (format) => {
    await checkBoth(await noise().toFormat(format).toBuffer(), format);
  });
});

test('an AAI of 256 × 256 pixels begins as a font does, and is none', async () => {
  const header = Buffer.alloc(8);
  header.writeUInt32LE(256, 0);
  header.writeUInt32LE(256, 4);
  expect(await endOf(Buffer.concat([header, Buffer.alloc(256 * 256 * 4, 7)]), 'aai')).toBeUndefined();
});

test('a PDF, a drawing, a font, formatted text', async () => {
  const document = await PDFDocument.create();
  document.addPage([300, 200]).drawText('Hello');
  await checkBoth(Buffer.from(await document.save({ useObjectStreams: false })), 'pdf');
  await checkBoth(
    Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><g><path d="M0 0"/></g></svg>\n'),
    'svg',
  );
  await checkBoth(Buffer.from('{\\rtf1\\ansi Hello {\\b World} and more\\par}\n'), 'rtf');
});

test.each(['zip', '7z', 'tar', 'tar.xz'])('%s', async (format) => {
  const path = join(newFolder(), 'noise.png');
  await noise().png().toFile(path);
  const inputs = [artifact(path, { name: 'noise.png' })];
  const options = { output_format: format, filename: `all.${format}` };
  const made = await archive.run(action({ operation: 'archive', options, inputs }), contextOf(newFolder()));
  const bytes = readFileSync(made.ok ? (made.value.outputs[0]?.path ?? '') : JSON.stringify(made.error));
  await checkBoth(bytes, format);
});

test('a font', async () => {
  const file = createRequire(import.meta.url).resolve(
    '@expo-google-fonts/tinos/400Regular/Tinos_400Regular.ttf',
  );
  await checkBoth(readFileSync(file), 'ttf');
});

describe.skipIf(findProgram('ffmpeg') === undefined)('sound and video', () => {
  test.each(['mp4', 'mov', 'mkv', 'webm', 'avi', 'wav', 'ogg', 'm4a'])('%s', async (format) => {
    const path = join(newFolder(), `made.${format}`);
    const isSound = ['wav', 'ogg', 'm4a'].includes(format);
    const input = isSound ? 'sine=d=1' : 'testsrc=d=1:s=64x48:r=5';
    execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', input, path]);
    await checkBoth(readFileSync(path), format);
  });
});

const verdict = async (given: {
  name: string;
  content: Buffer;
  options?: { filename: string };
  size?: number;
}) => {
  const path = join(newFolder(), 'made');
  writeFileSync(path, given.content);
  const inputs = [{ ...artifact(path, { name: 'in.png' }), sizeBytes: given.size ?? 1 }];
  const request = action({ operation: 'convert', options: given.options ?? {}, inputs });
  return (await brokenOutput(request, [{ dir: '', name: given.name, path }]))?.message;
};

describe('of operations', () => {
  test('what is something else, or half of it, is told', async () => {
    const content = await noise().png().toBuffer();
    const half = content.subarray(0, content.length / 2);
    expect(await verdict({ name: 'a.png', content })).toBeUndefined();
    expect(await verdict({ name: 'a.jpg', content })).toBe('convert made "a.jpg", which looks like PNG');
    expect(await verdict({ name: 'a.jpg', content, options: { filename: 'a.jpg' } })).toBeUndefined();
    expect(await verdict({ name: 'a.png', content: half })).toBe(
      'convert did not write "a.png" to its end: its end (IEND) is missing',
    );
    expect(await verdict({ name: 'a.png', content: half, size: half.length })).toBeUndefined();
  });
});
