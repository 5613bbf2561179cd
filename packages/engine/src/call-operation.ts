/**
 * One call of an operation, bounded in time: it is told to end when the attempt takes too long or the job is stopped,
 * and left behind when it does not listen. It knows nothing of retries, folders or outputs.
 */
import { err, type Result } from '@pipeline/schema';
import type { Clock } from './clock.ts';
import { failure, type Failure } from './failure.ts';
import type { ActionRequest, OperationContext, RunContext, Share } from './operation.ts';
import { Stop, type StopListener } from './stop.ts';

/** What all calls of a job are told alike. */
export type CallContext = RunContext & Pick<OperationContext, 'hashFile'>;

export interface OperationCall<T> {
  readonly request: ActionRequest;
  /** The operation, and what belongs to its attempt. */
  readonly work: (context: OperationContext) => Promise<Result<T, Failure>>;
  readonly context: CallContext;
  readonly workDir: string;
  readonly attempt: number;
  readonly share?: Share | undefined;
  readonly listener: { readonly onProgress: OperationContext['progress'] };
  /** Of this action alone; stopped when the job is. */
  readonly stop: Stop;
  readonly clock: Clock;
  /** How long an operation may take to end once it is told to. */
  readonly graceMs: number;
}

/** Rejects with what the work throws. */
export function callOperation<T>(call: OperationCall<T>): Promise<Result<T, Failure>> {
  // From here on nothing waits before the operation is called, so that no abort can be missed.
  if (call.stop.isStopped) return Promise.resolve(err(cancelledFailure(call.request)));
  return new Promise((resolve, reject) => {
    const bounds = new Bounds(call, resolve);
    const fail = (error: unknown): void => {
      bounds.clear();
      reject(error);
    };
    try {
      call.work(bounds.context).then((answer) => bounds.end(answer), fail);
    } catch (error) {
      fail(error);
    }
  });
}

/**
 * The time of one call: until it is told to end, and then until nobody waits for it any more. There is one for each attempt,
 * and private methods would make each of them dearer.
 */
class Bounds<T> implements StopListener {
  readonly context: OperationContext;
  readonly #call: OperationCall<T>;
  readonly #resolve: (answer: Result<T, Failure>) => void;
  readonly #deadline: Deadline | undefined;
  #grace: AbortController | undefined;
  #isOver = false;

  constructor(call: OperationCall<T>, resolve: (answer: Result<T, Failure>) => void) {
    this.#call = call;
    this.#resolve = resolve;
    const { timeoutMs } = call.request.task;
    this.#deadline = timeoutMs === undefined ? undefined : startDeadline(timeoutMs, call.clock);
    this.#deadline?.stop.listen({ onStop: () => void this.beginGrace() });
    call.stop.listen(this);
    const stop = this.#deadline?.stop ?? call.stop;
    const { workDir, attempt, share } = call;
    const own = {
      workDir,
      attempt,
      progress: this.#progress,
      get signal() {
        return stop.signal;
      },
    };
    // A spread would ask for the signal.
    this.context = Object.assign(own, call.context, share === undefined ? undefined : { share });
  }

  /** A failure is what the operation says, unless it was told to end. */
  end(answer: Result<T, Failure>): void {
    this.clear();
    const { stop, request } = this.#call;
    if (answer.ok) this.#resolve(answer);
    else if (stop.isStopped) this.#resolve(err(cancelledFailure(request)));
    else if (this.#deadline?.stop.isStopped === true) this.#resolve(err(timeoutFailure(request)));
    else this.#resolve(answer);
  }

  clear(): void {
    this.#isOver = true;
    this.#call.stop.listen(undefined);
    this.#deadline?.clear();
    this.#grace?.abort(callIsOver);
  }

  onStop(): void {
    this.#deadline?.stop.stop(new DOMException('the job was stopped', 'AbortError'));
    void this.beginGrace();
  }

  async beginGrace(): Promise<void> {
    if (this.#grace !== undefined) return;
    this.#grace = new AbortController();
    const { clock, graceMs, request } = this.#call;
    await clock.wait(graceMs, this.#grace.signal);
    // It was told to end, and did not.
    if (!this.#isOver) this.end(err(cancelledFailure(request)));
  }

  readonly #progress: OperationContext['progress'] = (percent, message) => {
    // What was left behind has nothing more to say.
    if (!this.#isOver) this.#call.listener.onProgress(percent, message);
  };
}

export function cancelledFailure({ address }: ActionRequest): Failure {
  return failure('cancelled', `${address} was cancelled`);
}

/** A reason of our own: the usual one is an error with a stack, which is dear and which nobody reads. */
const callIsOver = 'the call is over';

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
  return { stop, clear: () => cleared.abort(callIsOver) };
}

function timeoutFailure({ address, task }: ActionRequest): Failure {
  const seconds = (task.timeoutMs ?? 0) / 1000;
  return failure('timed-out', `${address} took longer than its timeout of ${seconds} s`, {
    hint: `raise "timeout" of task "${task.name}", or remove it`,
  });
}
