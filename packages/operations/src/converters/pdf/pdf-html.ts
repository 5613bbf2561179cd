/** PDF into HTML, and by way of flowing HTML into documents: the entries of the table. The work is done in a host. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Failure, OutputFile } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { runInHost } from '../../host/host-pool.ts';
import { parsePageRange, selectPages } from '../../page-range.ts';
import { findProgram } from '../../programs/find-program.ts';
import { missingProgram, programFailed, runProgram } from '../../programs/run-program.ts';
import { listOption, textOption } from '../../read-options.ts';
import { chain } from '../chain.ts';
import type { Conversion, Converter } from '../converter.ts';
import { inspectPdf } from './inspect-pdf.ts';
import { pdfiumVersion } from './pdfium.ts';
import { unlockPdf } from './unlock-pdf.ts';

const common: Pick<Converter, 'version' | 'license' | 'kind' | 'needs' | 'pairs'> = {
  version: async () => pdfiumVersion,
  license: 'MIT AND BSD-3-Clause',
  kind: 'embedded',
  needs: [],
  pairs: { pdf: ['html'] },
};

/** Pages as they are shown. */
export const pdfPages: Converter = {
  ...common,
  name: 'pdf-pages',
  standsFor: ['pdf2htmlex', 'poppler'],
  options: () => [
    'pages',
    'password',
    'outline',
    'zoom',
    'page_width',
    'page_height',
    'embed_css',
    'embed_images',
    'split_pages',
    'bg_format',
  ],
  uses: ({ options }) =>
    options['bg_format'] === 'svg' ? [{ type: 'program', name: 'poppler' }, { type: 'fonts' }] : [],
  rank: () => 70,
  note: () => 'pictures of the pages with their text over them',
  isPlural: (_from, _to, options) =>
    options['split_pages'] === true || options['embed_images'] === false || options['embed_css'] === false,
  check: ({ options }) =>
    options['bg_format'] === 'svg' && findProgram('poppler') === undefined
      ? missingProgram('poppler')
      : undefined,
  convert: (conversion) => convert(conversion, 'pages'),
};

/** Documents of the text as it flows. The pictures lie beside the HTML in between, in the folder of the job. */
export const pdfDocuments = (writer: Converter): Converter =>
  chain({
    first: pdfFlow,
    via: 'html',
    second: {
      ...writer,
      convert: (conversion) =>
        writer.convert({
          ...conversion,
          allowedDirs: [...conversion.allowedDirs, path.dirname(conversion.inputPath)],
        }),
    },
    penalty: 10,
  });

/** Text that flows: the first step to documents, never the better HTML. */
const pdfFlow: Converter = {
  ...common,
  name: 'pdf-flow',
  standsFor: [],
  options: () => ['pages', 'password'],
  rank: () => 60,
  note: () => 'text, headings, lists and pictures, not the layout of the pages',
  convert: (conversion) => convert(conversion, 'flow'),
};

async function convert(
  conversion: Conversion,
  type: 'pages' | 'flow',
): Promise<Result<readonly OutputFile[], Failure>> {
  const { inputPath, inputName, outputName, workDir, options, dir } = conversion;
  const drawings = options['bg_format'] === 'svg' ? await drawPages(conversion) : ok(undefined);
  if (!drawings.ok) return drawings;
  const answer = await runInHost({
    host: 'pdf-html',
    job: {
      type,
      inputPath,
      inputName,
      outputName,
      outputDir: workDir,
      options,
      ...(drawings.value === undefined ? {} : { drawingsDir: drawings.value }),
    },
    signal: conversion.signal,
    progress: conversion.progress,
    about: inputName,
  });
  if (!answer.ok) return answer;
  if (answer.value['hasText'] === false) {
    conversion.note?.('The document holds no text: its pages are pictures, which take `pdf/ocr` to read');
  }
  const besideDir = textOption(answer.value, 'besideDir') ?? '';
  return ok([
    ...listOption(answer.value, 'files').map((name) => ({ dir, name, path: path.join(workDir, name) })),
    ...listOption(answer.value, 'beside').map((name) => ({
      dir: path.posix.join(dir, besideDir),
      name,
      path: path.join(workDir, besideDir, name),
    })),
  ]);
}

/** Pages as SVG, `page-1.svg` and so on, by poppler: PDFium draws in pixels alone. */
async function drawPages(conversion: Conversion): Promise<Result<string, Failure>> {
  const { inputName, options, signal } = conversion;
  const input = await unlockPdf(conversion);
  if (!input.ok) return input;
  const content = await inspectPdf({ path: input.value, name: inputName }, signal);
  if (!content.ok) return content;
  const workDir = path.join(conversion.workDir, 'drawings');
  await mkdir(workDir);
  const all = [{ first: 1, last: content.value.pages }];
  const ranges = options['pages'] === undefined ? ok(all) : parsePageRange(options['pages']);
  for (const page of selectPages(ranges.ok ? ranges.value : all, content.value.pages)) {
    const args = ['-svg', '-f', String(page), '-l', String(page), input.value, `page-${page}.svg`];
    const call = {
      program: 'poppler',
      args,
      workDir,
      reads: [input.value],
      signal,
      about: inputName,
    } as const;
    const ran = await runProgram(call);
    if (!ran.ok) return ran;
    if (ran.value.exitCode !== 0) return err(programFailed(call, ran.value, 'a page could not be drawn'));
  }
  return ok(workDir);
}
