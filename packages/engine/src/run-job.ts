/**
 * The loop of a run: what the schedule says is ready goes through the pools to `runAction`, and every ending goes back
 * to the schedule, until nothing is left. It turns each change into an event and removes files that nobody needs.
 * It does not know what an operation does, nor who listens.
 */
import type { ActionRecord } from './action-record.ts';
import { systemClock, type Clock } from './clock.ts';
import type { EventSink } from './event.ts';
import { failure, type Failure } from './failure.ts';
import { type Group, type GroupItem, GroupQueue } from './group-queue.ts';
import { cachedOutcome, type Caching } from './caching.ts';
import { type Companions, companionsOf } from './companions.ts';
import { converterOf } from './job-events.ts';
import type { JobOutcome } from './job-outcome.ts';
import type { JobPlan } from './job-plan.ts';
import { JobReport } from './job-report.ts';
import type { Share } from './operation.ts';
import { movingFiles, Pools } from './pools.ts';
import { mayBeStored, readyAction, type ReadySurroundings } from './ready-action.ts';
import { type ActionEnd, type ActionEnvironment, runAction } from './run-action.ts';
import { type Change, Schedule } from './schedule.ts';
import { bySource, sharingKey } from './sharing.ts';
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

interface ReadyAction extends GroupItem {
  readonly action: Action;
}

interface Ending {
  readonly action: Action;
  readonly end: ActionEnd;
}

class JobRun {
  readonly #plan: JobPlan;
  readonly #options: RunOptions;
  readonly #schedule: Schedule;
  readonly #pools: Pools;
  readonly #queue = new GroupQueue<ReadyAction>();
  /** Ready, and for another backend: they take no place of this machine. */
  #remote: Action[] = [];
  readonly #environment: ActionEnvironment;
  /** One for each action that runs. */
  readonly #running = new Set<Stop>();
  #isStopped = false;
  readonly #report: JobReport;
  readonly #workDirs = new Map<Action, string>();
  readonly #removals = new Set<Promise<void>>();
  readonly #writers: Writers;
  readonly #around: ReadySurroundings;
  #onDone: () => void = () => {};
  #onBug: (error: unknown) => void = () => {};

  constructor(plan: JobPlan, options: RunOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#schedule = new Schedule(plan);
    const byName = options.limits ?? plan.pipeline.concurrency.limits;
    this.#pools = options.pools ?? new Pools({ max: options.maxActions, byName });
    const clock =
      options.wait === undefined ? systemClock(options.now) : { now: options.now, wait: options.wait };
    this.#environment = {
      context: plan.context,
      workspace: options.workspace,
      clock,
      random: options.random ?? Math.random,
      graceMs: options.graceMs ?? defaultGraceMs,
      mask: plan.mask,
      caching: options.caching,
    };
    this.#report = new JobReport(plan, options);
    this.#writers = new Writers(plan);
    let companions: Companions | undefined;
    this.#around = {
      environment: this.#environment,
      writers: this.#writers,
      companions: () => (companions ??= companionsOf(plan)),
    };
  }

  async run(): Promise<JobOutcome> {
    const { signal } = this.#options;
    const onAbort = (): void => this.#guard(() => this.#stop(abortFailure(signal.reason)));
    const ended = new Promise<void>((resolve, reject) => {
      this.#onDone = resolve;
      this.#onBug = reject;
    });
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
      this.#pools.leave(this.#takeTurn);
      await Promise.all(this.#removals);
    }
    return this.#report.finish(this.#schedule.tasks);
  }

  #apply(changes: readonly Change[]): void {
    let firstFailed: Action | undefined;
    const ready = changes.flatMap((change) => (change.type === 'ready' ? change.action : []));
    if (ready.length > 0) this.#admit(ready);
    for (const change of changes) {
      this.#applyOne(change);
      if (change.type === 'ended' && isStopping(change.action)) firstFailed ??= change.action;
    }
    const onError = this.#options.onError ?? this.#plan.pipeline.onError;
    if (firstFailed !== undefined && onError === 'stop') {
      this.#stop(failure('cancelled', `the job was stopped, because ${firstFailed.address} failed`));
    }
    this.#startReady();
    if (this.#schedule.isDone) this.#onDone();
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
        break;
      default:
        this.#report.tell(change);
    }
  }

  /** Nothing new starts; what runs is told to end, and ends by itself. */
  #stop(reason: Failure): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#queue.clear();
    this.#remote = [];
    this.#cancelRunning(reason.message);
    this.#apply(this.#schedule.stop(reason));
  }

  #cancelRunning(why: string): void {
    if (this.#running.size === 0) return;
    const reason = new DOMException(why, 'AbortError');
    for (const stop of this.#running) stop.stop(reason);
  }

  /** Queues actions, once it is known who will do their work: the limits depend on it, and what they share. */
  #admit(actions: readonly Action[]): void {
    const open: Action[] = [];
    for (const action of actions) {
      if (action.plan === undefined || mayBeStored(action, this.#around)) open.push(action);
      else this.#enqueue(action);
    }
    // Those that take the same file may share its work: none of them is queued before all are planned.
    for (const siblings of bySource(open)) this.#background(() => this.#prepare(siblings));
  }

  async #prepare(actions: readonly Action[]): Promise<void> {
    const found = await Promise.all(actions.map((action) => readyAction(action, this.#around)));
    for (const [index, action] of actions.entries()) {
      // The job may have been stopped in the meantime.
      if (action.state !== 'ready') continue;
      const readiness = found[index];
      if (readiness === undefined) this.#enqueue(action);
      else if (readiness.type === 'stored') this.#takeStored(action, readiness.record);
      else this.#apply(this.#schedule.end(action, readiness));
    }
    this.#startReady();
  }

  /** It takes no place of the limits, as it does no work. */
  #takeStored(action: Action, record: ActionRecord): void {
    const { caching } = this.#options;
    if (caching === undefined) return;
    this.#apply(this.#schedule.start(action));
    this.#apply(this.#schedule.end(action, cachedOutcome(action.task, record, caching.cache)));
  }

  #enqueue(action: Action): void {
    if (action.owner.planned.backend !== 'local') {
      this.#remote.push(action);
      return;
    }
    const converter = converterOf(action);
    const { operation } = action.owner.planned.task;
    const names = this.#pools.limited(converter === undefined ? [operation] : [operation, converter.name]);
    const limits = action.owner.planned.operation.isFolderless === true ? [...names, movingFiles] : names;
    const rank = this.#plan.graph.depths[action.owner.planned.index] ?? 0;
    const shares = sharingKey(action);
    this.#queue.add({ action, limits, rank, lane: limits.join('\n'), shares });
  }

  #startReady(): void {
    // All of them at once: the backend sends them away together, and limits what it does here itself.
    for (const action of this.#remote.splice(0)) this.#background(() => this.#runRemote(action));
    if (this.#options.pools === undefined) {
      while (this.#startOne());
    } else if (!this.#queue.isEmpty) {
      this.#pools.wait(this.#takeTurn);
      this.#pools.offer();
    }
  }

  /** Where other runs take the same places, each takes one at a time. */
  readonly #takeTurn = (): boolean => {
    const hasStarted = this.#startOne();
    if (!this.#queue.isEmpty) this.#pools.wait(this.#takeTurn);
    return hasStarted;
  };

  #startOne(): boolean {
    const group = this.#queue.take((limits) => this.#pools.hasRoom(limits));
    if (group === undefined) return false;
    this.#background(() => this.#runGroup(group));
    return true;
  }

  async #runRemote(action: Action): Promise<void> {
    const ending = await this.#runOne(action, undefined);
    if (ending !== undefined) this.#end(ending);
  }

  async #runGroup({ items, limits }: Group<ReadyAction>): Promise<void> {
    const last = await this.#pools.run(limits, () => this.#runInPool(items));
    if (last !== undefined) this.#end(last);
  }

  /** Runs each of them to its own end; gives the last ending back, to be told when the place in the pools is free. */
  async #runInPool(items: readonly ReadyAction[]): Promise<Ending | undefined> {
    // The job may have been stopped while the pools let them in.
    const actions = items.flatMap(({ action }) => (action.state === 'ready' ? action : []));
    const key = actions[0]?.plan?.shares;
    const share = actions.length < 2 || key === undefined ? undefined : { key, size: actions.length };
    let last: Ending | undefined;
    let running = actions.length;
    const runs = actions.map(async (action) => {
      const ending = await this.#runOne(action, share);
      running -= 1;
      if (running === 0) last = ending;
      else if (ending !== undefined) this.#end(ending);
    });
    await Promise.all(runs);
    return last;
  }

  async #runOne(action: Action, share: Share | undefined): Promise<Ending | undefined> {
    if (action.state !== 'ready') return undefined;
    const refused = this.#writers.overwrites(action.address, action.plan?.writes ?? []);
    if (refused !== undefined) return { action, end: { outcome: { type: 'failed', failure: refused } } };
    const stop = new Stop();
    this.#running.add(stop);
    this.#apply(this.#schedule.start(action));
    const { operation } = action.owner.planned;
    const listener = this.#report.follow(action);
    const { lookUp } = action;
    const run = { request: requestOf(action), operation, stop, listener, share, lookUp };
    const end = await runAction(run, this.#environment);
    this.#running.delete(stop);
    return { action, end };
  }

  #end({ action, end }: Ending): void {
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

  /** Work that nobody awaits: a throw in it is a bug, and ends the run. */
  #background(work: () => Promise<void>): void {
    work().catch((error: unknown) => this.#onBug(error));
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#onBug(error);
    }
  }
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
