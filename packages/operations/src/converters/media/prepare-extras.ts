/** The files beside a video: subtitles, and a picture to lay over it, each made ready under a name of ours. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { ok } from '@pipeline/schema';
import { drawMark } from './draw-mark.ts';
import type { MediaSettings } from './media-settings.ts';
import { prepareSubtitles } from './prepare-subtitles.ts';
import type { MediaOutput, MediaRun, OpenedMedia } from './run-media.ts';

export interface WithFiles {
  readonly run: MediaRun;
  readonly fileInputs: Readonly<Record<string, readonly string[]>>;
}

export async function prepareExtras(
  { run, fileInputs }: WithFiles,
  settings: MediaSettings,
  place: { readonly opened: OpenedMedia; readonly workDir: string; readonly folder: string },
): Promise<Result<Pick<MediaOutput, 'subtitlePath' | 'overlayPath'>, Failure>> {
  const [captions] = fileInputs['subtitles'] ?? [];
  const [picture] = fileInputs['watermark'] ?? [];
  if (captions === undefined && picture === undefined) return ok({});
  const { opened, folder } = place;
  const workDir = path.join(place.workDir, folder);
  await mkdir(workDir, { recursive: true });
  const subtitles = captions === undefined ? undefined : await prepareSubtitles(captions, workDir);
  if (subtitles?.ok === false) return subtitles;
  const image = picture === undefined ? undefined : { path: picture, name: 'the watermark' };
  const mark =
    image === undefined || settings.watermark === undefined
      ? undefined
      : await drawMark({ ...run, workDir, opened, options: {}, image });
  if (mark?.ok === false) return mark;
  return ok({
    ...(subtitles === undefined ? {} : { subtitlePath: `${folder}/${subtitles.value}` }),
    ...(mark === undefined ? {} : { overlayPath: `${folder}/${mark.value}` }),
  });
}
