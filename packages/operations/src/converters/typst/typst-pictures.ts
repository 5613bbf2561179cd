/**
 * Pictures onto pages: each becomes a PDF page of its own size, by `pixel_density`, its own resolution, or 72. Typst takes the common formats as they are, pixel for
 * pixel; others, and those to be resized first, come over sharp. The entries of the table.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Failure, OutputFile } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { runInHost } from '../../host/host-pool.ts';
import { nameOf } from '../../files/output-name.ts';
import type { Conversion, Converter } from '../converter.ts';
import { sharp, sharpVersion } from '../pictures/sharp.ts';
import { typstVersion } from './typst.ts';

const direct = ['jpg', 'png', 'svg'];
const overSharp = ['jpg', 'png', 'svg', 'svgz', 'webp', 'gif', 'avif', 'tiff'];

export const typstPictures: Converter = {
  name: 'typst-pictures',
  standsFor: ['imagemagick', 'graphicsmagick', 'inkscape'],
  version: async () => typstVersion,
  license: 'Apache-2.0',
  kind: 'embedded',
  needs: [],
  // Drawings have letters.
  uses: ({ from }) => (from === 'svg' ? [{ type: 'fonts' }] : []),
  pairs: Object.fromEntries(direct.map((from) => [from, ['pdf']])),
  options: (from) => (from === 'svg' ? [] : ['pixel_density']),
  rank: () => 60,
  convert: (conversion) => printPictures(conversion, [conversion.inputPath]),
};

export const sharpPictures: Converter = {
  name: 'sharp+typst-pictures',
  standsFor: typstPictures.standsFor,
  version: async () => `${sharpVersion}+${typstVersion}`,
  license: `${sharp.license} AND Apache-2.0`,
  kind: 'embedded',
  needs: [],
  uses: (request) => [...(sharp.uses?.(request) ?? []), ...(typstPictures.uses?.(request) ?? [])],
  pairs: Object.fromEntries(overSharp.map((from) => [from, ['pdf']])),
  options: (from) => [
    ...new Set([...sharp.options(from, 'png').filter((name) => name !== 'quality'), 'pixel_density']),
  ],
  rank: () => 40,
  convert: convertOverSharp,
};

/** Every page of a TIFF becomes a page. */
async function convertOverSharp(conversion: Conversion): Promise<Result<readonly OutputFile[], Failure>> {
  const workDir = path.join(conversion.workDir, 'pictures');
  await mkdir(workDir);
  const known = sharp.options(conversion.from, 'png');
  const options = Object.fromEntries(
    Object.entries(conversion.options).filter(
      ([name]) => known.includes(name) && !(name === 'pixel_density' && conversion.from !== 'svg'),
    ),
  );
  const pictures = await sharp.convert({
    ...conversion,
    to: 'png',
    outputName: 'page.png',
    workDir,
    options,
  });
  if (!pictures.ok) return pictures;
  return printPictures(
    conversion,
    pictures.value.map((picture) => picture.path),
  );
}

async function printPictures(
  conversion: Conversion,
  pictures: readonly string[],
): Promise<Result<readonly OutputFile[], Failure>> {
  const { inputName, dir, options } = conversion;
  const outputPath = path.join(conversion.workDir, 'printed');
  const density = options.pixel_density;
  const job: JsonObject = {
    pictures,
    ...(typeof density === 'number' ? { density } : {}),
    inputPath: conversion.inputPath,
    inputName,
    outputPath,
    rootDir: path.join(conversion.workDir, 'root'),
  };
  const answer = await runInHost({ host: 'typst', job, signal: conversion.signal, about: inputName });
  if (!answer.ok) return err(answer.error);
  return ok([{ dir, name: nameOf(conversion.outputName, { number: 1, count: 1 }), path: outputPath }]);
}
