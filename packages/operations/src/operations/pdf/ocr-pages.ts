/**
 * OCR page by page: each page is drawn, read, turned and read again where it seems to lie wrong, and its text is laid over
 * the page in the end. It does not know who reads: the program or the library.
 */
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { runInHost } from '../../host/host-pool.ts';
import { programFailed, runProgram } from '../../programs/run-program.ts';
import { textOption } from '../../read-options.ts';
import { inspectPdf } from '../../converters/pdf/inspect-pdf.ts';
import { ocrLanguages } from './ocr-languages.ts';
import type { PdfMade, PdfWork } from './pdf-tool.ts';
import { isBetter, readWords, turnsToTry } from './read-words.ts';
import type { Reading } from './read-words.ts';

/** Reads one picture; gives what tesseract says of the words, and writes their layer to `<stem>.pdf`. */
type Reader = (page: PagePicture, work: PdfWork) => Promise<Result<string, Failure>>;

interface PagePicture {
  /** Without its extension, `.png`. */
  readonly stem: string;
  readonly density: number;
}

interface Layer extends Reading {
  readonly path: string;
  /** Degrees, clockwise, by which the page is turned upright. */
  readonly turn: number;
}

export async function recognizePages(work: PdfWork, read: Reader): Promise<Result<PdfMade, Failure>> {
  const { inputPath, inputName, workDir, signal } = work;
  const content = await inspectPdf({ path: inputPath, name: inputName }, signal);
  if (!content.ok) return content;
  const pagesDir = path.join(workDir, 'pages');
  await mkdir(pagesDir);
  const layers: JsonObject[] = [];
  for (let index = 0; index < content.value.pages; index += 1) {
    work.progress((98 * index) / content.value.pages);
    const layer = await recognizePage(index, { work, read, stem: path.join(pagesDir, String(index + 1)) });
    if (!layer.ok) return layer;
    if (layer.value !== undefined) layers.push({ index, path: layer.value.path, turn: layer.value.turn });
  }
  const outputPath = path.join(workDir, 'searchable.pdf');
  const job = { type: 'assemble', inputPath, inputName, outputPath, layers };
  const answer = await runInHost({ host: 'ocr', job, signal, about: inputName });
  const skipped = content.value.pages - layers.length;
  const message = `${skipped === 1 ? 'One page has' : `${skipped} pages have`} text already, or none that can be read: left as they are`;
  return answer.ok ? ok({ files: [outputPath], ...(skipped === 0 ? {} : { message }) }) : answer;
}

interface About {
  readonly work: PdfWork;
  readonly read: Reader;
  readonly stem: string;
}

/** Undefined: there is text already, or nothing that can be read. */
async function recognizePage(index: number, about: About): Promise<Result<Layer | undefined, Failure>> {
  const { work, read, stem } = about;
  const job = { type: 'render', inputPath: work.inputPath, index, outputPath: `${stem}.png` };
  const drawn = await runInHost({ host: 'ocr', job, signal: work.signal, about: work.inputName });
  if (!drawn.ok) return drawn;
  if (drawn.value['hasText'] === true) return ok(undefined);
  const { density } = drawn.value;
  const dpi = typeof density === 'number' ? density : 300;
  const upright = await readAt(0, { stem, density: dpi }, { work, read });
  if (!upright.ok) return upright;
  let best = upright.value;
  if (work.options['auto_orient'] !== false) {
    for (const turn of turnsToTry(upright.value)) {
      const turned = await readAt(turn, { stem, density: dpi }, { work, read });
      if (!turned.ok) return turned;
      if (isBetter(turned.value, best)) best = turned.value;
    }
  }
  return ok(best.words === 0 ? undefined : best);
}

async function readAt(
  turn: number,
  page: PagePicture,
  { work, read }: Pick<About, 'work' | 'read'>,
): Promise<Result<Layer, Failure>> {
  const stem = turn === 0 ? page.stem : `${page.stem}-${turn}`;
  if (turn !== 0) {
    const job = { type: 'turn', inputPath: `${page.stem}.png`, outputPath: `${stem}.png`, degrees: turn };
    const turned = await runInHost({ host: 'ocr', job, signal: work.signal, about: work.inputName });
    if (!turned.ok) return turned;
  }
  const tsv = await read({ ...page, stem }, work);
  return tsv.ok ? ok({ ...readWords(tsv.value), path: `${stem}.pdf`, turn }) : tsv;
}

export const byProgram: Reader = async ({ stem, density }, { workDir, signal, inputName, options }) => {
  const call = {
    program: 'tesseract',
    args: tesseractArgs({ stem, density, languages: ocrLanguages(options) }),
    workDir,
    reads: [],
    // Its threads wait for each other by spinning: on a busy machine two are far slower than one.
    env: { OMP_THREAD_LIMIT: '1' },
    signal,
    about: inputName,
  } as const;
  const ran = await runProgram(call);
  if (!ran.ok) return ran;
  if (ran.value.exitCode !== 0)
    return err(programFailed(call, ran.value, `it ended with code ${ran.value.exitCode}`));
  return ok(await readFile(`${stem}.tsv`, 'utf8'));
};

/** Pure. */
export function tesseractArgs(
  page: PagePicture & { readonly languages: readonly string[] },
): readonly string[] {
  const { stem, density, languages } = page;
  return [
    `${stem}.png`,
    stem,
    '-l',
    languages.join('+'),
    '--dpi',
    String(density),
    '-c',
    'textonly_pdf=1',
    'pdf',
    'tsv',
  ];
}

export const byLibrary: Reader = async ({ stem }, { signal, inputName, options }) => {
  const job = {
    type: 'recognize',
    inputPath: `${stem}.png`,
    outputPath: `${stem}.pdf`,
    languages: ocrLanguages(options),
  };
  const answer = await runInHost({ host: 'ocr', job, signal, about: inputName });
  return answer.ok ? ok(textOption(answer.value, 'tsv') ?? '') : answer;
};
