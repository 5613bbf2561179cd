/**
 * One output of a file of video or sound, decided to the last detail: which streams, filters, encoders and muxer, from what
 * was asked (`MediaSettings`) and what is there (`MediaInfo`). Pure; whether the command line or the library of FFmpeg
 * carries it out, it does not know.
 */
import type { Failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema/result';
import { audioCodecs } from './audio-codecs.ts';
import { noSound, noVideo } from './media-failures.ts';
import type { AudioStream, MediaInfo } from './media-info.ts';
import type { MarkPlace, MediaSettings } from './media-settings.ts';
import { invalidOption } from './media-failures.ts';
import { exact, shownTime } from './media-time.ts';
import { pictureFilters, picturePixels } from './picture-filters.ts';
import { codecFor, soundShape } from './sound-filters.ts';
import type { SubtitlePlan } from './subtitle-plan.ts';
import { planSubtitles } from './subtitle-plan.ts';
import { videoCodecs } from './video-codecs.ts';

export interface OutputPlan {
  readonly muxer: string;
  readonly muxerOptions: Readonly<Record<string, string>>;
  readonly video?: StreamPlan & {
    readonly overlay?: Overlay;
    /** What follows the overlay. */
    readonly afterOverlay?: readonly string[];
    /** Only so many pictures. */
    readonly frames?: number;
    /** A palette made of all pictures comes before them. */
    readonly hasPalette?: true;
  };
  readonly audio?: StreamPlan;
  readonly subtitles: SubtitlePlan;
  /** Index of the stream of the cover. */
  readonly cover?: number;
  /** Seconds of the input. */
  readonly start?: number;
  readonly seconds?: number;
  /** How long the output should be, for progress; absent when the input does not say. */
  readonly expectedSeconds?: number;
  readonly hasStreamTags: boolean;
  readonly notes: readonly string[];
}

export interface StreamPlan {
  /** Of the input. */
  readonly stream: number;
  /** `copy`, or an encoder. */
  readonly encoder: string;
  readonly options: Readonly<Record<string, string>>;
  readonly filters: readonly string[];
}

/** A picture over the video: a PNG that has its size already. */
export interface Overlay {
  readonly path: string;
  readonly place: MarkPlace;
}

export interface OutputRequest {
  readonly settings: MediaSettings;
  readonly info: MediaInfo;
  /** For messages. */
  readonly inputName: string;
  /** All relative to the folder that FFmpeg works in, and of letters that mean nothing to it. */
  readonly inputPath: string;
  readonly subtitlePath?: string;
  readonly overlayPath?: string;
}

export function planOutput(request: OutputRequest): Result<OutputPlan, Failure> {
  const { settings, info, inputName } = request;
  const { type, to } = settings;
  if (type === 'sound' && info.audio === undefined) return err(noSound(inputName, to));
  if ((type === 'animation' || type === 'frames') && info.video === undefined)
    return err(noVideo(inputName, to));
  if (settings.container?.needsVideo === true && info.video === undefined) return err(noVideo(inputName, to));
  if (info.video === undefined && info.audio === undefined) return err(noVideo(inputName, to));
  const trimmed = trimOf(request);
  if (!trimmed.ok) return trimmed;
  const subtitles = planSubtitles(request);
  if (!subtitles.ok) return subtitles;
  const video = planVideo(request, subtitles.value);
  if (!video.ok) return video;
  const audio = planAudio(request, trimmed.value.expectedSeconds);
  if (!audio.ok) return audio;
  const cover = coverOf(request);
  return ok({
    muxer: muxerOf(settings),
    muxerOptions: muxerOptions(settings),
    ...(video.value === undefined ? {} : { video: video.value }),
    ...(audio.value === undefined ? {} : { audio: audio.value }),
    ...(cover === undefined ? {} : { cover }),
    ...trimmed.value,
    subtitles: subtitles.value,
    hasStreamTags: info.hasStreamTags,
    notes: subtitles.value.notes,
  });
}

function muxerOf({ to, container, type }: MediaSettings): string {
  if (container !== undefined) return container.muxer;
  return type === 'frames' ? 'image2' : to;
}

/** Without ids made of random numbers, dates of today and its own version: the same bytes each time. */
const bitexact = { fflags: '+bitexact' };

function muxerOptions(settings: MediaSettings): Readonly<Record<string, string>> {
  const { container, to, type } = settings;
  // Pictures have no container.
  if (type === 'frames') return settings.fps === undefined ? { update: '1' } : {};
  if (to === 'gif' || to === 'webp') return { loop: '0' };
  if (to === 'apng') return { plays: '0' };
  return {
    ...bitexact,
    ...container?.args,
    ...(container?.faststart === true && settings.faststart ? { movflags: '+faststart' } : {}),
  };
}

function trimOf({
  settings,
  info,
  inputName,
}: OutputRequest): Result<Pick<OutputPlan, 'start' | 'seconds' | 'expectedSeconds'>, Failure> {
  const { start = 0, end } = settings.trim;
  const whole = info.seconds;
  if (whole !== undefined && start >= whole && start > 0) {
    return err(
      invalidOption(
        `${JSON.stringify(inputName)} lasts ${shownTime(whole)}: \`trim_start\` (${shownTime(start)}) lies behind its end`,
        'Give an earlier `trim_start`.',
      ),
    );
  }
  const last = end === undefined ? whole : Math.min(end, whole ?? end);
  return ok({
    ...(start === 0 ? {} : { start }),
    ...(end === undefined ? {} : { seconds: end - start }),
    ...(last === undefined ? {} : { expectedSeconds: last - start }),
  });
}

function planVideo(request: OutputRequest, subtitles: SubtitlePlan): Result<OutputPlan['video'], Failure> {
  const { settings, info, inputName } = request;
  const { video } = info;
  if (settings.type === 'sound' || video === undefined) return ok(undefined);
  if (settings.type === 'animation' || settings.type === 'frames') return ok(planPicture(request, video));
  if (settings.video.type === 'copy') {
    const held = settings.container?.video.some((name) => videoCodecs[name].probed === video.codec) ?? false;
    return held
      ? ok({ stream: video.index, encoder: 'copy', options: tagOf(settings, video.codec), filters: [] })
      : err(cannotCopy('video', { name: inputName, codec: video.codec, settings }));
  }
  if (settings.video.type !== 'encode') return ok(undefined);
  const { codec, options, pixelFormat } = settings.video;
  const { filters } = pictureFilters(video, settings);
  const overlay = overlayOf(request);
  return ok({
    stream: video.index,
    // Its muxer takes pictures as they are in memory.
    encoder: settings.to === 'y4m' ? 'wrapped_avframe' : videoCodecs[codec].encoder,
    options: { ...options, ...tagOf(settings, codec) },
    filters: [
      ...filters,
      ...subtitles.filters,
      ...(pixelFormat === undefined || overlay !== undefined ? [] : [`format=${pixelFormat}`]),
    ],
    ...(overlay === undefined ? {} : { overlay }),
    ...(overlay === undefined || pixelFormat === undefined
      ? {}
      : { afterOverlay: [`format=${pixelFormat}`] }),
  });
}

function planPicture(request: OutputRequest, video: NonNullable<MediaInfo['video']>): OutputPlan['video'] {
  const { settings } = request;
  const { to, quality } = settings;
  const { filters } = pictureFilters(video, settings);
  const pixels = picturePixels(to, video.hasAlpha);
  const isGif = to === 'gif';
  return {
    stream: video.index,
    encoder: to === 'webp' && settings.type === 'frames' ? 'libwebp' : (pictureEncoders[to] ?? to),
    options: pictureQuality(to, quality),
    filters: [...filters, ...(isGif ? [] : [`format=${pixels}`])],
    ...(settings.type === 'frames' && settings.fps === undefined ? { frames: 1 } : {}),
    ...(isGif ? { hasPalette: true } : {}),
  };
}

const pictureEncoders: Readonly<Record<string, string>> = {
  jpg: 'mjpeg',
  webp: 'libwebp_anim',
};

function pictureQuality(to: string, quality: number | undefined): Readonly<Record<string, string>> {
  // 2 is the best and 31 the worst.
  if (to === 'jpg')
    return { 'q:v': String(quality === undefined ? 3 : Math.round(2 + ((100 - quality) * 29) / 99)) };
  return to === 'webp' ? { quality: String(quality ?? 80) } : {};
}

/** Apple's players open HEVC only under this name. */
const tagOf = (settings: MediaSettings, codec: string): Readonly<Record<string, string>> =>
  codec === 'hevc' && settings.container?.faststart === true ? { 'tag:v': 'hvc1' } : {};

function planAudio(
  { settings, info, inputName }: OutputRequest,
  seconds: number | undefined,
): Result<StreamPlan | undefined, Failure> {
  const { audio: source } = info;
  const { audio, container } = settings;
  if (source === undefined || container === undefined || audio.type === 'none') return ok(undefined);
  if (audio.type === 'copy') {
    const held = container.audio.some((name) => audioCodecs[name].probed === source.codec);
    return held
      ? ok({ stream: source.index, encoder: 'copy', options: {}, filters: [] })
      : err(cannotCopy('sound', { name: inputName, codec: source.codec, settings }));
  }
  const sound = encodedSound(source, { audio, container });
  if (container.interleavesSound !== true || seconds === undefined) return ok(sound);
  // Pictures behind the end of the sound would be lost; the last of them may begin just before the end.
  return ok({ ...sound, filters: [...sound.filters, `apad=whole_dur=${exact(seconds + 0.04)}`] });
}

function encodedSound(
  source: AudioStream,
  {
    audio,
    container,
  }: {
    readonly audio: Extract<MediaSettings['audio'], { type: 'encode' }>;
    readonly container: NonNullable<MediaSettings['container']>;
  },
): StreamPlan {
  const name = codecFor(source, audio, container);
  const codec = audioCodecs[name];
  const shape = soundShape(source, audio, { codec: name, container });
  const bitrate =
    audio.bitrate ?? (codec.bitrate === undefined ? undefined : usualBitrate(codec.bitrate, shape.channels));
  return {
    stream: source.index,
    encoder: codec.encoder,
    options: { ...codec.extra, ...(bitrate === undefined ? {} : { 'b:a': `${bitrate}k` }) },
    filters: shape.filters,
  };
}

/** For stereo; more channels need more, one needs less. */
function usualBitrate(stereo: number, channels: number): number {
  if (channels <= 1 && stereo > 64) return Math.max(64, stereo / 2);
  return channels > 2 && stereo < 400 ? Math.min(448, Math.round((stereo * channels) / 2)) : stereo;
}

function cannotCopy(
  what: 'video' | 'sound',
  {
    name,
    codec,
    settings,
  }: { readonly name: string; readonly codec: string; readonly settings: MediaSettings },
): Failure {
  const allowed = what === 'video' ? settings.container?.video : settings.container?.audio;
  return invalidOption(
    `The ${what} of ${JSON.stringify(name)} is ${codec}, which ${settings.to} does not hold: it cannot be copied`,
    `Leave \`${what === 'video' ? 'video' : 'audio'}_codec: copy\` away. ${settings.to} holds: ${(allowed ?? []).join(', ')}.`,
  );
}

function overlayOf({ settings, overlayPath }: OutputRequest): Overlay | undefined {
  return settings.watermark === undefined || overlayPath === undefined
    ? undefined
    : { path: overlayPath, place: settings.watermark };
}

/** Where sound alone is written, the picture of its cover comes along. */
function coverOf({ settings, info }: OutputRequest): number | undefined {
  const { cover } = info;
  if (cover === undefined || settings.container?.cover !== true || settings.type !== 'sound')
    return undefined;
  return cover.codec === 'mjpeg' || cover.codec === 'png' ? cover.index : undefined;
}

/** `x` and `y` of FFmpeg's overlay: a margin holds from the edge that the picture stands at. */
export function overlayFilter({ vertical, horizontal, marginVertical, marginHorizontal }: MarkPlace): string {
  const x = { left: String(marginHorizontal), center: '(W-w)/2', right: `W-w-${marginHorizontal}` }[
    horizontal
  ];
  const y = { top: String(marginVertical), center: '(H-h)/2', bottom: `H-h-${marginVertical}` }[vertical];
  return `overlay=x=${x}:y=${y}`;
}
