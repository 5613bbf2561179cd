/** What FFmpeg's library says of an open file, in the form that a probe by the program has. In a host. */
import type { Demuxer } from 'node-av/api';
import type { Stream } from 'node-av/lib';
import type { MediaInfo } from './media-info.ts';
import { readMediaInfo } from './media-info.ts';
import type { AvLibrary } from './node-av-library.ts';

const types = ['video', 'audio', 'data', 'subtitle'] as const;
const attachedPicture = 0x04_00;

export function avInfo(input: Demuxer, library: AvLibrary): MediaInfo | undefined {
  return readMediaInfo({
    format: {
      format_name: input.formatName,
      ...(input.duration > 0 ? { duration: input.duration } : {}),
      tags: input.metadata,
    },
    streams: input.streams.map((stream) => probed(stream, library)),
  });
}

function probed(stream: Stream, library: AvLibrary): Record<string, unknown> {
  const { lib } = library;
  const { codecpar, timeBase, avgFrameRate, rFrameRate } = stream;
  const duration = Number(stream.duration) * (timeBase.num / timeBase.den);
  const { sampleAspectRatio: shape } = codecpar;
  const type = types[codecpar.codecType];
  return {
    index: stream.index,
    codec_type: type,
    codec_name: lib.avGetCodecName(codecpar.codecId) ?? '',
    codec_tag_string: codecpar.codecTagString ?? '',
    ...(duration > 0 ? { duration } : {}),
    tags: stream.metadata?.getAll() ?? {},
    disposition: {
      attached_pic: (stream.disposition & attachedPicture) === 0 ? 0 : 1,
      default: stream.disposition & 1,
    },
    ...(type === 'video'
      ? {
          width: codecpar.width,
          height: codecpar.height,
          pix_fmt: lib.avGetPixFmtName(codecpar.toJSON()['format']) ?? '',
          ...(shape.num > 0 && shape.den > 0 ? { sample_aspect_ratio: `${shape.num}:${shape.den}` } : {}),
          avg_frame_rate: `${avgFrameRate.num}/${avgFrameRate.den}`,
          r_frame_rate: `${rFrameRate.num}/${rFrameRate.den}`,
          side_data_list: [{ rotation: rotationOf(stream, library) }],
        }
      : {
          channels: codecpar.channels,
          sample_rate: codecpar.sampleRate,
          bits_per_raw_sample: codecpar.bitsPerRawSample,
        }),
  };
}

/** Degrees clockwise that a player turns the pictures by: of the matrix, the first two of its nine fixed-point numbers tell. */
export function rotationOf({ codecpar }: Stream, { constants }: AvLibrary): number {
  const matrix = codecpar.getCodedSideData(constants.AV_PKT_DATA_DISPLAYMATRIX);
  if (matrix === null || matrix.length < 36) return 0;
  const degrees = (Math.atan2(matrix.readInt32LE(4), matrix.readInt32LE(0)) * 180) / Math.PI;
  return (Math.round(degrees) + 360) % 360;
}

/** FFmpeg's program does it by itself. */
export function uprightFilters(degrees: number): readonly string[] {
  switch (degrees) {
    case 90:
      return ['transpose=clock'];
    case 180:
      return ['hflip', 'vflip'];
    case 270:
      return ['transpose=cclock'];
    default:
      return [];
  }
}
