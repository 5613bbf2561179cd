/** The state of a run → events and words for people. Pure: it is told the time and keeps nothing. */
import type { TaskStatus } from '@pipeline/schema';
import { type ActionOutcome, isEmpty } from './action.ts';
import type { ActionIdentity as EventIdentity, ActionStatus, JobEvent, TaskSummary } from './event.ts';
import type { JobPlan } from './job-plan.ts';
import type { Artifact } from './operation.ts';
import type { Action, TaskRun } from './task-run.ts';

/** What the run alone knows of an action: when it started, with what. */
export interface ActionMeasure {
  readonly startedMs: number;
  readonly inputBytes: number;
}

type FinishedEvent = Extract<JobEvent, { type: 'action.finished' }>;
type EventOutput = FinishedEvent['outputs'][number];

/** In the words of events. What a thing has not is left undefined here and below: it is in no JSON, and costs nothing. */
export const variantOf = ({ variant }: Action): EventIdentity['variant'] =>
  isEmpty(variant) ? undefined : variant;

export function actionFinished(action: Action, ms: number, measure: ActionMeasure | undefined): JobEvent {
  const { outcome, address, task, file, lookUp } = action;
  if (outcome === undefined) throw new Error(`${address} has not ended`);
  return {
    type: 'action.finished',
    ms,
    action: address,
    task,
    file,
    variant: variantOf(action),
    status: statusOf(outcome),
    action_ms: measure === undefined ? 0 : ms - measure.startedMs,
    input_bytes: measure?.inputBytes ?? 0,
    outputs: action.outputs.map(eventOutput),
    message: messageOf(outcome),
    error: outcome.type === 'failed' || outcome.type === 'not-run' ? outcome.failure : undefined,
    is_ignored: isIgnored(action) || undefined,
    converter: isDone(outcome, measure) ? converterOf(action)?.name : undefined,
    fingerprint: lookUp?.fingerprint.key,
    credits: outcome.type === 'finished' ? outcome.credits : undefined,
  };
}

/** Somebody did its work, now or in an earlier run. */
const isDone = (outcome: ActionOutcome, measure: ActionMeasure | undefined): boolean =>
  measure !== undefined || (outcome.type === 'finished' && outcome.isCached === true);

/** What was sent elsewhere is there; where it lay here is gone soon. */
function eventOutput({ path: here, url, remote, sizeBytes: bytes, sha256 }: Artifact): EventOutput {
  const place = here === '' ? (remote ?? here) : here;
  const path = url === undefined || url.startsWith('file:') ? place : url;
  return sha256 === undefined ? { path, bytes } : { path, bytes, sha256 };
}

export function taskStatus(run: TaskRun): TaskStatus {
  if (run.hasEnded) return run.failure === undefined ? 'finished' : 'error';
  return run.hasStarted ? 'processing' : 'waiting';
}

/** Why it failed or did nothing, or what its converter says of a success. */
export function taskMessage(run: TaskRun): string | undefined {
  if (run.failure !== undefined) return run.failure.message;
  const { actions } = run;
  if (actions.length === 0) return 'skipped: no input files';
  const [first] = actions;
  const skips = new Set(
    actions.map(({ outcome }) => (outcome?.type === 'skipped' ? outcome.reason : undefined)),
  );
  const [reason] = skips;
  if (skips.size === 1 && reason !== undefined) return `skipped: ${reason}`;
  if (actions.length > 1 || first === undefined) return undefined;
  return first.plan?.note ?? (first.outcome?.type === 'finished' ? first.outcome.message : undefined);
}

export function taskSummaries({ tasks, graph }: JobPlan): readonly TaskSummary[] {
  return graph.tasks.flatMap((task, index) =>
    tasks[index] === undefined
      ? []
      : { task: task.name, label: task.label ?? task.name, operation: task.operation, inputs: task.inputs },
  );
}

/** The one that was used, as far as the operation or the plan names one. */
export function converterOf({
  outcome,
  plan,
}: Action): { readonly name: string; readonly version: string } | undefined {
  return (outcome?.type === 'finished' ? outcome.converter : undefined) ?? plan?.converter;
}

/** It failed, and its task says that this does not matter. */
export function isIgnored({ outcome, owner }: Action): boolean {
  return owner.planned.task.ignoreError && (outcome?.type === 'failed' || outcome?.type === 'not-run');
}

function statusOf(outcome: ActionOutcome): ActionStatus {
  switch (outcome.type) {
    case 'failed':
    case 'not-run':
      return 'error';
    case 'finished':
      return outcome.isCached === true ? 'cached' : 'finished';
    default:
      return outcome.type;
  }
}

function messageOf(outcome: ActionOutcome): string | undefined {
  switch (outcome.type) {
    case 'finished':
      return outcome.message;
    case 'skipped':
      return outcome.reason;
    case 'cancelled':
      return outcome.failure.message;
    default:
      return undefined;
  }
}
