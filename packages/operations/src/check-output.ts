/**
 * A cheap look at everything that a converter wrote, before anybody builds on it: it is there, not empty, and begins as
 * such a file does. A converter that ends well may still have written nothing, or something else.
 */
import type { Failure, OutputFile } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import { canBe, formatLabel, formatOfBytes, readStart } from './magic.ts';

export interface CheckedWork {
  /** Canonical format of the outputs. */
  readonly to: string;
  /** Name of the converter. */
  readonly converter: string;
  /** Name of the input. */
  readonly input: string;
}

export async function firstBadOutput(
  outputs: readonly OutputFile[],
  { to, converter, input }: CheckedWork,
): Promise<Failure | undefined> {
  const bad = (why: string): Failure =>
    failure(
      'converter-failed',
      `${converter} made no good ${formatLabel(to)} of ${JSON.stringify(input)}: ${why}`,
      { converter: { name: converter } },
    );
  if (outputs.length === 0) return bad('it wrote no file');
  for (const [index, output] of outputs.entries()) {
    const start = await readStart(output.path);
    // A picture, or a scan, has no text.
    if (start.sizeBytes === 0 && to !== 'txt') return bad('the output is empty');
    // Files beside the first are images of a document, of any format.
    const isOfFormat = index === 0 || output.dir === outputs[0]?.dir;
    if (start.sizeBytes > 0 && isOfFormat && !canBe(to, start.head))
      return bad(`the output looks like ${formatLabel(formatOfBytes(start.head) ?? 'an unknown format')}`);
  }
  return undefined;
}
