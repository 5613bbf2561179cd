/**
 * One converter host as the main process sees it: a child that is starting, idle or busy with one job, or gone.
 *
 *   starting/idle ── run ──▶ busy ── done ──▶ idle
 *                             │ crash, abort, too much memory
 *                             ▼
 *                            gone
 *
 * It turns answers and deaths into results. It does not know why a job was given to it: that is the pool's business.
 */
import { tmpdir } from 'node:os';
import { failure } from '@pipeline/engine';
import type { Failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { startProcess } from '../process.ts';
import type { ProcessEnd, RunningProcess } from '../process.ts';
import type { ConversionErrorData, FromHost, HostName, HostRequest, TimeBound, ToHost } from './protocol.ts';

/** A host that has done this many jobs is replaced: native libraries leak a little. */
const maxJobs = 500;
/** A host that holds this much after its job is not kept warm, unless its converter is that large by nature. */
const defaultMaxIdleBytes: number = 768 * 2 ** 20;
const defaultMaxMemoryBytes: number = 2 * 2 ** 30;

export class HostProcess {
  /** Of the jobs that it does. */
  readonly name: string;
  readonly #process: RunningProcess;
  #onMessage: ((message: FromHost) => void) | undefined;
  #jobs = 0;
  #isUsable = true;
  #isStopped = false;

  constructor(name: string, entry: string) {
    this.name = name;
    this.#process = startProcess({
      command: process.execPath,
      args: [entry],
      // Nothing to be found here: a converter that opens a relative path gets nothing of the project's.
      cwd: tmpdir(),
      graceMs: 0,
      onMessage: (message) => {
        if (isFromHost(message)) this.#onMessage?.(message);
      },
    });
    void this.#process.ended.finally(() => {
      this.#isUsable = false;
    });
    this.#process.release();
  }

  /** False when it ended, or should be replaced. */
  get isUsable(): boolean {
    return this.#isUsable;
  }

  /** A job is expected. */
  prepare(): void {
    this.#process.send({ type: 'prepare', host: this.name } satisfies ToHost);
  }

  /** Never rejects; on abort it settles when the process is gone. */
  async run(request: HostRequest): Promise<Result<JsonObject, Failure>> {
    this.#process.hold();
    const onAbort = (): void => void this.stop();
    request.signal.addEventListener('abort', onAbort, { once: true });
    let late: Failure | undefined;
    const { timeBound } = request;
    const timer =
      timeBound === undefined
        ? undefined
        : setTimeout(() => {
            late = tookTooLong(request, timeBound);
            void this.stop();
          }, timeBound.ms);
    try {
      const outcome = await this.#exchange(request);
      if (late !== undefined && outcome.type !== 'done') return err(late);
      if (request.signal.aborted && outcome.type !== 'done') return err(await this.#cancelled(request));
      return this.#result(outcome, request);
    } finally {
      clearTimeout(timer);
      request.signal.removeEventListener('abort', onAbort);
      this.#onMessage = undefined;
      this.#process.release();
    }
  }

  /** Settles when it is gone. */
  async stop(): Promise<void> {
    this.#isUsable = false;
    this.#isStopped = true;
    this.#process.hold();
    await this.#process.stop();
  }

  #exchange(request: HostRequest): Promise<Outcome> {
    this.#jobs += 1;
    return new Promise((resolve) => {
      this.#onMessage = (message) => {
        if (message.type === 'progress') request.progress?.(message.percent);
        else resolve(message);
      };
      void this.#process.ended.then((end) => resolve({ type: 'ended', end }));
      const maxMemoryBytes = request.maxMemoryBytes ?? defaultMaxMemoryBytes;
      this.#process.send({
        type: 'run',
        host: request.host,
        job: request.job,
        maxMemoryBytes,
      } satisfies ToHost);
    });
  }

  async #cancelled(request: HostRequest): Promise<Failure> {
    await this.stop();
    return cancelled(request);
  }

  #result(outcome: Outcome, request: HostRequest): Result<JsonObject, Failure> {
    if (outcome.type === 'ended') {
      return err(this.#isStopped ? cancelled(request) : deathFailure(outcome.end, request));
    }
    if (outcome.type === 'failed') {
      // After an unexpected error, a wasm module's memory may be in any state.
      if (outcome.error.type === 'converter-failed') this.#isUsable = false;
      return err(failureOf(outcome.error, { name: request.host, detail: outcome.detail }));
    }
    const maxIdleBytes = request.maxIdleBytes ?? defaultMaxIdleBytes;
    if (this.#jobs >= maxJobs || outcome.rssBytes > maxIdleBytes) this.#isUsable = false;
    return ok(outcome.answer);
  }
}

type Outcome =
  | Extract<FromHost, { readonly type: 'done' | 'failed' }>
  | { readonly type: 'ended'; readonly end: ProcessEnd };

export function cancelled(request: HostRequest): Failure {
  return failure('cancelled', `${request.host} was stopped${on(request)} because the action was cancelled.`);
}

const tookTooLong = (request: HostRequest, { ms, hint }: TimeBound): Failure =>
  failure(
    'timed-out',
    `${request.host} worked${on(request)} for more than ${Math.round(ms / 1000)} s, the limit for a file of its size, and was stopped.`,
    // It would take as long again.
    { hint, isTransient: false },
  );

function failureOf(
  error: ConversionErrorData,
  host: { readonly name: HostName; readonly detail: string | undefined },
): Failure {
  const hint = error.hint === undefined ? {} : { hint: error.hint };
  const converter = host.detail === undefined ? {} : { converter: { name: host.name, stderr: host.detail } };
  const code = error.code === undefined ? {} : { code: error.code };
  return failure(error.type, error.message, { ...hint, ...code, ...converter });
}

function deathFailure(end: ProcessEnd, request: HostRequest): Failure {
  const name = request.host;
  if (end.lastWords.startsWith('memory ')) {
    const limit = mebibytes(request.maxMemoryBytes ?? defaultMaxMemoryBytes);
    return failure(
      'too-large',
      `${name} needed more than ${limit} of memory${on(request)} and was stopped.`,
      {
        hint: 'The file, or the size asked for, is too large to be converted here; try a smaller one.',
      },
    );
  }
  const converter = { name, exitCode: end.exitCode, signal: end.signal, stderr: end.stderr };
  if (end.startError !== undefined) {
    return failure('internal', `The process of ${name} could not be started: ${end.startError}.`, {
      converter,
    });
  }
  return failure(
    'converter-failed',
    `${name} crashed${on(request)} (${howItEnded(end)}).${lastLine(end.stderr)}`,
    {
      converter,
      hint: hintForDeath(end),
    },
  );
}

function howItEnded(end: ProcessEnd): string {
  return end.signal === null ? `exit code ${end.exitCode ?? 'unknown'}` : end.signal;
}

function hintForDeath(end: ProcessEnd): string {
  if (end.stderr.includes('heap out of memory') || end.signal === 'SIGKILL') {
    return 'The system most likely ran out of memory; run fewer actions at once with -j, or try a smaller file.';
  }
  return 'The file is most likely broken or hostile: open it in the program that made it and save it again.';
}

function lastLine(stderr: string): string {
  const line = stderr
    .trim()
    .split('\n')
    .findLast((text) => text.trim() !== '' && !text.startsWith('Node.js v'));
  return line === undefined ? '' : ` It said last: ${line.trim()}`;
}

const on = (request: HostRequest): string => (request.about === undefined ? '' : ` on "${request.about}"`);

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}

function isFromHost(message: unknown): message is FromHost {
  return typeof message === 'object' && message !== null && 'type' in message;
}
