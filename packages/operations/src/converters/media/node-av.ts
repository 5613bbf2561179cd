/** Video, sound and pictures that move by FFmpeg's libraries, for machines without ffmpeg: the entry of the table. */
import path from 'node:path';
import type { Failure, OutputFile } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { runInHost } from '../../host/host-pool.ts';
import { mediaOptions, mediaPairs, mediaRank } from './media-pairs.ts';
import { nameOf } from '../../files/output-name.ts';
import { packs } from '../../packs.ts';
import { checkAvOptions, isHonoured, programFormats } from './node-av-options.ts';
import type { Conversion, Converter } from '../converter.ts';

/** What came out was not whole, or nothing came out. */
const spoiled: Readonly<Record<string, readonly string[]>> = {
  apng: ['ts'],
  wv: ['avi', 'mp3', 'nut'],
};

export const nodeAv: Converter = {
  name: 'node-av',
  standsFor: ['ffmpeg'],
  version: async () => packs.media.version,
  license: packs.media.license,
  kind: 'embedded',
  needs: [{ type: 'pack', name: 'media' }],
  pairs: Object.fromEntries(
    Object.entries(mediaPairs).map(([from, targets]) => [
      from,
      targets.filter((to) => !programFormats.has(to) && spoiled[from]?.includes(to) !== true),
    ]),
  ),
  options: (from, to) => mediaOptions(from, to).filter((name) => isHonoured(name, to)),
  // The program is newer or better known to its user, and does more.
  rank: (from, to) => mediaRank(from, to) - 10,
  note: (_from, to) =>
    to === 'flac' || to === 'caf' ? 'may end with a tenth of a second of silence' : undefined,
  check: checkAvOptions,
  convert,
};

async function convert(conversion: Conversion): Promise<Result<readonly OutputFile[], Failure>> {
  const { inputPath, inputName, to, workDir, options, dir, outputName, signal, progress } = conversion;
  const outputPath = path.join(workDir, `output.${to}`);
  const answer = await runInHost({
    host: 'node-av',
    job: { inputPath, inputName, to, options, outputPath },
    signal,
    progress,
    maxMemoryBytes: 4 * 2 ** 30,
    about: inputName,
  });
  if (!answer.ok) return err(answer.error);
  return ok([{ dir, name: nameOf(outputName, { number: 1, count: 1 }), path: outputPath }]);
}
