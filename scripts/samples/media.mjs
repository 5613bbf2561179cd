import { readFileSync } from 'node:fs';
import { cavs, dss } from './old-media.mjs';

// Sound: one second of 440 Hz, mono. Video: one second, the left half red, the right half blue, with that tone.
const tone = ['-f', 'lavfi', '-i', 'sine=frequency=440:duration=1:sample_rate=48000'];
const halves = (rate, size = '64x48') => [
  '-f', 'lavfi', '-i',
  `color=red:size=${size}:rate=${rate}:duration=1[l];color=blue:size=${size}:rate=${rate}:duration=1,crop=iw/2:ih:0:0[r];[l][r]overlay=W/2:0`,
]; // prettier-ignore

const sounds = {
  wav: ['-ar', '16000'],
  w64: ['-ar', '16000'],
  aiff: ['-ar', '16000'],
  aifc: ['-ar', '16000', '-c:a', 'pcm_alaw', '-f', 'aiff'],
  au: ['-ar', '16000'],
  voc: ['-ar', '16000', '-c:a', 'pcm_u8'],
  caf: ['-ar', '16000'],
  rso: ['-ar', '8000', '-c:a', 'pcm_u8'],
  sbc: ['-ar', '16000', '-b:a', '64k'],
  flac: ['-ar', '16000'],
  mp3: ['-b:a', '64k'],
  mp2: ['-b:a', '64k'],
  aac: ['-b:a', '64k'],
  m4a: ['-b:a', '64k'],
  m4b: ['-b:a', '64k', '-f', 'ipod'],
  m4r: ['-b:a', '64k', '-f', 'ipod'],
  ac3: ['-b:a', '64k'],
  eac3: ['-b:a', '64k'],
  oga: ['-c:a', 'libvorbis', '-f', 'oga'],
  opus: ['-b:a', '32k'],
  weba: ['-c:a', 'libopus', '-b:a', '32k', '-f', 'webm'],
  wma: ['-b:a', '64k'],
  mka: ['-c:a', 'libopus', '-b:a', '32k'],
  wv: ['-ar', '16000'],
};

const h264 = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-b:a', '48k'];
const mpeg2 = ['-c:v', 'mpeg2video', '-b:v', '100k', '-c:a', 'mp2', '-b:a', '64k'];
const mpeg4 = ['-c:v', 'mpeg4', '-b:v', '60k', '-c:a', 'libmp3lame', '-b:a', '48k'];
const real = ['-c:v', 'rv10', '-b:v', '60k', '-c:a', 'ac3', '-b:a', '64k', '-f', 'rm'];

/** Frames a second, then arguments. */
const films = {
  mp4: [25, ...h264],
  m4v: [25, ...h264, '-f', 'mp4'],
  mov: [25, ...h264],
  f4v: [25, ...h264, '-f', 'f4v'],
  '3gp': [25, '-s', '176x144', '-c:v', 'h263', '-c:a', 'aac', '-b:a', '48k'],
  '3g2': [25, '-s', '176x144', '-c:v', 'h263', '-c:a', 'aac', '-b:a', '48k'],
  mkv: [25, ...h264],
  webm: [25, '-pix_fmt', 'yuv420p', '-c:v', 'libvpx', '-b:v', '60k', '-c:a', 'libopus', '-b:a', '32k'],
  flv: [25, '-c:v', 'flv1', '-c:a', 'libmp3lame', '-ar', '44100', '-b:a', '48k'],
  swf: [25, '-c:v', 'flv1', '-c:a', 'libmp3lame', '-ar', '44100', '-b:a', '48k'],
  avi: [25, ...mpeg4],
  divx: [25, ...mpeg4, '-f', 'avi'],
  xvid: [25, ...mpeg4, '-f', 'avi'],
  nut: [25, ...mpeg4],
  asf: [25, '-c:v', 'msmpeg4v3', '-c:a', 'wmav2', '-b:a', '48k'],
  wmv: [25, '-c:v', 'wmv2', '-c:a', 'wmav2', '-b:a', '48k'],
  wtv: [25, ...mpeg2],
  dvr: [25, ...mpeg2, '-f', 'asf'],
  mpeg: [25, ...mpeg2, '-f', 'mpeg'],
  mod: [25, ...mpeg2, '-f', 'mpeg'],
  vob: [25, ...mpeg2, '-f', 'vob'],
  ts: [25, ...mpeg2],
  mts: [25, ...h264, '-f', 'mpegts', '-mpegts_m2ts_mode', '1'],
  m2ts: [25, ...h264, '-f', 'mpegts', '-mpegts_m2ts_mode', '1'],
  mxf: [25, '-c:v', 'mpeg2video', '-b:v', '100k', '-c:a', 'pcm_s16le', '-ar', '48000'],
  ogg: [25, '-c:v', 'libtheora', '-c:a', 'libvorbis', '-ar', '44100'],
  ogv: [25, '-c:v', 'libtheora', '-c:a', 'libvorbis', '-ar', '44100'],
  rm: [10, ...real],
  rmvb: [10, ...real],
  // Standard definition only: three frames of 144 kB, as fewer have too little sound for AC-3 and DTS.
  dv: [25, '-target', 'pal-dv', '-t', '0.12', '-ac', '2'],
};

/** Without sound, as the format has none. */
const silent = {
  ivf: [25, '-pix_fmt', 'yuv420p', '-c:v', 'libvpx', '-b:v', '60k'],
  h264: [25, '-c:v', 'libx264', '-pix_fmt', 'yuv420p'],
  hevc: [25, '-c:v', 'libx265', '-pix_fmt', 'yuv420p', '-x265-params', 'log-level=error'],
  mjpeg: [10, '-pix_fmt', 'yuvj420p'],
  y4m: [5, '-pix_fmt', 'yuv420p'],
};

const ffmpeg = (kit, ...args) => void kit.run('ffmpeg', '-y', '-hide_banner', '-loglevel', 'error', ...args);
const exact = ['-fflags', '+bitexact', '-flags', '+bitexact'];

export const recipes = [
  ...Object.entries(sounds).map(([extension, args]) => ({
    extension,
    how: 'ffmpeg',
    make: (kit) => ffmpeg(kit, ...tone, '-ac', '1', ...args, ...exact, kit.sample(extension)),
  })),
  ...Object.entries(films).map(([extension, [rate, ...args]]) => ({
    extension,
    how: 'ffmpeg',
    make: (kit) => {
      const channels = args.includes('-ac') ? [] : ['-ac', '1'];
      ffmpeg(kit, ...halves(rate), ...tone, ...channels, ...args, ...exact, kit.sample(extension));
    },
  })),
  ...Object.entries(silent).map(([extension, [rate, ...args]]) => ({
    extension,
    how: 'ffmpeg',
    make: (kit) => ffmpeg(kit, ...halves(rate), ...args, ...exact, kit.sample(extension)),
  })),
  {
    extension: 'cavs',
    how: 'written by hand: still pictures of the JiZhun profile',
    make: (kit) => kit.write('cavs', cavs()),
  },
  {
    extension: 'dss',
    how: "ffmpeg's G.723.1, in blocks written by hand",
    make: (kit) => {
      ffmpeg(
        kit,
        ...tone,
        '-ar',
        '8000',
        '-ac',
        '1',
        '-c:a',
        'g723_1',
        '-b:a',
        '6300',
        '-f',
        'data',
        '-map',
        '0:a',
        kit.work('speech'),
      );
      kit.write('dss', dss(readFileSync(kit.work('speech'))));
    },
  },
  {
    extension: 'amr',
    how: 'SoX',
    make: (kit) => void kit.run('sox', kit.sample('wav'), '-r', '8000', '-t', 'amr-nb', kit.sample('amr')),
  },
];
