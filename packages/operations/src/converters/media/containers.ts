/**
 * The formats of video and audio that can be written: the muxer of FFmpeg behind each, the codecs that it may hold (the
 * first is the usual one), and what else it can carry. Data only.
 */
import type { AudioCodecName } from './audio-codecs.ts';
import type { VideoCodecName } from './video-codec.ts';

export interface Container {
  readonly muxer: string;
  /** Empty: it holds sound only. */
  readonly video: readonly VideoCodecName[];
  /** Empty: it holds no sound. */
  readonly audio: readonly AudioCodecName[];
  /** Codec of a track of text subtitles. */
  readonly subtitles?: 'mov_text' | 'srt' | 'webvtt';
  /** It can carry a picture of the cover. */
  readonly cover?: true;
  /** Its index may stand in front. */
  readonly faststart?: true;
  /** More for the muxer. */
  readonly args?: Readonly<Record<string, string>>;
  /** Sound alone makes no sense in it. */
  readonly needsVideo?: true;
  /** Only these sample rates, whatever the codec takes. */
  readonly sampleRates?: readonly number[];
  /** Always so many channels. */
  readonly channels?: number;
  /** Each frame holds its own sound: there must be some for all of them, from the first on. */
  readonly interleavesSound?: true;
}

const any: readonly VideoCodecName[] = [
  'h264',
  'hevc',
  'av1',
  'vp9',
  'vp8',
  'theora',
  'mpeg4',
  'mpeg2',
  'mpeg1',
  'mjpeg',
  'prores',
  'dnxhd',
  'ffv1',
  'huffyuv',
  'msmpeg4',
  'wmv1',
  'wmv2',
  'raw',
  'rv10',
  'rv20',
  'cinepak',
  'svq1',
  'png',
];
const littlePcm: readonly AudioCodecName[] = ['pcm_s16le', 'pcm_s24le', 'pcm_s32le', 'pcm_f32le', 'pcm_u8'];
const bigPcm: readonly AudioCodecName[] = ['pcm_s16be', 'pcm_s24be', 'pcm_s32be', 'pcm_f32be', 'pcm_s8'];
const mp4: Container = {
  muxer: 'mp4',
  video: ['h264', 'hevc', 'av1', 'vp9', 'mpeg4', 'mpeg2', 'mpeg1', 'mjpeg'],
  audio: ['aac', 'mp3', 'opus', 'ac3', 'eac3', 'alac', 'flac', 'dts', 'mp2', 'vorbis'],
  subtitles: 'mov_text',
  cover: true,
  faststart: true,
};
const mov: Container = {
  muxer: 'mov',
  video: [
    'h264',
    'hevc',
    'prores',
    'dnxhd',
    'mpeg4',
    'mjpeg',
    'mpeg2',
    'dv',
    'raw',
    'png',
    'cinepak',
    'svq1',
    'hap',
  ],
  audio: ['aac', 'mp3', 'ac3', 'eac3', 'alac', ...littlePcm, ...bigPcm, 'pcm_alaw', 'pcm_mulaw'],
  subtitles: 'mov_text',
  faststart: true,
};
const mobile: Container = {
  muxer: '3gp',
  video: ['h264', 'h263', 'mpeg4'],
  audio: ['aac', 'amr'],
  subtitles: 'mov_text',
  faststart: true,
};
const m4a: Container = {
  muxer: 'ipod',
  video: [],
  audio: ['aac', 'alac', 'ac3'],
  cover: true,
  faststart: true,
};
const transport: Container = {
  muxer: 'mpegts',
  video: ['h264', 'hevc', 'mpeg2', 'mpeg4', 'mpeg1'],
  audio: ['aac', 'mp3', 'mp2', 'ac3', 'eac3', 'dts', 'opus'],
};
const bluray: Container = {
  ...transport,
  video: ['h264', 'hevc', 'mpeg2'],
  audio: ['ac3', 'eac3', 'dts', 'aac', 'mp2', 'mp3'],
  args: { mpegts_m2ts_mode: '1' },
};
const program: Container = {
  muxer: 'vob',
  video: ['mpeg2', 'mpeg1', 'h264', 'hevc', 'mpeg4'],
  audio: ['mp2', 'ac3', 'mp3', 'dts'],
};
const asf: Container = {
  muxer: 'asf',
  video: ['wmv2', 'wmv1', 'msmpeg4', 'mpeg4', 'h264', 'mjpeg'],
  audio: ['wmav2', 'wmav1', 'mp3', 'ac3', ...littlePcm],
};
const matroska: Container = {
  muxer: 'matroska',
  video: any,
  audio: [
    'aac',
    'opus',
    'vorbis',
    'mp3',
    'mp2',
    'flac',
    'alac',
    'ac3',
    'eac3',
    'dts',
    'tta',
    'wavpack',
    'wmav2',
    ...littlePcm,
    ...bigPcm,
  ],
  subtitles: 'srt',
};
const webm: Container = {
  muxer: 'webm',
  video: ['vp9', 'vp8', 'av1'],
  audio: ['opus', 'vorbis'],
  subtitles: 'webvtt',
};
const ogg: Container = { muxer: 'ogg', video: ['theora', 'vp8'], audio: ['vorbis', 'opus', 'flac', 'speex'] };
const flash: Container = {
  muxer: 'flv',
  video: ['h264', 'flv1'],
  audio: ['aac', 'mp3', 'pcm_s16le', 'speex'],
};
const real: Container = { muxer: 'rm', video: ['rv20', 'rv10'], audio: ['ac3', 'real'] };
const elementary = (muxer: string, ...video: readonly VideoCodecName[]): Container => ({
  muxer,
  video,
  audio: [],
  needsVideo: true,
});
const sound = (muxer: string, ...audio: readonly AudioCodecName[]): Container => ({
  muxer,
  video: [],
  audio,
});

/** By canonical format name. */
export const containers: Readonly<Record<string, Container>> = {
  mp4,
  m4v: { ...mp4, video: ['h264', 'hevc', 'mpeg4'], audio: ['aac', 'ac3', 'alac'] },
  mov,
  '3gp': mobile,
  '3g2': { ...mobile, muxer: '3g2' },
  mkv: matroska,
  webm,
  avi: {
    muxer: 'avi',
    video: [
      'mpeg4',
      'h264',
      'msmpeg4',
      'mjpeg',
      'mpeg2',
      'mpeg1',
      'dv',
      'huffyuv',
      'ffv1',
      'raw',
      'png',
      'cinepak',
      'wmv1',
      'wmv2',
      'h263',
      'flv1',
    ],
    audio: ['mp3', 'ac3', 'mp2', 'aac', 'adpcm', ...littlePcm],
  },
  wmv: asf,
  asf,
  flv: flash,
  f4v: { ...flash, muxer: 'f4v', video: ['h264'], audio: ['aac', 'mp3'] },
  swf: {
    muxer: 'swf',
    video: ['flv1', 'mjpeg'],
    audio: ['mp3'],
    sampleRates: [44_100, 22_050, 11_025],
    needsVideo: true,
  },
  ogg,
  ogv: { ...ogg, needsVideo: true },
  ts: transport,
  mts: bluray,
  m2ts: bluray,
  mpeg: program,
  vob: { ...program, video: ['mpeg2', 'mpeg1'], audio: ['ac3', 'mp2', 'dts'] },
  mod: { ...program, video: ['mpeg2'], audio: ['ac3', 'mp2'] },
  mxf: {
    muxer: 'mxf',
    video: ['mpeg2', 'dnxhd', 'prores', 'h264', 'mjpeg', 'ffv1', 'dv'],
    audio: ['pcm_s16le', 'pcm_s24le'],
    sampleRates: [48_000],
    needsVideo: true,
  },
  dv: {
    muxer: 'dv',
    video: ['dv'],
    audio: ['pcm_s16le'],
    sampleRates: [48_000],
    channels: 2,
    interleavesSound: true,
    needsVideo: true,
  },
  rm: real,
  rmvb: real,
  wtv: { muxer: 'wtv', video: ['mpeg2', 'mpeg1', 'h264'], audio: ['ac3', 'mp2', 'aac'], needsVideo: true },
  nut: { ...matroska, muxer: 'nut', audio: ['mp3', 'aac', 'opus', 'vorbis', 'flac', 'ac3', ...littlePcm] },
  ivf: elementary('ivf', 'vp9', 'vp8', 'av1'),
  y4m: elementary('yuv4mpegpipe', 'raw'),
  mjpeg: elementary('mjpeg', 'mjpeg'),
  h264: elementary('h264', 'h264'),
  hevc: elementary('hevc', 'hevc'),

  mp3: { ...sound('mp3', 'mp3'), cover: true, args: { id3v2_version: '3' } },
  mp2: sound('mp2', 'mp2'),
  aac: sound('adts', 'aac'),
  m4a,
  m4b: m4a,
  m4r: { ...m4a, audio: ['aac'] },
  wav: sound('wav', ...littlePcm, 'pcm_alaw', 'pcm_mulaw', 'adpcm', 'mp3', 'ac3', 'gsm'),
  w64: sound('w64', ...littlePcm),
  flac: { ...sound('flac', 'flac'), cover: true },
  aiff: { ...sound('aiff', ...bigPcm, 'pcm_alaw', 'pcm_mulaw'), args: { write_id3v2: '1' } },
  aifc: { ...sound('aiff', 'pcm_s16le', 'pcm_alaw', 'pcm_mulaw'), args: { write_id3v2: '1' } },
  au: sound('au', ...bigPcm, 'pcm_mulaw', 'pcm_alaw'),
  caf: sound('caf', 'alac', ...littlePcm, ...bigPcm, 'pcm_alaw', 'pcm_mulaw'),
  voc: sound('voc', 'pcm_s16le', 'pcm_u8', 'pcm_alaw', 'pcm_mulaw'),
  oga: sound('oga', 'vorbis', 'flac', 'opus', 'speex'),
  opus: sound('opus', 'opus'),
  weba: sound('webm', 'opus', 'vorbis'),
  mka: { ...sound('matroska', ...matroska.audio) },
  wma: sound('asf', 'wmav2', 'wmav1'),
  ac3: sound('ac3', 'ac3'),
  eac3: sound('eac3', 'eac3'),
  dts: sound('dts', 'dts'),
  tta: sound('tta', 'tta'),
  wv: sound('wv', 'wavpack'),
  sbc: sound('sbc', 'sbc'),
  rso: { ...sound('rso', 'pcm_u8'), sampleRates: [8000], channels: 1 },
};
