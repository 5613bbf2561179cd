/**
 * A sample of `npm run test:formats`: pairs of formats drawn from the table, converted on real files without any
 * installed program, the outputs opened. All of them: run the script.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../../../..');
const samples = path.join(import.meta.dirname, 'samples');

test('forty pairs of formats, drawn from all', { timeout: 120_000 }, () => {
  const script = path.join(root, 'scripts/test-formats.mjs');
  const ran = spawnSync(process.execPath, [script, '--embedded', '--recorded', '--sample', '40', '--seed', '3'], {
    encoding: 'utf8',
  });
  expect(ran.stdout, ran.stderr).toMatch(/^embedded: 40 pairs\n[^]*^40 pairs work, 0 do not$/m);
  expect(ran.status).toBe(0);
});

test('a file that holds something else is found out', () => {
  const script = `
    const { checkFile } = await import(${JSON.stringify(path.join(root, 'scripts/formats/check-file.mjs'))});
    const check = (name, from, to) => checkFile({ path: ${JSON.stringify(samples)} + '/sample.' + name, from, to });
    process.stdout.write(JSON.stringify([
      await check('docx', 'odt', 'docx'), await check('wav', 'mp3', 'wav'), await check('png', 'bmp', 'png'),
      await check('zip', 'tar', 'zip'), await check('pdf', 'docx', 'pdf'), await check('ttf', 'otf', 'ttf'),
      await check('epub', 'odt', 'docx').catch(() => 'threw'), await check('icns', 'tiff', 'png').catch(() => 'threw'),
      await check('json', 'csv', 'xml'), await check('odg', 'docx', 'odt'), await check('pgm', 'png', 'ppm'),
      await check('png', 'avi', 'mp4').catch(() => 'threw'),
    ]));`;
  const ran = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  const [docx, wav, png, zip, pdf, ttf, , icns, , odg, grey, film] = JSON.parse(ran.stdout);
  expect([docx, wav, png, zip, pdf, ttf]).toEqual([null, null, null, null, null, null]);
  expect(icns).toBe('threw');
  expect(odg).toBe('the text is not in it');
  expect(grey).toBe('its left half is not red, or its right half not blue');
  expect(film).not.toBeNull();
});

test('samples are small, and each is told in their README', () => {
  const names = readdirSync(samples).filter((name) => name.startsWith('sample.'));
  const bytes = names.reduce((sum, name) => sum + statSync(path.join(samples, name)).size, 0);
  expect(bytes).toBeLessThan(4 * 2 ** 20);
  const told = readFileSync(path.join(samples, 'README.md'), 'utf8');
  expect(names.filter((name) => !told.includes(`| ${name.slice('sample.'.length)} |`))).toEqual([]);
});

test('what falls short of CloudConvert has a reason', () => {
  const script = `
    const { unexplained } = await import(${JSON.stringify(path.join(root, 'scripts/write-formats-docs.mjs'))});
    process.stdout.write(JSON.stringify(unexplained()));`;
  const ran = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  expect(JSON.parse(ran.stdout)).toEqual({ formats: [], pairs: [] });
});
