/**
 * The stage between a pipeline and its run: everything that is known of a job before anything starts. Plain values,
 * made by `planJob`; the run reads them and changes nothing in them.
 */
import type { BackendName, Pipeline, Range, Task, TaskName } from '@pipeline/schema';
import type { PlannedAction } from './action.ts';
import type { JobScope } from './decide.ts';
import type { Graph } from './graph.ts';
import type { Mask } from './mask-secrets.ts';
import type { Operation, RunContext } from './operation.ts';

/** Why the job cannot run. `error`: the pipeline must change. `missing`: this machine lacks something. */
export interface PlanProblem {
  readonly kind: 'error' | 'missing';
  readonly message: string;
  readonly range: Range;
  readonly hint?: string;
  readonly related?: readonly { readonly message: string; readonly range: Range }[];
  /** Absent when it is about the selection. */
  readonly task?: TaskName;
  /** What of the selection names nothing, as it was given. */
  readonly selector?: string;
  readonly address?: string;
}

export interface PlanNote {
  readonly task: TaskName;
  readonly address?: string;
  readonly message: string;
}

export interface JobPlan {
  readonly pipeline: Pipeline;
  readonly context: RunContext;
  readonly graph: Graph;
  readonly scope: JobScope;
  readonly mask: Mask;
  /** By their number in the graph; undefined for a task that was not selected. */
  readonly tasks: readonly (PlannedTask | undefined)[];
  /** Every action that is known so far, each after the one whose file it takes. */
  readonly actions: readonly PlannedAction[];
  readonly notes: readonly PlanNote[];
  /** Whether an action that turns up during the run was asked for. */
  readonly isSelected: (index: number, address: string) => boolean;
}

export interface PlannedTask {
  readonly index: number;
  readonly task: Task;
  readonly backend: BackendName;
  readonly operation: Operation;
  readonly actions: readonly PlannedAction[];
  /** The run will add no action, unless files change under it. */
  readonly isComplete: boolean;
}
