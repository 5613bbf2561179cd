/** Tar archives packed by lzop: fast, and little smaller. */
import { constants, copyFile, utimes } from 'node:fs/promises';
import path from 'node:path';
import { outputDateSeconds } from '../../files/output-date.ts';
import type { Converter } from '../converter.ts';
import type { ProgramJob } from '../program-converter.ts';
import { programConverter } from '../program-converter.ts';

const packing: Converter = programConverter({
  name: 'lzop',
  program: 'lzop',
  standsFor: ['archivetool'],
  pairs: { tar: ['tar.lzo', 'tzo'] },
  options: () => [],
  rank: () => 60,
  args: lzopArgs,
});

/** It writes the time of its input into the archive. */
export const lzopWriter: Converter = {
  ...packing,
  convert: async (conversion) => {
    const copy = path.join(conversion.workDir, 'copy.tar');
    await copyFile(conversion.inputPath, copy, constants.COPYFILE_FICLONE);
    await utimes(copy, outputDateSeconds(), outputDateSeconds());
    return packing.convert({ ...conversion, inputPath: copy });
  },
};

/** Pure. The name and time of the tar are left out: they are ours. */
export function lzopArgs({ inputPath, outputPath }: ProgramJob): readonly string[] {
  return ['--no-name', '--no-time', '--force', `--output=${outputPath}`, inputPath];
}
