/** Operations on PDFs by qpdf, the program or the library: a job for it, and the files that come of it. */
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { brokenPdf, noSuchPage } from '../../converters/pdf/pdf-failures.ts';
import { qpdfFailure, qpdfVersion, runEmbedded, runNative } from '../../converters/pdf/run-qpdf.ts';
import type { QpdfRun } from '../../converters/pdf/run-qpdf.ts';
import { programVersion } from '../../programs/find-program.ts';
import type { PdfMade, PdfTool, PdfWork } from './pdf-tool.ts';

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
