/**
 * Documents onto paper with nothing installed: pandoc reads, Typst sets the pages. The entry of the table.
 * Text, structure, tables and images come over; the page layout of an office file does not.
 */
import path from 'node:path';
import type { Failure, OutputFile } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { runInHost } from '../../host/host-pool.ts';
import { nameOf } from '../../files/output-name.ts';
import { listOption } from '../../read-options.ts';
import { parsePageRange } from '../../page-range.ts';
import type { Conversion, Converter } from '../converter.ts';
import { pageOptions, pageProblem } from '../page-setup.ts';
import { pandocTime, pandocVersion, pandocJob, tellLeftOut } from './pandoc.ts';
import { pandocReaders } from './pandoc-formats.ts';
import { typstVersion } from '../typst/typst.ts';

const sources = Object.keys(pandocReaders).filter((from) => from !== 'typst');
const officeFormats = new Set(['docx', 'odt', 'pptx', 'xlsx', 'rtf']);

export const pandocTypst: Converter = {
  name: 'pandoc-typst',
  standsFor: ['libreoffice', 'office', 'chrome', 'wkhtml', 'calibre'],
  version: async () => `${pandocVersion}+${typstVersion}`,
  license: 'GPL-2.0-or-later AND Apache-2.0',
  kind: 'embedded',
  needs: [],
  uses: () => [{ type: 'fonts' }],
  pairs: Object.fromEntries(sources.map((from) => [from, ['pdf', 'svg']])),
  options: (from, to) => [
    ...pageOptions,
    ...(to === 'pdf' ? ['pdf_a', 'pages'] : []),
    ...(['csv', 'tsv', 'txt'].includes(from) ? ['encoding'] : []),
  ],
  rank: () => 50,
  note: (from, to) => {
    const layout = officeFormats.has(from)
      ? "text, structure and images; not the original's page layout"
      : undefined;
    const style = from === 'html' ? 'text, structure and images; style sheets are not applied' : layout;
    return to === 'svg' ? [style, 'all pages in one drawing'].filter(Boolean).join('; ') : style;
  },
  convert,
};

async function convert(conversion: Conversion): Promise<Result<readonly OutputFile[], Failure>> {
  const problem = pageProblem(conversion.options);
  if (problem !== undefined) {
    return err(
      failure('unsupported', `${JSON.stringify(conversion.inputName)} cannot be printed: ${problem}`, {
        code: 'INVALID_OPTION',
      }),
    );
  }
  const sourcePath = path.join(conversion.workDir, 'page.typ');
  const source = await runInHost({
    host: 'pandoc',
    timeBound: await pandocTime(conversion),
    job: { ...pandocJob(conversion), outputPath: sourcePath },
    signal: conversion.signal,
    about: conversion.inputName,
  });
  if (!source.ok) return err(source.error);
  tellLeftOut(source.value, conversion);
  conversion.alsoRead?.(listOption(source.value, 'beside'));
  conversion.progress(70);
  const typeset = await typesetPages(conversion, sourcePath);
  if (!typeset.ok) return typeset;
  conversion.progress(95);
  const outputPath = await selectedPages(conversion, typeset.value);
  if (!outputPath.ok) return outputPath;
  const name = nameOf(conversion.outputName, { number: 1, count: 1 });
  return ok([{ dir: conversion.dir, name, path: outputPath.value }]);
}

async function typesetPages(conversion: Conversion, sourcePath: string): Promise<Result<string, Failure>> {
  const { inputPath, inputName, workDir, to } = conversion;
  const outputPath = path.join(workDir, 'typeset');
  const job: JsonObject = {
    sourcePath,
    inputPath,
    inputName,
    outputPath,
    to,
    isOurs: true,
    rootDir: workDir,
    ...(conversion.options.pdf_a === true ? { pdfStandard: 'a-2b' } : {}),
  };
  const answer = await runInHost({ host: 'typst', job, signal: conversion.signal, about: inputName });
  return answer.ok ? ok(outputPath) : err(answer.error);
}

/** The pages that `pages` asks for, as a PDF of their own. */
async function selectedPages(conversion: Conversion, pdfPath: string): Promise<Result<string, Failure>> {
  const { pages } = conversion.options;
  if (pages === undefined || pages === null) return ok(pdfPath);
  const ranges = parsePageRange(pages);
  if (!ranges.ok) return err(failure('unsupported', `\`pages\` ${ranges.error}`, { code: 'INVALID_OPTION' }));
  const outputPath = path.join(conversion.workDir, 'selected');
  const answer = await runInHost({
    host: 'pdf-lib',
    job: {
      inputs: [{ path: pdfPath, name: conversion.inputName }],
      pages: ranges.value.map(({ first, last }) => [first, Number.isFinite(last) ? last : null]),
      outputPath,
    },
    signal: conversion.signal,
    about: conversion.inputName,
  });
  return answer.ok ? ok(outputPath) : err(answer.error);
}
