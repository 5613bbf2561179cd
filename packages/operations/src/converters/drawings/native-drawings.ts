/** Programs for one kind of drawing or scan each: pstoedit (DXF, CGM), MuPDF (XPS), DjVuLibre (DjVu). */
import { settlePdf } from '../../files/settle-dates.ts';
import { chain } from '../chain.ts';
import type { Converter } from '../converter.ts';
import { ghostscript } from './ghostscript.ts';
import type { ProgramJob } from '../program-converter.ts';
import { programConverter } from '../program-converter.ts';

const editable = ['dxf', 'cgm'];
const drivers: Readonly<Record<string, string>> = { dxf: 'dxf_s', cgm: 'plot-cgm' };

const lines: Converter = programConverter({
  name: 'pstoedit',
  program: 'pstoedit',
  standsFor: ['cadconverter', 'inkscape', 'uniconvertor'],
  uses: () => [{ type: 'fonts' }],
  pairs: { eps: editable, ps: editable },
  options: () => [],
  rank: () => 60,
  note: (from) =>
    from === 'eps' ? 'the lines, curves as polylines' : 'the lines of each page, curves as polylines',
  isPlural: (from) => from !== 'eps',
  args: pstoeditArgs,
});

/** It has Ghostscript read what it takes apart. */
export const pstoedit: Converter = {
  ...lines,
  needs: [...lines.needs, { type: 'program', name: 'ghostscript' }],
};

/** It listens to PostScript's own words for lines, which Ghostscript's reader of PDF does not use: pages go by PostScript. */
export const pdfLines: Converter = chain({
  first: ghostscript,
  via: 'ps',
  second: pstoedit,
  pairs: { pdf: editable },
  penalty: 5,
});

/** Pure. */
export function pstoeditArgs({ inputPath, outputDir, to }: ProgramJob): readonly string[] {
  return ['-q', '-split', '-f', drivers[to] ?? '', inputPath, `${outputDir}/page-%d.${to}`];
}

export const mupdf: Converter = programConverter({
  name: 'mupdf',
  program: 'mupdf',
  standsFor: [],
  pairs: { xps: ['pdf', 'png', 'svg', 'txt'] },
  options: (_, to) => (to === 'png' ? ['pixel_density', 'width', 'height'] : []),
  rank: (_, to) => (to === 'pdf' ? 85 : 45),
  isPlural: (_, to) => to === 'png' || to === 'svg',
  args: mupdfArgs,
});

/** Pure. */
export function mupdfArgs({ inputPath, outputPath, outputDir, to, options }: ProgramJob): readonly string[] {
  const { width, height, pixel_density: density } = options;
  if (to === 'pdf') return ['convert', '-F', 'pdf', '-o', outputPath, inputPath];
  const isPlural = to === 'png' || to === 'svg';
  return [
    'draw',
    '-q',
    ...(to === 'png' ? ['-r', String(typeof density === 'number' ? density : 150)] : []),
    ...(typeof width === 'number' ? ['-w', String(width)] : []),
    ...(typeof height === 'number' ? ['-h', String(height)] : []),
    '-F',
    to,
    '-o',
    isPlural ? `${outputDir}/page-%d.${to}` : outputPath,
    inputPath,
  ];
}

export const djvu: Converter = programConverter({
  name: 'djvulibre',
  program: 'djvulibre',
  standsFor: ['calibre'],
  pairs: { djvu: ['pdf', 'tiff', 'ppm'] },
  options: (_, to) => ['pages', ...(to === 'pdf' ? ['quality'] : [])],
  rank: () => 80,
  note: (_, to) => (to === 'ppm' ? 'the first page' : 'the pages as pictures'),
  args: djvuArgs,
  settle: ({ to }) => (to === 'pdf' ? settlePdf : undefined),
});

/** Pure. `pages` has the same grammar there. */
export function djvuArgs({ inputPath, outputPath, to, options }: ProgramJob): readonly string[] {
  const { pages, quality } = options;
  const asked = typeof pages === 'string' || typeof pages === 'number' ? String(pages) : undefined;
  const wanted = asked ?? (to === 'ppm' ? '1' : undefined);
  return [
    `-format=${to}`,
    ...(wanted === undefined ? [] : [`-page=${wanted.replaceAll(/\s/gu, '')}`]),
    ...(typeof quality === 'number' ? [`-quality=${quality}`] : []),
    inputPath,
    outputPath,
  ];
}
