/**
 * An action: one task applied to one file, or to one group of files, and one variant of its matrix. It is the unit of
 * scheduling, progress, retry and error. Here are its address and its life; it does not know when it may start.
 *
 *               its files are there        a place is free
 *     waiting ───────────────────► ready ───────────────────► running ───► finished
 *        │                          │                            ├───────► failed
 *        ├───► skipped (`if`, or there is no file) ◄──┤          └───────► cancelled
 *        ├───► not-run (something before it failed) ◄─┤
 *        └───► cancelled (the job was stopped) ◄──────┘
 */
import type { JsonObject, TaskName, Variant } from '@pipeline/schema';
import type { Failure } from './failure.ts';
import type { ActionPlan, Artifact } from './operation.ts';

export type ActionState = 'waiting' | 'ready' | 'running' | ActionOutcome['type'];

export type ActionOutcome =
  | {
      readonly type: 'finished';
      readonly outputs: readonly Artifact[];
      /** Nothing was done for it: it was made by an earlier run, or by another action with the same fingerprint. */
      readonly isCached?: true | undefined;
      readonly converter?: { readonly name: string; readonly version: string } | undefined;
      readonly message?: string | undefined;
      readonly result?: JsonObject | undefined;
      /** Addresses that files were taken from. */
      readonly reads?: readonly string[] | undefined;
      /** Absolute paths of files that were read beside the inputs. */
      readonly dependsOn?: readonly string[] | undefined;
      /** What a paid service charged for it. */
      readonly credits?: number | undefined;
    }
  | { readonly type: 'skipped'; readonly reason: string }
  | { readonly type: 'failed'; readonly failure: Failure }
  | { readonly type: 'not-run'; readonly failure: Failure }
  | { readonly type: 'cancelled'; readonly failure: Failure };

/** Which action it is: enough to name it, and to ask an operation about it. */
export interface ActionIdentity {
  /** `responsive[hero.png;width=480]`; unique in the job. */
  readonly address: string;
  readonly task: TaskName;
  readonly variant: Variant;
  /** Place of the input file, when it takes exactly one. */
  readonly file?: string | undefined;
}

/** An action that is known before anything runs. */
export interface PlannedAction extends ActionIdentity {
  /** The files it takes, as far as they are known; those that are not made yet have an empty path. */
  readonly inputs: readonly Artifact[];
  /** The action whose file it takes, and which one of its outputs. Absent in imports and groups. */
  readonly source?: { readonly action: PlannedAction; readonly output: number } | undefined;
  readonly decision: Decision;
  /** Absent: what it will do can only be told when its inputs are there. */
  readonly plan?: ActionPlan | undefined;
  readonly converter?: { readonly name: string; readonly version: string } | undefined;
  /** The files it will yield; absent when only the run can tell. */
  readonly outputs?: readonly Artifact[] | undefined;
  /** Absolute paths that it will write outside of the workspace. */
  readonly writes?: readonly string[] | undefined;
}

/** What `if` and the expressions in the options and in `verify` come to. */
export type Decision =
  | { readonly type: 'run'; readonly options: JsonObject; readonly verify?: JsonObject }
  /** With options: there was no file for them; another time there may be. */
  | { readonly type: 'skip'; readonly reason: string; readonly options?: JsonObject }
  /** They read something that is only known when the input file is there: its size. */
  | { readonly type: 'later' };

const transitions: Readonly<Record<ActionState, readonly ActionState[]>> = {
  waiting: ['ready', 'skipped', 'not-run', 'cancelled', 'failed'],
  ready: ['running', 'skipped', 'not-run', 'cancelled', 'failed'],
  running: ['finished', 'failed', 'cancelled'],
  finished: [],
  skipped: [],
  failed: [],
  'not-run': [],
  cancelled: [],
};

/** The only place where an action changes its state. A step that is not in the drawing is a bug. */
export function transition(action: { readonly address: string; state: ActionState }, to: ActionState): void {
  if (!transitions[action.state].includes(to)) {
    throw new Error(`${action.address} cannot go from ${action.state} to ${to}`);
  }
  action.state = to;
}

export function hasEnded(state: ActionState): boolean {
  return state !== 'waiting' && state !== 'ready' && state !== 'running';
}

/** `pdf[guide/intro.docx]`, `responsive[hero.png;width=480]`, `zip[docs/]`, `zip[format=tar]`, `zip`. */
export function actionAddress(task: TaskName, place: string, variant: Variant): string {
  if (place !== '' && isEmpty(variant)) return `${task}[${place}]`;
  const values = Object.entries(variant).map(([key, value]) => `${key}=${String(value)}`);
  const parts = place === '' ? values : [place, ...values];
  return parts.length === 0 ? task : `${task}[${parts.join(';')}]`;
}

/** No matrix, as in most tasks. */
export function isEmpty(variant: Variant): boolean {
  for (const _ in variant) return false;
  return true;
}
