/** Archives by 7-Zip, which comes along: the entry of the table of converters. The work is done in `seven-zip-host.ts`. */
import { stat } from 'node:fs/promises';
import type { Failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { runInHost } from '../../host/host-pool.ts';
import type { Converter } from '../converter.ts';
import { archiveTime } from './archive-limits.ts';
import { sevenZipFormats } from './seven-zip-formats.ts';
import { repacking } from './unpackers.ts';
import type { Unpacker, Unpacking } from './unpackers.ts';

/** Of the npm package; a test holds it to the one that is installed. */
export const sevenZipVersion = '1.2.0';

export const sevenZipUnpacker: Unpacker = {
  name: 'seven-zip',
  standsFor: ['archivetool'],
  version: async () => sevenZipVersion,
  license: 'LGPL-2.1-or-later',
  kind: 'embedded',
  needs: [],
  formats: sevenZipFormats,
  noPassword: undefined,
  rank: 50,
  unpack,
};

export const sevenZip: Converter = repacking(sevenZipUnpacker);

async function unpack(unpacking: Unpacking): Promise<Result<undefined, Failure>> {
  const { inputPath, inputName, from, workDir, password, signal, progress } = unpacking;
  const answer = await runInHost({
    host: 'seven-zip',
    timeBound: archiveTime((await stat(inputPath)).size),
    job: {
      half: 'unpack',
      inputPath,
      inputName,
      from,
      workDir,
      ...(password === undefined ? {} : { password }),
    },
    signal,
    progress,
    about: inputName,
  });
  return answer.ok ? ok(undefined) : err(answer.error);
}
