/**
 * Ghostscript on one PDF: how it is started, how far it is, and what its complaints mean. It ends well whatever happened,
 * so that only its words tell. It does not know what the PDF is to become.
 */
import { symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { settlePdf } from '../../files/settle-dates.ts';
import type { ProcessEnd } from '../../process.ts';
import { programVersion } from '../../programs/find-program.ts';
import { programFailed, runProgram } from '../../programs/run-program.ts';
import type { ProgramCall } from '../../programs/run-program.ts';
import { brokenPdf, passwordNeeded } from '../../converters/pdf/pdf-failures.ts';
import type { PdfTool, PdfWork } from './pdf-tool.ts';

export const ghostscript: Pick<PdfTool, 'name' | 'standsFor' | 'needs' | 'version' | 'uses'> = {
  name: 'ghostscript',
  standsFor: ['gs'],
  needs: [{ type: 'program', name: 'ghostscript' }],
  version: async () => (await programVersion('ghostscript')) ?? 'unknown',
  uses: () => [{ type: 'fonts' }],
};

export interface GhostscriptCall {
  readonly options: readonly string[];
  /** PostScript that is run before the document. */
  readonly prologue?: string;
  /** Name inside the work folder. */
  readonly output: string;
}

export interface GhostscriptEnd {
  readonly path: string;
  /** To be told: the document had errors, which were mended. */
  readonly notes: readonly string[];
}

/** Paths are relative to the work folder and hold nothing of the user's. Pure. */
export function ghostscriptArgs({ options, prologue, output }: GhostscriptCall): readonly string[] {
  return [
    '-dSAFER',
    '-dBATCH',
    '-dNOPAUSE',
    '-sDEVICE=pdfwrite',
    ...options,
    `-sOutputFile=${output}`,
    ...(prologue === undefined ? [] : ['prologue.ps']),
    'input.pdf',
  ];
}

export async function runGhostscript(
  work: Pick<PdfWork, 'inputPath' | 'inputName' | 'workDir' | 'signal' | 'progress' | 'options'>,
  given: GhostscriptCall,
): Promise<Result<GhostscriptEnd, Failure>> {
  const { workDir, inputPath, inputName, signal } = work;
  await symlink(inputPath, path.join(workDir, 'input.pdf'));
  if (given.prologue !== undefined) await writeFile(path.join(workDir, 'prologue.ps'), given.prologue);
  const call: ProgramCall = {
    program: 'ghostscript',
    args: ghostscriptArgs(given),
    workDir,
    reads: [inputPath],
    signal,
    onStdout: pageReader(work.progress),
    about: inputName,
  };
  const startedMs = Date.now();
  const ran = await runProgram(call);
  if (!ran.ok) return ran;
  const bad = complaint(ran.value, call, work);
  if (bad !== undefined) return err(bad);
  const output = path.join(workDir, given.output);
  await settlePdf(output, startedMs);
  return ok({ path: output, notes: repairsOf(ran.value.stderr) });
}

/** `Processing pages 1 through 12.`, then `Page 1` and so on. */
export function pageReader(progress: (percent: number) => void): (line: string) => void {
  let count = 0;
  return (line) => {
    const all = /^Processing pages \d+ through (\d+)\./.exec(line);
    if (all !== null) count = Number(all[1]);
    const page = /^Page (\d+)\s*$/.exec(line);
    if (page !== null && count > 0) progress((100 * (Number(page[1]) - 1)) / count);
  };
}

function complaint(
  end: ProcessEnd,
  call: ProgramCall,
  { inputName, options }: Pick<PdfWork, 'inputName' | 'options'>,
): Failure | undefined {
  const said = `${end.stdout}\n${end.stderr}`;
  if (/requires a password|password for access/i.test(said)) {
    return passwordNeeded(inputName, { options, hasOption: false });
  }
  if (/No pages will be processed|Couldn't initialise file/i.test(said))
    return brokenPdf(inputName, 'it has no readable pages');
  if (/Output may be incorrect/i.test(said)) {
    return brokenPdf(inputName, /\*\*\*\* Error: (.+)/.exec(said)?.[1] ?? 'a page cannot be drawn');
  }
  return end.exitCode === 0 ? undefined : programFailed(call, end, `it ended with code ${end.exitCode}`);
}

/** Pages that know their parent are a circle to some versions (10.0), and no mistake. */
export function repairsOf(stderr: string): readonly string[] {
  const list = /errors were encountered[^\n]*\n((?:[ \t]+\S[^\n]*\n?)+)/.exec(stderr)?.[1] ?? '';
  const errors = list
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('circular reference'));
  if (errors.length === 0) return [];
  return [
    `The file was damaged in places (${errors.join('; ')}) and has been repaired: compare it with the original`,
  ];
}
