/** A prediction for programs: one document with a stable shape; keys are only ever added. */
import type { ActionPrediction, JobPlan, Prediction } from '@pipeline/engine';
import { filePlace } from '@pipeline/engine';
import { countActions, isUpToDate } from './plan-counts.ts';

/** Raised when a key changes its meaning or goes. */
const planVersion = 1;

export function planJson(prediction: Prediction, plan: JobPlan): object {
  const { pipeline, notes } = plan;
  const counts = countActions(prediction.tasks.flatMap((task) => task.actions));
  return {
    v: planVersion,
    pipeline: pipeline.source.path,
    ...(pipeline.name === undefined ? {} : { name: pipeline.name }),
    is_up_to_date: isUpToDate(prediction),
    counts: {
      run: counts.run,
      may_run: counts['may-run'],
      cached: counts.cached,
      up_to_date: counts['up-to-date'],
      skipped: counts.skipped,
      reads: counts.reads,
    },
    tasks: prediction.tasks.map(({ task, backend, actions, followsFrom, problems }) => ({
      task,
      operation: pipeline.tasks.get(task)?.operation,
      backend,
      actions: actions.map(actionJson),
      more_follow_from: followsFrom,
      problems: problems.map(({ address, message, hint }) => ({ action: address, message, hint })),
    })),
    left_over: prediction.leftOver.map(({ path, address, change, reason }) => ({
      path,
      made_by: address,
      change,
      reason,
    })),
    notes: notes.map(({ task, address, message }) => ({ task, action: address, message })),
  };
}

/** `outputs` is null where only the run can tell. */
export function actionJson(prediction: ActionPrediction): object {
  const { action, status, reasons, writes, fingerprint } = prediction;
  const { address, file, variant, converter, outputs } = action;
  return {
    action: address,
    ...(file === undefined ? {} : { file }),
    ...(Object.keys(variant).length === 0 ? {} : { variant }),
    status: status.replaceAll('-', '_'),
    reasons,
    ...(converter === undefined ? {} : { converter: converter.name, version: converter.version }),
    outputs: outputs?.map(filePlace) ?? null,
    writes:
      writes.length > 0
        ? writes.map(({ path, change, reason }) => ({ path, change, reason }))
        : (action.writes ?? []).map((path) => ({ path, change: 'create' })),
    ...(fingerprint === undefined ? {} : { fingerprint: fingerprint.key }),
  };
}
