/**
 * What changed, and when to run: the state machine of watching. It is told that something may have happened to a path,
 * what a look at it found and how runs end; asked for the next step, it gives an order. It knows no disk, no pipeline and
 * no clock: time is a parameter, in milliseconds of a clock that never jumps.
 *
 * One file, by its signature:
 *
 *             hint             the same as known
 *     known ───────► asked ─────────────────────► known
 *                    ▲   │ another one
 *               hint │   ▼
 *                    │ unsettled ──► unsettled    (another one again: from the start)
 *                    │   │ the same for `settle`
 *                    │   ▼
 *                  settled ─────────────────────► known
 *                           a run takes it
 *
 * All of them:
 *
 *              a file has settled             `debounce` has passed and all have settled
 *     waiting ────────────────────► gathering ───────────────────────────────────────────► running
 *        ▲                              ▲      or some never do: those are left out           │
 *        │ it ended                     │                                                     │
 *        └──────────────────────────────│─────────────────────────────────────────────────────┤
 *                                       │ it ended, and files have settled meanwhile          │
 *                                       ├─────────────────────────────────────────────────────┤
 *                                       │ cancelled; its changes are part of the next run     │
 *                                       └───────────── cancelling ◄───────────────────────────┘
 *                                                        `restart`, and files have settled meanwhile
 */
import type { WatchedChange } from '@pipeline/engine';

/** Size, times and place of a file in a text; two of them are only ever compared. Empty: it is not there. */
export type Signature = string;

export interface WatchTiming {
  readonly settleMs: number;
  readonly debounceMs: number;
  readonly onBusy: 'queue' | 'restart';
}

export type Order =
  /** At every file: tell `looked`. */
  | { readonly type: 'look' }
  /** At these: tell `observed` of each. */
  | { readonly type: 'observe'; readonly paths: readonly string[] }
  /** Tell `ended` when it has. */
  | { readonly type: 'run'; readonly changes: readonly WatchedChange[] }
  /** What runs; tell `ended` as ever. */
  | { readonly type: 'cancel' }
  /** Until something is told, or until then. */
  | { readonly type: 'wait'; readonly untilMs: number };

/** How long settled files wait for others that do not settle, as a film that is still being copied. */
const patienceMs = 5000;
/** Of no file: whatever is found differs from it. */
const resting: Signature = 'resting';
/** So long after a doubt the look comes: what causes doubts comes in bursts, and a folder must be watched first. */
const lookDelayMs = 100;
/** Further looks, for what happened in a new folder before it was watched. */
const laterLooksMs: readonly number[] = [1000, 5000];

interface Unsettled {
  readonly signature: Signature;
  readonly sinceMs: number;
}

export class Changes {
  #timing: WatchTiming;
  /** As the last run took them. */
  #known: Map<string, Signature>;
  readonly #asked = new Set<string>();
  /** In the order of `sinceMs`. */
  readonly #unsettled = new Map<string, Unsettled>();
  readonly #settled = new Map<string, Signature>();
  /** Until when. */
  readonly #resting = new Map<string, number>();
  #firstSettledMs = 0;
  #lastSettledMs = 0;
  #looks: readonly number[] = [];
  #running: readonly WatchedChange[] | undefined;
  #isCancelling = false;
  /** Of a run that was cancelled. */
  #carried: readonly WatchedChange[] = [];

  /** `known`: what the first run takes. */
  constructor(timing: WatchTiming, known: Map<string, Signature>) {
    this.#timing = timing;
    this.#known = known;
  }

  get size(): number {
    return this.#known.size;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Another pipeline: `known` is what its next run takes; what was asked or unsettled of other files is forgotten. */
  reset(timing: WatchTiming, known: Map<string, Signature>): void {
    this.#timing = timing;
    this.#known = known;
    for (const pending of [this.#asked, this.#unsettled, this.#settled, this.#resting]) pending.clear();
  }

  /** The last run has read it, too, and nobody knew before: as it was then. */
  learn(path: string, signature: Signature): void {
    if (this.#known.has(path) || this.#isPending(path)) return;
    if (signature !== '') this.#known.set(path, signature);
  }

  /** It may still be written: it must settle before a run takes it. */
  distrust(path: string, nowMs: number): void {
    const signature = this.#known.get(path);
    if (signature === undefined) return;
    this.#known.delete(path);
    this.observed(path, signature, nowMs);
  }

  /** Whatever happened to it is no change. */
  forget(path: string): void {
    this.#asked.delete(path);
    this.#unsettled.delete(path);
    this.#settled.delete(path);
    this.#known.delete(path);
  }

  /** Nothing is heard of these until then, and whatever they are then is a change. A run for others takes them as they are. */
  rest(paths: readonly string[], untilMs: number): void {
    for (const path of paths) {
      this.forget(path);
      this.#known.set(path, resting);
      this.#resting.set(path, untilMs);
    }
  }

  /** Whether a run may take it: it is there, has settled, and nothing is known to have happened to it since. */
  isReady(path: string): boolean {
    return this.#known.has(path) && !this.#unsettled.has(path);
  }

  /** Something may have happened to this file. */
  hint(path: string): void {
    if (this.#resting.has(path)) return;
    // One that is unsettled is looked at when it is due: a large file that is being copied gives thousands of hints.
    if (!this.#unsettled.has(path)) this.#asked.add(path);
  }

  /** Something may have happened anywhere. */
  doubt(nowMs: number): void {
    this.#looks = [lookDelayMs, ...laterLooksMs].map((delayMs) => nowMs + delayMs);
  }

  observed(path: string, signature: Signature, nowMs: number): void {
    this.#asked.delete(path);
    if (this.#resting.has(path) || this.#settled.get(path) === signature) return;
    this.#settled.delete(path);
    const before = this.#unsettled.get(path);
    if (signature === (this.#known.get(path) ?? '')) {
      this.#unsettled.delete(path);
    } else if (before?.signature !== signature && this.#timing.settleMs > 0) {
      this.#unsettled.delete(path);
      this.#unsettled.set(path, { signature, sinceMs: nowMs });
    } else if (before === undefined || nowMs - before.sinceMs >= this.#timing.settleMs) {
      this.#unsettled.delete(path);
      this.#settle(path, signature, nowMs);
    }
  }

  /** Every file that is there. Gives back how many of them nobody had hinted at. */
  looked(files: ReadonlyMap<string, Signature>, nowMs: number): number {
    let missed = 0;
    const look = (path: string, signature: Signature): void => {
      const isNews = signature !== (this.#known.get(path) ?? '');
      if (this.#resting.has(path)) return;
      if (isNews && !this.#asked.has(path) && !this.#unsettled.has(path) && !this.#settled.has(path))
        missed += 1;
      // One that is unsettled is looked at when it is due, and not twice as often.
      if (isNews ? !this.#unsettled.has(path) : this.#isPending(path)) this.observed(path, signature, nowMs);
    };
    for (const [path, signature] of files) look(path, signature);
    for (const path of this.#known.keys()) if (!files.has(path)) look(path, '');
    for (const path of this.#settled.keys()) if (!files.has(path)) look(path, '');
    return missed;
  }

  ended({ isCancelled }: { readonly isCancelled: boolean }): void {
    this.#carried = isCancelled && this.#isCancelling ? (this.#running ?? []) : [];
    this.#running = undefined;
    this.#isCancelling = false;
  }

  next(nowMs: number): Order {
    const restsUntilMs = this.#wake(nowMs);
    const observe = this.#toObserve(nowMs);
    if (observe.length > 0) return { type: 'observe', paths: observe };
    const [lookAtMs] = this.#looks;
    if (lookAtMs !== undefined && lookAtMs <= nowMs) {
      this.#looks = this.#looks.filter((at) => at > nowMs);
      return { type: 'look' };
    }
    const readyAtMs = this.#readyAt();
    if (readyAtMs <= nowMs) {
      if (this.#running === undefined) return { type: 'run', changes: this.#take() };
      if (this.#timing.onBusy === 'restart' && !this.#isCancelling) {
        this.#isCancelling = true;
        return { type: 'cancel' };
      }
    }
    const [firstUnsettled] = this.#unsettled.values();
    const dueMs = firstUnsettled === undefined ? Infinity : firstUnsettled.sinceMs + this.#timing.settleMs;
    return {
      type: 'wait',
      untilMs: Math.min(restsUntilMs, dueMs, lookAtMs ?? Infinity, readyAtMs > nowMs ? readyAtMs : Infinity),
    };
  }

  /** When the next of those that rest is asked again. */
  #wake(nowMs: number): number {
    let nextMs = Infinity;
    for (const [path, untilMs] of this.#resting) {
      if (untilMs > nowMs) nextMs = Math.min(nextMs, untilMs);
      else {
        this.#resting.delete(path);
        this.#asked.add(path);
      }
    }
    return nextMs;
  }

  #toObserve(nowMs: number): readonly string[] {
    const paths = [...this.#asked];
    for (const [path, { sinceMs }] of this.#unsettled) {
      if (nowMs - sinceMs < this.#timing.settleMs) break;
      paths.push(path);
    }
    return paths;
  }

  /** `Infinity`: there is nothing to run for. */
  #readyAt(): number {
    if (this.#settled.size === 0) return this.#carried.length > 0 ? 0 : Infinity;
    const { debounceMs } = this.#timing;
    const calmMs = Math.min(this.#lastSettledMs + debounceMs, this.#firstSettledMs + patienceMs);
    return this.#unsettled.size === 0 ? calmMs : Math.max(calmMs, this.#firstSettledMs + patienceMs);
  }

  #isPending(path: string): boolean {
    return this.#unsettled.has(path) || this.#settled.has(path);
  }

  #settle(path: string, signature: Signature, nowMs: number): void {
    if (this.#settled.size === 0) this.#firstSettledMs = nowMs;
    this.#lastSettledMs = nowMs;
    this.#settled.set(path, signature);
  }

  #take(): readonly WatchedChange[] {
    const changes: WatchedChange[] = [];
    for (const [path, signature] of this.#settled) {
      changes.push({
        path,
        change: signature === '' ? 'removed' : this.#known.has(path) ? 'changed' : 'added',
      });
      if (signature === '') this.#known.delete(path);
      else this.#known.set(path, signature);
    }
    const again = this.#carried.filter(({ path }) => !this.#settled.has(path));
    this.#settled.clear();
    this.#carried = [];
    this.#running = [...again, ...changes];
    return this.#running;
  }

  /** The first run, or one that was asked for: it has no changes. */
  begin(): void {
    this.#running = [];
  }
}
