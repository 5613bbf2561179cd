export type { ActionIdentity, ActionStatus, Counts, EventSink, JobEvent, TaskSummary } from './event.ts';
export { eventVersion } from './event.ts';
export type { Failure, FailureDetails, FailureType } from './failure.ts';
export { failure } from './failure.ts';
export type {
  ActionPlan,
  ActionRequest,
  Artifact,
  Backend,
  Operation,
  OperationContext,
  OperationResult,
  OutputFile,
  PlannedFile,
  RunContext,
} from './operation.ts';
export { itemAt, itemsOf, valueOf, valuesOf } from './persistent.ts';
export type { Keyed, Sequence } from './persistent.ts';
export { emptyProgress, progress, taskOf } from './progress.ts';
export type { Progress, RunningAction } from './progress.ts';
export { remainingMs } from './remaining-time.ts';
export type { ActionCounts, EndedAction, TaskProgress } from './task-progress.ts';
export { countKey } from './task-progress.ts';
