/** Video, sound and pictures that move by the installed FFmpeg: the entry of the table. How it is done is in `media/`. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Failure, OutputFile } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { ok } from '@pipeline/schema';
import { mediaOptions, mediaPairs, mediaRank } from '../media/media-pairs.ts';
import { readMediaSettings } from '../media/media-settings.ts';
import type { MediaSettings } from '../media/media-settings.ts';
import { prepareSubtitles } from '../media/prepare-subtitles.ts';
import { openMedia, writeMedia } from '../media/run-media.ts';
import type { MediaOutput, MediaRun } from '../media/run-media.ts';
import { drawMark } from '../media/draw-mark.ts';
import type { OpenedMedia } from '../media/run-media.ts';
import { programVersion } from '../programs/find-program.ts';
import { programs } from '../programs/program-table.ts';
import type { Conversion, Converter } from './converter.ts';
import { collectOutputs } from './program-converter.ts';

export const ffmpeg: Converter = {
  name: 'ffmpeg',
  standsFor: [],
  version: async () => (await programVersion('ffmpeg')) ?? 'unknown',
  license: programs.ffmpeg.license,
  kind: 'native',
  // ffprobe comes with it.
  needs: [{ type: 'program', name: 'ffmpeg' }],
  pairs: mediaPairs,
  options: mediaOptions,
  rank: mediaRank,
  isPlural: (_from, to, options) =>
    options['fps'] !== undefined && ['jpg', 'png', 'bmp', 'tiff'].includes(to),
  check: (request) => {
    const settings = readMediaSettings(request);
    return settings.ok ? undefined : settings.error;
  },
  convert,
};

async function convert(conversion: Conversion): Promise<Result<readonly OutputFile[], Failure>> {
  const { workDir, to } = conversion;
  const settings = readMediaSettings(conversion);
  if (!settings.ok) return settings;
  const run = runOf(conversion);
  const opened = await openMedia(run);
  if (!opened.ok) return opened;
  await mkdir(path.join(workDir, 'out'), { recursive: true });
  const extras = await prepareExtras(conversion, settings.value, opened.value);
  if (!extras.ok) return extras;
  const name =
    settings.value.type === 'frames' && settings.value.fps !== undefined ? 'output-%06d' : 'output';
  const output: MediaOutput = { settings: settings.value, path: `out/${name}.${to}`, ...extras.value };
  const written = await writeMedia(run, opened.value, [output]);
  if (!written.ok) return written;
  return ok(await collectOutputs({ outputDir: path.join(workDir, 'out') }, conversion));
}

export function runOf(conversion: Conversion): MediaRun {
  const { inputPath, inputName, from, workDir, signal, progress, note } = conversion;
  return {
    source: inputPath,
    inputName,
    from,
    workDir,
    signal,
    progress,
    ...(note === undefined ? {} : { note }),
  };
}

/** Files beside the video: subtitles, and a picture to lay over it. */
export async function prepareExtras(
  conversion: Conversion,
  settings: MediaSettings,
  opened: OpenedMedia,
): Promise<Result<Pick<MediaOutput, 'subtitlePath' | 'overlayPath'>, Failure>> {
  const { workDir, fileInputs } = conversion;
  const [captions] = fileInputs?.['subtitles'] ?? [];
  const [picture] = fileInputs?.['watermark'] ?? [];
  const subtitles = captions === undefined ? undefined : await prepareSubtitles(captions, workDir);
  if (subtitles?.ok === false) return subtitles;
  const mark =
    picture === undefined || settings.watermark === undefined
      ? undefined
      : await drawMark({
          ...conversion,
          opened,
          options: {},
          image: { path: picture, name: 'the watermark' },
        });
  if (mark?.ok === false) return mark;
  return ok({
    ...(subtitles === undefined ? {} : { subtitlePath: subtitles.value }),
    ...(mark === undefined ? {} : { overlayPath: mark.value }),
  });
}
