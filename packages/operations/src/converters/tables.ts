/** Tables and data into each other: the entry of the table of converters. The work is done in `tables-host.ts`. */
import path from 'node:path';
import type { Failure, OutputFile } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { runInHost } from '../host/host-pool.ts';
import { nameOf } from '../output-name.ts';
import { textOption } from '../read-options.ts';
import type { Conversion, Converter } from './converter.ts';
import { delimitedFormats, tablePairs } from './tables-formats.ts';

/** Of SheetJS, the largest of the libraries behind it; a test holds it to the one that is installed. */
export const tablesVersion = '0.20.3';

export const tables: Converter = {
  name: 'tables',
  standsFor: ['libreoffice', 'office'],
  version: async () => tablesVersion,
  license: 'Apache-2.0',
  kind: 'embedded',
  needs: [],
  pairs: tablePairs,
  options: (from, to) =>
    delimitedFormats.includes(from) || delimitedFormats.includes(to) ? ['separator', 'encoding'] : [],
  // Of a page of HTML, only its tables: whatever keeps the rest is better.
  rank: (from) => (from === 'html' ? 20 : 55),
  note: (from) => (from === 'html' ? 'the tables of the page, nothing else' : undefined),
  convert,
};

async function convert(conversion: Conversion): Promise<Result<readonly OutputFile[], Failure>> {
  const { inputPath, inputName, from, to, dir } = conversion;
  const outputPath = path.join(conversion.workDir, 'table');
  const separator = textOption(conversion.options, 'separator');
  const encoding = textOption(conversion.options, 'encoding');
  const answer = await runInHost({
    host: 'tables',
    job: {
      inputPath,
      inputName,
      from,
      to,
      outputPath,
      ...(separator === undefined ? {} : { separator }),
      ...(encoding === undefined ? {} : { encoding }),
    },
    signal: conversion.signal,
    progress: conversion.progress,
    about: inputName,
  });
  if (!answer.ok) return err(answer.error);
  const note = textOption(answer.value, 'note');
  if (note !== undefined) conversion.note?.(note);
  return ok([{ dir, name: nameOf(conversion.outputName, { number: 1, count: 1 }), path: outputPath }]);
}
