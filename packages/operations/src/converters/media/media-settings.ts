/**
 * What the options of a conversion ask of video and sound, checked against the container before anything runs: which
 * codecs, how they are told, what is cut, resized and drawn in. Pure; it knows no file and no process.
 */
import type { Failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema/result';
import { numberOption } from '../../host/read-job.ts';
import { flagOption, textOption } from '../../read-options.ts';
import { readFit } from '../pictures/picture-fit.ts';
import type { Fit } from '../pictures/picture-fit.ts';
import { audioSettings } from './audio-settings.ts';
import type { AudioSettings } from './audio-settings.ts';
import type { Container } from './containers.ts';
import { containers } from './containers.ts';
import { animations, frameFormats } from './media-inputs.ts';
import { secondsOf, shownTime } from './media-time.ts';
import { invalidOption } from './media-failures.ts';
import { isBroadcastRate } from './frame-rates.ts';
import { videoSettings } from './video-settings.ts';
import type { VideoSettings } from './video-settings.ts';

export interface MediaSettings {
  /** Canonical format of the output. */
  readonly to: string;
  readonly type: 'video' | 'sound' | 'animation' | 'frames';
  /** Absent for pictures. */
  readonly container?: Container;
  readonly video: VideoSettings;
  readonly audio: AudioSettings;
  readonly fit: Fit;
  readonly isResized: boolean;
  readonly fps?: number;
  /** `16/9` */
  readonly aspectRatio?: string;
  readonly trim: Trim;
  /** Absent: text tracks are kept where the container holds them. */
  readonly subtitles?: 'none' | 'copy' | 'soft' | 'hard';
  readonly faststart: boolean;
  /** Of a lossy picture, in percent. */
  readonly quality?: number;
  readonly watermark?: MarkPlace;
}

/** Seconds of the input. */
export interface Trim {
  readonly start?: number;
  readonly end?: number;
}

/** Where a picture is laid over the video; margins in pixels. */
export interface MarkPlace {
  readonly vertical: 'top' | 'center' | 'bottom';
  readonly horizontal: 'left' | 'center' | 'right';
  readonly marginVertical: number;
  readonly marginHorizontal: number;
}

export interface MediaRequest {
  readonly to: string;
  readonly options: JsonObject;
}

/** A failure here is a mistake in the options: the run never starts. */
export function readMediaSettings({ to, options }: MediaRequest): Result<MediaSettings, Failure> {
  const container = containers[to];
  const video = videoSettings(options, { to, container });
  if (!video.ok) return video;
  const audio = audioSettings(options, { to, container });
  if (!audio.ok) return audio;
  const fit = readFit(options);
  const isResized = fit.width !== undefined || fit.height !== undefined;
  const trim = readTrim(options);
  if (!trim.ok) return trim;
  const settings: MediaSettings = {
    to,
    type: typeOf(to, container),
    ...(container === undefined ? {} : { container }),
    video: video.value,
    audio: audio.value,
    fit,
    isResized,
    ...optional('fps', numberOption(options, 'fps')),
    ...optional('aspectRatio', ratioOf(textOption(options, 'aspect_ratio'))),
    trim: trim.value,
    ...optional('subtitles', subtitlesMode(options)),
    faststart: options['faststart'] === undefined || flagOption(options, 'faststart'),
    ...optional('quality', numberOption(options, 'quality')),
    ...optional('watermark', oldWatermark(options)),
  };
  const problem = contradiction(settings, options);
  return problem === undefined ? ok(settings) : err(problem);
}

/** For the table of converters. */
export function checkMedia(request: MediaRequest): Failure | undefined {
  const settings = readMediaSettings(request);
  return settings.ok ? undefined : settings.error;
}

const optional = <Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { readonly [key in Name]?: Value } => {
  const entry: { [key in Name]?: Value } = {};
  if (value !== undefined) entry[name] = value;
  return entry;
};

function typeOf(to: string, container: Container | undefined): MediaSettings['type'] {
  if (animations.includes(to)) return 'animation';
  if (frameFormats.includes(to)) return 'frames';
  return container?.video.length === 0 ? 'sound' : 'video';
}

function readTrim(options: JsonObject): Result<Trim, Failure> {
  const start = secondsOf(options['trim_start']);
  const end = secondsOf(options['trim_end']);
  if (end !== undefined && end <= (start ?? 0)) {
    return err(
      invalidOption(
        `\`trim_end\` (${shownTime(end)}) does not lie behind the start (${shownTime(start ?? 0)})`,
        'Both are positions in the input: give a later `trim_end`.',
      ),
    );
  }
  return ok({ ...optional('start', start), ...optional('end', end) });
}

const ratioOf = (text: string | undefined): string | undefined => text?.replace(':', '/');

function subtitlesMode(options: JsonObject): MediaSettings['subtitles'] {
  const mode = textOption(options, 'subtitles_mode');
  if (mode === 'none' || mode === 'copy' || mode === 'soft' || mode === 'hard') return mode;
  return undefined;
}

const verticals = ['top', 'center', 'bottom'] as const;
const horizontals = ['left', 'center', 'right'] as const;

/** Only with a picture to place. */
const oldWatermark = (options: JsonObject): MarkPlace | undefined =>
  options['watermark'] === undefined ? undefined : readMark(options, 'watermark_');

/** `prefix` stands before the names of the options: older jobs have one. */
export function readMark(options: JsonObject, prefix: string): MarkPlace {
  return {
    vertical: verticals.find((name) => name === options[`${prefix}position_vertical`]) ?? 'center',
    horizontal: horizontals.find((name) => name === options[`${prefix}position_horizontal`]) ?? 'center',
    marginVertical: numberOption(options, `${prefix}margin_vertical`) ?? 25,
    marginHorizontal: numberOption(options, `${prefix}margin_horizontal`) ?? 25,
  };
}

/** Two options that cannot both be honoured. */
function contradiction(settings: MediaSettings, options: JsonObject): Failure | undefined {
  const { video, to, container, subtitles } = settings;
  if (settings.watermark === undefined) {
    const placed = Object.keys(options).find((name) => name.startsWith('watermark_'));
    if (placed !== undefined)
      return invalidOption(
        `\`${placed}\` places a watermark, but there is none`,
        'Set `watermark` to the task that gives the picture, or use the operation `watermark`.',
      );
  }
  if (video.type === 'copy') {
    const changed = changesPicture(settings, options);
    if (changed !== undefined)
      return invalidOption(
        `\`video_codec: copy\` takes the video over as it is, so that \`${changed}\` cannot be honoured`,
        `Remove one of the two.`,
      );
  }
  const bound = boundByCodec(settings, options);
  if (bound !== undefined) return bound;
  if (options['subtitles'] !== undefined && subtitles !== 'soft' && subtitles !== 'hard') {
    return invalidOption(
      '`subtitles` names a file, but `subtitles_mode` does not say what to do with it',
      'Set `subtitles_mode: soft` for a track, or `hard` to draw it into the picture.',
    );
  }
  if ((subtitles === 'soft' || subtitles === 'copy') && container?.subtitles === undefined) {
    return invalidOption(
      `${to} holds no track of subtitles`,
      'Draw them into the picture with `subtitles_mode: hard`, or convert to mp4, mov, mkv or webm.',
    );
  }
  return undefined;
}

/** Codecs of broadcasting and camcorders leave no choice. */
function boundByCodec({ video, fps }: MediaSettings, options: JsonObject): Failure | undefined {
  if (video.type !== 'encode') return undefined;
  const changed = ['width', 'height', 'fps'].find(
    (name) => options[name] !== undefined && options[name] !== null,
  );
  if (video.codec === 'dv' && changed !== undefined)
    return invalidOption(
      `DV has one size and rate only, so that \`${changed}\` cannot be honoured`,
      'Remove it.',
    );
  const isBroadcast = video.codec === 'mpeg1' || video.codec === 'mpeg2';
  if (!isBroadcast || fps === undefined || isBroadcastRate(fps)) return undefined;
  return invalidOption(
    `${video.codec} has no rate of ${fps} frames per second`,
    'It has: 23.976, 24, 25, 29.97, 30, 50, 59.94, 60.',
  );
}

function changesPicture(settings: MediaSettings, options: JsonObject): string | undefined {
  const changing = ['width', 'height', 'fps', 'watermark'];
  if (settings.subtitles === 'hard') return 'subtitles_mode: hard';
  return changing.find((name) => options[name] !== undefined && options[name] !== null);
}
