/** Icons of macOS: a PNG into an icon of all sizes up to its own, and the largest picture out of one. */
import type { Failure, OutputFile } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { runInHost } from '../../host/host-pool.ts';
import { ok } from '@pipeline/schema';
import type { Conversion, Converter } from '../converter.ts';
import { outputFiles, sharp, sharpVersion } from './sharp.ts';

export const icns: Converter = {
  name: 'icns',
  standsFor: ['imagemagick'],
  version: async () => sharpVersion,
  license: sharp.license,
  kind: 'embedded',
  needs: [],
  uses: () => [{ type: 'libvips' }],
  pairs: { png: ['icns'], icns: ['png'] },
  options: () => [],
  rank: () => 80,
  note: (from) =>
    from === 'icns' ? 'the largest picture of the icon' : 'all sizes up to that of the picture',
  convert,
};

async function convert(conversion: Conversion): Promise<Result<readonly OutputFile[], Failure>> {
  const { inputPath, inputName, to, outputName, workDir, signal } = conversion;
  const type = to === 'icns' ? 'write-icns' : 'read-icns';
  const job: JsonObject = { type, inputPath, inputName, outputName, outputDir: workDir };
  const answer = await runInHost({ host: 'sharp', job, signal, about: inputName });
  return answer.ok ? ok(outputFiles(answer.value, conversion)) : answer;
}
