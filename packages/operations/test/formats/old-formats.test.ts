/** Samples in formats that no free program writes: what they hold comes out of the programs that read them. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { libreoffice } from '../../src/converters/libreoffice/libreoffice.ts';
import { closeWarm } from '../../src/programs/close-warm.ts';
import { findProgram } from '../../src/programs/find-program.ts';
import { convertBy } from '../office/office-files.ts';

delete process.env['PIPELINE_PROGRAMS_PATH'];

const folder = mkdtempSync(path.join(tmpdir(), 'pipeline-old-'));
const run = (command: string, ...args: readonly string[]): string =>
  execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
function sample(format: string): string {
  const file = path.join(folder, `sample.${format}`);
  copyFileSync(path.join(import.meta.dirname, 'samples', `sample.${format}`), file);
  return file;
}

afterAll(async () => {
  await closeWarm();
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(findProgram('libreoffice') === undefined)('LibreOffice reads', () => {
  test('sdc, with its texts and numbers', async () => {
    const { files } = await convertBy(libreoffice, sample('sdc'), { to: 'csv' });
    expect(readFileSync(files[0]?.path ?? '', 'utf8')).toBe('name,count\nPipeline sample,1\nblue,2\n');
  });

  test.each(['hwp', 'sdw', 'key', 'cgm'])('%s, with all its text', async (format) => {
    const { files } = await convertBy(libreoffice, sample(format), { to: 'pdf' });
    const text = run('pdftotext', files[0]?.path ?? '', '-');
    expect(text).toContain('Pipeline sample');
    if (format !== 'cgm') expect(text).toContain('The quick brown fox.');
  });
});

describe.skipIf(findProgram('ffmpeg') === undefined)('FFmpeg reads', () => {
  test('a second of 440 Hz in DSS', () => {
    const pcm = execFileSync(
      'ffmpeg',
      ['-v', 'quiet', '-i', sample('dss'), '-f', 's16le', '-ac', '1', '-'],
      { maxBuffer: 2 ** 20 },
    );
    const values = new Int16Array(pcm.buffer, pcm.byteOffset, Math.floor(pcm.length / 2));
    expect(values.length).toBe(8160);
    const crossings = values.reduce(
      (count, value, index) => count + (index > 0 && value >= 0 && (values[index - 1] ?? 0) < 0 ? 1 : 0),
      0,
    );
    expect(crossings / (8160 / 8000)).toBeGreaterThan(420);
    expect(crossings / (8160 / 8000)).toBeLessThan(460);
  });

  test('red and blue in a CAVS stream of 25 pictures', async () => {
    const png = path.join(folder, 'last.png');
    run('ffmpeg', '-v', 'quiet', '-i', sample('cavs'), '-vf', 'select=eq(n\\,24)', '-frames:v', '1', '-update', '1', png);
    const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([64, 48]);
    const at = (x: number): readonly number[] => [...data.subarray((40 * 64 + x) * info.channels).subarray(0, 3)];
    const away = (x: number, wanted: readonly number[]): number =>
      Math.max(...at(x).map((value, index) => Math.abs(value - (wanted[index] ?? 0))));
    expect(away(10, [255, 0, 0])).toBeLessThan(25);
    expect(away(54, [0, 0, 255])).toBeLessThan(25);
  });
});
