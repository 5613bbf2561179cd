/**
 * What a run would do, as far as that can be known without running it: per action whether it runs, and why. Plain
 * values; `predict.ts` finds them, and whoever shows a plan reads them.
 */
import type { BackendName } from '@pipeline/schema';
import type { PlannedAction } from './action.ts';
import type { ActionRecord } from './action-record.ts';
import type { ActionCache } from './cache.ts';
import type { Caching } from './caching.ts';
import type { Fingerprint, Ingredient } from './fingerprint.ts';
import type { PlanProblem } from './job-plan.ts';
import type { Reason } from './reason.ts';

/**
 * `run`: it runs. `may-run`: only if what it takes comes out different this time. `cached`: its stored result is taken.
 * `up-to-date`: what it would write is there already. `skipped`: there is nothing for it to do. `reads`: it is an import,
 * and looks for its files each time.
 */
export type PredictedStatus = 'run' | 'may-run' | 'cached' | 'up-to-date' | 'skipped' | 'reads';

export interface Prediction {
  /** Those that are part of the job, each after the ones whose files it takes. */
  readonly tasks: readonly TaskPrediction[];
  /** Files that earlier runs wrote and this one would not. */
  readonly leftOver: readonly LeftOverPrediction[];
}

/** A file that no source makes any more. */
export interface LeftOverPrediction {
  /** Absolute. */
  readonly path: string;
  /** The action that made it. */
  readonly address: string;
  /** `delete`: its task has `prune: true`. `keep`: it stays where it is. */
  readonly change: 'delete' | 'keep';
  readonly reason: Reason;
}

export interface TaskPrediction {
  readonly task: string;
  readonly backend: BackendName;
  readonly actions: readonly ActionPrediction[];
  /** Addresses of the actions whose files only the run can tell: more actions follow from them. */
  readonly followsFrom: readonly string[];
  /** Actions that turned out not to be possible, now that their files are known. */
  readonly problems: readonly PlanProblem[];
}

export interface ActionPrediction {
  /** With the files that it will get and yield, as far as they are known. */
  readonly action: PlannedAction;
  readonly status: PredictedStatus;
  /** Never empty. */
  readonly reasons: readonly Reason[];
  /** Files outside of the workspace, for exports to this machine. */
  readonly writes: readonly FilePrediction[];
  /** What its result depends on, when it may be cached; the value of what is not known yet is empty. */
  readonly ingredients?: readonly Ingredient[];
  /** Of an action that may be cached, when all its inputs are known. */
  readonly fingerprint?: Fingerprint;
  /** The stored result that will be taken. */
  readonly record?: ActionRecord;
}

export interface FilePrediction {
  /** Absolute. */
  readonly path: string;
  /** `none`: it is as it should be. `maybe`: it is replaced if what comes is different. `keep`: it is left alone. */
  readonly change: 'create' | 'replace' | 'maybe' | 'keep' | 'none';
  readonly reason: Reason;
}

/** What the last run of the pipeline recorded. */
export interface LastRun {
  /** The key of the action's fingerprint; undefined: it did not run, or cannot be cached. */
  readonly keyOf: (address: string) => string | undefined;
  /** Of a file that it wrote, by absolute path. */
  readonly outputOf: (path: string) => WrittenFile | undefined;
  /** Why the action failed in the last run, in words; undefined: it did not. */
  readonly failureOf?: (address: string) => string | undefined;
  /** Files that runs of this pipeline wrote, by absolute path, and that nothing else of the project makes. */
  readonly written?: () => Iterable<readonly [path: string, file: WrittenFile]>;
}

export interface WrittenFile {
  readonly sha256: string;
  /** The action that wrote it. */
  readonly address: string;
}

/** What a prediction looks at beside the plan. */
export interface KnownPast {
  /** Absent: the cache is off. */
  readonly cache?: Pick<ActionCache, 'find' | 'record' | 'objectPath'>;
  readonly last?: LastRun;
  readonly isForced?: Caching['isForced'];
  /** Hex SHA-256 of a file of this machine; undefined: it is not there, or no file. */
  readonly hashFile: (path: string) => Promise<string | undefined>;
  /** text → hex SHA-256. */
  readonly digest: (text: string) => string;
}
