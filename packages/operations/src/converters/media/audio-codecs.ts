/**
 * The codecs of sound that outputs can have: names, encoders of FFmpeg, what each gets when nobody asks for a bit rate.
 * Data and small pure functions; no container and no process is known here.
 */
export type AudioCodecName =
  | 'aac'
  | 'mp3'
  | 'mp2'
  | 'opus'
  | 'vorbis'
  | 'flac'
  | 'alac'
  | 'ac3'
  | 'eac3'
  | 'dts'
  | 'wmav1'
  | 'wmav2'
  | 'speex'
  | 'wavpack'
  | 'tta'
  | 'amr'
  | 'gsm'
  | 'adpcm'
  | 'real'
  | 'sbc'
  | 'g722'
  | PcmName;

type PcmName =
  | 'pcm_u8'
  | 'pcm_s8'
  | 'pcm_s16le'
  | 'pcm_s16be'
  | 'pcm_s24le'
  | 'pcm_s24be'
  | 'pcm_s32le'
  | 'pcm_s32be'
  | 'pcm_f32le'
  | 'pcm_f32be'
  | 'pcm_alaw'
  | 'pcm_mulaw';

export interface AudioCodec {
  readonly aliases: readonly string[];
  readonly encoder: string;
  readonly probed: string;
  /** kbit/s when nobody asks; absent: every sample is kept as it is, and there is no bit rate to choose. */
  readonly bitrate?: number;
  readonly extra?: Readonly<Record<string, string>>;
  readonly maxChannels?: number;
  /** The only ones that it takes. */
  readonly sampleRates?: readonly number[];
}

const pcm = (name: string, aliases: readonly string[] = []): AudioCodec => ({
  aliases,
  encoder: name,
  probed: name,
});
const mpegRates = [8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000] as const;

export const audioCodecs: Readonly<Record<AudioCodecName, AudioCodec>> = {
  aac: {
    aliases: ['libfdk_aac', 'mp4a'],
    encoder: 'aac',
    probed: 'aac',
    bitrate: 128,
    maxChannels: 8,
    sampleRates: [7350, ...mpegRates, 64_000, 88_200, 96_000],
  },
  mp3: {
    aliases: ['libmp3lame', 'lame'],
    encoder: 'libmp3lame',
    probed: 'mp3',
    bitrate: 192,
    maxChannels: 2,
    sampleRates: mpegRates,
  },
  mp2: {
    aliases: [],
    encoder: 'mp2',
    probed: 'mp2',
    bitrate: 192,
    maxChannels: 2,
    sampleRates: [16_000, 22_050, 24_000, 32_000, 44_100, 48_000],
  },
  opus: {
    aliases: ['libopus'],
    encoder: 'libopus',
    probed: 'opus',
    bitrate: 128,
    maxChannels: 8,
    sampleRates: [8000, 12_000, 16_000, 24_000, 48_000],
  },
  vorbis: {
    aliases: ['libvorbis'],
    encoder: 'libvorbis',
    probed: 'vorbis',
    bitrate: 160,
    maxChannels: 8,
    // Others do not go together with its usual bit rate.
    sampleRates: [16_000, 22_050, 24_000, 32_000, 44_100, 48_000],
  },
  flac: { aliases: [], encoder: 'flac', probed: 'flac', maxChannels: 8 },
  alac: { aliases: [], encoder: 'alac', probed: 'alac', maxChannels: 8 },
  ac3: {
    aliases: ['ac-3', 'dolby'],
    encoder: 'ac3',
    probed: 'ac3',
    bitrate: 192,
    maxChannels: 6,
    sampleRates: [32_000, 44_100, 48_000],
  },
  eac3: {
    aliases: ['e-ac-3'],
    encoder: 'eac3',
    probed: 'eac3',
    bitrate: 192,
    maxChannels: 6,
    sampleRates: [32_000, 44_100, 48_000],
  },
  dts: {
    aliases: ['dca'],
    encoder: 'dca',
    probed: 'dts',
    bitrate: 768,
    extra: { strict: '-2' },
    maxChannels: 6,
    sampleRates: [8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000],
  },
  wmav1: { aliases: [], encoder: 'wmav1', probed: 'wmav1', bitrate: 128, maxChannels: 2 },
  wmav2: { aliases: ['wma'], encoder: 'wmav2', probed: 'wmav2', bitrate: 128, maxChannels: 2 },
  speex: {
    aliases: ['libspeex'],
    encoder: 'libspeex',
    probed: 'speex',
    bitrate: 32,
    maxChannels: 2,
    sampleRates: [8000, 16_000, 32_000],
  },
  wavpack: { aliases: ['wv'], encoder: 'wavpack', probed: 'wavpack' },
  tta: { aliases: [], encoder: 'tta', probed: 'tta' },
  amr: {
    aliases: ['amr_nb', 'libopencore_amrnb'],
    encoder: 'libopencore_amrnb',
    probed: 'amr_nb',
    bitrate: 12.2,
    maxChannels: 1,
    sampleRates: [8000],
  },
  gsm: { aliases: ['libgsm'], encoder: 'libgsm', probed: 'gsm', maxChannels: 1, sampleRates: [8000] },
  adpcm: { aliases: ['adpcm_ima_wav'], encoder: 'adpcm_ima_wav', probed: 'adpcm_ima_wav', maxChannels: 2 },
  real: { aliases: ['real_144'], encoder: 'real_144', probed: 'ra_144', maxChannels: 1, sampleRates: [8000] },
  sbc: {
    aliases: [],
    encoder: 'sbc',
    probed: 'sbc',
    bitrate: 256,
    maxChannels: 2,
    sampleRates: [16_000, 32_000, 44_100, 48_000],
  },
  g722: { aliases: [], encoder: 'g722', probed: 'adpcm_g722', maxChannels: 1, sampleRates: [16_000] },
  pcm_u8: pcm('pcm_u8'),
  pcm_s8: pcm('pcm_s8'),
  pcm_s16le: pcm('pcm_s16le', ['pcm', 'pcm_s16']),
  pcm_s16be: pcm('pcm_s16be'),
  pcm_s24le: pcm('pcm_s24le', ['pcm_s24']),
  pcm_s24be: pcm('pcm_s24be'),
  pcm_s32le: pcm('pcm_s32le', ['pcm_s32']),
  pcm_s32be: pcm('pcm_s32be'),
  pcm_f32le: pcm('pcm_f32le', ['pcm_f32']),
  pcm_f32be: pcm('pcm_f32be'),
  pcm_alaw: pcm('pcm_alaw', ['alaw']),
  pcm_mulaw: pcm('pcm_mulaw', ['mulaw', 'ulaw']),
};

const isName = (name: string): name is AudioCodecName => Object.hasOwn(audioCodecs, name);
const audioCodecNames: readonly AudioCodecName[] = Object.keys(audioCodecs).filter(isName);

/**
 * `libopus` → `opus`. Several codecs may answer to one word (`pcm`): the first that the container holds is meant.
 * Undefined for a codec that nobody here knows.
 */
export function audioCodecNamed(
  wanted: string,
  allowed: readonly AudioCodecName[],
): AudioCodecName | undefined {
  const lower = wanted.toLowerCase();
  if (lower === 'pcm') {
    const held = allowed.find((name) => name.startsWith('pcm_'));
    if (held !== undefined) return held;
  }
  return audioCodecNames.find((name) => {
    const { aliases, probed } = audioCodecs[name];
    return name === lower || probed === lower || aliases.includes(lower);
  });
}

/** Keeps every sample. */
export const isLossless = (name: AudioCodecName): boolean => audioCodecs[name].bitrate === undefined;
