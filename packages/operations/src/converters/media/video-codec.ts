/**
 * What is known of a video codec: by which names people ask for it, which encoder of FFmpeg makes it, which options that
 * understands, and how it is told.
 */
export type VideoCodecName =
  | 'h264'
  | 'hevc'
  | 'av1'
  | 'vp8'
  | 'vp9'
  | 'theora'
  | 'mpeg4'
  | 'mpeg2'
  | 'mpeg1'
  | 'mjpeg'
  | 'prores'
  | 'dnxhd'
  | 'dv'
  | 'wmv1'
  | 'wmv2'
  | 'msmpeg4'
  | 'flv1'
  | 'h263'
  | 'ffv1'
  | 'huffyuv'
  | 'raw'
  | 'rv10'
  | 'rv20'
  | 'png'
  | 'cinepak'
  | 'svq1'
  | 'hap';

export interface VideoCodec {
  /** Other names that `video_codec` takes. */
  readonly aliases: readonly string[];
  readonly encoder: string;
  /** FFmpeg's own name of the codec, as a probe tells it. */
  readonly probed: string;
  readonly pixelFormat?: string;
  /** Width and height must be multiples of it; default 2. */
  readonly sizeStep?: number;
  /** What it gets when nobody asks for a quality. */
  readonly usual: Readonly<Record<string, string>>;
  /** Largest `crf`; absent: it has none. */
  readonly maxCrf?: number;
  /** Beside `crf`: what makes it hold. */
  readonly withCrf?: Readonly<Record<string, string>>;
  /** Absent: its bit rate cannot be set. */
  readonly hasBitrate?: false;
  /** `preset` → what the encoder is told; absent: it has no speeds. */
  readonly preset?: (name: string) => Readonly<Record<string, string>>;
  readonly tunes?: readonly string[];
  /** `profile` → pixel format, where it needs one of its own. */
  readonly profiles?: Readonly<Record<string, string | undefined>>;
  readonly level?: (level: string) => Readonly<Record<string, string>>;
}
