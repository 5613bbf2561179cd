/** Fonts by FontForge, where their outlines change: TrueType and OpenType into each other, SVG fonts. */
import type { Converter } from '../converter.ts';
import type { ProgramJob } from '../program-converter.ts';
import { programConverter } from '../program-converter.ts';

export const fontforge: Converter = programConverter({
  name: 'fontforge',
  program: 'fontforge',
  standsFor: [],
  pairs: {
    ttf: ['otf', 'svg', 'woff'],
    otf: ['ttf', 'svg', 'woff'],
    ttc: ['ttf', 'otf', 'woff'],
    woff: ['ttf', 'otf', 'svg'],
    svg: ['ttf', 'otf', 'woff'],
  },
  options: () => [],
  // The embedded converter repacks without touching a table; new outlines are better drawn here.
  rank: (from, to) => (to === 'woff' || (from === 'woff' && to === 'ttf') ? 60 : 80),
  args: fontforgeArgs,
});

/** Pure. The names come as arguments: nothing of them is read as code. */
export function fontforgeArgs({ inputPath, outputPath }: ProgramJob): readonly string[] {
  const script = 'import fontforge,sys; fontforge.open(sys.argv[1]).generate(sys.argv[2])';
  return ['-lang=py', '-quiet', '-c', script, inputPath, outputPath];
}
