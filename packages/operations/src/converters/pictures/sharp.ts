/** Pictures into pictures by sharp: the entry of the table. The work is done in `sharp-host.ts`. */
import { join } from 'node:path';
import type { Failure, OutputFile } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { listOption } from '../../read-options.ts';
import { checkColours } from '../check-colours.ts';
import type { Conversion, Converter } from '../converter.ts';
import { convertBySharp, sharesDecode } from './sharp-together.ts';

/** Of the npm package; a test holds it to the one that is installed. */
export const sharpVersion = '0.35.5';

const outputs: readonly string[] = ['jpg', 'png', 'webp', 'avif', 'gif', 'tiff'];
const always: readonly string[] = ['width', 'height', 'fit', 'strip', 'auto_orient', 'alpha', 'colorspace'];
const paged: ReadonlySet<string> = new Set(['tiff', 'gif']);
/** What sharp writes in the colours of paper. */
export const cmykPictures: ReadonlySet<string> = new Set(['jpg', 'tiff']);

export const sharp: Converter = {
  name: 'sharp',
  standsFor: ['imagemagick', 'graphicsmagick', 'inkscape'],
  version: async () => sharpVersion,
  license: 'Apache-2.0 AND LGPL-3.0-or-later',
  kind: 'embedded',
  needs: [],
  uses: ({ from }) =>
    from.startsWith('svg') ? [{ type: 'libvips' }, { type: 'fonts' }] : [{ type: 'libvips' }],
  pairs: Object.fromEntries([...outputs, 'svg', 'svgz'].map((from) => [from, outputs])),
  options: (from, to) => [
    ...always,
    ...(to === 'gif' ? [] : ['quality']),
    ...(from.startsWith('svg') ? ['pixel_density'] : []),
    ...(paged.has(from) ? ['pages'] : []),
  ],
  rank: () => 80,
  note: (from, to) => (from.startsWith('svg') || to !== 'jpg' ? undefined : 'transparency becomes white'),
  isPlural: (from, to, options) =>
    options['pages'] === undefined ? from === 'tiff' && to !== 'tiff' : paged.has(from),
  shares: (from, _to, options) => sharesDecode(from, options),
  isShapedTogether: true,
  check: checkColours(cmykPictures),
  convert,
};

async function convert(conversion: Conversion): Promise<Result<readonly OutputFile[], Failure>> {
  const { inputPath, inputName, to, outputName, workDir } = conversion;
  const job = {
    type: 'convert',
    inputPath,
    inputName,
    to,
    outputName,
    outputDir: workDir,
    options: conversion.options,
  };
  const answer = await convertBySharp(conversion, { job, progress: conversion.progress });
  if (!answer.ok) return err(answer.error);
  for (const text of listOption(answer.value, 'notes')) conversion.note?.(text);
  return ok(outputFiles(answer.value, conversion));
}

/** For hosts that answer with `files`: names inside the action's folder. */
export function outputFiles(
  answer: JsonObject,
  place: { readonly dir: string; readonly workDir: string },
): readonly OutputFile[] {
  return listOption(answer, 'files').map((name) => ({
    dir: place.dir,
    name,
    path: join(place.workDir, name),
  }));
}
