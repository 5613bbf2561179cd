/** Typst sources into PDF and SVG: the entry of the table. The work is done in `typst-host.ts`. */
import path from 'node:path';
import type { Failure, OutputFile } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { runInHost } from '../../host/host-pool.ts';
import { nameOf } from '../../files/output-name.ts';
import { listOption } from '../../read-options.ts';
import type { Conversion, Converter } from '../converter.ts';

/** Of the npm package; a test holds it to the one that is installed. */
export const typstVersion = '0.7.0';

export const typst: Converter = {
  name: 'typst',
  standsFor: [],
  version: async () => typstVersion,
  license: 'Apache-2.0',
  kind: 'embedded',
  needs: [],
  uses: () => [{ type: 'fonts' }],
  pairs: { typst: ['pdf', 'svg'] },
  options: (_from, to) => (to === 'pdf' ? ['pdf_a'] : []),
  rank: () => 60,
  note: (_from, to) => (to === 'svg' ? 'all pages in one drawing' : undefined),
  convert,
};

async function convert(conversion: Conversion): Promise<Result<readonly OutputFile[], Failure>> {
  const { inputPath, inputName, allowedDirs, workDir, to, dir } = conversion;
  const outputPath = path.join(workDir, 'typeset');
  const answer = await runInHost({
    host: 'typst',
    job: {
      sourcePath: inputPath,
      inputPath,
      inputName,
      outputPath,
      to,
      allowedDirs,
      rootDir: path.join(workDir, 'root'),
      ...(conversion.options.pdf_a === true ? { pdfStandard: 'a-2b' } : {}),
    },
    signal: conversion.signal,
    progress: conversion.progress,
    about: inputName,
  });
  if (!answer.ok) return err(answer.error);
  conversion.alsoRead?.(listOption(answer.value, 'beside'));
  return ok([{ dir, name: nameOf(conversion.outputName, { number: 1, count: 1 }), path: outputPath }]);
}
