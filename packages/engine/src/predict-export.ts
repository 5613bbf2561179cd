/**
 * What an export to this machine would do to each file that it writes: make it, replace it, or leave it. It looks at the
 * files that are there and at what the last run wrote, and changes nothing.
 */
import type { JsonObject } from '@pipeline/schema';
import type { PlannedAction } from './action.ts';
import { filePlace } from './artifact.ts';
import type { Artifact } from './operation.ts';
import { anew } from './predict-action.ts';
import type { FilePrediction, KnownPast, PredictedStatus } from './prediction.ts';
import type { Reason } from './reason.ts';

export interface ExportAnswer {
  readonly status: Extract<PredictedStatus, 'run' | 'may-run' | 'up-to-date'>;
  readonly reasons: readonly Reason[];
  readonly writes: readonly FilePrediction[];
}

export interface ExportToPredict {
  readonly action: PlannedAction;
  /** With their hashes, but for those that are not made yet. */
  readonly inputs: readonly Artifact[];
  readonly options: JsonObject;
  /** Who makes a file that is not made yet. */
  readonly makerOf: (file: Artifact) => string;
}

/** `export/local` writes one file for each file that it takes, in their order. */
export async function predictExport(
  { action, inputs, options, makerOf }: ExportToPredict,
  past: KnownPast,
): Promise<ExportAnswer> {
  const overwrite = options['overwrite'];
  const writes: FilePrediction[] = [];
  for (const [index, path] of (action.writes ?? []).entries()) {
    const file = inputs[index];
    const maker = file === undefined || file.sha256 !== undefined ? undefined : makerOf(file);
    writes.push(await predictFile({ path, file, maker, overwrite }, past));
  }
  const does = (...changes: readonly FilePrediction['change'][]): boolean =>
    writes.some(({ change }) => changes.includes(change));
  const status = does('create', 'replace') ? 'run' : does('maybe') ? 'may-run' : 'up-to-date';
  const telling = writes.filter(
    ({ change }) => status === 'up-to-date' || !['none', 'keep'].includes(change),
  );
  return { status, reasons: unique(telling.map(({ reason }) => reason)), writes };
}

interface FileToPredict {
  readonly path: string;
  readonly file: Artifact | undefined;
  /** Undefined: what is to be written is known. */
  readonly maker: string | undefined;
  readonly overwrite: unknown;
}

async function predictFile(
  { path, file, maker, overwrite }: FileToPredict,
  past: KnownPast,
): Promise<FilePrediction> {
  const there = await past.hashFile(path);
  const written = past.last?.outputOf(path);
  if (there === undefined) return { path, change: 'create', reason: absent(written !== undefined) };
  if (overwrite === 'never') return { path, change: 'keep', reason: kept };
  if (overwrite === 'always') return { path, change: 'replace', reason: always };
  const isEdited = written !== undefined && written.sha256 !== there;
  if (maker !== undefined)
    return { path, change: isEdited ? 'replace' : 'maybe', reason: isEdited ? edited : anew([maker]) };
  if (file?.sha256 === there) return { path, change: 'none', reason: same };
  if (written === undefined)
    return { path, change: 'replace', reason: past.last === undefined ? other : foreign };
  const changed: Reason = {
    code: 'output-changed',
    text: `${file === undefined ? 'its file' : filePlace(file)} changed`,
  };
  return { path, change: 'replace', reason: isEdited ? edited : changed };
}

const absent = (wasWritten: boolean): Reason =>
  wasWritten
    ? { code: 'output-missing', text: 'output missing' }
    : { code: 'output-new', text: 'not written yet' };

const edited: Reason = {
  code: 'output-edited',
  text: 'output edited since the last run, it is written again',
};
const same: Reason = { code: 'unchanged', text: 'there already, with the same content' };
const kept: Reason = { code: 'output-kept', text: 'the file that is there stays: overwrite: never' };
const always: Reason = { code: 'output-changed', text: 'written each time: overwrite: always' };
const other: Reason = { code: 'output-changed', text: 'the file that is there has other content' };
const foreign: Reason = {
  code: 'output-foreign',
  text: 'replaces a file that no run of this pipeline is known to have written',
};

function unique(reasons: readonly Reason[]): readonly Reason[] {
  const byText = new Map(reasons.map((reason) => [reason.text, reason]));
  return [...byText.values()];
}
