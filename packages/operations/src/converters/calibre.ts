/**
 * Ebooks by Calibre's `ebook-convert`: every reader's format, and paper. An OEB publication is a folder for Calibre; here
 * it travels as one zip file.
 */
import { createWriteStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import type { Failure, OutputFile } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, formatKind, ok } from '@pipeline/schema';
import { outputDateOfZip } from '../files/output-date.ts';
import { nameOf } from '../files/output-name.ts';
import { unpackChm } from './calibre-chm.ts';
import { programVersion } from '../programs/find-program.ts';
import { programs } from '../programs/program-table.ts';
import { programFailed, runProgram } from '../programs/run-program.ts';
import type { Conversion, Converter } from './converter.ts';
import { collectOutputs, prepareJob } from './program-converter.ts';
import type { ProgramJob } from './program-converter.ts';
import { shownStem } from './shown-stem.ts';

const readable =
  'azw azw3 azw4 cbc cbz chm docx epub fb2 html htmlz lit lrf mobi odt oeb pdb pdf pml prc rb rtf snb tcr txt txtz';
const ebooks: readonly string[] = [
  'azw3',
  'epub',
  'fb2',
  'htmlz',
  'lrf',
  'mobi',
  'oeb',
  'pdb',
  'rb',
  'snb',
  'tcr',
  'txtz',
];
const documents: readonly string[] = ['docx', 'pdf', 'rtf', 'txt'];

const isEbook = (format: string): boolean => formatKind(format) === 'ebook';

export const calibre: Converter = {
  name: 'calibre',
  standsFor: [],
  version: async () => (await programVersion('calibre')) ?? 'unknown',
  license: programs.calibre.license,
  kind: 'native',
  needs: [{ type: 'program', name: 'calibre' }],
  uses: () => [{ type: 'fonts' }],
  pairs: Object.fromEntries(
    readable.split(' ').map((from) => {
      // From one document to another it is not its business.
      const targets = isEbook(from) ? [...ebooks, ...documents] : ebooks;
      return [from, targets.filter((to) => to !== from)];
    }),
  ),
  options: (_, to) => [
    ...(to === 'txt' || to === 'tcr' || to === 'txtz' ? [] : ['font_size']),
    ...(to === 'pdf' ? ['page_size'] : []),
    ...(['pdf', 'epub', 'azw3', 'lrf', 'docx', 'htmlz', 'oeb'].includes(to)
      ? ['margin_top', 'margin_bottom', 'margin_left', 'margin_right']
      : []),
  ],
  rank: (from, to) => {
    // A page is no flowing text, and plain text is better understood by others.
    if (from === 'pdf' || from === 'txt') return to === 'epub' ? 40 : 60;
    return isEbook(from) && isEbook(to) ? 85 : 70;
  },
  note: (from) => (from === 'pdf' ? 'the text of the pages, flowing' : undefined),
  convert,
};

/** Calibre's own name for the input, where ours says nothing to it. */
const knownAs: Readonly<Record<string, string>> = { azw: 'mobi', prc: 'mobi', oeb: 'zip' };

/** Pure. */
export function calibreArgs({
  inputPath,
  outputPath,
  to,
  options,
}: Pick<ProgramJob, 'inputPath' | 'outputPath' | 'to' | 'options'>): readonly string[] {
  const { page_size: size, font_size: fontSize } = options;
  return [
    inputPath,
    // Without an extension: a folder.
    to === 'oeb' ? outputPath.replace(/\.oeb$/, '') : outputPath,
    ...(typeof size === 'string' ? ['--paper-size', size.toLowerCase()] : []),
    ...(typeof fontSize === 'number' ? fontArgs(fontSize, to) : []),
    ...['top', 'bottom', 'left', 'right'].flatMap((side) => marginArgs(options, side, to)),
  ];
}

const fontArgs = (points: number, to: string): readonly string[] => [
  '--base-font-size',
  String(points),
  // In pixels, of which an inch has 96.
  ...(to === 'pdf' ? ['--pdf-default-font-size', String(Math.round((points * 96) / 72))] : []),
];

/** Millimetres → points. */
function marginArgs(options: JsonObject, side: string, to: string): readonly string[] {
  const value = options[`margin_${side}`];
  if (typeof value !== 'number') return [];
  return [`--${to === 'pdf' ? 'pdf-page-margin' : 'margin'}-${side}`, ((value * 72) / 25.4).toFixed(1)];
}

/** `34% Running transforms on e-book...` */
export function calibreProgress(line: string): number | undefined {
  const percent = /^(\d{1,3})% /.exec(line)?.[1];
  return percent === undefined ? undefined : Number(percent);
}

async function convert(conversion: Conversion): Promise<Result<readonly OutputFile[], Failure>> {
  const { from, to, workDir, inputPath, inputName, signal } = conversion;
  // Where a book tells no title, its file name becomes one.
  const title = shownStem(inputName);
  const prepared = await prepareJob({ ...conversion, from: knownAs[from] ?? from }, title);
  const page = from === 'chm' ? await unpackChm(conversion, title) : ok(prepared.inputPath);
  if (!page.ok) return page;
  const job = { ...prepared, inputPath: page.value };
  const onStdout = (line: string): void => {
    const percent = calibreProgress(line);
    if (percent !== undefined) conversion.progress(percent);
  };
  const call = {
    program: 'calibre',
    // All that the list of pages names comes before what these lead to.
    args: [...calibreArgs(job), ...(from === 'chm' ? ['--breadth-first'] : [])],
    workDir,
    reads: [inputPath],
    // It draws PDF pages with a browser, whose own sandbox cannot work inside of ours.
    env: {
      QT_QPA_PLATFORM: 'offscreen',
      QTWEBENGINE_DISABLE_SANDBOX: '1',
      QTWEBENGINE_CHROMIUM_FLAGS: '--no-sandbox',
    },
    signal,
    onStdout,
    about: inputName,
  } as const;
  const ran = await runProgram(call);
  if (!ran.ok) return ran;
  const said = `${ran.value.stdout}\n${ran.value.stderr}`;
  if (ran.value.exitCode !== 0) {
    const isLocked = /\bDRM(?:Error|ed)?\b/.test(said);
    const why = `it ended with code ${ran.value.exitCode}`;
    return err(isLocked ? drmProtected(inputName) : programFailed(call, ran.value, why));
  }
  if (to === 'oeb') return ok([await zipped(job, conversion)]);
  const outputs = await collectOutputs(job, conversion);
  return outputs.length > 0 ? ok(outputs) : err(programFailed(call, ran.value, 'it wrote no file'));
}

const drmProtected = (name: string): Failure =>
  failure(
    'bad-input',
    `${JSON.stringify(name)} is locked by DRM: only the reader that it was sold to can open it`,
    {
      code: 'DRM_PROTECTED',
      hint: 'Get a copy without DRM from the shop or the publisher.',
    },
  );

/** The folder as one file, the same every time: names in order, no times of their own. */
async function zipped(
  { outputDir }: ProgramJob,
  { workDir, dir, outputName }: Conversion,
): Promise<OutputFile> {
  const { ZipFile } = await import('yazl');
  const folder = path.join(outputDir, 'output');
  const file = path.join(workDir, 'zipped.oeb');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  const zip = new ZipFile();
  for (const name of names.toSorted()) {
    zip.addFile(name, path.relative(folder, name), { mtime: outputDateOfZip() });
  }
  zip.end();
  await finished(zip.outputStream.pipe(createWriteStream(file)));
  return { dir, name: nameOf(outputName, { number: 1, count: 1 }), path: file };
}
