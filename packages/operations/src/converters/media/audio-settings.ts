/** The options about sound: read, and checked against what the container holds and the codec knows. Pure. */
import type { Failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema/result';
import { numberOption } from '../../host/read-job.ts';
import { textOption } from '../../read-options.ts';
import type { AudioCodecName } from './audio-codecs.ts';
import { audioCodecNamed, audioCodecs, isLossless } from './audio-codecs.ts';
import type { Container } from './containers.ts';
import { invalidOption } from './media-failures.ts';

export type AudioSettings =
  | { readonly type: 'none' }
  | { readonly type: 'copy' }
  | {
      readonly type: 'encode';
      readonly codec: AudioCodecName;
      /** The user named it; else a better fitting one of its kind may be taken: 24 bits stay 24 bits. */
      readonly isChosen: boolean;
      /** kbit/s. */
      readonly bitrate?: number;
      readonly channels?: number;
      /** Hertz. */
      readonly sampleRate?: number;
      /** Factor. */
      readonly volume?: number;
    };

export function audioSettings(
  options: JsonObject,
  { to, container }: { readonly to: string; readonly container: Container | undefined },
): Result<AudioSettings, Failure> {
  if (container === undefined) return ok({ type: 'none' });
  const wanted = textOption(options, 'audio_codec');
  const lower = wanted?.toLowerCase();
  if (lower === 'copy' || lower === 'none') return untouched(lower, { options, to, container });
  const [usual] = container.audio;
  if (usual === undefined) return silent(options, to);
  const codec = wanted === undefined ? usual : audioCodecNamed(wanted, container.audio);
  if (codec === undefined || !container.audio.includes(codec)) {
    const allowed = [...container.audio, 'copy', ...(container.video.length === 0 ? [] : ['none'])];
    return err(
      invalidOption(`${to} does not hold the codec "${wanted ?? ''}"`, `It holds: ${allowed.join(', ')}.`),
    );
  }
  const problem = unknownToCodec(codec, { options, container, to });
  if (problem !== undefined) return err(problem);
  return ok({ type: 'encode', codec, isChosen: wanted !== undefined, ...numbers(options) });
}

const sizes = ['audio_bitrate', 'channels', 'sample_rate', 'volume'] as const;
const given = (options: JsonObject): string | undefined =>
  sizes.find((name) => options[name] !== undefined && options[name] !== null);

function untouched(
  type: 'copy' | 'none',
  about: { readonly options: JsonObject; readonly to: string; readonly container: Container },
): Result<AudioSettings, Failure> {
  const { options, to, container } = about;
  const option = given(options);
  if (option !== undefined) {
    const why = type === 'copy' ? 'takes the sound over as it is' : 'leaves the sound out';
    return err(
      invalidOption(
        `\`audio_codec: ${type}\` ${why}, so that \`${option}\` cannot be honoured`,
        'Remove one of the two.',
      ),
    );
  }
  if (type === 'none' && container.video.length === 0)
    return err(invalidOption(`${to} holds nothing but sound`, 'Remove `audio_codec: none`.'));
  if (type === 'copy' && container.audio.length === 0)
    return err(invalidOption(`${to} holds no sound`, 'Remove `audio_codec`.'));
  return ok({ type });
}

/** A container without sound: nothing can be asked of it. */
function silent(options: JsonObject, to: string): Result<AudioSettings, Failure> {
  const option = ['audio_codec', ...sizes].find(
    (name) => options[name] !== undefined && options[name] !== null,
  );
  if (option === undefined) return ok({ type: 'none' });
  return err(invalidOption(`${to} holds no sound, so that \`${option}\` cannot be honoured`, 'Remove it.'));
}

function unknownToCodec(
  name: AudioCodecName,
  {
    options,
    container,
    to,
  }: { readonly options: JsonObject; readonly container: Container; readonly to: string },
): Failure | undefined {
  const codec = audioCodecs[name];
  const channels = numberOption(options, 'channels');
  const rate = numberOption(options, 'sample_rate');
  if (numberOption(options, 'audio_bitrate') !== undefined && isLossless(name)) {
    return invalidOption(
      `${name} keeps every sample, so that it has no \`audio_bitrate\``,
      'Remove it, or choose another codec.',
    );
  }
  if (channels !== undefined && channels > (codec.maxChannels ?? 8)) {
    return invalidOption(
      `${name} holds at most ${codec.maxChannels ?? 8} channels`,
      'Give fewer `channels`.',
    );
  }
  if (channels !== undefined && container.channels !== undefined && channels !== container.channels) {
    return invalidOption(`${to} always has ${container.channels} channels`, 'Remove `channels`.');
  }
  const rates = container.sampleRates ?? codec.sampleRates;
  if (rate === undefined || rates === undefined || rates.includes(rate)) return undefined;
  return invalidOption(
    `${name} in ${to} has no sample rate of ${rate} Hz`,
    `It has: ${rates.toSorted((left, right) => left - right).join(', ')}.`,
  );
}

function numbers(options: JsonObject): {
  bitrate?: number;
  channels?: number;
  sampleRate?: number;
  volume?: number;
} {
  const bitrate = numberOption(options, 'audio_bitrate');
  const channels = numberOption(options, 'channels');
  const sampleRate = numberOption(options, 'sample_rate');
  const volume = numberOption(options, 'volume');
  return {
    ...(bitrate === undefined ? {} : { bitrate }),
    ...(channels === undefined ? {} : { channels }),
    ...(sampleRate === undefined ? {} : { sampleRate }),
    ...(volume === undefined ? {} : { volume }),
  };
}
