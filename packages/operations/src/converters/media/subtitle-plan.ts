/** What becomes of subtitles: left out, taken over, added as a track, or drawn into the picture. Pure. */
import type { Failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema/result';
import { invalidOption } from './media-failures.ts';
import type { MediaInfo, SubtitleStream } from './media-info.ts';
import type { MediaSettings } from './media-settings.ts';
import { exact } from './media-time.ts';

export interface SubtitlePlan {
  /** Streams of the input that become tracks. */
  readonly streams: readonly number[];
  /** A subtitle file that becomes a track. */
  readonly file?: string;
  /** Of the tracks. */
  readonly encoder?: string;
  /** Draw them into the picture. */
  readonly filters: readonly string[];
  readonly notes: readonly string[];
}

interface Request {
  readonly settings: MediaSettings;
  readonly info: MediaInfo;
  readonly inputName: string;
  /** Relative to the folder that FFmpeg works in, as is the next. */
  readonly inputPath: string;
  readonly subtitlePath?: string;
}

const none: SubtitlePlan = { streams: [], filters: [], notes: [] };

export function planSubtitles(request: Request): Result<SubtitlePlan, Failure> {
  const { settings, info } = request;
  if (settings.type !== 'video' || info.video === undefined) return ok(none);
  switch (settings.subtitles) {
    case 'none':
      return ok(none);
    case 'hard':
      return drawn(request);
    case 'soft':
      return added(request);
    case 'copy':
      return taken(request);
    case undefined:
      return ok(keptWherePossible(request));
    default:
      return settings.subtitles satisfies never;
  }
}

/** Nobody asked: text tracks come along where the container holds them. */
function keptWherePossible({ settings, info }: Request): SubtitlePlan {
  const { subtitles: encoder, muxer } = settings.container ?? {};
  const kept = info.subtitles.filter(({ isText }) => isText || muxer === 'matroska');
  if (encoder === undefined || kept.length === 0) {
    const notes =
      info.subtitles.length === 0 ? [] : [`left out: subtitles, which ${settings.to} does not hold`];
    return { ...none, notes };
  }
  return { ...none, streams: kept.map(({ index }) => index), encoder: encoderFor(kept, settings) };
}

/** Matroska holds every kind as it is. */
const encoderFor = (streams: readonly SubtitleStream[], { container }: MediaSettings): string => {
  if (
    container?.muxer === 'matroska' &&
    streams.every(({ codec }) => codec !== 'mov_text' && codec !== 'webvtt')
  )
    return 'copy';
  return container?.subtitles ?? 'copy';
};

function taken({ settings, info, inputName }: Request): Result<SubtitlePlan, Failure> {
  if (info.subtitles.length === 0) return err(noSubtitles(inputName));
  const pictures = info.subtitles.find(({ isText }) => !isText);
  if (pictures !== undefined && settings.container?.muxer !== 'matroska') {
    return err(
      invalidOption(
        `The subtitles of ${JSON.stringify(inputName)} are pictures (${pictures.codec}), which ${settings.to} does not hold`,
        'Convert to mkv, or leave them out with `subtitles_mode: none`.',
      ),
    );
  }
  const streams = info.subtitles.map(({ index }) => index);
  return ok({ ...none, streams, encoder: encoderFor(info.subtitles, settings) });
}

function added({ settings, info, inputName, subtitlePath }: Request): Result<SubtitlePlan, Failure> {
  const encoder = settings.container?.subtitles ?? 'srt';
  if (subtitlePath !== undefined) return ok({ ...none, file: subtitlePath, encoder });
  const texts = info.subtitles.filter(({ isText }) => isText);
  if (texts.length === 0) return err(noSubtitles(inputName));
  return ok({ ...none, streams: texts.map(({ index }) => index), encoder });
}

function drawn({
  settings,
  info,
  inputName,
  inputPath,
  subtitlePath,
}: Request): Result<SubtitlePlan, Failure> {
  const { start } = settings.trim;
  if (subtitlePath !== undefined)
    return ok({ ...none, filters: drawing(`subtitles=filename=${subtitlePath}`, start) });
  const first = info.subtitles.findIndex(({ isText }) => isText);
  if (first < 0) return err(noSubtitles(inputName));
  return ok({ ...none, filters: drawing(`subtitles=filename=${inputPath}:si=${first}`, start) });
}

/** They go by the times of the input, from which the start may have been cut. */
function drawing(filter: string, start: number | undefined): readonly string[] {
  if (start === undefined) return [filter];
  return [`setpts=PTS+${exact(start)}/TB`, filter, `setpts=PTS-${exact(start)}/TB`];
}

const noSubtitles = (name: string): Failure =>
  invalidOption(
    `${JSON.stringify(name)} has no subtitles of text`,
    'Give a file with `subtitles`, or remove `subtitles_mode`.',
  );
