/** Pictures as drawings: the file is read back, and where LibreOffice is there, drawn. */
delete process.env['PIPELINE_PROGRAMS_PATH'];
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { odgPictures } from '../../src/converters/pictures/odg-pictures.ts';
import { closeHosts } from '../../src/host/host-pool.ts';
import { findProgram } from '../../src/programs/find-program.ts';

let workDir = '';
beforeAll(() => {
  workDir = mkdtempSync(path.join(tmpdir(), 'pipeline-odg-'));
});
afterAll(async () => {
  await closeHosts();
  rmSync(workDir, { recursive: true, force: true });
});

function draw(from: string, inputPath = path.join(import.meta.dirname, 'samples', `sample.${from}`)) {
  return odgPictures.convert({
    inputPath,
    inputName: `sample.${from}`,
    from,
    to: 'odg',
    dir: '',
    outputName: 'sample.odd',
    options: {},
    workDir,
    allowedDirs: [],
    dateMs: 0,
    signal: AbortSignal.timeout(60_000),
    progress: () => undefined,
  });
}

test.each(['png', 'jpg', 'gif', 'svg'])('a drawing of a %s holds it as it is', async (from) => {
  const made = await draw(from);
  if (!made.ok) throw new Error(made.error.message);
  const [file] = made.value;
  expect(file?.name).toBe('sample.odd');
  const bytes = readFileSync(file?.path ?? '');
  expect(bytes.toString('latin1', 30, 81)).toBe('mimetypeapplication/vnd.oasis.opendocument.graphics');
  const sample = readFileSync(path.join(import.meta.dirname, 'samples', `sample.${from}`));
  if (from !== 'svg') expect(bytes.includes(sample)).toBe(true);
});

test('what is no picture is refused by its name', async () => {
  const made = await draw('png', path.join(import.meta.dirname, 'samples', 'sample.txt'));
  expect(made.ok ? '' : made.error.message).toContain('sample.png');
});

describe.skipIf(findProgram('libreoffice') === undefined)('in LibreOffice', () => {
  test('the left half is red, the right half blue, to the edges', async () => {
    const made = await draw('png');
    if (!made.ok) throw new Error(made.error.message);
    const profile = `-env:UserInstallation=file://${path.join(workDir, 'profile')}`;
    const args = [profile, '--headless', '--convert-to', 'png', '--outdir', workDir, made.value[0]?.path ?? ''];
    execFileSync(findProgram('libreoffice') ?? '', args, { stdio: 'ignore' });
    const { data, info } = await sharp(path.join(workDir, 'drawing.png'))
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(Math.abs(info.width / info.height - 64 / 48)).toBeLessThan(0.05);
    const row = Math.floor(info.height / 2) * info.width * 3;
    const at = (x: number) => [...data.subarray(row + x * 3, row + x * 3 + 3)];
    expect(at(2)).toEqual([255, 0, 0]);
    expect(at(info.width - 3)).toEqual([0, 0, 255]);
  });
});
