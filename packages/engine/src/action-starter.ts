/**
 * From ready to running: finds out what is still to be known of an action, queues it, and starts it as soon as there is a
 * place in the pools, alone or together with those that share its work. It knows no events and no schedule.
 */
import { type Group, type GroupItem, GroupQueue } from './group-queue.ts';
import { converterOf } from './job-events.ts';
import type { JobPlan } from './job-plan.ts';
import type { Share } from './operation.ts';
import { movingFiles, type Pools } from './pools.ts';
import { mayBeStored, type Readiness, readyAction, type ReadySurroundings } from './ready-action.ts';
import type { ActionEnd } from './run-action.ts';
import { bySource, sharingKey } from './sharing.ts';
import type { Action } from './task-run.ts';

export interface Ending {
  readonly action: Action;
  readonly end: ActionEnd;
}

export interface ActionStarterOptions {
  readonly plan: JobPlan;
  readonly pools: Pools;
  /** Other runs take places in these pools as well. */
  readonly arePoolsShared: boolean;
  readonly around: ReadySurroundings;
  /** An action that need not run, or cannot. */
  readonly onSettled: (action: Action, readiness: Exclude<Readiness, undefined>) => void;
  /** Runs it; undefined when it is too late for that. */
  readonly run: (action: Action, share: Share | undefined) => Promise<Ending | undefined>;
  /** Its place is free again. */
  readonly onEnd: (ending: Ending) => void;
  readonly onBug: (error: unknown) => void;
}

interface ReadyAction extends GroupItem {
  readonly action: Action;
}

const onlyMoves: readonly string[] = [movingFiles];

export class ActionStarter {
  readonly #options: ActionStarterOptions;
  readonly #queue = new GroupQueue<ReadyAction>();
  /** Ready, and for another backend: they take no place of this machine. */
  #remote: Action[] = [];
  #isStopped = false;

  constructor(options: ActionStarterOptions) {
    this.#options = options;
  }

  /** Queues actions, once it is known who will do their work: the limits depend on it, and what they share. */
  admit(actions: readonly Action[]): void {
    const open: Action[] = [];
    for (const action of actions) {
      if (action.plan === undefined || mayBeStored(action, this.#options.around)) open.push(action);
      else this.#enqueue(action);
    }
    if (open.length === 0) return;
    // Those that take the same file may share its work: none of them is queued before all are planned.
    for (const siblings of bySource(open)) this.#background(this.#prepare(siblings));
  }

  startReady(): void {
    if (this.#isStopped) return;
    // All of them at once: the backend sends them away together, and limits what it does here itself.
    const remote = this.#remote;
    if (remote.length > 0) {
      this.#remote = [];
      for (const action of remote) this.#background(this.#runRemote(action));
    }
    const { pools, arePoolsShared } = this.#options;
    if (!arePoolsShared) {
      while (this.#startOne());
    } else if (!this.#queue.isEmpty) {
      pools.wait(this.#takeTurn);
      pools.offer();
    }
  }

  /** Nothing new starts any more. */
  stop(): void {
    this.#isStopped = true;
    this.#queue.clear();
    this.#remote = [];
    this.#options.pools.leave(this.#takeTurn);
  }

  async #prepare(actions: readonly Action[]): Promise<void> {
    const { around, onSettled } = this.#options;
    const found = await Promise.all(actions.map((action) => readyAction(action, around)));
    for (const [index, action] of actions.entries()) {
      // The job may have been stopped in the meantime.
      if (action.state !== 'ready') continue;
      const readiness = found[index];
      if (readiness === undefined) this.#enqueue(action);
      else onSettled(action, readiness);
    }
    this.startReady();
  }

  #enqueue(action: Action): void {
    const { planned } = action.owner;
    if (planned.backend !== 'local') {
      this.#remote.push(action);
      return;
    }
    const limits = this.#limitsOf(action);
    const rank = this.#options.plan.graph.depths[planned.index] ?? 0;
    this.#queue.add({ action, limits, rank, lane: limits.join('\n'), shares: sharingKey(action) });
  }

  #limitsOf(action: Action): readonly string[] {
    const { task, operation } = action.owner.planned;
    const converter = converterOf(action);
    const names = converter === undefined ? [task.operation] : [task.operation, converter.name];
    const limited = this.#options.pools.limited(names);
    if (operation.isFolderless !== true) return limited;
    return limited.length === 0 ? onlyMoves : [...limited, movingFiles];
  }

  /** Where other runs take the same places, each takes one at a time. */
  readonly #takeTurn = (): boolean => {
    const hasStarted = this.#startOne();
    if (!this.#queue.isEmpty) this.#options.pools.wait(this.#takeTurn);
    return hasStarted;
  };

  #startOne(): boolean {
    const group = this.#queue.take(this.#hasRoom);
    if (group === undefined) return false;
    this.#background(this.#runGroup(group));
    return true;
  }

  readonly #hasRoom = (limits: readonly string[]): boolean => this.#options.pools.hasRoom(limits);

  async #runRemote(action: Action): Promise<void> {
    const ending = await this.#options.run(action, undefined);
    if (ending !== undefined) this.#options.onEnd(ending);
  }

  async #runGroup({ items, limits }: Group<ReadyAction>): Promise<void> {
    const { pools, run, onEnd } = this.#options;
    const [first] = items;
    const last = await pools.run(limits, () =>
      first === undefined || items.length > 1 ? this.#runTogether(items) : run(first.action, undefined),
    );
    if (last !== undefined) onEnd(last);
  }

  /** Runs each of them to its own end; gives the last ending back, to be told when the place in the pools is free. */
  async #runTogether(items: readonly ReadyAction[]): Promise<Ending | undefined> {
    const { run, onEnd } = this.#options;
    const key = items[0]?.action.plan?.shares;
    const share = key === undefined ? undefined : { key, size: items.length };
    let last: Ending | undefined;
    let running = items.length;
    const runs = items.map(async ({ action }) => {
      const ending = await run(action, share);
      running -= 1;
      if (running === 0) last = ending;
      else if (ending !== undefined) onEnd(ending);
    });
    await Promise.all(runs);
    return last;
  }

  /** Work that nobody awaits: a throw in it is a bug, and ends the run. */
  #background(work: Promise<void>): void {
    work.catch(this.#options.onBug);
  }
}
