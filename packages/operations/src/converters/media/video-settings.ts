/** The options about the codec of the video: read, and checked against what the container holds and the encoder knows. Pure. */
import type { Failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema/result';
import { numberOption } from '../../host/read-job.ts';
import { textOption } from '../../read-options.ts';
import type { Container } from './containers.ts';
import { invalidOption } from './media-failures.ts';
import type { VideoCodec, VideoCodecName } from './video-codec.ts';
import { videoCodecNamed, videoCodecs } from './video-codecs.ts';

export type VideoSettings =
  | { readonly type: 'none' }
  | { readonly type: 'copy' }
  | {
      readonly type: 'encode';
      readonly codec: VideoCodecName;
      /** As FFmpeg's command line takes them, without the dash: `{ crf: '23' }`. */
      readonly options: Readonly<Record<string, string>>;
      /** Absent: the source's own, or what the encoder takes next to it. */
      readonly pixelFormat?: string;
    };

interface Target {
  readonly to: string;
  readonly container: Container | undefined;
}

/** What an encoder can be told, beside which one it is. */
export const codecOptions = [
  'crf',
  'preset',
  'tune',
  'profile',
  'level',
  'video_bitrate',
  'keyframe_interval',
] as const;

export function videoSettings(options: JsonObject, target: Target): Result<VideoSettings, Failure> {
  const { to, container } = target;
  if (container === undefined || container.video.length === 0) return ok({ type: 'none' });
  const wanted = textOption(options, 'video_codec');
  if (wanted?.toLowerCase() === 'copy') return copied(options);
  const name = wanted === undefined ? container.video[0] : videoCodecNamed(wanted);
  if (name === undefined || !container.video.includes(name)) {
    return err(wrongCodec(wanted ?? '', { to, allowed: container.video }));
  }
  const problem = unknownToEncoder(name, options);
  if (problem !== undefined) return err(problem);
  const codec = videoCodecs[name];
  const profile = textOption(options, 'profile');
  const pixelFormat = (profile === undefined ? undefined : codec.profiles?.[profile]) ?? codec.pixelFormat;
  return ok({
    type: 'encode',
    codec: name,
    options: encoderOptions(codec, options),
    ...(pixelFormat === undefined ? {} : { pixelFormat }),
  });
}

function copied(options: JsonObject): Result<VideoSettings, Failure> {
  const given = codecOptions.find((name) => isGiven(name, options));
  if (given === undefined) return ok({ type: 'copy' });
  return err(
    invalidOption(
      `\`video_codec: copy\` takes the video over as it is, so that \`${given}\` cannot be honoured`,
      'Remove one of the two.',
    ),
  );
}

/** `medium` is the default of `preset`, and asks for nothing. */
const isGiven = (name: string, options: JsonObject): boolean =>
  options[name] !== undefined && options[name] !== null && !(name === 'preset' && options[name] === 'medium');

function wrongCodec(
  wanted: string,
  { to, allowed }: { readonly to: string; readonly allowed: readonly string[] },
): Failure {
  return invalidOption(
    `${to} does not hold the codec "${wanted}"`,
    `It holds: ${[...allowed, 'copy'].join(', ')}.`,
  );
}

function unknownToEncoder(name: VideoCodecName, options: JsonObject): Failure | undefined {
  const codec = videoCodecs[name];
  const lacks = (option: string, instead: string): Failure =>
    invalidOption(`The codec ${name} has no \`${option}\``, instead);
  const crf = numberOption(options, 'crf');
  if (crf !== undefined && codec.maxCrf === undefined)
    return lacks('crf', codec.hasBitrate === false ? 'Remove it.' : 'Use `video_bitrate`.');
  if (crf !== undefined && crf > (codec.maxCrf ?? 0))
    return invalidOption(`The \`crf\` of ${name} ends at ${codec.maxCrf}`, 'Give a lower one.');
  if (crf !== undefined && isGiven('video_bitrate', options))
    return invalidOption('`crf` and `video_bitrate` exclude each other', 'Remove one of the two.');
  if (isGiven('preset', options) && codec.preset === undefined) return lacks('preset', 'Remove it.');
  if (isGiven('video_bitrate', options) && codec.hasBitrate === false)
    return lacks('video_bitrate', 'Remove it.');
  if (isGiven('level', options) && codec.level === undefined) return lacks('level', 'Remove it.');
  return (
    notOneOf('tune', { name, options, known: codec.tunes ?? [] }) ??
    notOneOf('profile', { name, options, known: Object.keys(codec.profiles ?? {}) })
  );
}

function notOneOf(
  option: string,
  about: { readonly name: string; readonly options: JsonObject; readonly known: readonly string[] },
): Failure | undefined {
  const value = textOption(about.options, option);
  if (value === undefined || about.known.includes(value)) return undefined;
  return invalidOption(
    `The codec ${about.name} has no ${option} "${value}"`,
    about.known.length === 0 ? `It has none: remove \`${option}\`.` : `It has: ${about.known.join(', ')}.`,
  );
}

function encoderOptions(codec: VideoCodec, options: JsonObject): Readonly<Record<string, string>> {
  const crf = numberOption(options, 'crf');
  const bitrate = numberOption(options, 'video_bitrate');
  const preset = textOption(options, 'preset');
  const tune = textOption(options, 'tune');
  const profile = textOption(options, 'profile');
  const level = levelOf(options['level']);
  const interval = numberOption(options, 'keyframe_interval');
  return {
    ...quality(codec, { crf, bitrate }),
    ...(preset === undefined ? {} : codec.preset?.(preset)),
    ...(tune === undefined ? {} : { tune }),
    ...(profile === undefined ? {} : { 'profile:v': profile }),
    ...(level === undefined ? {} : codec.level?.(level)),
    ...(interval === undefined ? {} : { g: String(interval) }),
  };
}

const levelOf = (value: JsonObject[string] | undefined): string | undefined =>
  typeof value === 'number' ? String(value) : typeof value === 'string' ? value : undefined;

/** Constant quality, or the bit rate asked for with a buffer of two seconds. */
function quality(
  codec: VideoCodec,
  { crf, bitrate }: { readonly crf: number | undefined; readonly bitrate: number | undefined },
): Readonly<Record<string, string>> {
  if (bitrate !== undefined) {
    const { crf: _crf, 'q:v': _q, ...rest } = codec.usual;
    return {
      ...rest,
      'b:v': `${bitrate}k`,
      'maxrate:v': `${Math.round(bitrate * 1.5)}k`,
      'bufsize:v': `${bitrate * 2}k`,
    };
  }
  return crf === undefined ? codec.usual : { ...codec.usual, ...codec.withCrf, crf: String(crf) };
}
