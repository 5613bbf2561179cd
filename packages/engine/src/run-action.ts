/**
 * Runs one action: its attempts one after the other, each in a new folder, with timeout, cancellation and a look at
 * what came out. Whatever happens in an operation, an outcome comes back: bugs are caught here, and only here.
 * It knows no schedule and no events.
 *
 * `runAction` is also the place where a stored result will be taken instead of an attempt, and stored after one: the
 * request holds everything that a result depends on, and nothing else leaves this file.
 */
import { err, ok, type Result } from '@pipeline/schema';
import type { ActionOutcome } from './action.ts';
import type { Clock } from './clock.ts';
import { checkOutputs } from './check-outputs.ts';
import { failure, type Failure } from './failure.ts';
import type { Mask } from './mask-secrets.ts';
import type {
  ActionPlan,
  ActionRequest,
  Operation,
  OperationContext,
  OperationResult,
  RunContext,
} from './operation.ts';
import { isWorthRetrying, retryDelayMs } from './retry.ts';
import type { Workspace } from './workspace.ts';

export interface ActionRun {
  readonly request: ActionRequest;
  readonly operation: Operation;
  /** Aborted when the job is: its reason says why. */
  readonly signal: AbortSignal;
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
  readonly context: RunContext;
  readonly workspace: Workspace;
  readonly clock: Clock;
  readonly random: () => number;
  /** How long an operation may take to end after its signal. */
  readonly graceMs: number;
  readonly mask: Mask;
}

export interface ActionEnd {
  readonly outcome: ActionOutcome;
  /** Where its outputs lie; to be removed when nobody needs them. */
  readonly workDir?: string;
}

export async function runAction(run: ActionRun, environment: ActionEnvironment): Promise<ActionEnd> {
  const { retry } = run.request.task;
  for (let attempt = 1; ; attempt += 1) {
    run.onAttempt(attempt);
    const tried = await tryOnce(run, environment, attempt);
    if (tried.ok) return tried.value;
    const failed = tried.error;
    if (failed.type === 'cancelled') return { outcome: { type: 'cancelled', failure: failed } };
    if (!isWorthRetrying(failed, retry, attempt)) return { outcome: { type: 'failed', failure: failed } };
    const delayMs = retryDelayMs(failed, retry, { attempt, random: environment.random });
    run.onRetry({ attempt: attempt + 1, delayMs, failure: failed });
    await environment.clock.wait(delayMs, run.signal);
    if (run.signal.aborted) return { outcome: { type: 'cancelled', failure: cancelledFailure(run) } };
  }
}

/** What an action will do, for those that the plan could not ask about. */
export async function planAction(
  { request, operation }: Pick<ActionRun, 'request' | 'operation'>,
  { context, mask }: Pick<ActionEnvironment, 'context' | 'mask'>,
): Promise<Result<ActionPlan, Failure>> {
  try {
    const planned = await operation.plan(request, context);
    return planned.ok ? planned : err(mask.failure(planned.error));
  } catch (error) {
    return err(mask.failure(bugFailure({ request }, error)));
  }
}

async function tryOnce(
  run: ActionRun,
  environment: ActionEnvironment,
  attempt: number,
): Promise<Result<ActionEnd, Failure>> {
  const { workspace, mask } = environment;
  let workDir: string | undefined;
  try {
    workDir = await workspace.createDir();
    const answer = await callWithin({ run, environment, attempt, workDir });
    const checked = answer.ok
      ? await checkOutputs(answer.value, { request: run.request, workDir, workspace })
      : answer;
    if (checked.ok) return ok({ workDir, outcome: maskOutcome(checked.value, mask) });
    await workspace.removeDir(workDir);
    return err(mask.failure(checked.error));
  } catch (error) {
    if (workDir !== undefined) await workspace.removeDir(workDir);
    return err(mask.failure(workDir === undefined ? workspaceFailure(error) : bugFailure(run, error)));
  }
}

interface Call {
  readonly run: ActionRun;
  readonly environment: ActionEnvironment;
  readonly attempt: number;
  readonly workDir: string;
}

/** Calls the operation, and lets go of it when time is up or the job is stopped, whether it listens or not. */
async function callWithin({
  run,
  environment,
  attempt,
  workDir,
}: Call): Promise<Result<OperationResult, Failure>> {
  const { request, operation, signal } = run;
  const { clock, graceMs, context } = environment;
  const own = new AbortController();
  const settled = new AbortController();
  const cancel = (): void => own.abort(signal.reason);
  if (signal.aborted) cancel();
  else signal.addEventListener('abort', cancel, { once: true });
  const deadline = startDeadline({ own, timeoutMs: request.task.timeoutMs, clock, settled: settled.signal });
  const abandoned = abandonment(own.signal, () => clock.wait(graceMs, settled.signal));
  const progress: OperationContext['progress'] = (percent, message) => {
    if (!settled.signal.aborted) run.onProgress(percent, message);
  };
  try {
    const call = operation.run(request, { ...context, workDir, signal: own.signal, attempt, progress });
    const answer = await Promise.race([call, abandoned]);
    if (answer !== 'abandoned' && answer.ok) return answer;
    if (deadline.isPast) return err(timeoutFailure(run));
    return signal.aborted || answer === 'abandoned' ? err(cancelledFailure(run)) : answer;
  } finally {
    signal.removeEventListener('abort', cancel);
    settled.abort();
  }
}

/** Resolves some time after the operation was told to end. */
function abandonment(signal: AbortSignal, grace: () => Promise<void>): Promise<'abandoned'> {
  return new Promise((resolve) => {
    const giveUp = async (): Promise<void> => {
      await grace();
      resolve('abandoned');
    };
    signal.addEventListener('abort', () => void giveUp(), { once: true });
  });
}

interface Deadline {
  readonly own: AbortController;
  readonly timeoutMs: number | undefined;
  readonly clock: Clock;
  /** Aborted when nobody waits any more. */
  readonly settled: AbortSignal;
}

/** Aborts the attempt when its time is up, and says afterwards whether that was so. */
function startDeadline({ own, timeoutMs, clock, settled }: Deadline): { readonly isPast: boolean } {
  const deadline = { isPast: false };
  const expire = async (ms: number): Promise<void> => {
    await clock.wait(ms, settled);
    if (settled.aborted || own.signal.aborted) return;
    deadline.isPast = true;
    own.abort(new DOMException('the attempt took too long', 'TimeoutError'));
  };
  if (timeoutMs !== undefined) void expire(timeoutMs);
  return deadline;
}

function maskOutcome(outcome: ActionOutcome, mask: Mask): ActionOutcome {
  if (outcome.type !== 'finished') return outcome;
  const { message, result } = outcome;
  return {
    ...outcome,
    ...(message !== undefined && { message: mask.text(message) }),
    ...(result !== undefined && { result: mask.json(result) }),
  };
}

function timeoutFailure({ request }: ActionRun): Failure {
  const seconds = (request.task.timeoutMs ?? 0) / 1000;
  return failure('timed-out', `${request.address} took longer than its timeout of ${seconds} s`, {
    hint: `raise "timeout" of task "${request.task.name}", or remove it`,
  });
}

function cancelledFailure({ request }: ActionRun): Failure {
  return failure('cancelled', `${request.address} was cancelled`);
}

function workspaceFailure(error: unknown): Failure {
  return failure('write-failed', `no folder could be made for temporary files: ${messageOf(error)}`, {
    hint: 'is the disk full, or the folder .pipeline read-only?',
  });
}

function bugFailure({ request }: Pick<ActionRun, 'request'>, error: unknown): Failure {
  const stack = error instanceof Error ? error.stack : undefined;
  return failure('internal', `${request.task.operation} broke on ${request.address}: ${messageOf(error)}`, {
    hint: 'this is a bug in Pipeline: please report it with the details of this failure',
    ...(stack !== undefined && { details: stack }),
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
