/** Every example is run by the real command on its real files, and what it makes is opened. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import sharp from 'sharp';
import { mp4Facts, pdfText, zipEntries } from './open-files.ts';

const here = path.dirname(fileURLToPath(import.meta.url));
const command = path.resolve(here, '../packages/cli/bin/pipeline.js');
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A copy, so that a run leaves nothing in the repository and finds nothing of an earlier one. */
function copyOf(example: string): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), `pipeline-${example}-`));
  folders.push(folder);
  cpSync(path.join(here, example), folder, {
    recursive: true,
    filter: (source) => !['public', '.pipeline'].includes(path.basename(source)),
  });
  return folder;
}

async function pipeline(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [command, ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise<number>((resolve) => child.on('close', (exitCode) => resolve(exitCode ?? -1)));
  return { code, stdout, stderr };
}

const filesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort();

test('quickstart: documents and photos become PDFs, covers, WebP and a press kit', async () => {
  const folder = copyOf('quickstart');
  const run = await pipeline(folder, ['run', '-p', 'quality=60']);
  expect(run.code, run.stderr).toBe(0);
  expect(run.stderr).toContain('✓ quickstart: 28 ran');

  const publicDir = path.join(folder, 'public');
  expect(filesBelow(publicDir)).toEqual([
    'dawn-1600.webp',
    'dawn-480.webp',
    'dusk-tide-1600.webp',
    'dusk-tide-480.webp',
    'handbook.pdf',
    'handbook.png',
    'letters/harbour office.pdf',
    'letters/harbour office.png',
    'noon-1600.webp',
    'noon-480.webp',
    'press-kit.zip',
    'visitors.pdf',
    'visitors.png',
  ]);

  const handbook = await pdfText(path.join(publicDir, 'handbook.pdf'));
  for (const text of ['The Lighthouse Handbook', 'four watches', 'Sound the horn every ninety seconds', 'is_storm_near']) {
    expect(handbook).toContain(text);
  }
  expect(await pdfText(path.join(publicDir, 'letters/harbour office.pdf'))).toContain('second generator');
  expect(await pdfText(path.join(publicDir, 'visitors.pdf'))).toContain('218 steps');

  expect(await sharp(path.join(publicDir, 'handbook.png')).metadata()).toMatchObject({ format: 'png', width: 480 });
  expect(await sharp(path.join(publicDir, 'dawn-1600.webp')).metadata()).toMatchObject({ format: 'webp', width: 1600 });
  // `fit: max` bounds the width only, as the height is not given: a portrait keeps its shape.
  expect(await sharp(path.join(publicDir, 'dusk-tide-480.webp')).metadata()).toMatchObject({ width: 480, height: 600 });

  const entries = zipEntries(path.join(publicDir, 'press-kit.zip'));
  expect(Object.keys(entries).sort()).toEqual(filesBelow(publicDir).filter((file) => /\.(pdf|webp)$/.test(file)));
  expect(entries['handbook.pdf']?.equals(readFileSync(path.join(publicDir, 'handbook.pdf')))).toBe(true);
});

const variants = (stem: string): readonly string[] =>
  ['avif', 'webp'].flatMap((format) => [480, 960].map((width) => `${stem}-${width}.${format}`));

test('site-assets: the example of the language page', async () => {
  const folder = copyOf('site-assets');
  const run = await pipeline(folder, ['run']);
  expect(run.code, run.stderr).toBe(0);

  const assets = path.join(folder, 'public/assets');
  expect(filesBelow(assets)).toEqual(
    [
      ...['changes', 'guide/intro', 'terms'].flatMap((stem) => [`${stem}.pdf`, `${stem}.png`]),
      ...['hero', 'logo', 'team/badge'].flatMap(variants),
      'press-kit.zip',
    ].sort(),
  );
  expect(await pdfText(path.join(assets, 'terms.pdf'))).toContain('Do not point it at aircraft');
  expect(await pdfText(path.join(assets, 'guide/intro.pdf'))).toContain('a mast of at least four metres');
  // `fit: max` never enlarges: the logo is 640 pixels wide.
  expect(await sharp(path.join(assets, 'logo-960.avif')).metadata()).toMatchObject({ format: 'heif', width: 640 });
  expect(await sharp(path.join(assets, 'hero-960.avif')).metadata()).toMatchObject({ width: 960, height: 540 });
});

test('dossier: papers of four kinds become one PDF, checked, marked, small and locked', async () => {
  const folder = copyOf('dossier');
  const password = 'lamp-oil';
  const run = await pipeline(folder, ['run'], { DOSSIER_PASSWORD: password });
  expect(run.code, run.stderr).toBe(0);
  expect(run.stdout + run.stderr).not.toContain(password);
  const publicDir = path.join(folder, 'public');
  expect(filesBelow(publicDir)).toEqual(['dossier.pdf', 'dossier.png', 'first-page.pdf']);
  const dossier = path.join(publicDir, 'dossier.pdf');
  await expect(pdfText(dossier)).rejects.toThrow();
  const text = await pdfText(dossier, password);
  for (const words of ['The lamp comes first', 'Lamp oil 420', 'Dear Ms Holm', 'Plan of the gallery floor']) {
    expect(text).toContain(words);
  }
  // On each of the four pages.
  expect(text.match(/Copy for the board/g)).toHaveLength(4);
  const first = await pdfText(path.join(publicDir, 'first-page.pdf'));
  expect(first).toContain('Minutes');
  expect(first).not.toContain('Dear Ms Holm');
  expect(await sharp(path.join(publicDir, 'dossier.png')).metadata()).toMatchObject({ width: 320 });
});

test('dossier: what does not hold to verify is not published, and the older file stays', async () => {
  const folder = copyOf('dossier');
  mkdirSync(path.join(folder, 'public'));
  writeFileSync(path.join(folder, 'public/dossier.pdf'), 'the older one');
  writeFileSync(path.join(folder, 'files/1-minutes.md'), '# Nothing was said');
  const run = await pipeline(folder, ['run'], { DOSSIER_PASSWORD: 'lamp-oil' });
  expect(run.code).toBe(1);
  expect(run.stderr).toContain('Minutes');
  expect(readFileSync(path.join(folder, 'public/dossier.pdf'), 'utf8')).toBe('the older one');
});

test('film: one clip becomes two renditions, a poster and its sound', async () => {
  const folder = copyOf('film');
  const run = await pipeline(folder, ['run']);
  expect(run.code, run.stderr).toBe(0);
  const publicDir = path.join(folder, 'public');
  expect(filesBelow(publicDir)).toEqual(['waves-180.mp4', 'waves-360.mp4', 'waves.jpg', 'waves.mp3']);
  expect(mp4Facts(path.join(publicDir, 'waves-360.mp4'))).toEqual({ seconds: expect.closeTo(3, 0), height: 360 });
  expect(mp4Facts(path.join(publicDir, 'waves-180.mp4'))).toEqual({ seconds: expect.closeTo(3, 0), height: 180 });
  expect(await sharp(path.join(publicDir, 'waves.jpg')).metadata()).toMatchObject({ format: 'jpeg', width: 640 });
  const sound = readFileSync(path.join(publicDir, 'waves.mp3'));
  // Three seconds at 96 kbit/s.
  expect(sound.length).toBeGreaterThan(30_000);
});

test('cloudconvert-job: the job of the tutorial, unchanged but for its address, in JSON and in YAML', async () => {
  const document = readFileSync(path.join(here, 'cloudconvert-job/file.docx'));
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document' });
    response.end(document);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${address.port}/file.docx`;
  try {
    const folder = copyOf('cloudconvert-job');
    const job = readFileSync(path.join(folder, 'job.json'), 'utf8');
    writeFileSync(path.join(folder, 'job.json'), job.replace('https://my.url/file.docx', url));

    for (const args of [['job.json'], ['pipeline.yaml', '-p', `url=${url}`]]) {
      const run = await pipeline(folder, ['run', ...args, '--json']);
      expect(run.code, run.stderr).toBe(0);
      const last = JSON.parse(run.stdout.trim().split('\n').at(-1) ?? '');
      expect(last).toMatchObject({ type: 'job.finished', job: { status: 'finished' }, exit_code: 0 });
      const exported = last.job.tasks.find((task: { name: string }) => task.name === 'export-my-file');
      expect(exported).toMatchObject({ status: 'finished', result: { files: [{ filename: 'file.pdf' }] } });
      const text = await pdfText(fileURLToPath(exported.result.files[0].url));
      expect(text).toContain('Quarterly report');
      expect(text).toContain('none of them lost');
      expect(text).toContain('161');
    }
  } finally {
    server.close();
  }
});
