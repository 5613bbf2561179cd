/** What a file of video or sound holds, as a probe tells it; read from the JSON of ffprobe. Pure. */
export interface MediaInfo {
  /** FFmpeg's names of the container: `mov,mp4,m4a,3gp,3g2,mj2`. */
  readonly container: string;
  /** Absent: the file does not say. */
  readonly seconds?: number;
  /** The main one; a picture of a cover is none. */
  readonly video?: VideoStream;
  readonly audio?: AudioStream;
  readonly subtitles: readonly SubtitleStream[];
  readonly cover?: { readonly index: number; readonly codec: string };
  /** The tags stand with the stream (Ogg), not with the file. */
  readonly hasStreamTags: boolean;
  readonly isProtected: boolean;
}

export interface VideoStream {
  readonly index: number;
  readonly codec: string;
  /** As shown: turned upright, with square pixels. */
  readonly width: number;
  readonly height: number;
  /** Its pixels are not square. */
  readonly isAnamorphic: boolean;
  readonly fps?: number;
  readonly hasAlpha: boolean;
  readonly seconds?: number;
}

export interface AudioStream {
  readonly index: number;
  readonly codec: string;
  readonly channels: number;
  readonly sampleRate: number;
  /** Of one sample. */
  readonly bits: number;
  readonly seconds?: number;
}

export interface SubtitleStream {
  readonly index: number;
  readonly codec: string;
  readonly isText: boolean;
}

const imageSubtitles = new Set(['hdmv_pgs_subtitle', 'dvd_subtitle', 'dvb_subtitle', 'xsub', 'dvb_teletext']);

/** Undefined: it is not what ffprobe prints. */
export function readMediaInfo(probed: unknown): MediaInfo | undefined {
  const root = recordOf(probed);
  const format = recordOf(root['format']);
  const container = textOf(format['format_name']);
  if (container === undefined) return undefined;
  const streams = listOf(root['streams']).map(recordOf);
  const ofType = (type: string): readonly Fields[] =>
    streams.filter((stream) => stream['codec_type'] === type);
  const videos = ofType('video').filter(
    (stream) => !isCover(stream) && numberOf(stream['width']) !== undefined,
  );
  const video = firstOf(videos);
  const audio = firstOf(ofType('audio').filter((stream) => (numberOf(stream['channels']) ?? 0) > 0));
  const cover = ofType('video').find(isCover);
  const seconds = positive(format['duration']);
  return {
    container,
    ...(seconds === undefined ? {} : { seconds }),
    ...(video === undefined ? {} : { video: videoOf(video) }),
    ...(audio === undefined ? {} : { audio: audioOf(audio) }),
    subtitles: ofType('subtitle').map((stream) => ({
      index: numberOf(stream['index']) ?? 0,
      codec: textOf(stream['codec_name']) ?? '',
      isText: !imageSubtitles.has(textOf(stream['codec_name']) ?? ''),
    })),
    ...(cover === undefined
      ? {}
      : { cover: { index: numberOf(cover['index']) ?? 0, codec: textOf(cover['codec_name']) ?? '' } }),
    hasStreamTags: !hasTags(format) && audio !== undefined && hasTags(audio) && container.includes('ogg'),
    isProtected: streams.some((stream) => isProtectedTag(textOf(stream['codec_tag_string']))),
  };
}

type Fields = Readonly<Record<string, unknown>>;

const isProtectedTag = (tag: string | undefined): boolean =>
  tag !== undefined && ['drms', 'drmi', 'drmt', 'encv', 'enca', 'aavd'].includes(tag);
const isCover = (stream: Fields): boolean => recordOf(stream['disposition'])['attached_pic'] === 1;
const hasTags = (fields: Fields): boolean => Object.keys(recordOf(fields['tags'])).length > 0;

/** The one that its maker calls the default. */
const firstOf = (streams: readonly Fields[]): Fields | undefined =>
  streams.find((stream) => recordOf(stream['disposition'])['default'] === 1) ?? streams[0];

function videoOf(stream: Fields): VideoStream {
  const coded = { width: numberOf(stream['width']) ?? 0, height: numberOf(stream['height']) ?? 0 };
  const [up = 1, across = 1] = (textOf(stream['sample_aspect_ratio']) ?? '1:1').split(':').map(Number);
  const ratio = up > 0 && across > 0 ? up / across : 1;
  const width = Math.round(coded.width * ratio);
  const isTurned = Math.abs(rotationOf(stream)) % 180 === 90;
  const fps = rateOf(stream['avg_frame_rate']) ?? rateOf(stream['r_frame_rate']);
  const seconds = secondsOfStream(stream);
  return {
    index: numberOf(stream['index']) ?? 0,
    codec: textOf(stream['codec_name']) ?? '',
    width: isTurned ? coded.height : width,
    height: isTurned ? width : coded.height,
    isAnamorphic: ratio !== 1,
    ...(fps === undefined ? {} : { fps }),
    hasAlpha: /^(rgba|bgra|argb|abgr|yuva|gbrap|ya8|ya16|pal8|rgba64)/.test(textOf(stream['pix_fmt']) ?? ''),
    ...(seconds === undefined ? {} : { seconds }),
  };
}

function rotationOf(stream: Fields): number {
  const sides = listOf(stream['side_data_list']).map(recordOf);
  const matrix = sides.map((side) => numberOf(side['rotation'])).find((degrees) => degrees !== undefined);
  return matrix ?? numberOf(recordOf(stream['tags'])['rotate']) ?? 0;
}

function audioOf(stream: Fields): AudioStream {
  const seconds = secondsOfStream(stream);
  const said = numberOf(stream['bits_per_raw_sample']) ?? 0;
  return {
    index: numberOf(stream['index']) ?? 0,
    codec: textOf(stream['codec_name']) ?? '',
    channels: numberOf(stream['channels']) ?? 2,
    sampleRate: numberOf(stream['sample_rate']) ?? 44_100,
    bits: said > 0 ? said : (numberOf(stream['bits_per_sample']) ?? 0),
    ...(seconds === undefined ? {} : { seconds }),
  };
}

/** `30000/1001` */
function rateOf(value: unknown): number | undefined {
  const [frames = 0, seconds = 0] = (textOf(value) ?? '').split('/').map(Number);
  const rate = frames / seconds;
  // Streams with times of their own say 90000 or nothing.
  return Number.isFinite(rate) && rate > 0 && rate <= 1000 ? rate : undefined;
}

/** Matroska says it in a tag: `00:00:10.005000000`. */
function secondsOfStream(stream: Fields): number | undefined {
  const tag = /^(\d+):(\d+):(\d+(?:\.\d+)?)/.exec(textOf(recordOf(stream['tags'])['DURATION']) ?? '');
  const [, hours = 0, minutes = 0, seconds = 0] = (tag ?? []).map(Number);
  return positive(stream['duration']) ?? positive(hours * 3600 + minutes * 60 + seconds);
}

const recordOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

function positive(value: unknown): number | undefined {
  const number = numberOf(value);
  return number !== undefined && number > 0 ? number : undefined;
}
