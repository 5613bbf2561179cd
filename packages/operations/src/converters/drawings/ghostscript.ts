/** PostScript and PDF by Ghostscript: into each other, onto XPS, and into pictures. It runs confined, and in safe mode. */
import type { JsonObject } from '@pipeline/schema';
import { settlePdf, settleTiff } from '../../files/settle-dates.ts';
import type { Converter } from '../converter.ts';
import type { ProgramJob } from '../program-converter.ts';
import { programConverter } from '../program-converter.ts';

const devices: Readonly<Record<string, string>> = {
  pdf: 'pdfwrite',
  ps: 'ps2write',
  eps: 'eps2write',
  xps: 'xpswrite',
  png: 'png16m',
  jpg: 'jpeg',
  tiff: 'tiff24nc',
  txt: 'txtwrite',
};
const pictures: ReadonlySet<string> = new Set(['png', 'jpg', 'tiff']);
/** A file of one page each. */
const single: ReadonlySet<string> = new Set(['png', 'jpg', 'eps']);
const all: readonly string[] = Object.keys(devices);
const without = (from: string): readonly string[] => all.filter((to) => to !== from);
/** As CloudConvert draws pages. */
const defaultDensity = 150;

export const ghostscript: Converter = programConverter({
  name: 'ghostscript',
  program: 'ghostscript',
  standsFor: ['imagemagick', 'graphicsmagick', 'inkscape', 'uniconvertor'],
  uses: () => [{ type: 'fonts' }],
  // Illustrator's files are PDF, the old ones PostScript: it goes by the content.
  pairs: {
    eps: without('eps'),
    ps: without('ps'),
    ai: all,
    pdf: ['ps', 'eps', 'xps', 'png', 'jpg', 'tiff', 'txt'],
  },
  options: (_, to) => [
    'pages',
    ...(pictures.has(to) ? ['pixel_density'] : []),
    ...(to === 'jpg' ? ['quality'] : []),
  ],
  rank,
  note: (_, to) => (to === 'txt' ? 'the text of the pages; scans have none' : undefined),
  isPlural: (from, to) => single.has(to) && from !== 'eps',
  args: ghostscriptArgs,
  settle: ({ to }) => (to === 'pdf' ? settlePdf : to === 'tiff' ? settleTiff : undefined),
  progress: pageProgress,
});

/** Pictures and text are drawn better, and by more options, on the way over PDF. */
function rank(from: string, to: string): number {
  if (pictures.has(to)) return 40;
  if (to === 'txt') return 45;
  return from === 'pdf' && to === 'eps' ? 70 : 80;
}

/** Pure. */
export function ghostscriptArgs(job: ProgramJob): readonly string[] {
  const { inputPath, outputPath, outputDir, from, to, options } = job;
  const output = single.has(to) ? `${outputDir}/page-%04d.${to}` : outputPath;
  return [
    '-dSAFER',
    '-dBATCH',
    '-dNOPAUSE',
    '-dAutoRotatePages=/None',
    `-sDEVICE=${devices[to] ?? ''}`,
    ...(pictures.has(to) ? pictureArgs(options) : []),
    ...(from === 'eps' || from === 'ai' ? ['-dEPSCrop'] : []),
    ...pageArgs(options),
    // A percent sign would number the pages.
    `-sOutputFile=${output}`,
    '-f',
    inputPath,
  ];
}

function pictureArgs({ pixel_density: density, quality }: JsonObject): readonly string[] {
  return [
    `-r${typeof density === 'number' ? density : defaultDensity}`,
    '-dTextAlphaBits=4',
    '-dGraphicsAlphaBits=4',
    ...(typeof quality === 'number' ? [`-dJPEGQ=${quality}`] : []),
  ];
}

function pageArgs({ pages }: JsonObject): readonly string[] {
  if (typeof pages !== 'string' && typeof pages !== 'number') return [];
  return [`-sPageList=${String(pages).replaceAll(/\s/gu, '')}`];
}

/** `Page 3`, after `Processing pages 1 through 12.` for PDF. */
function pageProgress(line: string): number | undefined {
  const page = /^Page (\d+)$/u.exec(line)?.[1];
  // How many there are, PostScript does not say: the first takes half the way, and so on.
  return page === undefined ? undefined : 100 * (1 - 1 / (1 + Number(page)));
}
