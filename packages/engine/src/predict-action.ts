/**
 * Whether one action that makes files will run, by the question that the run asks: is there a stored result with its
 * fingerprint? If not, the difference from the last time is the reason.
 */
import type { BackendName } from '@pipeline/schema';
import type { ActionRecord } from './action-record.ts';
import { whyNotCached } from './cacheable.ts';
import { filePlace } from './artifact.ts';
import { diffIngredients, unknownValue } from './diff-ingredients.ts';
import { type Fingerprint, fingerprintOf, type Ingredient } from './fingerprint.ts';
import type { ActionPlan, ActionRequest, Artifact } from './operation.ts';
import { shownPath } from './plan-collisions.ts';
import type { KnownPast, PredictedStatus } from './prediction.ts';
import type { Reason } from './reason.ts';

export interface CacheAnswer {
  readonly status: Extract<PredictedStatus, 'run' | 'may-run' | 'cached' | 'reads'>;
  readonly reasons: readonly Reason[];
  readonly ingredients?: readonly Ingredient[];
  readonly fingerprint?: Fingerprint;
  readonly record?: ActionRecord;
}

export interface AskedAction {
  /** Its files have their hashes, but for those that are not made yet. */
  readonly request: ActionRequest;
  readonly backend: BackendName;
  readonly plan: ActionPlan | undefined;
  /** Who makes the files that are not made yet. */
  readonly makers: readonly string[];
  /** Folder of the pipeline file: files are called by their way from there. */
  readonly baseDir: string;
}

export async function predictAction(asked: AskedAction, past: KnownPast): Promise<CacheAnswer> {
  const { request, plan, makers } = asked;
  const never = neverTaken(asked, past);
  if (never !== undefined)
    return { status: request.task.operation === 'import/local' ? 'reads' : 'run', reasons: [never] };
  const fingerprint = fingerprintOf(withUnknown(request), plan, past.digest);
  const { ingredients } = fingerprint;
  if (makers.length > 0) return { ...withoutInputs(fingerprint, asked, past), ingredients };
  const known = { ingredients, fingerprint };
  const record = await past.cache?.find(fingerprint);
  return record === undefined
    ? { ...known, status: 'run', reasons: await missReasons(fingerprint, asked, past) }
    : { ...known, status: 'cached', reasons: [hitReason(record, request.address, past)], record };
}

function neverTaken({ request, backend }: AskedAction, past: KnownPast): Reason | undefined {
  const { task, address } = request;
  const never = whyNotCached({ task, backend });
  if (never !== undefined) return never;
  if (past.isForced?.({ task: task.name, address }) === true)
    return { code: 'forced', text: 'asked for by --force' };
  return past.cache === undefined ? { code: 'cache-off', text: 'the cache is off' } : undefined;
}

/** The inputs will be made anew: what is known may be reason enough, else only the run can tell. */
function withoutInputs(fingerprint: Fingerprint, asked: AskedAction, past: KnownPast): CacheAnswer {
  const { request, makers } = asked;
  const before = lastRecord(request.address, past);
  if (before === undefined) return { status: 'run', reasons: [firstTime(request.address, past)] };
  const reasons = diffIngredients(before.ingredients, fingerprint.ingredients, fileNames(asked));
  return reasons.length > 0 ? { status: 'run', reasons } : { status: 'may-run', reasons: [anew(makers)] };
}

export function anew(makers: readonly string[]): Reason {
  const [first = ''] = makers;
  const who = makers.length > 1 ? `${first} and ${makers.length - 1} more` : first;
  return { code: 'input-anew', text: `if ${who} ${makers.length > 1 ? 'come' : 'comes'} out different` };
}

async function missReasons(
  fingerprint: Fingerprint,
  asked: AskedAction,
  past: KnownPast,
): Promise<readonly Reason[]> {
  const { address } = asked.request;
  const before = lastRecord(address, past);
  const failed = failureReasons(address, past);
  if (before === undefined) return failed.length > 0 ? failed : [firstTime(address, past)];
  if (before.key !== fingerprint.key)
    return [...failed, ...diffIngredients(before.ingredients, fingerprint.ingredients, fileNames(asked))];
  const changed = await changedSideFiles(before, asked.baseDir, past);
  return changed.length > 0
    ? changed
    : [{ code: 'result-damaged', text: 'its stored result is damaged or incomplete' }];
}

/** A file of this machine by its way from the pipeline file, any other by its place in the job. */
function fileNames({ request, baseDir }: AskedAction): (place: string) => string {
  const files = [...request.inputs, ...Object.values(request.fileInputs).flat()];
  return (place) => {
    const file = files.find((one) => filePlace(one) === place);
    return file?.path.startsWith(`${baseDir}/`) === true && !isStored(file)
      ? shownPath(file.path, baseDir)
      : place;
  };
}

/** Its name is its hash, which tells nobody anything. */
const isStored = ({ path, sha256 }: Artifact): boolean => sha256 !== undefined && path.endsWith(`/${sha256}`);

function lastRecord(address: string, { cache, last }: KnownPast): ActionRecord | undefined {
  const key = last?.keyOf(address);
  return key === undefined ? undefined : cache?.record(key);
}

function failureReasons(address: string, { last }: KnownPast): readonly Reason[] {
  const failed = last?.failureOf?.(address);
  return failed === undefined ? [] : [{ code: 'failed-before', text: `failed the last time: ${failed}` }];
}

/** No result of the last time is there. */
function firstTime(address: string, { last }: KnownPast): Reason {
  if (last === undefined) return { code: 'never-run', text: 'not run yet with these files and options' };
  return last.keyOf(address) === undefined
    ? { code: 'never-run', text: 'never run' }
    : {
        code: 'result-gone',
        text: 'no result of it is stored: it failed the last time, or the cache was emptied',
      };
}

/** Files that were read beside the inputs. */
async function changedSideFiles(
  { dependsOn }: ActionRecord,
  baseDir: string,
  past: KnownPast,
): Promise<readonly Reason[]> {
  const changes = await Promise.all(
    dependsOn.map(async ({ path, sha256 }): Promise<Reason[]> => {
      const now = (await past.hashFile(path)) ?? null;
      if (now === sha256) return [];
      const what = sha256 === null ? 'is there now' : now === null ? 'is not there any more' : 'changed';
      return [{ code: 'side-file-changed', text: `${shownPath(path, baseDir)} ${what}` }];
    }),
  );
  return changes.flat();
}

function hitReason(record: ActionRecord, address: string, { last }: KnownPast): Reason {
  if (last?.keyOf(address) === record.key) return { code: 'unchanged', text: 'unchanged since the last run' };
  const who = record.address === address ? 'an earlier run' : record.address;
  return { code: 'made-before', text: `${who} had the same files and options` };
}

/** Every file has a hash, or the sign that it is not known. */
function withUnknown(request: ActionRequest): ActionRequest {
  const fileInputs = Object.entries(request.fileInputs).map(([option, files]) => [option, files.map(hashed)]);
  return { ...request, inputs: request.inputs.map(hashed), fileInputs: Object.fromEntries(fileInputs) };
}

const hashed = (file: Artifact): Artifact =>
  file.sha256 === undefined ? { ...file, sha256: unknownValue } : file;
