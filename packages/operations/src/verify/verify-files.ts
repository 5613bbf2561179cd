/**
 * `verify` on the local backend: measures every file that an action has made and holds it to what the task asks. The
 * first that does not hold fails the action, so that it is never exported; all that is wrong with it is said at once.
 */
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { ActionRequest, Artifact, Failure, OperationContext } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { JsonObject, JsonValue, Result } from '@pipeline/schema';
import { canonicalFormat, canVerify, err, ok } from '@pipeline/schema';
import { canBe, formatLabel, formatOfBytes, readStart } from '../files/magic.ts';
import { judgeCount, judgePdfA, judgeSeconds, judgeSize, judgeText, type Verdict } from './expectations.ts';
import type { Measured, Measuring } from './measure.ts';
import { measure, readText } from './measure.ts';

export async function verifyFiles(
  request: ActionRequest,
  made: readonly Artifact[],
  context: OperationContext,
): Promise<Result<undefined, Failure>> {
  const wanted = request.verify ?? {};
  const scratchDir = path.join(context.workDir, '.verify');
  const inputBytes = request.inputs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  try {
    for (const file of made) {
      await mkdir(scratchDir, { recursive: true });
      const measuring = { file, format: await trueFormat(file), context, scratchDir };
      const failed = await verifyFile(measuring, { wanted, inputBytes });
      await rm(scratchDir, { recursive: true, force: true });
      if (failed !== undefined) return err(failed);
    }
    return ok(undefined);
  } finally {
    await rm(scratchDir, { recursive: true, force: true });
  }
}

/** What its content says, where its name says something that it cannot be. */
async function trueFormat({ path: file, format }: Artifact): Promise<string> {
  const { head } = await readStart(file);
  return format !== '' && canBe(format, head) ? format : (formatOfBytes(head) ?? format);
}

interface Expected {
  readonly wanted: JsonObject;
  readonly inputBytes: number;
}

async function verifyFile(
  measuring: Measuring,
  { wanted, inputBytes }: Expected,
): Promise<Failure | undefined> {
  const { file, format } = measuring;
  const idle = Object.keys(wanted).find((key) => !canVerify(key, format));
  if (idle !== undefined)
    return failed(file, [
      `"${idle}" cannot be measured in ${formatLabel(format) || 'a file of no known format'}`,
    ]);
  const wrong: string[] = [];
  const hold = (key: string, verdict: Verdict): void => {
    if (verdict !== undefined) wrong.push(`${key}: expected ${verdict.expected}, found ${verdict.found}`);
  };
  const { max_size: size, format: wantedFormat, text_contains: text, ...content } = wanted;
  if (size !== undefined) hold('max_size', judgeSize(size, { bytes: file.sizeBytes, inputBytes }));
  if (typeof wantedFormat === 'string') hold('format', await judgeFormat(wantedFormat, file));
  // Of something else than was asked for, nothing more need be said.
  if (wrong.some((one) => one.startsWith('format'))) return failed(file, wrong);
  if (Object.keys(content).length > 0) {
    const measured = await measure(measuring);
    if (!measured.ok) return measured.error;
    for (const [key, value] of Object.entries(content)) hold(key, judge(key, value, measured.value));
  }
  if (text !== undefined) {
    const read = await readText(measuring);
    if (!read.ok) return read.error;
    hold('text_contains', judgeText(text, read.value));
  }
  return wrong.length === 0 ? undefined : failed(file, wrong);
}

async function judgeFormat(wanted: string, { path: file }: Artifact): Promise<Verdict> {
  const { head } = await readStart(file);
  if (canBe(canonicalFormat(wanted), head)) return undefined;
  const found = formatOfBytes(head);
  return { expected: formatLabel(canonicalFormat(wanted)), found: formatLabel(found ?? 'an unknown format') };
}

function judge(key: string, wanted: JsonValue, { pages, width, height, seconds, pdfA }: Measured): Verdict {
  if (key === 'pdf_a') return judgePdfA(wanted, pdfA);
  const found = { pages, width, height, duration: seconds }[key];
  if (found === undefined) return { expected: 'something to measure', found: 'nothing of the kind' };
  return key === 'duration' ? judgeSeconds(wanted, found) : judgeCount(wanted, found);
}

function failed({ name }: Artifact, wrong: readonly string[]): Failure {
  return failure(
    'verification-failed',
    `${JSON.stringify(name)} is not what "verify" asks for: ${wrong.join('; ')}`,
    {
      hint: 'It was not passed on, and a file from an earlier run stays as it is. Change the options of the task, or `verify`.',
    },
  );
}
