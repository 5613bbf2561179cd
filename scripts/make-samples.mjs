// Makes the samples that `npm run test:formats` converts: one small file for each input format, all of them our own, into
// packages/operations/test/formats/samples. They are committed, as most of the programs that make them are on few
// machines: Debian's pandoc, LibreOffice, Calibre, FFmpeg, ImageMagick, Ghostscript, FontForge, … With names of formats
// as arguments it makes only those; what cannot be made here is said, and the old file stays.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { recipes as archives } from './samples/archives.mjs';
import { recipes as documents } from './samples/documents.mjs';
import { recipes as fonts } from './samples/fonts.mjs';
import { createKit } from './samples/kit.mjs';
import { recipes as media } from './samples/media.mjs';
import { recipes as pictures } from './samples/pictures.mjs';
import { twins } from './samples/twins.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const dir = path.join(root, 'packages/operations/test/formats/samples');
const wanted = process.argv.slice(2);
const all = [...pictures, ...media, ...documents, ...fonts, ...archives];

mkdirSync(dir, { recursive: true });
const base = mkdtempSync(path.join(os.tmpdir(), 'pipeline-samples-'));
for (const [index, recipe] of all.entries()) {
  const { make, file = `sample.${recipe.extension}`, extension = file } = recipe;
  if (wanted.length > 0 && !wanted.includes(extension)) continue;
  try {
    await Promise.resolve(make(createKit(dir, path.join(base, String(index)))));
    if (!existsSync(path.join(dir, file))) throw new Error('nothing was written');
  } catch (error) {
    const said = String(error.stderr ?? '').trim() || error.message;
    process.stderr.write(`${extension}: ${said.split('\n').slice(-3).join(' | ').slice(0, 400)}\n`);
    process.exitCode = 1;
  }
}
rmSync(base, { recursive: true, force: true });
writeFileSync(path.join(dir, 'README.md'), readme());

function readme() {
  const rows = all
    .filter(({ extension }) => existsSync(path.join(dir, `sample.${extension}`)))
    .map(({ extension, how }) => [
      extension,
      how,
      String(statSync(path.join(dir, `sample.${extension}`)).size),
    ])
    .sort(([left], [right]) => (left < right ? -1 : 1));
  const total = readdirSync(dir).reduce((sum, name) => sum + statSync(path.join(dir, name)).size, 0);
  return [
    '# Samples',
    '',
    'One small file for each input format, made by `scripts/make-samples.mjs`; nothing here is by anybody else. Documents',
    'hold the text "Pipeline sample", pictures a red left and a blue right half, sounds one second of 440 Hz, archives',
    '`sample.txt` and `sample.png`. Raw photos in the layouts of their makers are green below.',
    '',
    `${rows.length} files, ${Math.round(total / 1024)} KiB.`,
    '',
    '| format | made by | bytes |',
    '| --- | --- | --- |',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
    '',
    'The same file under another name:',
    '',
    '| format | is |',
    '| --- | --- |',
    ...Object.entries(twins).map((row) => `| ${row.join(' | ')} |`),
    '',
  ].join('\n');
}
