/** How sound reaches its encoder: channels, rate and loudness that its codec takes, and which PCM keeps all bits. Pure. */
import type { AudioCodecName } from './audio-codecs.ts';
import { audioCodecs } from './audio-codecs.ts';
import type { AudioSettings } from './audio-settings.ts';
import type { Container } from './containers.ts';
import type { AudioStream } from './media-info.ts';
import { exact } from './media-time.ts';

type Encoded = Extract<AudioSettings, { readonly type: 'encode' }>;

/** The codec that keeps the bits of each sample, where the user leaves the choice. */
export function codecFor(source: AudioStream, settings: Encoded, container: Container): AudioCodecName {
  if (settings.isChosen || !settings.codec.startsWith('pcm_s16')) return settings.codec;
  const bits = Math.max(16, Math.ceil(source.bits / 8) * 8);
  const same = container.audio.find((name) => name === settings.codec.replace('s16', `s${bits}`));
  return same ?? settings.codec;
}

const layouts: Readonly<Record<number, string>> = {
  1: 'mono',
  2: 'stereo',
  3: '3.0',
  4: 'quad',
  5: '5.0',
  6: '5.1',
  7: '6.1',
  8: '7.1',
};

/** Their decoders do not tell where the channels stand, one or two, and encoders of AAC want to know. */
const unplaced: ReadonlySet<string> = new Set(['sbc']);

export interface SoundShape {
  readonly channels: number;
  readonly sampleRate: number;
  readonly filters: readonly string[];
}

export function soundShape(
  source: AudioStream,
  settings: Encoded,
  about: { readonly codec: AudioCodecName; readonly container: Container },
): SoundShape {
  const codec = audioCodecs[about.codec];
  const channels =
    settings.channels ??
    about.container.channels ??
    Math.min(source.channels, codec.maxChannels ?? source.channels);
  const rates = about.container.sampleRates ?? codec.sampleRates;
  const sampleRate = settings.sampleRate ?? nearestRate(source.sampleRate, rates);
  const layout = layouts[channels];
  const isPlaced = channels === source.channels && !unplaced.has(source.codec);
  const format = [
    ...(sampleRate === source.sampleRate ? [] : [`sample_rates=${sampleRate}`]),
    ...(isPlaced || layout === undefined ? [] : [`channel_layouts=${layout}`]),
  ];
  return {
    channels,
    sampleRate,
    filters: [
      // Silence where the sound begins late or has gaps.
      ...(about.container.interleavesSound === true ? ['aresample=async=1:first_pts=0'] : []),
      ...(settings.volume === undefined ? [] : [`volume=${exact(settings.volume)}`]),
      ...(format.length === 0 ? [] : [`aformat=${format.join(':')}`]),
    ],
  };
}

/** The next higher one, so that nothing is lost, else the highest. */
function nearestRate(rate: number, allowed: readonly number[] | undefined): number {
  if (allowed === undefined || allowed.includes(rate)) return rate;
  const sorted = allowed.toSorted((left, right) => left - right);
  return sorted.find((candidate) => candidate >= rate) ?? sorted.at(-1) ?? rate;
}
