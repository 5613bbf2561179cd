/** Options of `convert` for video and audio. Names of codecs are open: which ones there are depends on the engine. */
import { appliesTo, choice, count, flag, integer, number, type Options, text } from './option-schema.ts';
import type { FormatPair, OptionSpec } from './operation-spec.ts';

const moving = ['video', 'gif', 'apng'] as const;
const toVideo: readonly FormatPair[] = [{ to: ['video'] }];
const toMoving: readonly FormatPair[] = [
  { to: ['video'] },
  { from: moving, to: ['gif', 'webp', 'apng', 'avif', 'jpg', 'png', 'bmp', 'tiff'] },
];
const timed: readonly FormatPair[] = [
  { to: ['video', 'audio'] },
  { from: ['video', 'audio'] },
  { from: ['gif'], to: ['gif'] },
];
const sound: readonly FormatPair[] = [{ to: ['video', 'audio'] }];

const time = (description: string): OptionSpec => ({
  schema: {
    type: ['string', 'number'],
    minimum: 0,
    pattern: '^([0-9]+:)?([0-9]{1,2}:)?[0-9]+(\\.[0-9]+)?$',
    description: `${description} As \`hh:mm:ss.fff\` or in seconds.`,
    examples: ['00:01:30', 12.5],
  },
});

const videoOptions: Options = {
  video_codec: text('Codec of the video; `copy` takes the stream over unchanged.', {
    schema: { examples: ['x264', 'x265', 'vp9', 'av1', 'copy'] },
  }),
  crf: integer('Constant rate factor of the video: lower looks better and is larger, 0 is lossless.', {
    schema: { minimum: 0, maximum: 63, examples: [23] },
  }),
  preset: choice(
    [
      'ultrafast',
      'superfast',
      'veryfast',
      'faster',
      'fast',
      'medium',
      'slow',
      'slower',
      'veryslow',
      'placebo',
    ],
    'Speed of the encoder: slower makes a smaller file of the same quality.',
    { default: 'medium' },
  ),
  tune: choice(
    ['film', 'animation', 'grain', 'stillimage', 'fastdecode', 'zerolatency', 'psnr', 'ssim'],
    'Kind of video that the encoder is tuned for.',
  ),
  profile: text('Profile of the video codec, for devices that play only some.', {
    schema: { examples: ['baseline', 'main', 'high'] },
  }),
  level: {
    schema: {
      type: ['number', 'string'],
      description: 'Level of the video codec, for devices that play only some.',
      examples: [4.1, '4.1'],
    },
  },
  video_bitrate: count('Bit rate of the video in kbit/s, instead of `crf`.', {
    schema: { examples: [2500] },
  }),
  keyframe_interval: count('Frames from one keyframe to the next, at most.', { schema: { examples: [250] } }),
  aspect_ratio: text('Aspect ratio at which the video is shown.', {
    schema: { pattern: '^[0-9.]+(:[0-9.]+)?$', examples: ['16:9'] },
  }),
  subtitles_mode: choice(
    ['none', 'copy', 'soft', 'hard'],
    'Subtitles: leave them out, take those of the input, add a track, or draw them into the picture.',
  ),
  subtitles: text('Name of the task that gives the subtitle file, for `subtitles_mode` `soft` or `hard`.', {
    isFileInput: true,
    schema: { examples: ['captions'] },
  }),
  faststart: flag('Put the index of an MP4 in front, so that it plays while it loads.', { default: true }),
};

/** Older jobs carry these; the `watermark` operation has taken their place. */
const oldWatermarkOptions: Options = {
  watermark: text('Name of the task that gives a picture to lay over the video.', {
    isFileInput: true,
    accepts: { kinds: ['image', 'vector'] },
    schema: { examples: ['logo'] },
  }),
  watermark_position_vertical: choice(
    ['top', 'center', 'bottom'],
    'Older spelling of `position_vertical` of `watermark`.',
  ),
  watermark_position_horizontal: choice(
    ['left', 'center', 'right'],
    'Older spelling of `position_horizontal` of `watermark`.',
  ),
  watermark_margin_vertical: integer('Older spelling of `margin_vertical` of `watermark`: pixels.'),
  watermark_margin_horizontal: integer('Older spelling of `margin_horizontal` of `watermark`: pixels.'),
};

const audioOptions: Options = {
  audio_codec: text('Codec of the sound; `copy` takes the stream over unchanged, `none` leaves it out.', {
    schema: { examples: ['aac', 'mp3', 'opus', 'copy', 'none'] },
  }),
  audio_bitrate: count('Bit rate of the sound in kbit/s.', { schema: { examples: [128, 320] } }),
  channels: count('Number of audio channels: 1 is mono, 2 is stereo.', { schema: { examples: [2] } }),
  sample_rate: count('Samples per second in hertz.', { schema: { examples: [44100, 48000] } }),
  volume: number('Factor for the volume: 1 leaves it, 0.5 halves it.', {
    schema: { minimum: 0, examples: [1.5] },
  }),
};

export const mediaOptions: Options = {
  ...appliesTo(toVideo, { ...videoOptions, ...oldWatermarkOptions }),
  ...appliesTo(toMoving, {
    fps: number('Frames per second. Of a video that becomes jpg or png: so many pictures of each second.', {
      schema: { exclusiveMinimum: 0, examples: [25, 29.97] },
    }),
  }),
  ...appliesTo(timed, {
    trim_start: time('Where the output begins in the input.'),
    trim_end: time('Where the output ends in the input.'),
  }),
  ...appliesTo(sound, audioOptions),
};
