/** Everything that is done to pictures, inside a converter host: native code on files that nobody vouches for. */
import type { JsonObject } from '@pipeline/schema';
import type { HostModule } from '../../host/protocol.ts';
import { jobText } from '../../host/read-job.ts';
import { convertPicture } from './convert-picture.ts';
import { convertPictures } from './convert-pictures.ts';
import { measurePicture } from './measure-picture.ts';
import { readIcns, writeIcns } from './icns-file.ts';
import { optimizePicture } from './optimize-picture.ts';
import { watermarkMark } from './watermark-mark.ts';
import { watermarkPicture } from './watermark-picture.ts';

const jobs: Readonly<Record<string, (job: JsonObject) => Promise<JsonObject>>> = {
  convert: convertPicture,
  'convert-several': convertPictures,
  measure: measurePicture,
  optimize: optimizePicture,
  watermark: watermarkPicture,
  'read-icns': readIcns,
  'write-icns': writeIcns,
  layer: watermarkMark,
};

export const host: HostModule = {
  run: (job) => {
    const run = jobs[jobText(job, 'type')];
    if (run === undefined) throw new Error(`no such job for sharp: ${jobText(job, 'type')}`);
    return run(job);
  },
};
