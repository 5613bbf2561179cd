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
