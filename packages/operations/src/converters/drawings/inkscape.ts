/** Vector drawings by Inkscape: lines stay lines, and what cannot be one becomes a picture inside of the drawing. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Failure, OutputFile } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { ok } from '@pipeline/schema';
import { nameOf } from '../../files/output-name.ts';
import { settlePostScript } from '../../files/settle-dates.ts';
import { askedPdfPages } from '../asked-pdf-pages.ts';
import type { Conversion, Converter } from '../converter.ts';
import type { ProgramJob } from '../program-converter.ts';
import { programConverter } from '../program-converter.ts';

const outputs: readonly string[] = ['svg', 'pdf', 'eps', 'ps', 'emf', 'wmf', 'png'];
const inputs: readonly string[] = ['svg', 'svgz', 'emf', 'wmf', 'pdf', 'ai'];

const drawing: Converter = programConverter({
  name: 'inkscape',
  program: 'inkscape',
  standsFor: ['uniconvertor'],
  // It has Ghostscript read PostScript.
  uses: () => [{ type: 'fonts' }, { type: 'program', name: 'ghostscript' }],
  pairs: Object.fromEntries(inputs.map((from) => [from, outputs.filter((to) => to !== from)])),
  options: (from, to) => [
    ...(to === 'png' ? ['width', 'height', 'pixel_density'] : []),
    ...(from === 'pdf' ? ['pages'] : []),
  ],
  rank,
  note: (from) => (from === 'pdf' ? 'one file a page' : from === 'ai' ? 'the first page' : undefined),
  isPlural: (from) => from === 'pdf',
  args: inkscapeArgs,
  settle: ({ to }) => (to === 'ps' || to === 'eps' ? settlePostScript : undefined),
  // It says much and ends well without a file: the cause is in what it said.
  limits: { timeoutMs: 600_000 },
});

/** It opens one page of a PDF at a time, and the first one instead of one that is not there. */
export const inkscape: Converter = {
  ...drawing,
  convert: (conversion) =>
    conversion.from === 'pdf' ? convertPages(conversion) : drawing.convert(conversion),
};

async function convertPages(conversion: Conversion): Promise<Result<readonly OutputFile[], Failure>> {
  const pages = await askedPdfPages(conversion);
  if (!pages.ok) return pages;
  const made: OutputFile[] = [];
  for (const [index, page] of pages.value.entries()) {
    conversion.progress((100 * index) / pages.value.length);
    const workDir = path.join(conversion.workDir, `page-${page}`);
    await mkdir(workDir);
    const options = { ...conversion.options, pages: page };
    const one = await drawing.convert({ ...conversion, workDir, options, progress: () => undefined });
    if (!one.ok) return one;
    const name = nameOf(conversion.outputName, { number: index + 1, count: pages.value.length });
    made.push(...one.value.map((file) => ({ ...file, name })));
  }
  return ok(made);
}

function rank(from: string, to: string): number {
  if (to === 'emf' || to === 'wmf') return 75;
  if (from === 'pdf' || from === 'ai') return 50;
  // Pictures of drawings come from sharp and pdfium, which honour all of the options.
  if (to === 'png') return 45;
  // It shows what `visibility: hidden` hides: rsvg and Typst draw an SVG as browsers do.
  return from === 'svg' || from === 'svgz' ? 50 : 70;
}

/** Pure. `pages`: a single one. */
export function inkscapeArgs({ inputPath, outputPath, from, to, options }: ProgramJob): readonly string[] {
  const { width, height, pixel_density: density, pages } = options;
  return [
    `--export-type=${to}`,
    `--export-filename=${outputPath}`,
    '--export-area-page',
    ...(to === 'svg' ? ['--export-plain-svg'] : []),
    ...(typeof width === 'number' ? [`--export-width=${width}`] : []),
    ...(typeof height === 'number' ? [`--export-height=${height}`] : []),
    ...(typeof density === 'number' ? [`--export-dpi=${density}`] : []),
    ...(from === 'pdf' && typeof pages === 'number' ? [`--pdf-page=${pages}`] : []),
    inputPath,
  ];
}
