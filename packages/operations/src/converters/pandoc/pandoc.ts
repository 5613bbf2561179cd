/** Documents into documents by pandoc: the entry of the table. The work is done in `pandoc-host.ts`. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Failure, OutputFile } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, formatKind, ok } from '@pipeline/schema';
import { runInHost } from '../../host/host-pool.ts';
import type { TimeBound } from '../../host/protocol.ts';
import { nameOf, stemOf } from '../../files/output-name.ts';
import { listOption } from '../../read-options.ts';
import type { Conversion, Converter } from '../converter.ts';
import { containers, pandocPairs } from './pandoc-formats.ts';

/** Of the npm package; a test holds it to the one that is installed. */
export const pandocVersion = '1.1.0';

export const pandoc: Converter = {
  name: 'pandoc',
  standsFor: ['libreoffice', 'office', 'calibre'],
  version: async () => pandocVersion,
  license: 'GPL-2.0-or-later',
  kind: 'embedded',
  needs: [],
  pairs: pandocPairs,
  options: (from, to) => [
    ...(to === 'html' || to === 'md' ? ['embed_images'] : []),
    ...(['csv', 'tsv', 'txt'].includes(from) ? ['encoding'] : []),
  ],
  rank: () => 50,
  note: (from) =>
    containers.has(from) || formatKind(from) === 'spreadsheet'
      ? 'text, structure and images; not the page layout of the original'
      : undefined,
  isPlural: (from, to, options) =>
    containers.has(from) && (!selfContained.has(to) || options.embed_images === false),
  convert,
};

/** Outputs that hold the images of a document, or show none. */
const selfContained = new Set([
  'html',
  'md',
  'gfm',
  'commonmark',
  'docx',
  'odt',
  'epub',
  'pptx',
  'fb2',
  'ipynb',
  'rtf',
  'txt',
]);

async function convert(conversion: Conversion): Promise<Result<readonly OutputFile[], Failure>> {
  const name = nameOf(conversion.outputName, { number: 1, count: 1 });
  const outputPath = path.join(conversion.workDir, 'document');
  const mediaName = `${Array.from(stemOf(name)).slice(0, 50).join('')}-media`;
  const answer = await runInHost({
    host: 'pandoc',
    job: { ...pandocJob(conversion), to: conversion.to, outputPath, mediaName },
    timeBound: await pandocTime(conversion),
    signal: conversion.signal,
    progress: conversion.progress,
    about: conversion.inputName,
  });
  if (!answer.ok) return err(answer.error);
  tellLeftOut(answer.value, conversion);
  conversion.alsoRead?.(listOption(answer.value, 'beside'));
  const media = listOption(answer.value, 'files').map((file) => ({
    dir: path.posix.join(conversion.dir, mediaName),
    name: file,
    path: path.join(`${outputPath}.media`, file),
  }));
  return ok([{ dir: conversion.dir, name, path: outputPath }, ...media]);
}

/** Elements inside of each other cost more than their number: 88 KB of them took 25 s, and 176 KB 54 s. */
export async function pandocTime({ inputPath }: Conversion): Promise<TimeBound> {
  const { size } = await stat(inputPath);
  return {
    ms: 120_000 + Math.ceil(size / 2 ** 20) * 60_000,
    hint: 'Such a file usually holds thousands of elements inside of each other: simplify it, or cut it into parts.',
  };
}

/** The part of a host's job that every use of pandoc has. */
export function pandocJob(conversion: Conversion): JsonObject {
  const { inputPath, inputName, from, allowedDirs, options } = conversion;
  return { inputPath, inputName, from, allowedDirs, options };
}

export function tellLeftOut(answer: JsonObject, conversion: Conversion): void {
  const left = listOption(answer, 'left');
  if (left.length === 0) return;
  conversion.note?.(
    `Left out: ${left.length === 1 ? 'an image' : `${left.length} images`} of a format that cannot be shown: ${left.slice(0, 5).join(', ')}`,
  );
}
