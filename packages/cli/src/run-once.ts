/**
 * One run of a prepared pipeline: planned anew from what is on the disk, run, and its workspace removed. `run` does it
 * once, `watch` whenever something changed. What stays from one time to the next (backends, warm processes) is the
 * caller's, and so is everything that is said about it.
 */
import type {
  Action,
  Caching,
  EventSink,
  JobOutcome,
  JobPlan,
  PlanProblem,
  RunContext,
  Workspace,
} from '@pipeline/engine';
import { addressMatcher, openWorkspace, planJob, runJob } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { type PreparedRun, selectionOf } from './prepare-run.ts';
import { cacheTidier } from './tidy/cache-tidier.ts';

export function planOnce(
  { opened, values, options, composition }: PreparedRun,
  rules: Pick<RunContext, 'isLeftOut' | 'foundFiles'> = {},
): Promise<Result<JobPlan, readonly PlanProblem[]>> {
  const { backends, newContext } = composition;
  return planJob({
    pipeline: opened.pipeline,
    values,
    backends,
    context: { ...newContext(), ...rules },
    defaultBackend: options.backend,
    select: selectionOf(options),
  });
}

export interface OnceRequest {
  readonly prepared: PreparedRun;
  readonly signal: AbortSignal;
  readonly onEvent: EventSink;
  /** Told of every action that has ended. */
  readonly onEnded?: (action: Action) => void;
  /** Told what has to go at once if the process cannot wait for the end; `undefined` when it is gone. */
  readonly onWorkspace: (workspace: Workspace | undefined) => void;
}

export async function runOnce(plan: JobPlan, request: OnceRequest): Promise<JobOutcome> {
  const { prepared, signal, onEvent, onEnded, onWorkspace } = request;
  const { backends, workDir, maxActions, now } = prepared.composition;
  const { onError } = prepared.options;
  const workspace = await openWorkspace({ dir: workDir, jobId: plan.context.jobId });
  onWorkspace(workspace);
  const tidier = cacheTidier(prepared);
  try {
    return await runJob(plan, {
      workspace,
      now,
      onEvent: (event) => {
        onEvent(event);
        tidier.event(event);
        backends.cloudconvert?.hear(event);
      },
      signal,
      maxActions,
      ...(onEnded !== undefined && { onEnded }),
      ...(onError === undefined ? {} : { onError }),
      ...cachingOf(prepared),
    });
  } finally {
    await workspace.close();
    onWorkspace(undefined);
    tidier.end();
  }
}

export function cachingOf({ options, composition: { cache } }: PreparedRun): { readonly caching?: Caching } {
  const { mode, isForced } = options.cache;
  if (cache === undefined || mode === 'off') return {};
  const { only, from } = options.select;
  const named = [...only, ...from];
  // What was asked for by name, and not what it needs.
  const forced = isForced && { isForced: named.length === 0 ? () => true : addressMatcher(named) };
  return { caching: { cache, mode, ...forced } };
}
