/**
 * The same files and options make the same bytes: seconds later, in another folder, by new processes, in another order, of
 * files with other dates. All converters and output formats: `node scripts/test-deterministic.mjs`.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { converters, isInstalled } from '../../src/converter-table.ts';
import { closeHosts } from '../../src/host/host-pool.ts';
import { closeWarm } from '../../src/programs/close-warm.ts';
import { newFolder } from '../places/action.ts';

delete process.env['PIPELINE_PROGRAMS_PATH'];
afterAll(async () => {
  await Promise.all([closeHosts(), closeWarm()]);
});

const samples = path.join(import.meta.dirname, '../formats/samples');

/** Converter, from, to: what would write dates, ids or names of its own. */
const embedded = `
  sharp png tiff · sharp svg png · magick-wasm png dpx · magick-wasm png pdf · pandoc md docx · pandoc md epub
  pandoc md ipynb · pandoc-typst md pdf · tables csv xlsx · seven-zip 7z zip · seven-zip bz2 tar.gz · seven-zip tar wim
  pdfium pdf png · odd png odd`;
const programs = `
  rsvg svg pdf · rsvg svg eps · ghostscript eps pdf · ghostscript eps tiff · djvulibre djvu pdf · imagemagick png miff
  graphicsmagick png tiff · ffmpeg mp4 mkv · ffmpeg mp4 ogg · ffmpeg mp4 mov · lzop tar tar.lzo · rzip rz zip
  chromium html pdf · libreoffice docx pdf · libreoffice docx odt · libreoffice csv xlsx`;

interface Pair {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

const pairsIn = (text: string): readonly Pair[] =>
  text.split(/·|\n/).flatMap((part) => {
    const [name = '', from = '', to = ''] = part.trim().split(' ');
    return to === '' ? [] : [{ name, from, to }];
  });

async function bytesOf({ name, from, to }: Pair, seconds: number): Promise<string> {
  const converter = converters.find((each) => each.name === name && each.pairs[from]?.includes(to));
  if (converter === undefined) throw new Error(`${name} does not turn ${from} into ${to}`);
  const place = newFolder();
  const inputPath = path.join(place, `sample.${from}`);
  copyFileSync(path.join(samples, `sample.${from}`), inputPath);
  utimesSync(inputPath, seconds, seconds);
  const workDir = path.join(place, 'work');
  mkdirSync(workDir);
  const made = await converter.convert({
    inputPath,
    inputName: `sample.${from}`,
    from,
    to,
    dir: '',
    outputName: `made.${to}`,
    options: {},
    workDir,
    allowedDirs: [place],
    dateMs: 0,
    signal: AbortSignal.timeout(60_000),
    progress: () => {},
  });
  if (!made.ok) throw new Error(`${name}: ${made.error.message}`);
  return made.value
    .map((file) => `${file.name} ${createHash('sha256').update(readFileSync(file.path)).digest('hex')}`)
    .join('\n');
}

async function allBytes(pairs: readonly Pair[], seconds: number): Promise<ReadonlyMap<Pair, string>> {
  const all = new Map<Pair, string>();
  for (const pair of pairs) all.set(pair, await bytesOf(pair, seconds));
  await Promise.all([closeHosts(), closeWarm()]);
  return all;
}

test.each([
  ['that come along', pairsIn(embedded)],
  [
    'by programs',
    pairsIn(programs).filter(({ name }) => converters.some((one) => one.name === name && isInstalled(one))),
  ],
] as const)('conversions %s', { timeout: 180_000 }, async (_what, pairs) => {
  const first = await allBytes(pairs, 1_600_000_000);
  const second = await allBytes(pairs.toReversed(), 1_700_000_001);
  const differing = pairs.filter((pair) => first.get(pair) !== second.get(pair));
  expect(differing.map(({ name, from, to }) => `${name} ${from} ${to}`)).toEqual([]);
});
