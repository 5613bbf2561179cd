/**
 * Sigma's raw photos by dcraw: the library that reads those of all other makers does not know the sensor that sees every
 * colour in every place. It makes a TIFF, from which others go on.
 */
import { rename } from 'node:fs/promises';
import path from 'node:path';
import type { Failure, OutputFile } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import type { ProcessEnd } from '../../process.ts';
import { programVersion } from '../../programs/find-program.ts';
import { programs } from '../../programs/program-table.ts';
import { programFailed, runProgram } from '../../programs/run-program.ts';
import type { ProgramCall } from '../../programs/run-program.ts';
import type { Conversion, Converter } from '../converter.ts';
import { collectOutputs, prepareJob } from '../program-converter.ts';
import type { ProgramJob } from '../program-converter.ts';

export const dcraw: Converter = {
  name: 'dcraw',
  standsFor: ['imagemagick', 'graphicsmagick'],
  version: async () => (await programVersion('dcraw')) ?? 'unknown',
  license: programs.dcraw.license,
  kind: 'native',
  needs: [{ type: 'program', name: 'dcraw' }],
  pairs: { x3f: ['tiff'] },
  options: () => [],
  rank: () => 80,
  note: () => 'developed with the white balance of the camera, 8 bits a channel',
  convert,
};

/** Pure. With the camera's white balance, into a TIFF. */
export const dcrawArgs = ({ inputPath }: Pick<ProgramJob, 'inputPath'>): readonly string[] => [
  '-w',
  '-T',
  inputPath,
];

async function convert(conversion: Conversion): Promise<Result<readonly OutputFile[], Failure>> {
  const job = await prepareJob(conversion);
  const call: ProgramCall = {
    program: 'dcraw',
    args: dcrawArgs(job),
    workDir: conversion.workDir,
    reads: [conversion.inputPath],
    signal: conversion.signal,
    about: conversion.inputName,
  };
  const ran = await runProgram(call);
  if (!ran.ok) return ran;
  const bad = whyNot(ran.value, job);
  if (bad !== undefined) return err(bad);
  // It writes beside its input, and takes no other place.
  const written = path.join(path.dirname(job.inputPath), 'input.tiff');
  await rename(written, job.outputPath).catch(() => undefined);
  const outputs = await collectOutputs(job, conversion);
  if (ran.value.exitCode === 0 && outputs.length > 0) return ok(outputs);
  return err(programFailed(call, ran.value, `it ended with code ${ran.value.exitCode}`));
}

/** It goes on after data that makes no sense, and says so. */
function whyNot({ stderr }: ProcessEnd, { inputName }: Pick<ProgramJob, 'inputName'>): Failure | undefined {
  const name = JSON.stringify(inputName);
  if (/Corrupt data|Unexpected end of file/u.test(stderr)) {
    return failure('bad-input', `${name} is damaged or cut off`, {
      hint: 'Copy or download it again from its source.',
    });
  }
  if (!/Cannot decode file|No files to process/u.test(stderr)) return undefined;
  return failure('bad-input', `${name} is no whole raw photo that dcraw knows`, {
    hint: 'Check that the file is what its name says, and is whole.',
  });
}
