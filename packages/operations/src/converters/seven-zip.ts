/** Archives into archives by 7-Zip: the entry of the table of converters. The work is done in `seven-zip-host.ts`. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Failure, OutputFile } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { runInHost } from '../host/host-pool.ts';
import { nameOf } from '../output-name.ts';
import { textOption } from '../read-options.ts';
import type { Conversion, Converter } from './converter.ts';
import { archivePairs } from './seven-zip-formats.ts';

/** Of the npm package; a test holds it to the one that is installed. */
export const sevenZipVersion = '1.2.0';

export const sevenZip: Converter = {
  name: 'seven-zip',
  standsFor: ['archivetool'],
  version: async () => sevenZipVersion,
  license: 'LGPL-2.1-or-later',
  kind: 'embedded',
  needs: [],
  pairs: archivePairs,
  options: () => ['password'],
  rank: () => 50,
  convert,
};

async function convert(conversion: Conversion): Promise<Result<readonly OutputFile[], Failure>> {
  const { inputPath, inputName, from, to, dir } = conversion;
  const workDir = path.join(conversion.workDir, 'unpacked');
  await mkdir(workDir);
  const outputPath = path.join(conversion.workDir, 'archive');
  const password = textOption(conversion.options, 'password');
  const answer = await runInHost({
    host: 'seven-zip',
    job: {
      inputPath,
      inputName,
      from,
      to,
      outputPath,
      workDir,
      ...(password === undefined ? {} : { password }),
    },
    signal: conversion.signal,
    progress: conversion.progress,
    about: inputName,
  });
  if (!answer.ok) return err(answer.error);
  return ok([{ dir, name: nameOf(conversion.outputName, { number: 1, count: 1 }), path: outputPath }]);
}
