export type { Decision, PlannedAction } from './action.ts';
export { whyNotCached } from './cacheable.ts';
export { diffIngredients } from './diff-ingredients.ts';
export { predictJob } from './predict.ts';
export type * from './prediction.ts';
export type { Reason, ReasonCode } from './reason.ts';
export { expressionsOf } from './expressions-of.ts';
export { compareFiles, filePlace, safeDir, safeName } from './artifact.ts';
export type { ActionRecord, StoredFile } from './action-record.ts';
export type { ActionCache, MadeResult } from './cache.ts';
export type { Caching, LookUp } from './caching.ts';
export { lookUp } from './caching.ts';
export { ignoreInGit } from './disk/ignore-in-git.ts';
export { changedFiles, longPath, markFiles, shortPath, type Trust } from './disk/file-marks.ts';
export { tickMs } from './disk/stat-signature.ts';
export { encodeManifest, manifestPlaces, readManifest, writeManifest } from './disk/manifest-file.ts';
export type {
  ActionIdentity,
  ActionStatus,
  Counts,
  EventSink,
  JobEvent,
  TaskSummary,
  WatchedChange,
  WatchEvent,
} from './event.ts';
export { eventVersion } from './event.ts';
export type { Failure, FailureDetails, FailureType } from './failure.ts';
export { failure } from './failure.ts';
export type { Fingerprint, Ingredient } from './fingerprint.ts';
export { fingerprintOf } from './fingerprint.ts';
export { buildGraph } from './graph.ts';
export type { Graph, GraphError } from './graph.ts';
export type { AbortReason, ExitCode, JobOutcome } from './job-outcome.ts';
export type { JobPlan, PlannedTask, PlanNote, PlanProblem } from './job-plan.ts';
export {
  basisDifference,
  emptyLedger,
  isUnchanged,
  keyLookUp,
  marksPerFile,
  missingSize,
  outputAt,
  outputColumns,
  shortName,
} from './manifest.ts';
export { mergeManifest } from './merge-manifest.ts';
export { fitsTheRest, narrow, placeIn } from './narrow.ts';
export type { Narrowing } from './narrow.ts';
export type { Basis, Changes, Ledger, LedgerEntry, LeftOver, Manifest, MarkedFiles } from './manifest.ts';
export type {
  ActionPlan,
  ActionRequest,
  Artifact,
  Backend,
  Operation,
  OperationContext,
  OperationResult,
  OutputFile,
  FileFacts,
  PlannedFile,
  RunContext,
  Share,
} from './operation.ts';
export type { HeaderFault, RunCall, RunHeader } from './journal.ts';
export { eventsOf } from './journal.ts';
export { itemAt, itemsOf, valueOf, valuesOf } from './persistent.ts';
export type { Keyed, Sequence } from './persistent.ts';
export { Pools } from './pools.ts';
export type { PoolLimits } from './pools.ts';
export { filesBefore, nextLedger } from './next-ledger.ts';
export { planJob } from './plan-job.ts';
export type { PlanRequest } from './plan-job.ts';
export { emptyProgress, progress, progressAfter, taskOf } from './progress.ts';
export { ProgressFollower } from './progress-follower.ts';
export type { Progress, RunningAction } from './progress.ts';
export { remainingMs } from './remaining-time.ts';
export type { ActionCounts, EndedAction, TaskProgress } from './task-progress.ts';
export { bytesOf, countKey, endedAction } from './task-progress.ts';
export { recordRun, whyNoCertificate } from './run-record.ts';
export type { ExportedFile, InputFile, RecordedRun } from './run-record.ts';
export { runJob } from './run-job.ts';
export type { RunOptions } from './run-job.ts';
export type { Action, TaskRun } from './task-run.ts';
export type { Selection } from './select.ts';
export { addressMatcher } from './select.ts';
export { incompleteManifest } from './incomplete-manifest.ts';
export { findOrphans, findOwnOrphans, removeOrphan } from './disk/find-orphans.ts';
export type { Orphan, Orphans } from './disk/find-orphans.ts';
export { referencedBy, surveyCache } from './disk/cache-survey.ts';
export type { CacheSurvey, StoredObject } from './disk/cache-survey.ts';
export { collectGarbage, findGarbage } from './disk/collect-garbage.ts';
export type { Garbage, GarbageOptions } from './disk/collect-garbage.ts';
export { clearCache } from './disk/clear-cache.ts';
export { tidyCache } from './disk/tidy-cache.ts';
export type { TidyOptions } from './disk/tidy-cache.ts';
export { cacheFormat, openDiskCache } from './disk/disk-cache.ts';
export type { DiskCacheOptions } from './disk/disk-cache.ts';
export { hashContent } from './disk/file-hashes.ts';
export { deadWorkspaces, openWorkspace } from './disk/workspace.ts';
export type { FileFault, Workspace, WorkspaceOptions } from './disk/workspace.ts';
export { openJournal } from './disk/journal.ts';
export type { Journal, JournalOptions } from './disk/journal.ts';
export { oldRuns, readProgress, readRuns, removeOldRuns } from './disk/journal-folder.ts';
export type { OldRun, PastRun, PastRuns, RunState, UnreadableRun } from './disk/journal-folder.ts';
