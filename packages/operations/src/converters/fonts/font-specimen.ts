/** A picture of a font: its letters, drawn with the font itself. For thumbnails; `convert` has no such pair. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Failure, OutputFile } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { runInHost } from '../../host/host-pool.ts';
import type { Conversion, Converter } from '../converter.ts';
import { fontsVersion } from './fonts.ts';
import { sharp } from '../pictures/sharp.ts';

export const fontSpecimen: Converter = {
  name: 'fonts',
  standsFor: ['fontforge'],
  version: async () => fontsVersion,
  license: 'MIT',
  kind: 'embedded',
  needs: [],
  uses: () => [{ type: 'libvips' }, { type: 'fonts' }],
  pairs: Object.fromEntries(
    ['ttf', 'otf', 'woff', 'woff2', 'eot', 'ttc', 'otc'].map((from) => [from, ['png']]),
  ),
  options: () => ['width', 'height', 'fit'],
  rank: () => 80,
  convert,
};

async function convert(conversion: Conversion): Promise<Result<readonly OutputFile[], Failure>> {
  const { inputPath, inputName, from, workDir, signal } = conversion;
  const job = {
    type: 'specimen',
    inputPath,
    inputName,
    from,
    outputDir: workDir,
    outputName: 'specimen.svg',
  };
  const answer = await runInHost({ host: 'fonts', job, signal, about: inputName });
  if (!answer.ok) return answer;
  const drawn = path.join(workDir, 'drawn');
  await mkdir(drawn);
  return sharp.convert({
    ...conversion,
    from: 'svg',
    inputPath: path.join(workDir, 'specimen.svg'),
    workDir: drawn,
  });
}
