/** The formats of video and audio that can be read, the pictures that can be made of them, and the readers that may look at a file. Data only. */
import { containers } from './containers.ts';

/** Read, but written by nothing that is free. */
const readOnly: readonly string[] = [
  'amr',
  'cavs',
  'dvr',
  'divx',
  'xvid',
  'dss',
  'spx',
  'ape',
  'mpc',
  'ra',
  'gsm',
  'aa',
];

/** Everything that FFmpeg is asked to read, `gif` and `apng` included. */
export const mediaInputs: readonly string[] = [...Object.keys(containers), ...readOnly, 'gif', 'apng'];

/** Pictures that move. */
export const animations: readonly string[] = ['gif', 'apng', 'webp'];
/** Single pictures of a video. */
export const frameFormats: readonly string[] = ['jpg', 'png', 'bmp', 'tiff'];
/** What the input of a pair may lack without anybody wondering: names that mean sound. */
export const soundOnly = (format: string): boolean =>
  containers[format]?.video.length === 0 ||
  ['amr', 'dss', 'spx', 'ape', 'mpc', 'ra', 'gsm', 'aa'].includes(format);

/**
 * The demuxers that may look at a file, by FFmpeg's names. None of them opens a second file: playlists, concat, image
 * sequences, subtitles that name films and network descriptions are not among them.
 */
export const demuxers: string = [
  'mov,mp4,m4a,3gp,3g2,mj2',
  'matroska,webm',
  'avi',
  'asf',
  'flv',
  'swf',
  'ogg',
  'mpegts',
  'mpeg',
  'mpegvideo',
  'mxf',
  'dv',
  'rm',
  'wtv',
  'nut',
  'ivf',
  'yuv4mpegpipe',
  'mjpeg',
  'jpeg_pipe',
  'h264',
  'hevc',
  'av1',
  'obu',
  'm4v',
  'cavsvideo',
  'vc1',
  'gif',
  'apng',
  'mp3',
  'aac',
  'loas',
  'latm',
  'wav',
  'w64',
  'flac',
  'aiff',
  'au',
  'caf',
  'voc',
  'ac3',
  'eac3',
  'dts',
  'dtshd',
  'amr',
  'amrnb',
  'amrwb',
  'tta',
  'wv',
  'ape',
  'mpc',
  'mpc8',
  'sbc',
  'rso',
  'gsm',
  'dss',
  'ea',
  'aa',
  'aax',
  'h263',
  'h261',
  'dirac',
  'truehd',
  'mlp',
].join(',');
