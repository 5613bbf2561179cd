/**
 * Whether a run has anything to do, told by the manifest of the last one and the marks of its files, before the
 * language, the engine or any converter is loaded. It changes nothing; in every doubt the answer is that there is
 * something to do.
 */
import { realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import {
  type Changes,
  type Manifest,
  basisDifference,
  changedFiles,
  isUnchanged,
  readManifest,
} from '@pipeline/engine';
import { findPipeline, projectRoot } from '../find-pipeline.ts';
import type { Invocation } from '../parse-arguments.ts';
import type { Surroundings } from '../surroundings.ts';
import { basisOf, manifestKey, manifestPath } from './basis.ts';

/** One moment by two clocks. */
export interface StartTime {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** By a clock that nobody can set. */
  readonly startedTick: number;
}

export const startTime = (): StartTime => ({ startedAt: Date.now(), startedTick: performance.now() });

export interface QuickLook {
  /** Before anything was read. */
  readonly started: StartTime;
  /** Of the pipeline; absolute. */
  readonly file: string;
  /** Absolute and real. */
  readonly root: string;
  readonly manifest: Manifest;
  /** Which file it was read from. */
  readonly place: string;
  /** By which it is seen that another run has written it since. */
  readonly writtenAt: number;
  readonly changes: Changes;
  readonly isUpToDate: boolean;
}

/** Flags that change neither what is made nor what is said of a run that has nothing to do. */
const harmlessSwitches: readonly string[] = ['keep-going', 'fail-fast', 'no-tui', 'quiet', 'sandbox'];
const harmlessValues: readonly string[] = ['file', 'cwd', 'on', 'region', 'params-file', 'cache-dir'];
const harmlessLists: readonly string[] = ['param', 'allow-path'];

/** Undefined: only the whole way can tell. */
export function lookQuickly(
  invocation: Invocation,
  surroundings: Pick<Surroundings, 'cwd' | 'env' | 'version'>,
): QuickLook | undefined {
  const { env, version } = surroundings;
  const started = startTime();
  if (!isPlainRun(invocation, surroundings)) return undefined;
  const file = pipelineFile(invocation, surroundings.cwd);
  if (file === undefined) return undefined;
  const root = realpathSync.native(projectRoot(path.dirname(file)));
  const key = manifestKey(file, root, invocation.flags);
  const place = manifestPath(key, root);
  const writtenAt = timeOf(place);
  const manifest = readManifest(place);
  if (manifest === undefined || manifest.key !== key || manifest.obstacle !== undefined) return undefined;
  const { variables } = manifest;
  const basis = basisOf({ flags: invocation.flags, env, version, variables });
  if (basisDifference(manifest.basis, basis) !== undefined) return undefined;
  const changes = {
    watched: changedFiles(manifest.watched, { root, links: 'follow' }),
    inputs: changedFiles(manifest.inputs, { root, links: 'follow' }),
    outputs: changedFiles(manifest.outputs, { root, links: 'keep' }),
  };
  return { started, file, root, manifest, place, writtenAt, changes, isUpToDate: isUnchanged(changes) };
}

export function timeOf(file: string): number {
  try {
    return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  } catch {
    // Below something that is no folder: as good as not there.
    return 0;
  }
}

/** Nothing is asked for that lists actions or chooses among them. */
function isPlainRun({ flags }: Invocation, { env }: Pick<Surroundings, 'env'>): boolean {
  const reporter = flags.values.get('reporter');
  if (reporter === undefined ? env['GITHUB_ACTIONS'] === 'true' : !/^(live|lines)$/.test(reporter))
    return false;
  return (
    [...flags.switches].every((name) => harmlessSwitches.includes(name)) &&
    [...flags.values].every(([name, value]) => name === 'reporter' || isHarmless(name, value)) &&
    [...flags.lists.keys()].every((name) => harmlessLists.includes(name))
  );
}

/** Whatever has to be checked first, as a duration, is for those who check it. */
function isHarmless(name: string, value: string): boolean {
  return harmlessValues.includes(name) || (name === 'concurrency' && /^[1-9]\d{0,3}$/.test(value));
}

function pipelineFile({ arguments: [argument], flags }: Invocation, cwd: string): string | undefined {
  const flagged = flags.values.get('file');
  if (argument !== undefined && flagged !== undefined) return undefined;
  const named = argument ?? flagged;
  if (named === undefined) {
    const found = findPipeline(cwd);
    return found.ok ? found.value : undefined;
  }
  const file = path.resolve(cwd, named);
  // A folder, or standard input: whoever reads the pipeline knows what they mean.
  return named !== '-' && statSync(file, { throwIfNoEntry: false })?.isFile() === true ? file : undefined;
}
