/**
 * qpdf, the program and the library: both take the same job, qpdf's own JSON, and say the same words. It runs jobs and
 * explains what went wrong; it does not know what a job is for.
 */
import { constants } from 'node:fs';
import { copyFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { ok } from '@pipeline/schema';
import { runInHost } from '../../host/host-pool.ts';
import { runProgram } from '../../programs/run-program.ts';
import { textOption } from '../../read-options.ts';
import type { Conversion } from '../converter.ts';
import { brokenPdf, passwordNeeded } from './pdf-failures.ts';

/** Of qpdf inside the npm package; a test holds it to the one that is installed. */
export const qpdfVersion = '12.2.0';

export type QpdfRun = (call: QpdfCall) => Promise<Result<QpdfEnd, Failure>>;

export interface QpdfCall extends Pick<Conversion, 'workDir' | 'signal' | 'options'> {
  readonly job: JsonObject;
  /** Are linked or copied as `input-1.pdf` and so on. */
  readonly inputs: readonly string[];
  readonly about: string;
}

export interface QpdfEnd {
  readonly exitCode: number;
  /** What it printed. */
  readonly said: string;
}

export const runNative: QpdfRun = async ({ job, inputs, workDir, signal, about }) => {
  await Promise.all(
    inputs.map((input, index) => symlink(input, path.join(workDir, `input-${index + 1}.pdf`))),
  );
  await writeFile(path.join(workDir, 'job.json'), JSON.stringify(job));
  const ran = await runProgram({
    program: 'qpdf',
    args: ['--job-json-file=job.json'],
    workDir,
    reads: inputs,
    signal,
    about,
  });
  if (!ran.ok) return ran;
  return ok({ exitCode: ran.value.exitCode ?? 2, said: `${ran.value.stderr}\n${ran.value.stdout}` });
};

export const runEmbedded: QpdfRun = async ({ job, inputs, workDir, signal, about }) => {
  await Promise.all(
    inputs.map((input, index) =>
      copyFile(input, path.join(workDir, `input-${index + 1}.pdf`), constants.COPYFILE_FICLONE),
    ),
  );
  const answer = await runInHost({ host: 'qpdf', job: { job, workDir }, signal, about });
  if (!answer.ok) return answer;
  const { exitCode } = answer.value;
  return ok({
    exitCode: typeof exitCode === 'number' ? exitCode : 2,
    said: textOption(answer.value, 'said') ?? '',
  });
};

export interface QpdfAbout {
  readonly name: string;
  readonly options: JsonObject;
  /** The operation has an option `password`. */
  readonly hasPassword: boolean;
}

/** qpdf ends with 0, or with 3 when it could mend what was wrong; what it says otherwise, in the words of the user. */
export function qpdfFailure({ exitCode, said }: QpdfEnd, about: QpdfAbout): Failure | undefined {
  const { name, options, hasPassword } = about;
  if (/invalid password/i.test(said)) return passwordNeeded(name, { options, hasOption: hasPassword });
  if (/can't find startxref/i.test(said)) return brokenPdf(name, 'its end is missing');
  if (exitCode === 0 || exitCode === 3) return undefined;
  const last = said
    .split('\n')
    .map((line) => line.replace(/^(?:qpdf|[\w.-]*program|WARNING|ERROR): /g, '').trim())
    .findLast((line) => line !== '');
  if (/encrypt|security handler|crypt filter/i.test(said)) {
    return failure(
      'unsupported',
      `${JSON.stringify(name)} is encrypted in a way that is not known here: ${last}`,
    );
  }
  return brokenPdf(name, last?.replaceAll(/(?:out\/|input-\d+\.pdf:? ?)/g, ''));
}
