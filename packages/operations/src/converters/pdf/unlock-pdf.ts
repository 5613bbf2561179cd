/**
 * A locked PDF as one that programs can open without its password: some take it only in their command line, which every
 * user of the machine can read. The library opens it; the copy lies in the folder of the job.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { textOption } from '../../read-options.ts';
import type { Conversion } from '../converter.ts';
import { qpdfFailure, runEmbedded } from './run-qpdf.ts';

export function decryptJob(options: JsonObject): JsonObject {
  const password = textOption(options, 'password');
  return {
    inputFile: 'input-1.pdf',
    ...(password === undefined ? {} : { password }),
    decrypt: '',
    deterministicId: '',
    outputFile: 'out/decrypted.pdf',
  };
}

/** The path of the input itself when no password is given. */
export async function unlockPdf(
  work: Pick<Conversion, 'inputPath' | 'inputName' | 'options' | 'workDir' | 'signal'>,
): Promise<Result<string, Failure>> {
  const { inputPath, inputName, options, signal } = work;
  if (textOption(options, 'password') === undefined) return ok(inputPath);
  const workDir = path.join(work.workDir, 'unlocked');
  await mkdir(path.join(workDir, 'out'), { recursive: true });
  const ran = await runEmbedded({
    job: decryptJob(options),
    inputs: [inputPath],
    workDir,
    signal,
    options,
    about: inputName,
  });
  if (!ran.ok) return ran;
  const bad = qpdfFailure(ran.value, { name: inputName, options, hasPassword: true });
  return bad === undefined ? ok(path.join(workDir, 'out', 'decrypted.pdf')) : err(bad);
}
