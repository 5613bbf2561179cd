/**
 * qpdf, the program and the library: both take the same job, qpdf's own JSON, and say the same words. It runs jobs and
 * explains what went wrong; it does not know what a job is for.
 */
import { constants } from 'node:fs';
import { copyFile, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { runInHost } from '../../host/host-pool.ts';
import { programVersion } from '../../programs/find-program.ts';
import { runProgram } from '../../programs/run-program.ts';
import { textOption } from '../../read-options.ts';
import { brokenPdf, noSuchPage, passwordNeeded } from './pdf-failures.ts';
import type { PdfMade, PdfTool, PdfWork } from './pdf-tool.ts';

/** Of qpdf inside the npm package; a test holds it to the one that is installed. */
export const qpdfVersion = '12.2.0';

export interface QpdfTask {
  /** Paths are relative: `input-1.pdf`, `out/…`; `%d` where several files come out. Pure. */
  readonly job: (options: JsonObject) => JsonObject;
  readonly refuses?: PdfTool['refuses'];
  /** The job holds a password, which must be in no argument and in no file: the library alone does it. */
  readonly isSecret?: boolean;
  /** The operation has an option `password`, which opens the file. */
  readonly hasPassword?: boolean;
  readonly message?: (options: JsonObject) => string | undefined;
}

export type QpdfRun = (call: QpdfCall) => Promise<Result<QpdfEnd, Failure>>;

export interface QpdfCall extends Pick<PdfWork, 'workDir' | 'signal' | 'options'> {
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

/** The tools for one task, the best first. */
export function qpdfTools(task: QpdfTask): readonly [PdfTool, ...PdfTool[]] {
  const refuses = task.refuses === undefined ? {} : { refuses: task.refuses };
  const embedded: PdfTool = {
    name: 'qpdf',
    standsFor: [],
    needs: [],
    version: async () => qpdfVersion,
    ...refuses,
    run: (work) => runTask(task, { work, by: runEmbedded }),
  };
  if (task.isSecret === true) return [embedded];
  const native: PdfTool = {
    ...embedded,
    needs: [{ type: 'program', name: 'qpdf' }],
    version: async () => (await programVersion('qpdf')) ?? 'unknown',
    run: (work) => runTask(task, { work, by: runNative }),
  };
  return [native, embedded];
}

async function runTask(
  task: QpdfTask,
  { work, by }: { readonly work: PdfWork; readonly by: QpdfRun },
): Promise<Result<PdfMade, Failure>> {
  const { workDir, inputPath, inputName, options, signal } = work;
  const outDir = path.join(workDir, 'out');
  await mkdir(outDir);
  const ran = await by({
    job: task.job(options),
    inputs: [inputPath],
    workDir,
    signal,
    options,
    about: inputName,
  });
  if (!ran.ok) return ran;
  if (/number \d+ out of range/.test(ran.value.said)) return err(await missingPage(work, by));
  const bad = qpdfFailure(ran.value, { name: inputName, options, hasPassword: task.hasPassword === true });
  if (bad !== undefined) return err(bad);
  const names = (await readdir(outDir)).sort((left, right) =>
    left.localeCompare(right, 'en', { numeric: true }),
  );
  if (names.length === 0) return err(brokenPdf(inputName, 'it has no pages'));
  const notes = [ran.value.exitCode === 3 ? repaired : undefined, task.message?.(options)].filter(
    (note) => note !== undefined,
  );
  return ok({
    files: names.map((name) => path.join(outDir, name)),
    ...(notes.length === 0 ? {} : { message: notes.join('. ') }),
  });
}

const repaired = 'The file was damaged in places and has been repaired: compare it with the original';

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

/** qpdf says that a page is not there, but not how many there are. */
async function missingPage(work: PdfWork, by: QpdfRun): Promise<Failure> {
  const { inputPath, inputName, signal, options } = work;
  const workDir = path.join(work.workDir, 'count');
  await mkdir(workDir);
  const job = { inputFile: 'input-1.pdf', showNpages: '' };
  const ran = await by({ job, inputs: [inputPath], workDir, signal, options: {}, about: inputName });
  if (!ran.ok) return ran.error;
  const count = Number(/^\s*(\d+)\s*$/m.exec(ran.value.said)?.[1] ?? 0);
  return noSuchPage(inputName, { pages: shownPages(options['pages']), count });
}

const shownPages = (pages: JsonObject[string] | undefined): string =>
  typeof pages === 'string' ? pages : JSON.stringify(pages ?? '');
