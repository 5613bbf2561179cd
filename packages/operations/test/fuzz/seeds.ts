/** Small files that are right, of every kind that can be made here: what the others are broken from. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PDFDocument } from '@cantoo/pdf-lib';
import sharp from 'sharp';
import { convert } from '../../src/operations/convert.ts';
import { findProgram } from '../../src/programs/find-program.ts';
import { action, artifact, contextOf } from '../places/action.ts';
import type { Hostile } from './references.ts';
import { zip } from './zip.ts';

const texts: Readonly<Record<string, string>> = {
  'text.md':
    '# Title\n\nSome *text* with a [link](https://example.com).\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n- one\n- two\n',
  'text.html':
    '<!doctype html><title>t</title><h1>Title</h1><p>Some <b>text</b>.</p><table><tr><td>1</td></tr></table>',
  'text.txt': 'Some text.\nMore of it.\n',
  'text.csv': 'a,b\n1,2\n"x, y",3\n',
  'text.json': '[{ "a": 1, "b": "x" }, { "a": 2, "b": null }]',
  'text.yaml': '- a: 1\n  b: x\n- a: 2\n',
  'text.xml': '<?xml version="1.0"?><rows><row a="1">x</row></rows>',
  'text.rst': 'Title\n=====\n\nSome *text*.\n',
  'text.org': '* Title\nSome /text/.\n',
  'text.typst': '= Title\nSome *text*.\n',
  'text.svg':
    '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="60"><rect width="40" height="30" fill="red"/><text y="50">Hi</text></svg>',
  'text.ps':
    '%!PS-Adobe-3.0\n/Helvetica findfont 12 scalefont setfont 20 700 moveto (Hello) show showpage\n%%EOF\n',
  'text.eps': '%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 90 90\n10 10 50 50 rectfill\n%%EOF\n',
  'text.srt': '1\n00:00:00,000 --> 00:00:01,000\nHello\n',
};

/** `dir`: for scratch files. */
export async function seedFiles(dir: string): Promise<readonly Hostile[]> {
  mkdirSync(dir, { recursive: true });
  const seeds: Hostile[] = Object.entries(texts).map(([name, content]) => ({ name, content }));
  const picture = () => sharp(Buffer.from(texts['text.svg'] ?? ''));
  for (const format of ['png', 'jpeg', 'webp', 'gif', 'avif', 'tiff'] as const)
    seeds.push({
      name: `picture.${format === 'jpeg' ? 'jpg' : format}`,
      content: await picture().toFormat(format).toBuffer(),
    });
  const document = await PDFDocument.create();
  document.addPage([300, 200]).drawText('Hello');
  seeds.push({ name: 'text.pdf', content: Buffer.from(await document.save({ useObjectStreams: false })) });
  const archived = zip([{ name: 'a.txt', content: 'x'.repeat(500), isDeflated: true }]);
  seeds.push({ name: 'files.zip', content: archived }, { name: 'text.gz', content: gzipSync('some text') });
  const font = createRequire(import.meta.url).resolve(
    '@expo-google-fonts/tinos/400Regular/Tinos_400Regular.ttf',
  );
  seeds.push({ name: 'font.ttf', content: readFileSync(font) });
  for (const [from, to] of [
    ['text.md', 'docx'],
    ['text.md', 'odt'],
    ['text.md', 'epub'],
    ['text.md', 'rtf'],
    ['text.md', 'tex'],
    ['text.csv', 'xlsx'],
    ['text.csv', 'ods'],
  ] as const)
    seeds.push(...(await made(dir, from, to)));
  if (findProgram('ffmpeg') !== undefined) seeds.push(...media(dir));
  return seeds;
}

async function made(dir: string, from: string, to: string): Promise<readonly Hostile[]> {
  const input = join(dir, from);
  writeFileSync(input, texts[from] ?? '');
  const workDir = join(dir, to);
  mkdirSync(workDir);
  const request = action({ operation: 'convert', options: { output_format: to }, inputs: [artifact(input)] });
  const done = await convert.run(request, contextOf(dir, { workDir }));
  if (!done.ok) throw new Error(done.error.message);
  return done.value.outputs.map(({ path }) => ({ name: `text.${to}`, content: readFileSync(path) }));
}

function media(dir: string): readonly Hostile[] {
  return ['mp4', 'mkv', 'avi', 'webm', 'mp3', 'wav', 'ogg', 'flac'].map((format) => {
    const path = join(dir, `clip.${format}`);
    const isSound = ['mp3', 'wav', 'ogg', 'flac'].includes(format);
    const input = isSound ? 'sine=d=1' : 'testsrc=d=1:s=64x48:r=5';
    execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', input, path]);
    return { name: `clip.${format}`, content: readFileSync(path) };
  });
}
