/**
 * From ready to running: finds out what is still to be known of an action, queues it, and starts it as soon as there is a
 * place in the pools, alone or together with those that share its work. It knows no events and no schedule.
 */
import { type Group, type GroupItem, GroupQueue } from './group-queue.ts';
import { converterOf } from './job-events.ts';
import type { JobPlan } from './job-plan.ts';
import type { Share } from './operation.ts';
import { movingFiles, type Place, type Pools } from './pools.ts';
import { mayBeStored, type Readiness, readyAction, type ReadySurroundings } from './ready-action.ts';
import type { ActionEnd } from './run-action.ts';
import { bySource, sharingKey } from './sharing.ts';
import type { Action } from './task-run.ts';

export interface ActionStarterOptions {
  readonly plan: JobPlan;
  readonly pools: Pools;
  /** Other runs take places in these pools as well. */
  readonly arePoolsShared: boolean;
  readonly around: ReadySurroundings;
  /** An action that need not run, or cannot. */
  readonly onSettled: (action: Action, readiness: Exclude<Readiness, undefined>) => void;
  /** Runs it; undefined when it is too late for that. */
  readonly run: (action: Action, share: Share | undefined) => Promise<ActionEnd> | undefined;
  readonly onEnd: (action: Action, end: ActionEnd) => void;
  readonly onBug: (error: unknown) => void;
}

interface ReadyAction extends GroupItem {
  readonly action: Action;
}

interface Ending {
  readonly action: Action;
  readonly end: ActionEnd;
}

interface Vacant {
  readonly limits: readonly string[];
  readonly place: Place;
  next: Group<ReadyAction> | undefined;
}

const onlyMoves: readonly string[] = [movingFiles];

export class ActionStarter {
  readonly #options: ActionStarterOptions;
  readonly #queue = new GroupQueue<ReadyAction>();
  /** Ready, and for another backend: they take no place of this machine. */
  #remote: Action[] = [];
  #isStopped = false;
  /** Just left by an action that has ended: another one of its kind can go on there. */
  #vacant: Vacant | undefined;

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
    const vacant = this.#vacant;
    if (vacant !== undefined && areSame(vacant.limits, group.limits)) {
      this.#vacant = undefined;
      vacant.place.take();
      vacant.next = group;
    } else {
      this.#background(this.#options.pools.run(group.limits, (place) => this.#runInTurn(group, place)));
    }
    return true;
  }

  readonly #hasRoom = (limits: readonly string[]): boolean => this.#options.pools.hasRoom(limits);

  /** A group, and then in the same place what is next, as long as it has the same limits. */
  async #runInTurn(first: Group<ReadyAction>, place: Place): Promise<void> {
    const own: Vacant = { limits: first.limits, place, next: first };
    while (own.next !== undefined) {
      const last = await this.#runGroup(own.next.items);
      own.next = undefined;
      place.leave();
      this.#vacant = own;
      this.#end(last);
      this.#vacant = undefined;
    }
  }

  #runGroup(items: readonly ReadyAction[]): Promise<Ending | undefined> {
    const [first] = items;
    return first === undefined || items.length > 1
      ? this.#runTogether(items)
      : this.#runOne(first.action, undefined);
  }

  /** Runs each of them to its own end; gives the last ending back, to be told when the place in the pools is free. */
  async #runTogether(items: readonly ReadyAction[]): Promise<Ending | undefined> {
    const key = items[0]?.action.plan?.shares;
    const share = key === undefined ? undefined : { key, size: items.length };
    let last: Ending | undefined;
    let running = items.length;
    const runs = items.map(async ({ action }) => {
      const ending = await this.#runOne(action, share);
      running -= 1;
      if (running === 0) last = ending;
      else this.#end(ending);
    });
    await Promise.all(runs);
    return last;
  }

  async #runRemote(action: Action): Promise<void> {
    this.#end(await this.#runOne(action, undefined));
  }

  async #runOne(action: Action, share: Share | undefined): Promise<Ending | undefined> {
    const end = await this.#options.run(action, share);
    return end === undefined ? undefined : { action, end };
  }

  #end(ending: Ending | undefined): void {
    if (ending !== undefined) this.#options.onEnd(ending.action, ending.end);
  }

  /** Work that nobody awaits: a throw in it is a bug, and ends the run. */
  #background(work: Promise<void>): void {
    work.catch(this.#options.onBug);
  }
}

const areSame = (some: readonly string[], others: readonly string[]): boolean =>
  some === others || (some.length === others.length && some.every((name, index) => name === others[index]));
