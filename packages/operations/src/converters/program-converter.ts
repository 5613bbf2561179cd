/**
 * Makes a `Converter` of a program: what is special to it is a table of pairs and a pure function that writes its
 * arguments. Every file is worked on in a folder of its own, under names of ours (`in/input.docx`, `out/output.pdf`),
 * so that no name of a user's file can become an option, and everything that appears in `out` is an output.
 */
import { mkdir, readdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import type { Failure, OutputFile } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import type { Settle } from '../files/settle-dates.ts';
import { nameOf } from '../files/output-name.ts';
import type { ProcessEnd } from '../process.ts';
import { programVersion } from '../programs/find-program.ts';
import { programs } from '../programs/program-table.ts';
import type { ProgramName } from '../programs/program-table.ts';
import { programFailed, runProgram } from '../programs/run-program.ts';
import type { ProgramCall, ProgramLimits } from '../programs/run-program.ts';
import type { Conversion, Converter } from './converter.ts';

export interface ProgramConverter extends Pick<
  Converter,
  'name' | 'standsFor' | 'pairs' | 'options' | 'rank' | 'note' | 'isPlural' | 'check' | 'uses'
> {
  readonly program: ProgramName;
  /** Another command of the same program. */
  readonly command?: string;
  /** Pure. Paths are absolute; they hold no character of the user's file name. */
  readonly args: (job: ProgramJob) => readonly string[];
  readonly env?: (job: ProgramJob) => Readonly<Record<string, string>>;
  /** Percent from a line of what it prints. */
  readonly progress?: (line: string, job: ProgramJob) => number | undefined;
  /** The cause in the user's words, where the program's message has a known one: a password, a broken file. */
  readonly explain?: (end: ProcessEnd, job: ProgramJob) => Failure | undefined;
  /** For programs that exit with something else than 0 though all is well. */
  readonly isSuccess?: (end: ProcessEnd) => boolean;
  readonly limits?: Partial<ProgramLimits>;
  /** For a program that writes the time of now into its outputs, and cannot be told another. */
  readonly settle?: (job: ProgramJob) => Settle | undefined;
}

export interface ProgramJob {
  /** A link to the input, with the extension of its format. */
  readonly inputPath: string;
  readonly inputName: string;
  readonly from: string;
  readonly to: string;
  readonly options: JsonObject;
  /** Where a single output goes. */
  readonly outputPath: string;
  /** Everything in it is an output, in natural order of names. */
  readonly outputDir: string;
  readonly workDir: string;
  readonly fileInputs: Readonly<Record<string, readonly string[]>>;
}

export function programConverter(spec: ProgramConverter): Converter {
  const { name, standsFor, pairs, options, rank, note, isPlural, check, uses, program } = spec;
  return {
    name,
    standsFor,
    version: async () => (await programVersion(program)) ?? 'unknown',
    license: programs[program].license,
    kind: 'native',
    needs: [{ type: 'program', name: program }],
    pairs,
    options,
    rank,
    ...(note === undefined ? {} : { note }),
    ...(isPlural === undefined ? {} : { isPlural }),
    ...(check === undefined ? {} : { check }),
    ...(uses === undefined ? {} : { uses }),
    convert: (conversion) => convertByProgram(spec, conversion),
  };
}

async function convertByProgram(
  spec: ProgramConverter,
  conversion: Conversion,
): Promise<Result<readonly OutputFile[], Failure>> {
  const job = await prepareJob(conversion);
  const call: ProgramCall = {
    program: spec.program,
    ...(spec.command === undefined ? {} : { command: spec.command }),
    args: spec.args(job),
    workDir: conversion.workDir,
    reads: [conversion.inputPath, ...Object.values(job.fileInputs).flat()],
    ...(spec.env === undefined ? {} : { env: spec.env(job) }),
    ...(spec.limits === undefined ? {} : { limits: spec.limits }),
    signal: conversion.signal,
    ...progressReader(spec, job, conversion),
    about: conversion.inputName,
  };
  const startedMs = Date.now();
  const ran = await runProgram(call);
  if (!ran.ok) return ran;
  const end = ran.value;
  const isSuccess = spec.isSuccess?.(end) ?? end.exitCode === 0;
  const outputs = await collectOutputs(job, conversion);
  if (isSuccess && outputs.length > 0) {
    const settle = spec.settle?.(job);
    if (settle !== undefined) for (const output of outputs) await settle(output.path, startedMs);
    return ok(outputs);
  }
  const why = isSuccess ? 'it wrote no file' : `it ended with code ${end.exitCode}`;
  return err(spec.explain?.(end, job) ?? programFailed(call, end, why));
}

/** Makes the folders and the link to the input. `stem`: for programs that show what their input is called. */
export async function prepareJob(conversion: Conversion, stem = 'input'): Promise<ProgramJob> {
  const { workDir, inputPath, inputName, from, to, options } = conversion;
  const inputDir = path.join(workDir, 'in');
  const outputDir = path.join(workDir, 'out');
  await Promise.all([mkdir(inputDir), mkdir(outputDir)]);
  const link = path.join(inputDir, `${stem}.${from}`);
  await symlink(inputPath, link);
  return {
    inputPath: link,
    inputName,
    from,
    to,
    options,
    outputPath: path.join(outputDir, `output.${to}`),
    outputDir,
    workDir,
    fileInputs: conversion.fileInputs ?? {},
  };
}

function progressReader(
  { progress }: ProgramConverter,
  job: ProgramJob,
  conversion: Conversion,
): Pick<ProgramCall, 'onStdout' | 'onStderr'> {
  if (progress === undefined) return {};
  const read = (line: string): void => {
    const percent = progress(line, job);
    if (percent !== undefined) conversion.progress(Math.max(0, Math.min(100, percent)));
  };
  return { onStdout: read, onStderr: read };
}

/** Plain files only: a link could lead anywhere. */
export async function collectOutputs(
  { outputDir }: Pick<ProgramJob, 'outputDir'>,
  { dir, outputName }: Pick<Conversion, 'dir' | 'outputName'>,
): Promise<readonly OutputFile[]> {
  const entries = await readdir(outputDir, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
    .sort((left, right) => left.localeCompare(right, 'en', { numeric: true }));
  return names.map((name, index) => ({
    dir,
    name: nameOf(outputName, { number: index + 1, count: names.length }),
    path: path.join(outputDir, name),
  }));
}

/** A failure that names the cause, for `explain`. */
export function wrongPassword(job: Pick<ProgramJob, 'inputName' | 'options'>): Failure {
  const name = JSON.stringify(job.inputName);
  return job.options['password'] === undefined
    ? failure('bad-input', `${name} is protected by a password`, {
        code: 'PASSWORD_REQUIRED',
        hint: 'Give it with the option `password`.',
      })
    : failure('bad-input', `the password does not open ${name}`, {
        code: 'WRONG_PASSWORD',
        hint: 'Check the option `password`.',
      });
}
