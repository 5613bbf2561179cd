/**
 * One call of an operation, bounded in time: it is told to end when the attempt takes too long or the job is stopped,
 * and left behind when it does not listen. It knows nothing of retries, folders or outputs.
 */
import { err, type Result } from '@pipeline/schema';
import type { Clock } from './clock.ts';
import { failure, type Failure } from './failure.ts';
import type { ActionRequest, OperationContext, RunContext, Share } from './operation.ts';
import { Stop } from './stop.ts';

export interface OperationCall<T> {
  readonly request: ActionRequest;
  /** The operation, and what belongs to its attempt. */
  readonly work: (context: OperationContext) => Promise<Result<T, Failure>>;
  readonly context: RunContext;
  readonly workDir: string;
  readonly attempt: number;
  readonly share?: Share | undefined;
  readonly hashFile?: OperationContext['hashFile'];
  readonly onProgress: OperationContext['progress'];
  /** Of this action alone; stopped when the job is. */
  readonly stop: Stop;
  readonly clock: Clock;
  /** How long an operation may take to end once it is told to. */
  readonly graceMs: number;
}

export async function callOperation<T>(call: OperationCall<T>): Promise<Result<T, Failure>> {
  // From here on nothing waits before the operation is called, so that no abort can be missed.
  if (call.stop.isStopped) return err(cancelledFailure(call.request));
  const bounds = startBounds(call);
  try {
    const answer = await Promise.race([call.work(bounds.context), bounds.graceIsOver]);
    if (answer?.ok === true) return answer;
    return err(reasonOf(answer, call, bounds));
  } finally {
    bounds.clear();
  }
}

interface Bounds {
  readonly context: OperationContext;
  readonly graceIsOver: Promise<undefined>;
  readonly isTimedOut: () => boolean;
  readonly clear: () => void;
}

function startBounds(call: OperationCall<unknown>): Bounds {
  const { clock, workDir, attempt, request, share, hashFile } = call;
  const { baseDir, allowedDirs, jobId, startedAt, isLeftOut, foundFiles } = call.context;
  const { timeoutMs } = request.task;
  const deadline = timeoutMs === undefined ? undefined : startDeadline(timeoutMs, clock);
  const grace = startGrace((until) => clock.wait(call.graceMs, until));
  call.stop.listen(() => {
    deadline?.stop.stop(new DOMException('the job was stopped', 'AbortError'));
    grace.begin();
  });
  deadline?.stop.listen(grace.begin);
  const stop = deadline?.stop ?? call.stop;
  let isOver = false;
  const progress: OperationContext['progress'] = (percent, message) => {
    // What was left behind has nothing more to say.
    if (!isOver) call.onProgress(percent, message);
  };
  return {
    context: {
      baseDir,
      allowedDirs,
      jobId,
      startedAt,
      ...(isLeftOut !== undefined && { isLeftOut }),
      ...(foundFiles !== undefined && { foundFiles }),
      workDir,
      attempt,
      progress,
      ...(share !== undefined && { share }),
      ...(hashFile !== undefined && { hashFile }),
      get signal() {
        return stop.signal;
      },
    },
    graceIsOver: grace.isOver,
    isTimedOut: () => deadline?.stop.isStopped === true,
    clear: () => {
      isOver = true;
      call.stop.listen(undefined);
      deadline?.clear();
      grace.clear();
    },
  };
}

/** Why there is no result: what the operation says, unless it was told to end. */
function reasonOf(
  answer: { readonly error: Failure } | undefined,
  { stop, request }: OperationCall<unknown>,
  bounds: Bounds,
): Failure {
  if (stop.isStopped) return cancelledFailure(request);
  if (bounds.isTimedOut()) return timeoutFailure(request);
  return answer?.error ?? cancelledFailure(request);
}

export function cancelledFailure({ address }: ActionRequest): Failure {
  return failure('cancelled', `${address} was cancelled`);
}

/** A reason of our own: the usual one is an error with a stack, which is dear and which nobody reads. */
const isOver = 'the call is over';

interface Deadline {
  /** Stopped when the time is over, and with the action. */
  readonly stop: Stop;
  readonly clear: () => void;
}

function startDeadline(timeoutMs: number, clock: Clock): Deadline {
  const stop = new Stop();
  const cleared = new AbortController();
  const expire = async (): Promise<void> => {
    await clock.wait(timeoutMs, cleared.signal);
    if (!cleared.signal.aborted) stop.stop(new DOMException('the attempt took too long', 'TimeoutError'));
  };
  void expire();
  return { stop, clear: () => cleared.abort(isOver) };
}

interface Grace {
  readonly begin: () => void;
  /** Resolves some time after it began. */
  readonly isOver: Promise<undefined>;
  readonly clear: () => void;
}

function startGrace(wait: (until: AbortSignal) => Promise<void>): Grace {
  let cleared: AbortController | undefined;
  let giveUp: ((answer: undefined) => void) | undefined;
  const isOver = new Promise<undefined>((resolve) => {
    giveUp = resolve;
  });
  const run = async (until: AbortSignal): Promise<void> => {
    await wait(until);
    giveUp?.(undefined);
  };
  const begin = (): void => {
    if (cleared !== undefined) return;
    cleared = new AbortController();
    void run(cleared.signal);
  };
  return { begin, isOver, clear: () => cleared?.abort(isOver) };
}

function timeoutFailure({ address, task }: ActionRequest): Failure {
  const seconds = (task.timeoutMs ?? 0) / 1000;
  return failure('timed-out', `${address} took longer than its timeout of ${seconds} s`, {
    hint: `raise "timeout" of task "${task.name}", or remove it`,
  });
}
