/** SVG drawings into PDF and PostScript by rsvg-convert: lines stay lines, text stays text. */
import { settlePostScript } from '../../files/settle-dates.ts';
import type { Converter } from '../converter.ts';
import type { ProgramJob } from '../program-converter.ts';
import { programConverter } from '../program-converter.ts';

const formats = ['pdf', 'ps', 'eps'];

export const rsvg: Converter = programConverter({
  name: 'rsvg',
  program: 'rsvg',
  standsFor: ['inkscape', 'uniconvertor'],
  uses: () => [{ type: 'fonts' }],
  pairs: { svg: formats, svgz: formats },
  options: () => ['width', 'height', 'pixel_density'],
  // Above Typst, which draws the same page but reads less of SVG.
  rank: () => 75,
  args: rsvgArgs,
  settle: ({ to }) => (to === 'pdf' ? undefined : settlePostScript),
});

/** Pure. */
export function rsvgArgs({ inputPath, outputPath, to, options }: ProgramJob): readonly string[] {
  const { width, height, pixel_density: density } = options;
  return [
    `--format=${to}`,
    ...(typeof density === 'number' ? [`--dpi-x=${density}`, `--dpi-y=${density}`] : []),
    ...(typeof width === 'number' ? [`--width=${width}`] : []),
    ...(typeof height === 'number' ? [`--height=${height}`] : []),
    ...(typeof width === 'number' && typeof height === 'number' ? [] : ['--keep-aspect-ratio']),
    `--output=${outputPath}`,
    inputPath,
  ];
}
