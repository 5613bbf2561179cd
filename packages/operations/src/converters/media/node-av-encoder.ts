/** An encoder of FFmpeg's library out of the options that its program would be given. In a host. */
import type { Decoder, Encoder, FilterAPI } from 'node-av/api';
import { ConversionError } from '../../host/protocol.ts';
import type { StreamPlan } from './output-plan.ts';
import type { AvLibrary } from './node-av-library.ts';

/** FFmpeg's `q` in the unit of the library. */
const lambdaPerQ = 118;

export function makeEncoder(
  { encoder, options }: StreamPlan,
  around: Pick<AvLibrary, 'api' | 'lib'> & {
    readonly filter: FilterAPI;
    readonly decoder: Decoder;
    readonly isVideo: boolean;
  },
): Promise<Encoder> {
  const { api, lib, filter, decoder } = around;
  const codec = lib.Codec.getCodecList().find((known) => known.name === encoder && known.isEncoder());
  if (codec === undefined)
    throw new ConversionError('unsupported', `node-av has no encoder ${encoder}`, 'Choose another codec.');
  const {
    'b:v': videoRate,
    'b:a': audioRate,
    'maxrate:v': maxRate,
    'bufsize:v': bufSize,
    g,
    'q:v': q,
    'tag:v': _tag,
    ...rest
  } = options;
  const rate = videoRate ?? audioRate;
  return api.Encoder.create(codec, {
    decoder,
    filter,
    ...(rate === undefined ? {} : { bitrate: rate }),
    ...(maxRate === undefined ? {} : { maxRate }),
    ...(bufSize === undefined ? {} : { bufSize }),
    ...(g === undefined ? {} : { gopSize: Number(g) }),
    autoFormat: true,
    autoResample: true,
    options: {
      ...Object.fromEntries(Object.entries(rest).map(([name, value]) => [name.replace(/:[va]$/, ''), value])),
      ...(q === undefined ? {} : { flags: '+qscale', global_quality: String(Number(q) * lambdaPerQ) }),
    },
  });
}
