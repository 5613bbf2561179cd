/** Tables and data into each other: the entry of the table of converters. The work is done in `tables-host.ts`. */
import path from 'node:path';
import type { Failure, OutputFile } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { runInHost } from '../../host/host-pool.ts';
import { nameOf } from '../../files/output-name.ts';
import { parsePageRange } from '../../page-range.ts';
import { listOption, textOption } from '../../read-options.ts';
import type { Conversion, Converter } from '../converter.ts';
import { delimitedFormats, oneTable, sheetsIn, tablePairs } from './tables-formats.ts';

/** Of SheetJS, the largest of the libraries behind it; a test holds it to the one that is installed. */
const tablesVersion = '0.20.3';

export const tables: Converter = {
  name: 'tables',
  standsFor: ['libreoffice', 'office'],
  version: async () => tablesVersion,
  license: 'Apache-2.0',
  kind: 'embedded',
  needs: [],
  pairs: tablePairs,
  options: (from, to) => [
    ...(delimitedFormats.includes(from) || delimitedFormats.includes(to) ? ['separator', 'encoding'] : []),
    ...(sheetsIn.includes(from) ? ['pages'] : []),
  ],
  // Of a page of HTML, only its tables: whatever keeps the rest is better.
  rank: (from, to) => (from === 'html' || to === 'rtf' ? 20 : 55),
  note: (from, to) => {
    if (from === 'html') return 'the tables of the page, nothing else';
    return sheetsIn.includes(from) && oneTable.has(to)
      ? 'the first sheet; `pages` chooses others'
      : undefined;
  },
  isPlural: (from, to, options) =>
    sheetsIn.includes(from) && oneTable.has(to) && options['pages'] !== undefined,
  convert,
};

async function convert(conversion: Conversion): Promise<Result<readonly OutputFile[], Failure>> {
  const { inputPath, inputName, from, to, dir } = conversion;
  const { options, outputName, workDir } = conversion;
  const ranges = options['pages'] === undefined ? undefined : parsePageRange(options['pages']);
  if (ranges !== undefined && !ranges.ok) {
    return err(failure('unsupported', `\`pages\` ${ranges.error}`, { code: 'INVALID_OPTION' }));
  }
  const separator = textOption(options, 'separator');
  const encoding = textOption(options, 'encoding');
  const answer = await runInHost({
    host: 'tables',
    job: {
      inputPath,
      inputName,
      from,
      to,
      outputPath: path.join(workDir, 'table'),
      ...(separator === undefined ? {} : { separator }),
      ...(encoding === undefined ? {} : { encoding }),
      ...(ranges === undefined
        ? {}
        : { pages: ranges.value.map(({ first, last }) => [first, Number.isFinite(last) ? last : null]) }),
    },
    signal: conversion.signal,
    progress: conversion.progress,
    about: inputName,
  });
  if (!answer.ok) return err(answer.error);
  const note = textOption(answer.value, 'note');
  if (note !== undefined) conversion.note?.(note);
  const paths = listOption(answer.value, 'paths');
  return ok(
    paths.map((file, index) => ({
      dir,
      name: nameOf(outputName, { number: index + 1, count: paths.length }),
      path: file,
    })),
  );
}
