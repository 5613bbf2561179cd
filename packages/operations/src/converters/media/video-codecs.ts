/** The video codecs that outputs can have. Data and small pure functions; no container and no process is known here. */
import type { VideoCodec, VideoCodecName } from './video-codec.ts';

const speeds: readonly string[] = [
  'placebo',
  'veryslow',
  'slower',
  'slow',
  'medium',
  'fast',
  'faster',
  'veryfast',
  'superfast',
  'ultrafast',
];
/** 0 for the slowest, 9 for the fastest. */
const speedOf = (preset: string): number => Math.max(0, speeds.indexOf(preset));
const yuv420p = 'yuv420p';
const byName = (name: string): Readonly<Record<string, string>> => ({ preset: name });
/** libvpx: 0 is the slowest, 5 the fastest that still looks good. */
const byCpuUsed = (name: string): Readonly<Record<string, string>> => ({
  'cpu-used': String(Math.min(5, Math.round(speedOf(name) / 2))),
});
/** The same, for VP9, with which 3 is the usual one. */
const byCpuUsedFaster = (name: string): Readonly<Record<string, string>> => ({
  'cpu-used': String(Math.min(5, Math.round(speedOf(name) * 0.7))),
});
const fine = { 'q:v': '4' };

export const videoCodecs: Readonly<Record<VideoCodecName, VideoCodec>> = {
  h264: {
    aliases: ['x264', 'libx264', 'avc', 'h.264'],
    encoder: 'libx264',
    probed: 'h264',
    pixelFormat: yuv420p,
    usual: { crf: '23' },
    maxCrf: 51,
    preset: byName,
    tunes: ['film', 'animation', 'grain', 'stillimage', 'fastdecode', 'zerolatency', 'psnr', 'ssim'],
    profiles: {
      baseline: yuv420p,
      main: yuv420p,
      high: yuv420p,
      high10: 'yuv420p10le',
      high422: 'yuv422p',
      high444: 'yuv444p',
    },
    level: (level) => ({ level }),
  },
  hevc: {
    aliases: ['x265', 'libx265', 'h265', 'h.265'],
    encoder: 'libx265',
    probed: 'hevc',
    pixelFormat: yuv420p,
    usual: { crf: '28' },
    maxCrf: 51,
    preset: byName,
    tunes: ['animation', 'grain', 'fastdecode', 'zerolatency', 'psnr', 'ssim'],
    profiles: {
      main: yuv420p,
      main10: 'yuv420p10le',
      'main444-8': 'yuv444p',
      'main444-10': 'yuv444p10le',
    },
    level: (level) => ({ 'x265-params': `level-idc=${level}:log-level=error` }),
  },
  av1: {
    aliases: ['libsvtav1', 'svtav1', 'libaom-av1', 'aom'],
    encoder: 'libsvtav1',
    probed: 'av1',
    pixelFormat: yuv420p,
    usual: { crf: '35', preset: '8' },
    maxCrf: 63,
    // Of 0 to 13; what is called slow there would take hours.
    preset: (name) => ({ preset: String(4 + speedOf(name)) }),
  },
  vp8: {
    aliases: ['libvpx'],
    encoder: 'libvpx',
    probed: 'vp8',
    pixelFormat: yuv420p,
    usual: { crf: '10', 'b:v': '2M', 'cpu-used': '2' },
    maxCrf: 63,
    // Without a high bound on its rate, its 200 kbit/s would win over any quality.
    withCrf: { 'b:v': '50M' },
    preset: byCpuUsed,
  },
  vp9: {
    aliases: ['libvpx-vp9'],
    encoder: 'libvpx-vp9',
    probed: 'vp9',
    pixelFormat: yuv420p,
    usual: { crf: '32', 'b:v': '0', 'cpu-used': '3', 'row-mt': '1' },
    maxCrf: 63,
    withCrf: { 'b:v': '0' },
    preset: byCpuUsedFaster,
    level: (level) => ({ level }),
  },
  theora: {
    aliases: ['libtheora'],
    encoder: 'libtheora',
    probed: 'theora',
    pixelFormat: yuv420p,
    usual: { 'q:v': '7' },
  },
  mpeg4: {
    aliases: ['xvid', 'divx', 'libxvid', 'mpeg-4'],
    encoder: 'mpeg4',
    probed: 'mpeg4',
    pixelFormat: yuv420p,
    usual: fine,
  },
  mpeg2: {
    aliases: ['mpeg2video', 'mpeg-2'],
    encoder: 'mpeg2video',
    probed: 'mpeg2video',
    pixelFormat: yuv420p,
    usual: fine,
  },
  mpeg1: {
    aliases: ['mpeg1video', 'mpeg-1'],
    encoder: 'mpeg1video',
    probed: 'mpeg1video',
    pixelFormat: yuv420p,
    usual: fine,
  },
  mjpeg: {
    aliases: ['jpeg', 'jpg'],
    encoder: 'mjpeg',
    probed: 'mjpeg',
    pixelFormat: 'yuvj420p',
    usual: { 'q:v': '3' },
  },
  prores: {
    aliases: ['prores_ks'],
    encoder: 'prores_ks',
    probed: 'prores',
    pixelFormat: 'yuv422p10le',
    usual: { 'profile:v': 'standard' },
    hasBitrate: false,
    profiles: {
      proxy: 'yuv422p10le',
      lt: 'yuv422p10le',
      standard: 'yuv422p10le',
      hq: 'yuv422p10le',
      '4444': 'yuv444p10le',
      '4444xq': 'yuv444p10le',
    },
  },
  dnxhd: {
    aliases: ['dnxhr'],
    encoder: 'dnxhd',
    probed: 'dnxhd',
    pixelFormat: 'yuv422p',
    usual: { 'profile:v': 'dnxhr_sq' },
    hasBitrate: false,
    profiles: {
      dnxhr_lb: 'yuv422p',
      dnxhr_sq: 'yuv422p',
      dnxhr_hq: 'yuv422p',
      dnxhr_hqx: 'yuv422p10le',
      dnxhr_444: 'yuv444p10le',
    },
  },
  dv: { aliases: ['dvvideo'], encoder: 'dvvideo', probed: 'dvvideo', usual: {}, hasBitrate: false },
  wmv1: { aliases: [], encoder: 'wmv1', probed: 'wmv1', pixelFormat: yuv420p, usual: fine },
  wmv2: { aliases: [], encoder: 'wmv2', probed: 'wmv2', pixelFormat: yuv420p, usual: fine },
  msmpeg4: {
    aliases: ['msmpeg4v3', 'divx3'],
    encoder: 'msmpeg4',
    probed: 'msmpeg4v3',
    pixelFormat: yuv420p,
    usual: fine,
  },
  flv1: {
    aliases: ['flv', 'sorenson'],
    encoder: 'flv',
    probed: 'flv1',
    pixelFormat: yuv420p,
    usual: fine,
  },
  h263: {
    aliases: ['h263p', 'h.263'],
    encoder: 'h263p',
    probed: 'h263',
    pixelFormat: yuv420p,
    sizeStep: 4,
    usual: fine,
  },
  ffv1: { aliases: [], encoder: 'ffv1', probed: 'ffv1', usual: { 'level:v': '3' }, hasBitrate: false },
  huffyuv: {
    aliases: ['ffvhuff'],
    encoder: 'huffyuv',
    probed: 'huffyuv',
    pixelFormat: 'yuv422p',
    usual: {},
    hasBitrate: false,
  },
  raw: {
    aliases: ['rawvideo'],
    encoder: 'rawvideo',
    probed: 'rawvideo',
    pixelFormat: yuv420p,
    usual: {},
    hasBitrate: false,
  },
  rv10: {
    aliases: [],
    encoder: 'rv10',
    probed: 'rv10',
    pixelFormat: yuv420p,
    sizeStep: 16,
    usual: fine,
  },
  rv20: { aliases: [], encoder: 'rv20', probed: 'rv20', pixelFormat: yuv420p, sizeStep: 4, usual: fine },
  png: { aliases: [], encoder: 'png', probed: 'png', pixelFormat: 'rgb24', usual: {}, hasBitrate: false },
  cinepak: {
    aliases: [],
    encoder: 'cinepak',
    probed: 'cinepak',
    pixelFormat: 'rgb24',
    sizeStep: 4,
    usual: {},
    hasBitrate: false,
  },
  svq1: { aliases: [], encoder: 'svq1', probed: 'svq1', sizeStep: 4, usual: fine },
  hap: {
    aliases: [],
    encoder: 'hap',
    probed: 'hap',
    pixelFormat: 'rgba',
    sizeStep: 4,
    usual: {},
    hasBitrate: false,
  },
};

const namesOf = (name: string, { aliases, probed }: VideoCodec): readonly string[] => [
  name,
  probed,
  ...aliases,
];

/** `x264` → `h264`; undefined for a codec that nobody here knows. */
export function videoCodecNamed(wanted: string): VideoCodecName | undefined {
  const lower = wanted.toLowerCase();
  for (const name of videoCodecNames) if (namesOf(name, videoCodecs[name]).includes(lower)) return name;
  return undefined;
}

const isName = (name: string): name is VideoCodecName => Object.hasOwn(videoCodecs, name);
const videoCodecNames: readonly VideoCodecName[] = Object.keys(videoCodecs).filter(isName);
