/**
 * Runs one action: its attempts one after the other, each in a new folder, with timeout, cancellation and a look at
 * what came out. Whatever happens in an operation, an outcome comes back: bugs are caught here, and only here.
 * Between two attempts it keeps its place in the pools. It knows no schedule and no events.
 * What a cache has is taken before, in `run-job.ts`; what is made here is kept in it.
 */
import { err, ok, type Result } from '@pipeline/schema';
import type { ActionOutcome } from './action.ts';
import {
  type Caching,
  damagedInput,
  keepOutcome,
  type LookUp,
  restoreInputs,
  takesStored,
} from './caching.ts';
import { type CallContext, callOperation, cancelledFailure } from './call-operation.ts';
import type { Clock } from './clock.ts';
import { checkKnown, checkOutputs } from './check-outputs.ts';
import { failure, type Failure } from './failure.ts';
import type { Mask } from './mask-secrets.ts';
import type { ActionPlan, ActionRequest, Operation, OperationContext, Share } from './operation.ts';
import { isWorthRetrying, retryDelayMs } from './retry.ts';
import type { Stop } from './stop.ts';
import type { Workspace } from './disk/workspace.ts';

export interface ActionRun {
  readonly request: ActionRequest;
  readonly operation: Operation;
  /** Of this action alone; stopped when the job is. */
  readonly stop: Stop;
  readonly listener: ActionListener;
  /** Those that are started together with it. */
  readonly share?: Share | undefined;
  /** Its result is to be kept. */
  readonly lookUp?: LookUp | undefined;
}

export interface ActionListener {
  readonly onAttempt: (attempt: number) => void;
  readonly onProgress: (percent: number | null, message?: string) => void;
  readonly onRetry: (retry: {
    readonly attempt: number;
    readonly delayMs: number;
    readonly failure: Failure;
  }) => void;
}

/** What all actions of a job share. */
export interface ActionEnvironment {
  readonly context: CallContext;
  readonly workspace: Workspace;
  readonly clock: Clock;
  readonly random: () => number;
  /** How long an operation may take to end after its signal. */
  readonly graceMs: number;
  readonly mask: Mask;
  readonly caching?: Caching | undefined;
}

export interface ActionEnd {
  readonly outcome: ActionOutcome;
  /** Where its outputs lie; to be removed when nobody needs them. */
  readonly workDir?: string;
}

export function runAction(run: ActionRun, environment: ActionEnvironment): Promise<ActionEnd> {
  const { caching } = environment;
  const isCached =
    caching !== undefined && (run.lookUp !== undefined || takesStored(run.request, caching.cache));
  return isCached ? runWithCache(run, environment, caching) : attemptAction(run, environment);
}

/** Its inputs come out of the cache, or its result goes into it. */
async function runWithCache(
  run: ActionRun,
  environment: ActionEnvironment,
  caching: Caching,
): Promise<ActionEnd> {
  const { workspace, mask } = environment;
  try {
    const restored = await restoreInputs(run.request, caching.cache, workspace);
    if (!restored.ok) return { outcome: { type: 'failed', failure: restored.error } };
    const { request, dirs } = restored.value;
    const end = await attemptAction({ ...run, request }, environment);
    await Promise.all(dirs.map((dir) => workspace.removeDir(dir)));
    if (end.outcome.type === 'failed') {
      const damage = await damagedInput(request, caching.cache);
      return damage === undefined ? end : { ...end, outcome: { type: 'failed', failure: damage } };
    }
    if (run.lookUp === undefined) return end;
    return { ...end, outcome: await keepOutcome(end.outcome, run.lookUp, caching) };
  } catch (error) {
    return { outcome: { type: 'failed', failure: mask.failure(workspaceFailure(error)) } };
  }
}

async function attemptAction(run: ActionRun, environment: ActionEnvironment): Promise<ActionEnd> {
  for (let attempt = 1; ; attempt += 1) {
    run.listener.onAttempt(attempt);
    const tried = await tryOnce(run, environment, attempt);
    if (tried.ok) return tried.value;
    const given = await giveUpOrWait(run, environment, { attempt, failed: tried.error });
    if (given !== undefined) return { outcome: given };
  }
}

/** Undefined: it is time for the next attempt. */
async function giveUpOrWait(
  { request, listener, stop }: ActionRun,
  { clock, random }: ActionEnvironment,
  { attempt, failed }: { readonly attempt: number; readonly failed: Failure },
): Promise<ActionOutcome | undefined> {
  const { retry } = request.task;
  if (failed.type === 'cancelled') return { type: 'cancelled', failure: failed };
  if (!isWorthRetrying(failed, retry, attempt)) return { type: 'failed', failure: failed };
  const delayMs = retryDelayMs(failed, retry, { attempt, random });
  listener.onRetry({ attempt: attempt + 1, delayMs, failure: failed });
  await clock.wait(delayMs, stop.signal);
  return stop.isStopped ? { type: 'cancelled', failure: cancelledFailure(request) } : undefined;
}

/** What an action will do, for those that the plan could not ask about. */
export async function planAction(
  operation: Operation,
  request: ActionRequest,
  { context, mask }: ActionEnvironment,
): Promise<Result<ActionPlan, Failure>> {
  try {
    const planned = await operation.plan(request, context);
    return planned.ok ? planned : err(mask.failure(planned.error));
  } catch (error) {
    return err(mask.failure(bugFailure(request, error)));
  }
}

type Tried = Result<ActionEnd, Failure>;

function tryOnce(run: ActionRun, environment: ActionEnvironment, attempt: number): Promise<Tried> {
  return run.operation.isFolderless === true
    ? tryIn(run, environment, { workDir: '', attempt })
    : tryInFolder(run, environment, attempt);
}

async function tryInFolder(run: ActionRun, environment: ActionEnvironment, attempt: number): Promise<Tried> {
  const { workspace, mask } = environment;
  try {
    const workDir = await workspace.createDir(run.request.task.name);
    const tried = await tryIn(run, environment, { workDir, attempt });
    if (!tried.ok) await workspace.removeDir(workDir);
    return tried;
  } catch (error) {
    return err(mask.failure(workspaceFailure(error)));
  }
}

function tryIn(
  run: ActionRun,
  { clock, graceMs, context, mask, workspace }: ActionEnvironment,
  { workDir, attempt }: { readonly workDir: string; readonly attempt: number },
): Promise<Tried> {
  const { request, stop, listener } = run;
  const work = (given: OperationContext): ReturnType<typeof makeAndCheck> =>
    makeAndCheck(run, given, workspace);
  // The others do not wait for a second attempt.
  const share = attempt === 1 ? run.share : undefined;
  const call = { request, work, context, workDir, attempt, share, listener, stop, clock, graceMs };
  return callOperation(call).then(
    (checked) => (checked.ok ? ok(endOf(checked.value, workDir, mask)) : err(mask.failure(checked.error))),
    (error: unknown) => err(mask.failure(bugFailure(request, error))),
  );
}

function endOf(made: ActionOutcome, workDir: string, mask: Mask): ActionEnd {
  const outcome = maskOutcome(made, mask);
  return workDir === '' ? { outcome } : { outcome, workDir };
}

/** What the operation makes, looked at by the engine, and then held to `verify` by who knows formats. */
function makeAndCheck(
  run: ActionRun,
  context: OperationContext,
  workspace: Workspace,
): Promise<Result<ActionOutcome, Failure>> {
  const { request, operation } = run;
  const place = { request, workDir: context.workDir, workspace };
  return operation.run(request, context).then((made) => {
    if (!made.ok) return made;
    const checked = checkKnown(made.value, place) ?? checkOutputs(made.value, place);
    return request.verify === undefined ? checked : verifyMade(run, context, checked);
  });
}

async function verifyMade(
  { request, operation }: ActionRun,
  context: OperationContext,
  checking: Result<ActionOutcome, Failure> | Promise<Result<ActionOutcome, Failure>>,
): Promise<Result<ActionOutcome, Failure>> {
  const checked = await checking;
  if (!checked.ok || checked.value.type !== 'finished') return checked;
  if (operation.verify === undefined) {
    const why = `${request.task.operation} of task "${request.task.name}" cannot be held to "verify" here`;
    return err(failure('not-available', why, { hint: 'leave "verify" out, or run this task elsewhere' }));
  }
  const verdict = await operation.verify(request, checked.value.outputs, context);
  return verdict.ok ? checked : verdict;
}

function maskOutcome(outcome: ActionOutcome, mask: Mask): ActionOutcome {
  if (outcome.type !== 'finished') return outcome;
  const { message, result } = outcome;
  if (message === undefined && result === undefined) return outcome;
  return {
    ...outcome,
    ...(message !== undefined && { message: mask.text(message) }),
    ...(result !== undefined && { result: mask.json(result) }),
  };
}

function workspaceFailure(error: unknown): Failure {
  return failure('write-failed', `the folder of temporary files cannot be used: ${messageOf(error)}`, {
    hint: 'is the disk full, or the folder .pipeline read-only?',
  });
}

function bugFailure(request: ActionRequest, error: unknown): Failure {
  const stack = error instanceof Error ? error.stack : undefined;
  return failure('internal', `${request.task.operation} broke on ${request.address}: ${messageOf(error)}`, {
    hint: 'this is a bug in Pipeline: please report it with the details of this failure',
    ...(stack !== undefined && { details: stack }),
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
