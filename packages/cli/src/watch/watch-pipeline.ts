/**
 * Watches a pipeline until it is told to stop. It carries out the orders of the state machine (`changes.ts`): looks at
 * files, runs cycles, waits; and brings it what the lookout sees. It decides nothing about when to run.
 */
import type { Action, JobEvent, JobPlan, WatchedChange, WatchEvent } from '@pipeline/engine';
import { exitCode } from '../exit-code.ts';
import type { PreparedRun } from '../prepare-run.ts';
import type { Stop } from '../stop.ts';
import { Alarm } from './alarm.ts';
import { Changes, type WatchTiming } from './changes.ts';
import { Cycle, type CycleHooks, type CyclePlan } from './cycle.ts';
import { EchoGuard } from './echo-guard.ts';
import { type LoadRequest, ownFiles } from './load.ts';
import { Lookout } from './lookout.ts';
import { changedAt, signaturesOf, youngAmong } from './signature.ts';

export interface WatchRequest {
  readonly prepared: PreparedRun;
  readonly load: LoadRequest;
  readonly isPolling: boolean;
  readonly stop: Stop;
  readonly onEvent: CycleHooks['onEvent'];
  readonly onWorkspace: CycleHooks['onWorkspace'];
  readonly onPrepared: CycleHooks['onPrepared'];
}

/** How many changes one event names. */
const namedChanges = 20;

export async function watchPipeline(request: WatchRequest): Promise<number> {
  const watching = new Watching(request);
  try {
    return await watching.run();
  } finally {
    await watching.close();
  }
}

class Watching {
  readonly #request: WatchRequest;
  readonly #cycle: Cycle;
  readonly #lookout: Lookout;
  readonly #alarm = new Alarm();
  readonly #guard = new EchoGuard();
  readonly #startedMs = performance.now();
  readonly #changes = new Changes(timingOf(undefined), new Map());
  #timing = timingOf(undefined);
  /** Of the cycle that runs. */
  #cancel: AbortController | undefined;
  #running: Promise<void> | undefined;
  #hasWritten = false;
  /** Thrown in a cycle: a bug, that ends the watch. */
  #bug: { readonly error: unknown } | undefined;

  constructor(request: WatchRequest) {
    this.#request = request;
    const { onWorkspace, onPrepared, isPolling } = request;
    this.#cycle = new Cycle(request.prepared, request.load, {
      onEvent: this.#onEvent,
      onWorkspace,
      onPrepared,
      isLeftOut: (_task, file) => this.#isLeftOut(file),
      onPruned: (lines) => {
        for (const message of lines) this.#tell({ type: 'watch.noted', severity: 'note', message });
      },
    });
    this.#lookout = new Lookout({
      isPolling,
      onHint: (file) => {
        this.#changes.hint(file);
        this.#alarm.ring();
      },
      onDoubt: () => {
        this.#changes.doubt(performance.now());
        this.#alarm.ring();
      },
      onOwn: (file) => this.#changes.forget(file),
      onNote: (note) => this.#tell({ type: 'watch.noted', ...note }),
    });
  }

  async run(): Promise<number> {
    const { stop } = this.#request;
    const onStop = (): void => {
      this.#cancel?.abort(stop.signal.reason);
      this.#alarm.ring();
    };
    stop.signal.addEventListener('abort', onStop, { once: true });
    const refused = await this.#begin();
    if (refused !== undefined) return refused;
    while (!stop.signal.aborted && this.#bug === undefined) await this.#step();
    const wasRunning = this.#changes.isRunning;
    await this.#running;
    if (this.#bug !== undefined) throw this.#bug.error;
    return exitCodeOf(stop, wasRunning);
  }

  close(): Promise<void> {
    return this.#lookout.close();
  }

  /** What `run` refuses is refused: the exit code. */
  async #begin(): Promise<number | undefined> {
    const planned = await this.#cycle.plan();
    if (!planned.ok) return planned.error;
    await this.#watch(planned.value.plan);
    const isInitial = planned.value.plan.pipeline.watch?.initial !== false;
    if (isInitial) this.#start(async () => this.#replan());
    else this.#tellWaiting();
    return undefined;
  }

  async #step(): Promise<void> {
    const order = this.#changes.next(performance.now());
    switch (order.type) {
      case 'observe': {
        const found = await signaturesOf(order.paths);
        const now = performance.now();
        for (const [file, signature] of found) this.#changes.observed(file, signature, now);
        return;
      }
      case 'look':
        await this.#look();
        return;
      case 'run':
        return this.#runFor(order.changes);
      case 'cancel':
        this.#cancel?.abort({ type: 'interrupted', exitCode: exitCode.interrupted });
        return;
      default:
        return this.#wait(order.untilMs);
    }
  }

  async #wait(untilMs: number): Promise<void> {
    await this.#alarm.sleepUntil(Math.min(untilMs, this.#lookout.nextLookMs));
    // The machine slept, or its clock was set: who knows what happened meanwhile.
    if (this.#alarm.hasJumped()) this.#changes.doubt(performance.now());
    if (performance.now() < this.#lookout.nextLookMs) return;
    const missed = await this.#look();
    if (missed > 0) await this.#lookout.mend();
  }

  async #look(): Promise<number> {
    const files = await this.#lookout.look();
    return this.#changes.looked(files, performance.now());
  }

  #runFor(changes: readonly WatchedChange[]): void {
    const files = changes.map(({ path: file }) => file);
    const now = performance.now();
    const rest = this.#guard.due(files, now, this.#timing.settleMs + this.#timing.debounceMs);
    if (rest !== undefined) {
      this.#changes.ended({ isCancelled: false });
      this.#changes.rest(rest.files, rest.untilMs);
      return this.#tellEcho(rest.files, rest.untilMs - now);
    }
    this.#tell({ type: 'watch.changed', count: changes.length, changes: changes.slice(0, namedChanges) });
    const own = new Set(ownFiles(this.#cycle.prepared, this.#request.load));
    const isReload = files.some((file) => own.has(file));
    const isReloadOnly = files.every((file) => own.has(file));
    this.#start(async () => {
      const isBroken = isReload && (await this.#cycle.reload()) !== undefined;
      // Other changes are for the last good one.
      return isBroken && isReloadOnly ? undefined : this.#replan(isReload ? undefined : files);
    });
  }

  /** Not waited for: changes are heard while it runs. */
  #start(plan: () => Promise<CyclePlan | undefined>): void {
    const cancel = new AbortController();
    this.#cancel = cancel;
    this.#hasWritten = false;
    if (!this.#changes.isRunning) this.#changes.begin();
    this.#running = this.#runCycle(plan, cancel);
  }

  async #runCycle(plan: () => Promise<CyclePlan | undefined>, cancel: AbortController): Promise<void> {
    const { timeoutMs } = this.#cycle.prepared.options;
    const onTimeout = (): void => cancel.abort({ type: 'timeout', exitCode: exitCode.timeout });
    const timer = timeoutMs === undefined ? undefined : setTimeout(onTimeout, timeoutMs);
    try {
      const planned = await plan();
      if (planned !== undefined && !cancel.signal.aborted)
        await this.#watchBeside(await this.#cycle.run(planned, cancel.signal), planned);
    } catch (error) {
      this.#bug = { error };
    } finally {
      clearTimeout(timer);
      this.#cancel = undefined;
      this.#guard.ended(performance.now(), { hasWritten: this.#hasWritten });
      this.#changes.ended({ isCancelled: cancel.signal.aborted });
      if (!this.#request.stop.signal.aborted) this.#tellWaiting();
      this.#alarm.ring();
    }
  }

  /** Files that were read beside the inputs, as pictures of a document. */
  async #watchBeside(ended: readonly Action[], { plan, narrowed }: CyclePlan): Promise<void> {
    const files = new Set(
      ended.flatMap(({ outcome }) => (outcome?.type === 'finished' ? (outcome.dependsOn ?? []) : [])),
    );
    // A run for some files knows nothing of what belongs to the others.
    const all = narrowed === undefined ? files : new Set([...this.#lookout.beside, ...files]);
    const fresh = await signaturesOf(await this.#lookout.watchBeside(all));
    for (const [file, signature] of fresh) {
      // Changed since the run began: it may have read the older one.
      if (changedAt(signature) < plan.context.startedAt) this.#changes.learn(file, signature);
      else this.#changes.hint(file);
    }
  }

  /** Undefined: it cannot run, and that has been said. */
  async #replan(changed?: readonly string[]): Promise<CyclePlan | undefined> {
    const planned = await this.#cycle.plan(changed);
    if (!planned.ok) return undefined;
    return (await this.#watch(planned.value.plan)) ? this.#replan() : planned.value;
  }

  /** True: that is not what was watched before, and what the plan says of files may be older than what is known now. */
  async #watch(plan: JobPlan): Promise<boolean> {
    const isNew = await this.#lookout.watch(plan, ownFiles(this.#cycle.prepared, this.#request.load));
    if (!isNew) return false;
    this.#timing = timingOf(plan);
    const files = await this.#lookout.look();
    this.#changes.reset(this.#timing, files);
    for (const file of youngAmong(files, this.#timing.settleMs))
      this.#changes.distrust(file, performance.now());
    return true;
  }

  /** A file that nobody knows yet, or that is being written, is taken by a later cycle. */
  #isLeftOut(file: string): boolean {
    if (this.#lookout.isNeverTaken(file)) return true;
    if (!this.#lookout.isWatched(file) || this.#changes.isReady(file)) return false;
    this.#changes.hint(file);
    return true;
  }

  readonly #onEvent = (event: JobEvent): void => {
    this.#request.onEvent(event);
    this.#lookout.hear(event);
    if (event.type === 'action.finished' && event.status === 'finished' && event.message !== 'unchanged')
      this.#hasWritten ||= this.#lookout.isExport(event.task);
  };

  #tellWaiting(): void {
    this.#tell({ type: 'watch.waiting', files: this.#changes.size });
  }

  #tellEcho(files: readonly string[], pauseMs: number): void {
    const [first = ''] = files;
    const more = files.length > 1 ? ` and ${files.length - 1} more` : '';
    const takers = this.#lookout.takersOf(first).map((task) => `"${task}"`);
    this.#tell({
      type: 'watch.noted',
      severity: 'warning',
      message: `${this.#lookout.shown(first)}${more} changed many times in a row, each time right after a run had written its results: something seems to answer them, as a second pipeline that writes what ${takers.length === 0 ? 'this one' : `task ${takers.join(', ')}`} takes; not followed for ${Math.round(pauseMs / 1000)} s`,
      hint: 'let no two pipelines write what the other one takes',
    });
  }

  #tell(event: WithoutTime<WatchEvent>): void {
    this.#request.onEvent({ ms: Math.round(performance.now() - this.#startedMs), at: Date.now(), ...event });
  }
}

type WithoutTime<Event> = Event extends WatchEvent ? Omit<Event, 'at'> : never;

function timingOf(plan: JobPlan | undefined): WatchTiming {
  const watch = plan?.pipeline.watch;
  return {
    settleMs: watch?.settleMs ?? 500,
    debounceMs: watch?.debounceMs ?? 100,
    onBusy: watch?.onBusy ?? 'queue',
  };
}

/** Ctrl-C is how a watch ends: only what it cut off makes it an interruption. */
function exitCodeOf({ signal }: Stop, wasRunning: boolean): number {
  const reason: unknown = signal.reason;
  const code =
    typeof reason === 'object' && reason !== null && 'exitCode' in reason ? reason.exitCode : undefined;
  if (typeof code !== 'number') return exitCode.done;
  return code === exitCode.interrupted && !wasRunning ? exitCode.done : code;
}
