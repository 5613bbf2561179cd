/**
 * How the engine uses a cache: what is looked up before an action runs, what a hit gives, and what is kept
 * afterwards. It knows neither the schedule nor a disk.
 */
import { err, ok, type Result } from '@pipeline/schema';
import type { ActionOutcome } from './action.ts';
import type { ActionRecord } from './action-record.ts';
import { filePlace, madeArtifact } from './artifact.ts';
import type { ActionCache } from './cache.ts';
import { failure, type Failure } from './failure.ts';
import { type Fingerprint, fingerprintOf } from './fingerprint.ts';
import type { ActionPlan, ActionRequest, Artifact } from './operation.ts';
import type { Workspace } from './disk/workspace.ts';

/** A cache, and what this run may do with it. */
export interface Caching {
  readonly cache: ActionCache;
  /** `read`: results are taken, and none is kept. */
  readonly mode: 'read-write' | 'read';
  /** An action that is to run whatever is known of it; its result is kept. */
  readonly isForced?: (action: { readonly task: string; readonly address: string }) => boolean;
}

/** What is known of an action before it runs. */
export interface LookUp {
  /** With the hash of every file. */
  readonly request: ActionRequest;
  readonly fingerprint: Fingerprint;
  /** Set: it need not run. */
  readonly record?: ActionRecord;
  /** When it was looked up, by the clock of the cache. */
  readonly startedAt: number;
}

/** Undefined when a file cannot be read: who runs the action will say it better. */
export async function lookUp(
  request: ActionRequest,
  plan: ActionPlan | undefined,
  { cache, isForced }: Caching,
): Promise<LookUp | undefined> {
  const startedAt = cache.now();
  const hashed = await withHashes(request, cache);
  if (hashed === undefined) return undefined;
  const fingerprint = fingerprintOf(hashed, plan, cache.digest);
  const known = { request: hashed, fingerprint, startedAt };
  if (isForced?.({ task: request.task.name, address: request.address }) === true) return known;
  const record = await cache.find(fingerprint);
  return record === undefined ? known : { ...known, record };
}

async function withHashes(request: ActionRequest, cache: ActionCache): Promise<ActionRequest | undefined> {
  try {
    const hashAll = (files: readonly Artifact[]): Promise<readonly Artifact[]> =>
      Promise.all(
        files.map(async (file) =>
          file.sha256 === undefined ? { ...file, sha256: await cache.hashFile(file.path) } : file,
        ),
      );
    const inputs = await hashAll(request.inputs);
    const entries = Object.entries(request.fileInputs).map(
      async ([option, files]): Promise<[string, readonly Artifact[]]> => [option, await hashAll(files)],
    );
    return { ...request, inputs, fileInputs: Object.fromEntries(await Promise.all(entries)) };
  } catch {
    return undefined;
  }
}

/** What the action would have made. */
export function cachedOutcome(task: string, record: ActionRecord, cache: ActionCache): ActionOutcome {
  const { outputs, converter, message, result, dependsOn } = record;
  const files = outputs.map((file) =>
    madeArtifact(task, { ...file, path: cache.objectPath(file.sha256) }, file.sizeBytes),
  );
  return {
    type: 'finished',
    isCached: true,
    outputs: files.length === 1 ? files : files.map((file) => withNeighbours(file, files)),
    ...(converter !== undefined && { converter }),
    ...(message !== undefined && { message }),
    ...(result !== undefined && { result }),
    ...(dependsOn.length > 0 && { dependsOn: dependsOn.map(({ path }) => path) }),
  };
}

/** Texts that show, or include, files which lie beside them. */
const showing: ReadonlySet<string> = new Set(
  'html md gfm commonmark rst tex typst org svg asciidoc textile mediawiki dokuwiki docbook opml'.split(' '),
);

const withNeighbours = (file: Artifact, files: readonly Artifact[]): Artifact =>
  showing.has(file.format) ? { ...file, madeWith: files } : file;

/** The outcome with the hashes of its files, which later runs will find. */
export async function keepOutcome(
  outcome: ActionOutcome,
  { request, fingerprint, startedAt }: LookUp,
  { cache, mode }: Caching,
): Promise<ActionOutcome> {
  if (outcome.type !== 'finished' || mode === 'read') return outcome;
  // What lies with another backend has no bytes here.
  if (outcome.outputs.some(({ path }) => path === '')) return outcome;
  const { outputs, converter, message, result, dependsOn = [] } = outcome;
  const inputs = [...request.inputs, ...Object.values(request.fileInputs).flat()];
  const made = { address: request.address, fingerprint, inputs, outputs, dependsOn, startedAt };
  const kept = await cache.keep({
    ...made,
    actionMs: cache.now() - startedAt,
    ...(converter !== undefined && { converter }),
    ...(message !== undefined && { message }),
    ...(result !== undefined && { result }),
  });
  return { ...outcome, outputs: kept };
}

/** Whether any of its files lies in the cache. */
export function takesStored({ inputs, fileInputs }: ActionRequest, cache: ActionCache): boolean {
  const isAny = (files: readonly Artifact[]): boolean => files.some((file) => isStored(file, cache));
  return isAny(inputs) || Object.values(fileInputs).some(isAny);
}

export interface RestoredInputs {
  readonly request: ActionRequest;
  /** Folders of the workspace that hold them. */
  readonly dirs: readonly string[];
}

/** Gives every input that lies in the cache its own name again, in folders of the workspace. Throws as the disk does. */
export async function restoreInputs(
  request: ActionRequest,
  cache: ActionCache,
  workspace: Workspace,
): Promise<Result<RestoredInputs, Failure>> {
  // It copies the content only, and compares it with the hash.
  if (request.task.operation === 'export/local' || !takesStored(request, cache))
    return ok({ request, dirs: [] });
  const files = [...request.inputs, ...Object.values(request.fileInputs).flat()];
  const restored = new Map<string, string>();
  const dirs: string[] = [];
  const names = new Set<string>();
  for (const file of files) {
    if (!isStored(file, cache) || restored.has(keyOf(file))) continue;
    if (file.madeWith !== undefined) {
      const root = await layOut(file.madeWith, { task: request.task.name, cache, workspace });
      if (root === undefined) return err(damaged(file));
      restored.set(keyOf(file), `${root}/${filePlace(file)}`);
      continue;
    }
    if (dirs.length === 0 || names.has(file.name)) {
      dirs.push(await workspace.createDir(request.task.name));
      names.clear();
    }
    names.add(file.name);
    const path = `${dirs.at(-1)}/${file.name}`;
    if (!(await cache.restore(file.sha256, path))) return err(damaged(file));
    restored.set(keyOf(file), path);
  }
  const moved = (file: Artifact): Artifact => ({ ...file, path: restored.get(keyOf(file)) ?? file.path });
  const inputs = request.inputs.map(moved);
  const fileInputs = Object.entries(request.fileInputs).map(
    ([option, given]): [string, readonly Artifact[]] => [option, given.map(moved)],
  );
  return ok({ request: { ...request, inputs, fileInputs: Object.fromEntries(fileInputs) }, dirs });
}

/** Once for all that take one of them; the folder goes with the run. */
const layouts = new WeakMap<readonly Artifact[], Promise<string | undefined>>();

/** All files of an action at their places in one folder: undefined when one of them is damaged. */
function layOut(
  files: readonly Artifact[],
  around: { readonly task: string; readonly cache: ActionCache; readonly workspace: Workspace },
): Promise<string | undefined> {
  const known = layouts.get(files);
  if (known !== undefined) return known;
  const laid = putDown(files, around);
  layouts.set(files, laid);
  return laid;
}

async function putDown(
  files: readonly Artifact[],
  { task, cache, workspace }: Parameters<typeof layOut>[1],
): Promise<string | undefined> {
  const root = await workspace.createDir(task);
  const placed = new Set<string>();
  for (const file of files) {
    const place = filePlace(file);
    if (file.sha256 === undefined || placed.has(place)) continue;
    placed.add(place);
    if (!(await cache.restore(file.sha256, `${root}/${place}`))) return undefined;
  }
  return root;
}

/** An action has failed on files of the cache: what of them is damaged, is removed, and named. */
export async function damagedInput(
  { inputs }: ActionRequest,
  cache: ActionCache,
): Promise<Failure | undefined> {
  for (const file of inputs) {
    if (isStored(file, cache) && !(await cache.check(file.sha256))) return damaged(file);
  }
  return undefined;
}

const keyOf = ({ path, name }: Artifact): string => `${path}\n${name}`;

function isStored(file: Artifact, cache: ActionCache): file is Artifact & { readonly sha256: string } {
  return file.sha256 !== undefined && file.path === cache.objectPath(file.sha256);
}

const damaged = (file: Artifact): Failure =>
  failure(
    'not-found',
    `the stored result ${filePlace(file)} of task "${file.task}" was damaged on the disk`,
    {
      hint: 'it has been removed: run the pipeline again, and it is made anew',
      isTransient: false,
    },
  );
