/**
 * Office documents by LibreOffice as wasm, for machines without LibreOffice: the entry of the table. The same program in
 * another form, older formats and page layout included; slower, and with fewer options.
 */
import path from 'node:path';
import type { Failure, OutputFile } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { runInHost } from '../../host/host-pool.ts';
import { oneAtATime } from '../../host/one-at-a-time.ts';
import { withTimeLimits } from '../../host/time-limits.ts';
import { readStart } from '../../files/magic.ts';
import { nameOf } from '../../files/output-name.ts';
import { packs } from '../../packs.ts';
import type { Conversion, Converter } from '../converter.ts';
import { partOf } from './libreoffice-formats.ts';
import { pageRanges, unknownValue } from './libreoffice-job.ts';
import { officeRank } from './libreoffice-options.ts';
import { loadingOptions, storingOptions } from './libreoffice-wasm-options.ts';
import { wasmPairs } from './libreoffice-wasm-formats.ts';

export const libreofficeWasm: Converter = {
  name: 'libreoffice-wasm',
  standsFor: ['libreoffice', 'office'],
  version: async () => packs.office.version,
  license: packs.office.license,
  kind: 'embedded',
  needs: [{ type: 'pack', name: 'office' }],
  pairs: wasmPairs,
  options: (from, to) => [
    ...(to === 'pdf' ? ['pdf_a', 'optimize_print'] : []),
    ...(to === 'pdf' && partOf(from) !== 'drawing' ? ['pages', 'bookmarks'] : []),
    ...(from === 'csv' || from === 'tsv' ? ['encoding', 'separator'] : []),
  ],
  // The program is newer, faster, and does more.
  rank: (from, to) => officeRank(from, to) - 4,
  note: (from, to) =>
    partOf(from) === 'text' && to === 'pdf' ? 'tracked changes are shown as they stand' : undefined,
  check: ({ options }) => unknownValue(options) ?? badPages(options),
  convert,
};

function badPages(options: Conversion['options']): Failure | undefined {
  const pages = pageRanges(options);
  return pages.ok ? undefined : pages.error;
}

/** The module alone takes 1 GB before the first document. */
const maxMemoryBytes: number = 3 * 2 ** 30;
const maxIdleBytes: number = 2 * 2 ** 30;
/** Of one document, the start of LibreOffice included. Now and then a start or a document never ends. */
const limitsMs = [30_000, 60_000, 300_000];
/** One process of more than 1 GB is enough. */
const runOffice = oneAtATime(withTimeLimits(runInHost, limitsMs));

async function convert(conversion: Conversion): Promise<Result<readonly OutputFile[], Failure>> {
  const { inputPath, inputName, from, to, options, workDir, dir, outputName } = conversion;
  const outputPath = path.join(workDir, `output.${to}`);
  const isTable = from === 'csv' || from === 'tsv';
  const start = isTable ? await readStart(inputPath) : {};
  const loading = loadingOptions({ from, options, ...start });
  const storing = storingOptions({ from, to, options });
  const answer = await runOffice({
    host: 'libreoffice',
    job: { inputPath, inputName, from, to, outputPath, loading, storing },
    signal: conversion.signal,
    progress: conversion.progress,
    maxMemoryBytes,
    maxIdleBytes,
    about: inputName,
  });
  if (!answer.ok) return err(answer.error);
  return ok([{ dir, name: nameOf(outputName, { number: 1, count: 1 }), path: outputPath }]);
}
