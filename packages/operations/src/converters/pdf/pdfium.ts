/** PDF pages into pictures and text by PDFium: the entry of the table. The work is done in `pdfium-host.ts`. */
import type { Failure, OutputFile } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { runInHost } from '../../host/host-pool.ts';
import { checkColours } from '../check-colours.ts';
import type { Conversion, Converter } from '../converter.ts';
import { cmykPictures, outputFiles } from '../pictures/sharp.ts';

/** Of the npm package; a test holds it to the one that is installed. */
export const pdfiumVersion = '2.1.13';

const pictures: readonly string[] = ['jpg', 'png', 'webp', 'avif', 'gif', 'tiff'];

export const pdfium: Converter = {
  name: 'pdfium',
  standsFor: ['poppler', 'imagemagick', 'graphicsmagick'],
  version: async () => pdfiumVersion,
  license: 'MIT AND BSD-3-Clause',
  kind: 'embedded',
  needs: [],
  pairs: { pdf: [...pictures, 'txt'] },
  options: (_, to) => [
    'pages',
    'password',
    ...(to === 'txt' ? [] : ['pixel_density', 'width', 'height', 'fit', 'strip', 'alpha', 'colorspace']),
    ...(to === 'txt' || to === 'gif' ? [] : ['quality']),
  ],
  rank: () => 80,
  note: (_, to) => (to === 'txt' ? 'the text of the pages; scans have none' : 'one picture a page'),
  isPlural: (_, to) => to !== 'txt',
  check: checkColours(cmykPictures),
  convert,
};

async function convert(conversion: Conversion): Promise<Result<readonly OutputFile[], Failure>> {
  const { inputPath, inputName, to, outputName, workDir, options } = conversion;
  const answer = await runInHost({
    host: 'pdfium',
    job: { inputPath, inputName, to, outputName, outputDir: workDir, options },
    signal: conversion.signal,
    progress: conversion.progress,
    about: inputName,
  });
  if (!answer.ok) return err(answer.error);
  if (answer.value['hasText'] === false) {
    conversion.note?.('The document holds no text: its pages are pictures, which take OCR to read.');
  }
  return ok(outputFiles(answer.value, conversion));
}
