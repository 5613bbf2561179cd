/** Video, sound and pictures that move by the installed FFmpeg: the entry of the table. How it is done is in `media/`. */
import path from 'node:path';
import type { Failure, OutputFile } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { ok } from '@pipeline/schema';
import { mediaOptions, mediaPairs, mediaRank } from './media-pairs.ts';
import { checkMedia, readMediaSettings } from './media-settings.ts';
import { mediaGathering, sharesMedia } from './media-together.ts';
import { frameFormats } from './media-inputs.ts';
import { programVersion } from '../../programs/find-program.ts';
import { programs } from '../../programs/program-table.ts';
import type { Conversion, Converter } from '../converter.ts';
import type { MachinePart } from '../../basis/machine-parts.ts';
import { collectOutputs } from '../program-converter.ts';

export const ffmpeg: Converter = {
  name: 'ffmpeg',
  standsFor: [],
  version: async () => (await programVersion('ffmpeg')) ?? 'unknown',
  license: programs.ffmpeg.license,
  kind: 'native',
  // ffprobe comes with it.
  needs: [{ type: 'program', name: 'ffmpeg' }],
  uses: ({ options }) => mediaUses(options),
  pairs: mediaPairs,
  options: mediaOptions,
  rank: mediaRank,
  isPlural: (_from, to, options) => options['fps'] !== undefined && frameFormats.includes(to),
  check: checkMedia,
  shares: (from, to, options) => {
    const settings = readMediaSettings({ to, options });
    return settings.ok ? sharesMedia(from, settings.value) : undefined;
  },
  convert,
};

/** Subtitles that are drawn into the picture have letters. */
const mediaUses = (options: JsonObject): readonly MachinePart[] => [
  { type: 'program', name: 'ffprobe' },
  ...(options['subtitles'] === undefined ? [] : [{ type: 'fonts' } as const]),
];

async function convert(conversion: Conversion): Promise<Result<readonly OutputFile[], Failure>> {
  const { inputPath, inputName, from, workDir, signal, progress, note, share, fileInputs = {} } = conversion;
  const run = {
    source: inputPath,
    inputName,
    from,
    workDir,
    signal,
    progress,
    ...(note === undefined ? {} : { note }),
  };
  const settings = readMediaSettings(conversion);
  const member = { signal, workDir, ...(share === undefined ? {} : { share }) };
  const made = await mediaGathering.join(member, { run, settings: () => settings, fileInputs });
  if (!made.ok) return made;
  return ok(await collectOutputs({ outputDir: path.join(workDir, 'out') }, conversion));
}
