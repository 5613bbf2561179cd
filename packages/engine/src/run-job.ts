/**
 * The loop of a run: what the schedule says is ready is started, and every ending goes back to the schedule, until
 * nothing is left. It turns each change into an event and removes files that nobody needs.
 * It does not know what an operation does, nor who listens.
 */
import { ActionStarter } from './action-starter.ts';
import { systemClock, type Clock } from './clock.ts';
import type { EventSink } from './event.ts';
import { failure, type Failure } from './failure.ts';
import { cachedOutcome, type Caching } from './caching.ts';
import { type Companions, companionsOf } from './companions.ts';
import type { JobOutcome } from './job-outcome.ts';
import type { JobPlan } from './job-plan.ts';
import { JobReport } from './job-report.ts';
import type { Share } from './operation.ts';
import { Pools } from './pools.ts';
import type { Readiness } from './ready-action.ts';
import { type ActionEnd, type ActionEnvironment, runAction } from './run-action.ts';
import { type Change, Schedule } from './schedule.ts';
import { Stop } from './stop.ts';
import { type Action, requestOf } from './task-run.ts';
import type { Workspace } from './disk/workspace.ts';
import { Writers } from './writers.ts';

export interface RunOptions {
  readonly workspace: Workspace;
  /** Milliseconds; only differences count. */
  readonly now: () => number;
  readonly onEvent: EventSink;
  /** Stops the job; its reason should be an `AbortReason`. */
  readonly signal: AbortSignal;
  readonly maxActions: number;
  /** Places that other runs take as well; `maxActions` and `limits` have no meaning then. */
  readonly pools?: Pools;
  /** By operation or converter; those of the pipeline when absent. */
  readonly limits?: ReadonlyMap<string, number>;
  /** What the pipeline says when absent. */
  readonly onError?: 'continue' | 'stop';
  /** From 0 to 1, as `Math.random`. */
  readonly random?: () => number;
  /** How time passes; by the timers of the platform when absent. */
  readonly wait?: Clock['wait'];
  /** Ids of the task resources; random UUIDs when absent. */
  readonly newId?: () => string;
  /** How long an operation may take to end once it is told to. */
  readonly graceMs?: number;
  /** Absent: everything runs. */
  readonly caching?: Caching;
  /** Told of every action that has ended, with all that is known of it. */
  readonly onEnded?: (action: Action) => void;
}

export function runJob(plan: JobPlan, options: RunOptions): Promise<JobOutcome> {
  return new JobRun(plan, options).run();
}

const defaultGraceMs = 10_000;

class JobRun {
  readonly #plan: JobPlan;
  readonly #options: RunOptions;
  readonly #schedule: Schedule;
  readonly #starter: ActionStarter;
  readonly #environment: ActionEnvironment;
  readonly #running = new Map<Action, Stop>();
  #isStopped = false;
  #firstFailed: Action | undefined;
  readonly #report: JobReport;
  readonly #workDirs = new Map<Action, string>();
  readonly #removals = new Set<Promise<void>>();
  readonly #writers: Writers;
  #onDone: () => void = () => {};
  #onBug: (error: unknown) => void = () => {};

  constructor(plan: JobPlan, options: RunOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#schedule = new Schedule(plan);
    this.#environment = environmentOf(plan, options);
    this.#report = new JobReport(plan, options);
    this.#writers = new Writers(plan);
    this.#starter = this.#createStarter();
  }

  #createStarter(): ActionStarter {
    const { pools, maxActions, limits } = this.#options;
    const byName = limits ?? this.#plan.pipeline.concurrency.limits;
    let companions: Companions | undefined;
    return new ActionStarter({
      plan: this.#plan,
      pools: pools ?? new Pools({ max: maxActions, byName }),
      arePoolsShared: pools !== undefined,
      around: {
        environment: this.#environment,
        writers: this.#writers,
        companions: () => (companions ??= companionsOf(this.#plan)),
      },
      onSettled: (action, readiness) => this.#settle(action, readiness),
      run: (action, share) => this.#runOne(action, share),
      onEnd: (action, end) => this.#end(action, end),
      onBug: (error) => this.#onBug(error),
    });
  }

  async run(): Promise<JobOutcome> {
    const { signal } = this.#options;
    const onAbort = (): void => this.#guard(() => this.#stop(abortFailure(signal.reason)));
    const ended = new Promise<void>((resolve, reject) => {
      this.#onDone = resolve;
      this.#onBug = reject;
    });
    if (signal.aborted) this.#starter.stop();
    this.#guard(() => {
      this.#report.begin();
      this.#apply(this.#schedule.begin());
    });
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    try {
      await ended;
    } finally {
      signal.removeEventListener('abort', onAbort);
      // After a bug of our own, nothing may be left running either.
      this.#cancelRunning('the job has ended');
      this.#starter.stop();
      await Promise.all(this.#removals);
    }
    return this.#report.finish(this.#schedule.tasks);
  }

  #apply(changes: readonly Change[]): void {
    this.#admitReady(changes);
    for (const change of changes) this.#applyOne(change);
    if (this.#firstFailed !== undefined) this.#stopAfter(this.#firstFailed);
    this.#starter.startReady();
    if (this.#schedule.isDone) this.#onDone();
  }

  #stopAfter({ address }: Action): void {
    const onError = this.#options.onError ?? this.#plan.pipeline.onError;
    if (onError === 'stop')
      this.#stop(failure('cancelled', `the job was stopped, because ${address} failed`));
  }

  /** All of a step together: they may share their work. */
  #admitReady(changes: readonly Change[]): void {
    const ready: Action[] = [];
    for (const change of changes) if (change.type === 'ready') ready.push(change.action);
    if (ready.length > 0) this.#starter.admit(ready);
  }

  #applyOne(change: Change): void {
    switch (change.type) {
      case 'ready':
        // Admitted with all others of this step.
        break;
      case 'released':
        this.#remove(change.action);
        break;
      case 'ended':
        this.#report.tell(change);
        this.#options.onEnded?.(change.action);
        if (isStopping(change.action)) this.#firstFailed ??= change.action;
        break;
      default:
        this.#report.tell(change);
    }
  }

  /** Nothing new starts; what runs is told to end, and ends by itself. */
  #stop(reason: Failure): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#starter.stop();
    this.#cancelRunning(reason.message);
    this.#apply(this.#schedule.stop(reason));
  }

  #cancelRunning(why: string): void {
    if (this.#running.size === 0) return;
    const reason = new DOMException(why, 'AbortError');
    for (const stop of this.#running.values()) stop.stop(reason);
  }

  #settle(action: Action, readiness: Exclude<Readiness, undefined>): void {
    if (readiness.type === 'failed') {
      this.#apply(this.#schedule.end(action, readiness));
      return;
    }
    const { caching } = this.#options;
    if (caching === undefined) return;
    // It takes no place of the limits, as it does no work.
    this.#tellStart(action);
    // Those before it have their turn before those that take its files.
    this.#starter.startReady();
    this.#apply(this.#schedule.end(action, cachedOutcome(action.task, readiness.record, caching.cache)));
  }

  #tellStart(action: Action): void {
    for (const change of this.#schedule.start(action)) this.#report.tell(change);
  }

  #runOne(action: Action, share: Share | undefined): Promise<ActionEnd> | undefined {
    // The job may have been stopped while it waited for its turn.
    if (action.state !== 'ready') return undefined;
    const refused = this.#writers.overwrites(action.address, action.plan?.writes ?? []);
    if (refused !== undefined) return Promise.resolve({ outcome: { type: 'failed', failure: refused } });
    const stop = new Stop();
    this.#running.set(action, stop);
    this.#tellStart(action);
    const { operation } = action.owner.planned;
    const listener = this.#report.follow(action);
    const { lookUp } = action;
    const run = { request: requestOf(action), operation, stop, listener, share, lookUp };
    return runAction(run, this.#environment);
  }

  #end(action: Action, end: ActionEnd): void {
    this.#running.delete(action);
    if (end.workDir !== undefined) this.#workDirs.set(action, end.workDir);
    if (end.outcome.type === 'finished') this.#writers.read(action.address, end.outcome.reads ?? []);
    this.#apply(this.#schedule.end(action, end.outcome));
  }

  #remove(action: Action): void {
    const dir = this.#workDirs.get(action);
    if (dir === undefined) return;
    this.#workDirs.delete(action);
    const removal = this.#options.workspace.removeDir(dir).finally(() => this.#removals.delete(removal));
    this.#removals.add(removal);
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#onBug(error);
    }
  }
}

function environmentOf(plan: JobPlan, options: RunOptions): ActionEnvironment {
  const { now, wait, caching, workspace, random = Math.random, graceMs = defaultGraceMs } = options;
  const { mask } = plan;
  const clock = wait === undefined ? systemClock(now) : { now, wait };
  const hashFile = caching?.cache.hashFile;
  const context = hashFile === undefined ? plan.context : { ...plan.context, hashFile };
  return { context, workspace, clock, random, graceMs, mask, caching };
}

/** With `on_error: stop`, this is the end of the job. */
function isStopping({ outcome, owner }: Action): boolean {
  return outcome?.type === 'failed' && !owner.planned.task.ignoreError;
}

function abortFailure(reason: unknown): Failure {
  const isTimeout =
    typeof reason === 'object' && reason !== null && 'type' in reason && reason.type === 'timeout';
  return failure('cancelled', isTimeout ? 'the job ran out of time' : 'the job was interrupted');
}
