/**
 * A cheap look at everything that a converter wrote, before anybody builds on it: it is there, not empty, begins as such a
 * file does and ends where it should. A converter that ends well may still have written nothing, half of it, or
 * something else.
 */
import type { ActionRequest, Failure, OutputFile } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { OperationName } from '@pipeline/schema';
import { formatOfFile } from '@pipeline/schema';
import { missingEnd } from './file-end.ts';
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

/** They hand on files that somebody else has made. */
const handingOn: ReadonlySet<OperationName> = new Set(['archive/extract', 'command']);

/** The same for every operation, by the names of what it made; undefined when all may be good. */
export async function brokenOutput(
  { task, inputs, options }: ActionRequest,
  outputs: readonly OutputFile[],
): Promise<Failure | undefined> {
  const { operation } = task;
  if (/^(import|export)\//.test(operation) || handingOn.has(operation)) return undefined;
  for (const output of outputs) {
    const start = await readStart(output.path).catch(() => undefined);
    // What is not there, and what is empty, the engine sees.
    if (start === undefined || start.sizeBytes === 0) continue;
    const format = formatOfFile(output.name);
    const shown = JSON.stringify(output.name);
    // A name that somebody chose need not tell what it is.
    if (options['filename'] === undefined && format !== '' && !canBe(format, start.head)) {
      const found = formatLabel(formatOfBytes(start.head) ?? 'an unknown format');
      return failure('converter-failed', `${operation} made ${shown}, which looks like ${found}`);
    }
    // A file that passed through unchanged is as whole as it came.
    if (inputs.some(({ sizeBytes }) => sizeBytes === start.sizeBytes)) continue;
    const missing = await missingEnd(output.path, format);
    if (missing !== undefined) {
      const message = `${operation} did not write ${shown} to its end: ${missing}`;
      return failure('converter-failed', message, { hint: 'Is the disk full? Otherwise, run it again.' });
    }
  }
  return undefined;
}
