/**
 * HTML onto paper and into pictures by an installed Chromium, as a browser shows it: the entry of the table, and the
 * one way to its hosts. The work is done in `chromium-host.ts`.
 */
import path from 'node:path';
import type { Failure, OutputFile } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { runInHost } from '../../host/host-pool.ts';
import { nameOf } from '../../files/output-name.ts';
import { findProgram, programVersion } from '../../programs/find-program.ts';
import { programs } from '../../programs/program-table.ts';
import { missingProgram } from '../../programs/run-program.ts';
import { loadOptions, printOptions, settingsProblem, viewOptions } from './chromium-settings.ts';
import { listOption } from '../../read-options.ts';
import type { Conversion, Converter } from '../converter.ts';

/** Of the host and the browser together. */
const maxMemoryBytes: number = 4 * 2 ** 30;

export const chromium: Converter = {
  name: 'chromium',
  standsFor: ['chrome', 'wkhtml'],
  version: async () => (await programVersion('chromium')) ?? 'unknown',
  license: programs.chromium.license,
  kind: 'native',
  needs: [
    { type: 'program', name: 'chromium' },
    { type: 'pack', name: 'browser' },
  ],
  uses: () => [{ type: 'fonts' }],
  pairs: { html: ['pdf', 'png', 'jpg'] },
  options: (_, to) => [
    ...loadOptions,
    ...(to === 'pdf' ? printOptions : viewOptions),
    ...(to === 'jpg' ? ['quality'] : []),
  ],
  rank: () => 90,
  note: (_, to) => (to === 'pdf' ? undefined : 'the whole page as one picture'),
  convert,
};

async function convert(conversion: Conversion): Promise<Result<readonly OutputFile[], Failure>> {
  const { inputPath, inputName, to, dir, options } = conversion;
  const outputPath = path.join(conversion.workDir, `page.${to}`);
  const drawn = await drawPage({
    host: 'chromium',
    job: { type: 'document', inputPath, inputName, allowedDirs: [...conversion.allowedDirs], to, outputPath },
    options,
    signal: conversion.signal,
    progress: conversion.progress,
  });
  if (!drawn.ok) return drawn;
  conversion.alsoRead?.(listOption(drawn.value, 'beside'));
  return ok([{ dir, name: nameOf(conversion.outputName, { number: 1, count: 1 }), path: outputPath }]);
}

export interface PageRequest {
  readonly host: 'chromium' | 'website';
  readonly job: JsonObject & { readonly inputName: string; readonly to: string };
  readonly options: JsonObject;
  readonly signal: AbortSignal;
  readonly progress: (percent: number | null) => void;
}

/** One page in a browser of the pool; each host has one of its own. */
export async function drawPage(request: PageRequest): Promise<Result<JsonObject, Failure>> {
  const { host, job, options, signal, progress } = request;
  const problem = settingsProblem(options, job.to);
  if (problem !== undefined) {
    const message = `${JSON.stringify(job.inputName)} cannot be drawn: ${problem}`;
    return err(failure('unsupported', message, { code: 'INVALID_OPTION' }));
  }
  const executable = findProgram('chromium');
  if (executable === undefined) return err(missingProgram('chromium'));
  const answer = await runInHost({
    host,
    job: { ...job, options, executable, maxMemoryBytes },
    signal,
    progress,
    maxMemoryBytes,
    about: job.inputName,
  });
  return answer.ok ? answer : err(answer.error);
}
