/** Where FFmpeg's libraries, as they are used here, do less than its program: options, codecs and formats. Pure. */
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine/failure';
import type { JsonObject } from '@pipeline/schema';
import { containers } from './containers.ts';
import { frameFormats } from './media-inputs.ts';
import { checkMedia } from './media-settings.ts';
import type { CheckRequest } from '../converter.ts';

/** Tracks and files beside the video. */
const programOnly: ReadonlySet<string> = new Set(['subtitles_mode', 'subtitles', 'aspect_ratio']);
/** What they wrote of these was not whole. */
export const programFormats: ReadonlySet<string> = new Set(['dts', 'f4v', 'y4m', 'tta', 'wv', 'sbc']);
const brokenCodecs: ReadonlySet<string> = new Set([
  'vorbis',
  'libvorbis',
  'tta',
  'wavpack',
  'wv',
  'dts',
  'dca',
]);

export function isHonoured(option: string, to: string): boolean {
  // Several pictures of one video.
  if (option === 'fps' && frameFormats.includes(to)) return false;
  return !programOnly.has(option) && !option.startsWith('watermark');
}

export function checkAvOptions(request: CheckRequest): Failure | undefined {
  const problem = checkMedia({ to: request.to, options: avOptions(request.to, request.options) });
  if (problem !== undefined) return problem;
  for (const name of ['video_codec', 'audio_codec']) {
    const value = request.options[name];
    if (value !== 'copy' && !(typeof value === 'string' && brokenCodecs.has(value.toLowerCase()))) continue;
    return failure('unsupported', `node-av does not honour \`${name}: ${value}\``, {
      code: 'INVALID_OPTION',
      hint: 'Install ffmpeg, which does, or choose another codec.',
    });
  }
  return undefined;
}

/** Where Vorbis is usual, Opus: the library writes the lengths of Vorbis wrongly. */
export function avOptions(to: string, options: JsonObject): JsonObject {
  const usesVorbis = containers[to]?.audio[0] === 'vorbis' && options['audio_codec'] === undefined;
  return usesVorbis ? { ...options, audio_codec: 'opus' } : options;
}
