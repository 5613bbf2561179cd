/**
 * Watches a pipeline until it is told to stop. It carries orders of the state machine out (`changes.ts`): looks at files,
 * runs cycles, waits; and brings it what the folders tell. It decides nothing about when to run.
 */
import type { JobPlan, WatchEvent } from '@pipeline/engine';
import { exitCode } from '../exit-code.ts';
import type { PreparedRun } from '../prepare-run.ts';
import type { Stop } from '../stop.ts';
import { Alarm } from './alarm.ts';
import { Changes, type WatchTiming } from './changes.ts';
import { Cycle, type CycleHooks } from './cycle.ts';
import { type FolderWatch, watchFolders } from './folders.ts';
import { type LoadRequest, ownFiles } from './load.ts';
import { presentSignatures, signaturesOf } from './signature.ts';
import { type WatchSet, watchSetOf } from './watch-set.ts';

export interface WatchRequest {
  readonly prepared: PreparedRun;
  readonly load: LoadRequest;
  readonly stop: Stop;
  readonly onEvent: CycleHooks['onEvent'];
  readonly onWorkspace: CycleHooks['onWorkspace'];
  readonly onPrepared: CycleHooks['onPrepared'];
}

/** How many changes one event names. */
const namedChanges = 20;
/** A look at everything without any reason: events can be lost, and nobody is told. */
const regularLookMs = 60_000;

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
  readonly #alarm = new Alarm();
  readonly #startedMs = performance.now();
  readonly #changes = new Changes(noTiming, new Map());
  #set: WatchSet | undefined;
  #folders: FolderWatch | undefined;
  /** Of the cycle that runs. */
  #cancel: AbortController | undefined;
  #running: Promise<void> | undefined;
  /** Thrown in a cycle: a bug, that ends the watch. */
  #bug: { readonly error: unknown } | undefined;
  #lookedMs = performance.now();

  constructor(request: WatchRequest) {
    this.#request = request;
    const { onEvent, onWorkspace, onPrepared } = request;
    this.#cycle = new Cycle(request.prepared, request.load, {
      onEvent,
      onWorkspace,
      onPrepared,
      isLeftOut: (_task, file) => this.#isLeftOut(file),
    });
  }

  get prepared(): PreparedRun {
    return this.#cycle.prepared;
  }

  async run(): Promise<number> {
    const { stop } = this.#request;
    const onStop = (): void => {
      this.#cancel?.abort(stop.signal.reason);
      this.#alarm.ring();
    };
    stop.signal.addEventListener('abort', onStop, { once: true });
    const failed = await this.#begin();
    if (failed !== undefined) return failed;
    while (!stop.signal.aborted && this.#bug === undefined) await this.#step();
    const wasRunning = this.#changes.isRunning;
    await this.#running;
    if (this.#bug !== undefined) throw this.#bug.error;
    return exitCodeOf(stop, wasRunning);
  }

  async close(): Promise<void> {
    await this.#folders?.close();
  }

  /** What `run` refuses is refused: the exit code. */
  async #begin(): Promise<number | undefined> {
    const planned = await this.#cycle.plan();
    if (!planned.ok) return planned.error;
    await this.#configure(planned.value);
    const isInitial = planned.value.pipeline.watch?.initial !== false;
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
        return this.#look();
      case 'run': {
        const { changes } = order;
        this.#tell({
          type: 'watch.changed',
          count: changes.length,
          changes: changes.slice(0, namedChanges),
        });
        const own = new Set(ownFiles(this.prepared, this.#request.load));
        const isReload = changes.some(({ path: file }) => own.has(file));
        const isReloadOnly = changes.every(({ path: file }) => own.has(file));
        return this.#start(async () => {
          const isBroken = isReload && (await this.#cycle.reload()) !== undefined;
          // Other changes are for the last good one.
          return isBroken && isReloadOnly ? undefined : this.#replan();
        });
      }
      case 'cancel':
        this.#cancel?.abort({ type: 'interrupted', exitCode: exitCode.interrupted });
        return;
      case 'wait':
        await this.#alarm.sleepUntil(Math.min(order.untilMs, this.#lookedMs + regularLookMs));
        if (this.#alarm.hasJumped() || performance.now() - this.#lookedMs >= regularLookMs)
          this.#changes.doubt(performance.now());
    }
  }

  /** Not waited for: changes are heard while it runs. */
  #start(plan: () => Promise<JobPlan | undefined>): void {
    const cancel = new AbortController();
    this.#cancel = cancel;
    const { timeoutMs } = this.prepared.options;
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => cancel.abort({ type: 'timeout', exitCode: exitCode.timeout }), timeoutMs);
    if (!this.#changes.isRunning) this.#changes.begin();
    const run = async (): Promise<void> => {
      try {
        const planned = await plan();
        if (planned !== undefined && !cancel.signal.aborted) await this.#cycle.run(planned, cancel.signal);
      } catch (error) {
        this.#bug = { error };
      } finally {
        clearTimeout(timer);
        this.#cancel = undefined;
        this.#changes.ended({ isCancelled: cancel.signal.aborted });
        if (!this.#request.stop.signal.aborted) this.#tellWaiting();
        this.#alarm.ring();
      }
    };
    this.#running = run();
  }

  /** Undefined: it cannot run, and that has been said. */
  async #replan(): Promise<JobPlan | undefined> {
    const planned = await this.#cycle.plan();
    if (!planned.ok) return undefined;
    return (await this.#configure(planned.value)) ? this.#replan() : planned.value;
  }

  /** Watches what this plan reads, from now on. True: that is not what was watched before. */
  async #configure(plan: JobPlan): Promise<boolean> {
    const set = watchSetOf(plan, ownFiles(this.prepared, this.#request.load));
    if (set.key === this.#set?.key) return false;
    await this.#folders?.close();
    this.#folders = undefined;
    this.#set = set;
    this.#folders = await watchFolders(set, {
      onFile: this.#hear,
      onFolder: () => this.#doubt(),
      onError: () => this.#doubt(),
    });
    this.#changes.reset(timingOf(plan), await presentSignatures(set.look()));
    return true;
  }

  readonly #hear = (file: string): void => {
    if (this.#set?.matches(file) !== true) return;
    this.#changes.hint(file);
    this.#alarm.ring();
  };

  #doubt(): void {
    this.#changes.doubt(performance.now());
    this.#alarm.ring();
  }

  async #look(): Promise<void> {
    this.#lookedMs = performance.now();
    if (this.#set === undefined) return;
    const files = await presentSignatures(this.#set.look());
    this.#changes.looked(files, performance.now());
  }

  /** A file that nobody knows yet, or that is being written, is taken by a later cycle. */
  #isLeftOut(file: string): boolean {
    if (this.#set?.isTemporary(file) === true) return true;
    if (this.#set?.matches(file) !== true || this.#changes.isReady(file)) return false;
    this.#changes.hint(file);
    return true;
  }

  #tellWaiting(): void {
    this.#tell({ type: 'watch.waiting', files: this.#changes.size });
  }

  #tell(event: WithoutTime<WatchEvent>): void {
    this.#request.onEvent({ ms: Math.round(performance.now() - this.#startedMs), at: Date.now(), ...event });
  }
}

type WithoutTime<Event> = Event extends WatchEvent ? Omit<Event, 'at'> : never;

const noTiming: WatchTiming = { settleMs: 0, debounceMs: 0, onBusy: 'queue' };

function timingOf({ pipeline: { watch } }: JobPlan): WatchTiming {
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
  if (typeof code !== 'number') return 0;
  return code === exitCode.interrupted && !wasRunning ? exitCode.done : code;
}
