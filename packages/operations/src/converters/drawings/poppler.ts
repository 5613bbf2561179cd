/** PDF pages as drawings, pictures, PostScript and web pages by poppler's tools, each page by a call of its own. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Failure, OutputFile } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { nameOf } from '../../files/output-name.ts';
import { parsePageRange, selectPages } from '../../page-range.ts';
import type { ProcessEnd } from '../../process.ts';
import { programVersion } from '../../programs/find-program.ts';
import { programs } from '../../programs/program-table.ts';
import { programFailed, runProgram } from '../../programs/run-program.ts';
import type { ProgramCall } from '../../programs/run-program.ts';
import { unlockPdf } from '../pdf/unlock-pdf.ts';
import type { Conversion, Converter } from '../converter.ts';
import { wrongPassword } from '../program-converter.ts';

const pictures: ReadonlySet<string> = new Set(['png', 'jpg', 'tiff']);
const whole: ReadonlySet<string> = new Set(['ps', 'txt', 'html']);

export const poppler: Converter = {
  name: 'poppler',
  standsFor: ['pdf2htmlex', 'inkscape'],
  version: async () => (await programVersion('poppler')) ?? 'unknown',
  license: programs.poppler.license,
  kind: 'native',
  needs: [{ type: 'program', name: 'poppler' }],
  uses: () => [{ type: 'fonts' }],
  pairs: { pdf: ['svg', 'eps', 'ps', 'png', 'jpg', 'tiff', 'txt', 'html'] },
  options: (_, to) => [
    'password',
    ...(whole.has(to) ? [] : ['pages']),
    ...(pictures.has(to) ? ['pixel_density', 'width', 'height'] : []),
    ...(to === 'jpg' ? ['quality'] : []),
  ],
  rank: (_, to) => {
    if (pictures.has(to) || to === 'txt') return 70;
    return to === 'html' ? 55 : 85;
  },
  note: (_, to) => {
    if (to === 'html') return 'pages as they look, each line in its place';
    return whole.has(to) ? undefined : 'one file a page';
  },
  isPlural: (_, to) => !whole.has(to),
  convert,
};

async function convert(conversion: Conversion): Promise<Result<readonly OutputFile[], Failure>> {
  const { to, workDir } = conversion;
  const outputDir = path.join(workDir, 'out');
  await mkdir(outputDir);
  const input = await unlockPdf(conversion);
  if (!input.ok) return input;
  const opened = { ...conversion, inputPath: input.value };
  const pages = whole.has(to) ? ok([0]) : await pagesOf(opened);
  if (!pages.ok) return pages;
  const outputs: OutputFile[] = [];
  for (const [index, page] of pages.value.entries()) {
    conversion.progress((100 * index) / pages.value.length);
    // As the program itself ends the name of a TIFF.
    const file = path.join(outputDir, `page-${index + 1}.${to === 'tiff' ? 'tif' : to}`);
    const job = { page, input: input.value, file, to, options: conversion.options };
    const ran = await call(opened, popplerCommand(job));
    if (!ran.ok) return ran;
    const name = nameOf(conversion.outputName, { number: index + 1, count: pages.value.length });
    outputs.push({ dir: conversion.dir, name, path: file });
  }
  return ok(outputs);
}

interface PageJob {
  /** 0: all of them. */
  readonly page: number;
  readonly input: string;
  readonly file: string;
  readonly to: string;
  readonly options: JsonObject;
}

/** Pure: the command and its arguments, which hold no password: everybody on the machine can read them. */
export function popplerCommand(job: PageJob): readonly [command: string, ...args: string[]] {
  const { page, input, file, to, options } = job;
  const range = page === 0 ? [] : ['-f', String(page), '-l', String(page)];
  switch (to) {
    case 'svg':
      return ['pdftocairo', '-svg', ...range, input, file];
    case 'eps':
      return ['pdftops', '-eps', '-level3', ...range, input, file];
    case 'ps':
      return ['pdftops', '-level3', input, file];
    case 'txt':
      return ['pdftotext', '-layout', input, file];
    case 'html':
      return ['pdftohtml', '-q', '-s', '-c', '-noframes', '-dataurls', input, file];
    default:
      return [
        'pdftocairo',
        ...pictureArgs(to, options),
        ...range,
        '-singlefile',
        input,
        file.replace(/\.[^./]+$/u, ''),
      ];
  }
}

function pictureArgs(to: string, options: JsonObject): readonly string[] {
  const { width, height, pixel_density: density, quality } = options;
  const isSized = typeof width === 'number' || typeof height === 'number';
  return [
    to === 'jpg' ? '-jpeg' : `-${to}`,
    ...(to === 'jpg' && typeof quality === 'number' ? ['-jpegopt', `quality=${quality}`] : []),
    ...(isSized
      ? ['-scale-to-x', edge(width), '-scale-to-y', edge(height)]
      : ['-r', String(typeof density === 'number' ? density : 150)]),
  ];
}

/** -1: in proportion to the other. */
const edge = (length: unknown): string => String(typeof length === 'number' ? length : -1);

async function call(
  conversion: Conversion,
  [command, ...args]: readonly [string, ...string[]],
): Promise<Result<ProcessEnd, Failure>> {
  const run: ProgramCall = {
    program: 'poppler',
    command,
    args,
    workDir: conversion.workDir,
    reads: [conversion.inputPath],
    signal: conversion.signal,
    about: conversion.inputName,
  };
  const ran = await runProgram(run);
  if (!ran.ok || ran.value.exitCode === 0) return ran;
  if (/Incorrect password/u.test(ran.value.stderr)) return err(wrongPassword(conversion));
  return err(programFailed(run, ran.value, `it ended with code ${ran.value.exitCode}`));
}

async function pagesOf(conversion: Conversion): Promise<Result<readonly number[], Failure>> {
  const {
    inputName,
    inputPath,
    options: { pages },
  } = conversion;
  const info = await call(conversion, ['pdfinfo', inputPath]);
  if (!info.ok) return info;
  const count = Number(/^Pages:\s+(\d+)/mu.exec(info.value.stdout)?.[1] ?? 1);
  if (pages === undefined) return ok(Array.from({ length: count }, (_, index) => index + 1));
  const ranges = parsePageRange(pages);
  const invalid = { code: 'INVALID_OPTION' };
  if (!ranges.ok)
    return err(failure('unsupported', `pages: ${JSON.stringify(pages)}: ${ranges.error}`, invalid));
  const selected = selectPages(ranges.value, count);
  if (selected.length > 0) return ok(selected);
  const message = `"pages: ${JSON.stringify(pages)}" asks for no page of ${JSON.stringify(inputName)}, which has ${count}`;
  return err(failure('bad-input', message));
}
