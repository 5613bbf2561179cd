/**
 * `pdf/ocr`: an invisible layer of text over pages that have none; pictures stay as they are, and so do pages with text.
 * By OCRmyPDF, else by tesseract page by page, else by tesseract.js, the optional pack.
 */
import { symlink } from 'node:fs/promises';
import path from 'node:path';
import type { Failure, Operation } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { packs } from '../../packs.ts';
import { programVersion } from '../../programs/find-program.ts';
import { programFailed, runProgram } from '../../programs/run-program.ts';
import type { ProgramCall } from '../../programs/run-program.ts';
import { inspectPdf } from '../../converters/pdf/inspect-pdf.ts';
import { missingLanguage, ocrLanguages } from './ocr-languages.ts';
import { byLibrary, byProgram, recognizePages } from './ocr-pages.ts';
import { brokenPdf, passwordNeeded } from '../../converters/pdf/pdf-failures.ts';
import { pdfOperation } from './pdf-tool.ts';
import type { PdfMade, PdfTool, PdfWork } from './pdf-tool.ts';

const ocrmypdf: PdfTool = {
  name: 'ocrmypdf',
  standsFor: [],
  needs: [
    { type: 'program', name: 'ocrmypdf' },
    { type: 'program', name: 'tesseract' },
  ],
  version: async () => (await programVersion('ocrmypdf')) ?? 'unknown',
  uses: () => [{ type: 'ocr-languages' }, { type: 'program', name: 'ghostscript' }],
  run: runOcrmypdf,
};

const tesseract: PdfTool = {
  name: 'tesseract',
  standsFor: [],
  needs: [{ type: 'program', name: 'tesseract' }],
  version: async () => (await programVersion('tesseract')) ?? 'unknown',
  uses: () => [{ type: 'ocr-languages' }, { type: 'libvips' }],
  run: async (work) => {
    const missing = await lacksLanguage(work);
    return missing === undefined ? recognizePages(work, byProgram) : err(missing);
  },
};

const library: PdfTool = {
  name: 'tesseract.js',
  standsFor: ['tesseract'],
  needs: [{ type: 'pack', name: 'ocr' }],
  version: async () => packs.ocr.version,
  uses: () => [{ type: 'libvips' }],
  run: (work) => recognizePages(work, byLibrary),
};

export const pdfOcr: Operation = pdfOperation({ tools: [ocrmypdf, tesseract, library] });

async function lacksLanguage({ workDir, signal, inputName, options }: PdfWork): Promise<Failure | undefined> {
  const call = {
    program: 'tesseract',
    args: ['--list-langs'],
    workDir,
    reads: [],
    signal,
    about: inputName,
  } as const;
  const ran = await runProgram(call);
  if (!ran.ok) return ran.error;
  return missingLanguage(ocrLanguages(options), `${ran.value.stdout}\n${ran.value.stderr}`);
}

/** Pure. Pages that have text are left alone; nothing is compressed anew. */
export function ocrmypdfArgs(options: PdfWork['options']): readonly string[] {
  return [
    '--skip-text',
    '--output-type=pdf',
    '--optimize=0',
    '--fast-web-view=0',
    '--language',
    ocrLanguages(options).join('+'),
    ...(options['auto_orient'] === false ? [] : ['--rotate-pages', '--rotate-pages-threshold=2']),
    '-v1',
    'input.pdf',
    'searchable.pdf',
  ];
}

async function runOcrmypdf(work: PdfWork): Promise<Result<PdfMade, Failure>> {
  const { inputPath, inputName, workDir, signal, options } = work;
  const missing = await lacksLanguage(work);
  if (missing !== undefined) return err(missing);
  const content = await inspectPdf({ path: inputPath, name: inputName }, signal);
  if (!content.ok) return content;
  await symlink(inputPath, path.join(workDir, 'input.pdf'));
  const call: ProgramCall = {
    program: 'ocrmypdf',
    args: ocrmypdfArgs(options),
    workDir,
    reads: [inputPath],
    signal,
    onStderr: finishedPages(content.value.pages, work.progress),
    about: inputName,
  };
  const ran = await runProgram(call);
  if (!ran.ok) return ran;
  const { exitCode, stderr } = ran.value;
  if (exitCode === 0) return ok({ files: [path.join(workDir, 'searchable.pdf')] });
  // Exit codes as OCRmyPDF documents them.
  if (exitCode === 8) return err(passwordNeeded(inputName, { options, hasOption: false }));
  if (exitCode === 2) return err(brokenPdf(inputName, stderr.trim().split('\n').at(-1)));
  return err(programFailed(call, ran.value, `it ended with code ${exitCode}`));
}

/** A page is done when its layers are joined, in whatever order. */
export function finishedPages(count: number, progress: (percent: number) => void): (line: string) => void {
  const done = new Set<string>();
  return (line) => {
    const page = /^\s*(\d+) Page rotation:/.exec(line)?.[1];
    if (page === undefined || count === 0) return;
    done.add(page);
    progress(Math.min(99, (100 * done.size) / count));
  };
}
