/** Vector drawings by Inkscape: lines stay lines, and what cannot be one becomes a picture inside of the drawing. */
import type { Converter } from './converter.ts';
import type { ProgramJob } from './program-converter.ts';
import { programConverter } from './program-converter.ts';

const outputs: readonly string[] = ['svg', 'pdf', 'eps', 'ps', 'emf', 'wmf', 'png'];
const inputs: readonly string[] = ['svg', 'svgz', 'emf', 'wmf', 'pdf', 'ai'];

export const inkscape: Converter = programConverter({
  name: 'inkscape',
  program: 'inkscape',
  standsFor: ['uniconvertor'],
  pairs: Object.fromEntries(inputs.map((from) => [from, outputs.filter((to) => to !== from)])),
  options: (from, to) => [
    ...(to === 'png' ? ['width', 'height', 'pixel_density'] : []),
    ...(from === 'pdf' ? ['pages'] : []),
  ],
  rank,
  note: (from) =>
    from === 'pdf' || from === 'ai' ? 'the first page, or the one that `pages` names' : undefined,
  args: inkscapeArgs,
  // It says much and ends well without a file: the cause is in what it said.
  limits: { timeoutMs: 600_000 },
});

function rank(from: string, to: string): number {
  if (to === 'emf' || to === 'wmf') return 75;
  if (from === 'pdf' || from === 'ai') return 50;
  // Pictures of drawings come from sharp and pdfium, which honour all of the options.
  if (to === 'png') return 45;
  // It shows what `visibility: hidden` hides: rsvg and Typst draw an SVG as browsers do.
  return from === 'svg' || from === 'svgz' ? 50 : 70;
}

/** Pure. */
export function inkscapeArgs({ inputPath, outputPath, from, to, options }: ProgramJob): readonly string[] {
  const { width, height, pixel_density: density, pages } = options;
  const page = from === 'pdf' ? firstPage(pages) : undefined;
  return [
    `--export-type=${to}`,
    `--export-filename=${outputPath}`,
    '--export-area-page',
    ...(to === 'svg' ? ['--export-plain-svg'] : []),
    ...(typeof width === 'number' ? [`--export-width=${width}`] : []),
    ...(typeof height === 'number' ? [`--export-height=${height}`] : []),
    ...(typeof density === 'number' ? [`--export-dpi=${density}`] : []),
    ...(page === undefined ? [] : [`--pdf-page=${page}`]),
    inputPath,
  ];
}

function firstPage(pages: unknown): string {
  if (typeof pages === 'number') return String(pages);
  return (typeof pages === 'string' ? /^\s*(\d+)/u.exec(pages)?.[1] : undefined) ?? '1';
}
