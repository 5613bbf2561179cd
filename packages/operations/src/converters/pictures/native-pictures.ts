/**
 * Pictures by installed programs: ImageMagick and GraphicsMagick, for those who name them by `engine`, libheif for HEIC.
 * What comes along does the same; these are faster, or keep more bits.
 */
import path from 'node:path';
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { JsonObject } from '@pipeline/schema';
import { checkColours } from '../check-colours.ts';
import type { CheckRequest, Converter } from '../converter.ts';
import type { ProgramJob } from '../program-converter.ts';
import { programConverter } from '../program-converter.ts';

/** By their coders, which are named to the programs: no content and no name chooses one. */
const coders: readonly string[] =
  'avif bmp gif heic ico jp2 jpg miff pam pbm pcx pgm png pnm ppm psd sgi tga tiff webp xbm xpm'.split(' ');
const graphicsCoders = coders.filter((name) => !['avif', 'heic', 'ico'].includes(name));
const lossy: ReadonlySet<string> = new Set(['jpg', 'webp', 'avif', 'heic', 'jp2']);
const paged: ReadonlySet<string> = new Set(['tiff', 'gif']);
const opaque: ReadonlySet<string> = new Set(['jpg', 'bmp', 'pcx', 'ppm', 'pnm', 'pgm', 'pbm', 'xbm']);

const cmykOutputs: ReadonlySet<string> = new Set(['jpg', 'tiff', 'psd', 'miff']);

const optionsOf = (_: string, to: string): readonly string[] => [
  'width',
  'height',
  'fit',
  'strip',
  'auto_orient',
  'alpha',
  'colorspace',
  ...(lossy.has(to) ? ['quality'] : []),
];
const pairsOf = (names: readonly string[]): Converter['pairs'] =>
  Object.fromEntries(names.map((from) => [from, names.filter((to) => to !== from)]));

export const imagemagick: Converter = programConverter({
  name: 'imagemagick',
  program: 'imagemagick',
  standsFor: [],
  // Drawings and text have letters.
  uses: () => [{ type: 'fonts' }],
  pairs: pairsOf(coders),
  options: optionsOf,
  rank: () => 40,
  check: checkColours(cmykOutputs),
  args: (job) => ['-limit', 'memory', '2GiB', '-limit', 'disk', '4GiB', ...magickArgs(job, 'sRGB')],
});

export const graphicsmagick: Converter = programConverter({
  name: 'graphicsmagick',
  program: 'graphicsmagick',
  standsFor: [],
  uses: () => [{ type: 'fonts' }],
  // It reads Photoshop files, and writes none.
  pairs: Object.fromEntries(
    Object.entries(pairsOf(graphicsCoders)).map(([from, targets]) => [
      from,
      targets.filter((to) => to !== 'psd'),
    ]),
  ),
  options: optionsOf,
  rank: () => 38,
  check: checkGraphics,
  args: (job) => ['convert', '-limit', 'memory', '2GiB', '-limit', 'disk', '4GiB', ...magickArgs(job, 'RGB')],
});

function checkGraphics(request: CheckRequest): Failure | undefined {
  const { from, to, options } = request;
  if (options['alpha'] === 'remove' && hasFrames(from, to)) {
    const message = `graphicsmagick has no \`alpha: remove\` for the pages of ${from.toUpperCase()} into ${to.toUpperCase()}: it would lay them on top of each other`;
    const hint = 'Leave `engine` out, or take imagemagick.';
    return failure('unsupported', message, { code: 'INVALID_OPTION', hint });
  }
  return checkColours(cmykOutputs)(request);
}

const hasFrames = (from: string, to: string): boolean => paged.has(from) && (from === to || paged.has(to));

/** Pure. `screen`: what the program calls the colours of the screen; to GraphicsMagick, sRGB is another. Only the first picture of a file of several, but for pages into pages and an animation into another. */
export function magickArgs(
  { inputPath, outputPath, workDir, from, to, options }: ProgramJob,
  screen: 'sRGB' | 'RGB',
): readonly string[] {
  const frames = hasFrames(from, to) ? '' : '[0]';
  const { strip, quality, auto_orient: upright, alpha } = options;
  return [
    `${from}:${inputPath}${frames}`,
    ...(upright === false ? [] : ['-auto-orient']),
    ...sizeArgs(options),
    ...(alpha === 'remove' || opaque.has(to) ? onWhite[screen] : []),
    '-colorspace',
    colourSpace(options) ?? screen,
    ...(strip === true ? ['-strip'] : []),
    ...(typeof quality === 'number' ? ['-quality', String(quality)] : []),
    // Relative: the one writes its name into a TIFF.
    `${to}:${path.relative(workDir, outputPath)}`,
  ];
}

/** The one flattens pages into each other, too; the other knows nothing else. */
const onWhite = {
  sRGB: ['-background', 'white', '-alpha', 'remove', '-alpha', 'off'],
  RGB: ['-background', 'white', '-flatten'],
} as const;

function sizeArgs({ width, height, fit }: JsonObject): readonly string[] {
  if (typeof width !== 'number' && typeof height !== 'number') return [];
  const box = `${typeof width === 'number' ? width : ''}x${typeof height === 'number' ? height : ''}`;
  const isBoth = typeof width === 'number' && typeof height === 'number';
  if (fit === 'crop' && isBoth) return ['-resize', `${box}^`, '-gravity', 'center', '-extent', box];
  if (fit === 'scale' && isBoth) return ['-resize', `${box}!`];
  return ['-resize', fit === 'crop' || fit === 'scale' ? box : `${box}>`];
}

const colourSpace = ({ colorspace }: JsonObject): string | undefined =>
  colorspace === 'Gray' || colorspace === 'CMYK' ? colorspace : undefined;

export const heif: Converter = programConverter({
  name: 'heif',
  program: 'heif',
  standsFor: ['imagemagick'],
  pairs: { heic: ['jpg', 'png'], heif: ['jpg', 'png'] },
  options: (_, to) => (to === 'jpg' ? ['quality'] : []),
  rank: () => 65,
  args: heifArgs,
});

/** Pure. */
export function heifArgs({ inputPath, outputPath, to, options: { quality } }: ProgramJob): readonly string[] {
  return [
    ...(to === 'jpg' ? ['-q', String(typeof quality === 'number' ? quality : 90)] : []),
    inputPath,
    outputPath,
  ];
}
