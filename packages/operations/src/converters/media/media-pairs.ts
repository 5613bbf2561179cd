/** What FFmpeg turns into what, and which options mean something for a pair. Shared by the program and the library. Pure. */
import { containers } from './containers.ts';
import { animations, frameFormats, mediaInputs, soundOnly } from './media-inputs.ts';
import { isLossless } from './audio-codecs.ts';
import { codecOptions } from './video-settings.ts';

const written = Object.keys(containers);
const sounds = written.filter((to) => containers[to]?.video.length === 0);
const films = written.filter((to) => (containers[to]?.video.length ?? 0) > 0);
/** Films that may also hold sound alone. */
const withSoundAlone = films.filter((to) => containers[to]?.needsVideo !== true);
const images = new Set(['gif', 'apng']);

function targets(from: string): readonly string[] {
  if (soundOnly(from)) return [...sounds, ...withSoundAlone];
  // Pictures that move have no sound; single pictures of them are made by image converters.
  if (images.has(from)) return [...films, ...animations, ...(from === 'apng' ? frameFormats : [])];
  return [...films, ...(isSilent(from) ? [] : sounds), ...animations, ...frameFormats];
}

/** Video alone, as `h264` and `mjpeg`. */
const isSilent = (from: string): boolean => from === 'cavs' || containers[from]?.audio.length === 0;

export const mediaPairs: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  mediaInputs.map((from) => [from, targets(from)]),
);

const trim = ['trim_start', 'trim_end'] as const;
const size = ['width', 'height', 'fit'] as const;
const coded = ['video_codec', ...codecOptions] as const;
const drawn = [
  'aspect_ratio',
  'subtitles_mode',
  'subtitles',
  'faststart',
  'watermark',
  'watermark_position_vertical',
  'watermark_position_horizontal',
  'watermark_margin_vertical',
  'watermark_margin_horizontal',
] as const;

export function mediaOptions(from: string, to: string): readonly string[] {
  const container = containers[to];
  if (frameFormats.includes(to)) return [...size, 'fps', ...trim, ...(to === 'jpg' ? ['quality'] : [])];
  if (container === undefined) return [...size, 'fps', ...trim, ...(to === 'webp' ? ['quality'] : [])];
  const sound = container.audio.length === 0 ? [] : soundOptions(container.audio.every(isLossless));
  const isFilm = container.video.length > 0 && !soundOnly(from);
  return [...sound, ...trim, ...(isFilm ? [...coded, ...size, 'fps', ...drawn] : [])];
}

const soundOptions = (isExact: boolean): readonly string[] => [
  'audio_codec',
  'channels',
  'sample_rate',
  'volume',
  ...(isExact ? [] : ['audio_bitrate']),
];

/** Better than nothing where an image converter does the pair, too. */
export function mediaRank(from: string, to: string): number {
  if (images.has(from) && (animations.includes(to) || frameFormats.includes(to))) return 60;
  return containers[to] === undefined ? 80 : 90;
}
