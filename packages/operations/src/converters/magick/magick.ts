/**
 * Pictures of formats that sharp does not know (BMP, ICO, PSD, HEIC, JPEG XL, camera raw, …) by ImageMagick's library:
 * the entry of the table. The work is done in `magick-host.ts`.
 */
import type { Failure, OutputFile } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { runInHost } from '../../host/host-pool.ts';
import { listOption } from '../../read-options.ts';
import { checkColours } from '../check-colours.ts';
import type { Conversion, Converter } from '../converter.ts';
import {
  animations,
  cmykOutputs,
  layeredInputs,
  lossyOutputs,
  pagedInputs,
  pagedOutputs,
  rawFormats,
  readers,
  writers,
} from './magick-formats.ts';
import { outputFiles, sharp } from '../pictures/sharp.ts';

/** Of the npm package; a test holds it to the one that is installed. */
const magickVersion = '0.0.43';

const always: readonly string[] = ['width', 'height', 'fit', 'strip', 'auto_orient', 'alpha', 'colorspace'];
const targets: readonly string[] = Object.keys(writers);
const printed: ReadonlySet<string> = new Set(['pdf', 'eps', 'ps']);
/** Pixels and their copies, in wasm memory that ends at 4 GiB. */
const maxMemoryBytes: number = 3 * 2 ** 30;

const hasPages = (from: string): boolean => pagedInputs.has(from) || animations.has(from);

/** What came out was blank, of other colours, or nothing that anything reads. */
const spoiled: Readonly<Record<string, readonly string[]>> = {
  fl32: ['j2k', 'jp2', 'jpc', 'tiff'],
  pfm: ['j2k', 'jp2', 'jpc', 'tiff'],
  g3: ['pct', 'pict'],
  mng: ['cin', 'pgm', 'psb', 'psd', 'tiff'],
  otb: ['dpx'],
  palm: ['dpx'],
  pbm: ['cin'],
  wbmp: ['dpx'],
  xbm: ['dpx'],
  xpm: ['ase', 'aseprite'],
};

export const magick: Converter = {
  name: 'magick-wasm',
  standsFor: ['imagemagick', 'graphicsmagick'],
  version: async () => magickVersion,
  license: 'Apache-2.0',
  kind: 'embedded',
  needs: [],
  pairs: Object.fromEntries(
    Object.keys(readers).map((from) => [
      from,
      targets.filter((to) => to !== from && spoiled[from]?.includes(to) !== true),
    ]),
  ),
  options: (from, to) => [
    ...always,
    ...(lossyOutputs.has(to) ? ['quality'] : []),
    ...(to === 'pdf' ? ['pixel_density'] : []),
    ...(hasPages(from) ? ['pages'] : []),
  ],
  // Below sharp, which is faster and keeps 16 bits a channel, and below Typst for what sharp reads.
  rank: (from, to) => {
    if (to === 'pdf' && sharp.pairs[from] !== undefined) return 35;
    return printed.has(to) ? 50 : 60;
  },
  note,
  isPlural: (from, to, options) =>
    (options['pages'] === undefined ? pagedInputs.has(from) : hasPages(from)) && !pagedOutputs.has(to),
  check: checkColours(cmykOutputs),
  convert,
};

function note(from: string, to: string): string | undefined {
  if (printed.has(to)) return 'the picture, on a page of its size';
  if (rawFormats.has(from)) return 'developed with the white balance of the camera, 8 bits a channel';
  return layeredInputs.has(from) ? 'the layers become one picture' : undefined;
}

async function convert(conversion: Conversion): Promise<Result<readonly OutputFile[], Failure>> {
  const { inputPath, inputName, from, to, outputName, workDir, options } = conversion;
  const job: JsonObject = { inputPath, inputName, from, to, outputName, outputDir: workDir, options };
  const answer = await runInHost({
    host: 'magick',
    job,
    maxMemoryBytes,
    signal: conversion.signal,
    progress: conversion.progress,
    about: inputName,
  });
  if (!answer.ok) return err(answer.error);
  for (const text of listOption(answer.value, 'notes')) conversion.note?.(text);
  return ok(outputFiles(answer.value, conversion));
}
