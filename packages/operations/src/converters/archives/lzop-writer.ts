/** Tar archives packed by lzop: fast, and little smaller. */
import type { Converter } from '../converter.ts';
import type { ProgramJob } from '../program-converter.ts';
import { programConverter } from '../program-converter.ts';

export const lzopWriter: Converter = programConverter({
  name: 'lzop',
  program: 'lzop',
  standsFor: ['archivetool'],
  pairs: { tar: ['tar.lzo', 'tzo'] },
  options: () => [],
  rank: () => 60,
  args: lzopArgs,
});

/** Pure. The name and time of the tar are left out: they are ours. */
export function lzopArgs({ inputPath, outputPath }: ProgramJob): readonly string[] {
  return ['--no-name', '--no-time', '--force', `--output=${outputPath}`, inputPath];
}
