/**
 * One job on an archive: what is asked, the commands of 7-Zip that it takes, and what 7-Zip says in words for people. It does
 * not know what a command is for.
 */
import type { JsonObject } from '@pipeline/schema';
import { formatLabel } from '../../files/magic.ts';
import { ConversionError } from '../../host/protocol.ts';
import { textOption } from '../../read-options.ts';
import { callSevenZip, ExpandedTooMuch } from './seven-zip-library.ts';
import type { SevenZipAnswer } from './seven-zip-library.ts';

export interface ArchiveJob {
  /** `unpack` leaves the files in `content` in the work folder, `pack` finds them there. */
  readonly half: 'unpack' | 'pack' | undefined;
  readonly inputPath: string;
  readonly inputName: string;
  readonly from: string;
  readonly to: string;
  readonly outputPath: string;
  /** New and empty. */
  readonly workDir: string;
  readonly password: string | undefined;
}

export function readJob(job: JsonObject): ArchiveJob {
  const half = textOption(job, 'half');
  return {
    half: half === 'unpack' || half === 'pack' ? half : undefined,
    inputPath: textOption(job, 'inputPath') ?? '',
    inputName: textOption(job, 'inputName') ?? '',
    from: textOption(job, 'from') ?? '',
    to: textOption(job, 'to') ?? '',
    outputPath: textOption(job, 'outputPath') ?? '',
    workDir: textOption(job, 'workDir') ?? '',
    password: textOption(job, 'password'),
  };
}

/** Given always: without one, 7-Zip would ask for it. */
export const passwordArgs = (request: ArchiveJob): readonly string[] => [`-p${request.password ?? ''}`];

export async function sevenZip(
  request: ArchiveJob,
  call: { readonly args: readonly string[]; readonly budget: number },
): Promise<SevenZipAnswer> {
  try {
    const answer = await callSevenZip({
      dir: request.workDir,
      args: call.args,
      maxWrittenBytes: call.budget,
    });
    if (answer.code === 0 || answer.code === 1) return answer;
    throw failed(answer, request);
  } catch (error) {
    if (error instanceof ExpandedTooMuch) throw bomb(request, call.budget);
    throw error;
  }
}

function failed(answer: SevenZipAnswer, request: ArchiveJob): ConversionError {
  if (/wrong password|encrypted archive|enter password/i.test(`${answer.output}\n${answer.errors}`))
    return encrypted(request);
  const why =
    /ERROR: (?:in\.\S+|\S+)\s*:?\s*\n?(.+)/.exec(answer.errors)?.[1] ??
    answer.errors.split('\n').find((line) => line.trim() !== '');
  return broken(request, (why ?? 'it cannot be opened').replaceAll(request.workDir, '').trim());
}

export function encrypted(request: ArchiveJob): ConversionError {
  const shown = JSON.stringify(request.inputName);
  return request.password === undefined
    ? new ConversionError('bad-input', `${shown} is protected by a password`, {
        hint: 'Give it as `password`.',
        code: 'PASSWORD_REQUIRED',
      })
    : new ConversionError('bad-input', `${shown} does not open with the password given`, {
        code: 'WRONG_PASSWORD',
      });
}

export const broken = (request: ArchiveJob, why: string): ConversionError =>
  new ConversionError(
    'bad-input',
    `${JSON.stringify(request.inputName)} cannot be read as ${formatLabel(request.from)}: ${why}`,
    'Copy or download it again from its source.',
  );

export const bomb = (request: ArchiveJob, budget: number): ConversionError =>
  new ConversionError(
    'too-large',
    `${JSON.stringify(request.inputName)} expands to more than ${Math.round(budget / 2 ** 20)} MiB: this looks like a zip bomb`,
    'Nothing of it was converted.',
  );
