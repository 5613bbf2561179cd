/** What a run comes to: the counts of its actions and the exit code of the process. */
import type { JobResource } from '@pipeline/schema';
import type { Counts } from './event.ts';
import { isIgnored } from './job-events.ts';
import type { Action, TaskRun } from './task-run.ts';

export interface JobOutcome {
  readonly job: JobResource;
  readonly counts: Counts;
  readonly exitCode: ExitCode;
}

/**
 * 0 all done · 1 an action failed · 3 this machine lacks something · 4 a remote service refused · 5 a bug ·
 * 124 out of time · 129, 130, 143 interrupted by SIGHUP, SIGINT, SIGTERM. 3, 4 and 5 only when there was no other kind of failure.
 */
export type ExitCode = 0 | 1 | 3 | 4 | 5 | 124 | 129 | 130 | 143;

/** What the signal of a run is aborted with. */
export interface AbortReason {
  readonly type: 'interrupted' | 'timeout';
  /** 124 for a timeout and 130 for anything else when absent. */
  readonly exitCode?: 124 | 129 | 130 | 143;
}

export function countActions(runs: readonly TaskRun[]): Counts {
  const counts = { ran: 0, cached: 0, skipped: 0, failed: 0, not_run: 0 };
  for (const { outcome } of runs.flatMap(({ actions }) => actions)) {
    if (outcome?.type === 'finished') counts[outcome.isCached === true ? 'cached' : 'ran'] += 1;
    else if (outcome?.type === 'skipped') counts.skipped += 1;
    else if (outcome?.type === 'failed') counts.failed += 1;
    else counts.not_run += 1;
  }
  return counts;
}

/** `aborted`: why the caller stopped the job, if it did. */
export function exitCodeOf(runs: readonly TaskRun[], aborted: unknown): ExitCode {
  const actions = runs.flatMap(({ actions }) => actions);
  const wasCutShort = runs.some(({ failure }) => failure?.type === 'cancelled');
  if (aborted !== undefined && wasCutShort) {
    if (!isAbortReason(aborted)) return 130;
    return aborted.exitCode ?? (aborted.type === 'timeout' ? 124 : 130);
  }
  const codes = new Set(actions.filter((action) => !isIgnored(action)).flatMap(codeOf));
  const [only] = codes;
  if (codes.size === 1 && only !== undefined) return only;
  const hasFailed = runs.some(({ failure, planned }) => failure !== undefined && !planned.task.ignoreError);
  return codes.size > 0 || hasFailed ? 1 : 0;
}

function codeOf({ outcome, owner }: Action): readonly ExitCode[] {
  if (outcome?.type !== 'failed') return [];
  switch (outcome.failure.type) {
    case 'converter-missing':
    case 'not-available':
      return [3];
    case 'refused': {
      const { planned } = owner;
      // A refusal on this machine is a path or a permission, not a service.
      const isRemote =
        planned.backend !== 'local' || /^(?:im|ex)port\/(?!local$)/.test(planned.task.operation);
      return [isRemote ? 4 : 1];
    }
    case 'internal':
      return [5];
    default:
      return [1];
  }
}

function isAbortReason(reason: unknown): reason is AbortReason {
  return typeof reason === 'object' && reason !== null && 'type' in reason;
}
