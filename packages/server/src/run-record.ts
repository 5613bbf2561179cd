/** What is known of one task while it runs: what its actions have made, and how it is told to end. It writes nothing down. */
import type { Failure, OperationResult } from '@pipeline/engine';
import type { FileResource, JsonObject } from '@pipeline/schema';
import type { StoredTask, TaskResult } from './job.ts';

export interface MadeFile {
  readonly dir: string;
  readonly name: string;
  /** In the task's folder; absent: it was sent elsewhere. */
  readonly place?: string;
  readonly url?: string;
}

interface KeptFile {
  readonly resource: FileResource;
  readonly place: string | undefined;
}

export class RunRecord {
  readonly task: StoredTask;
  startedAt: number | undefined;
  engine: { readonly name: string; readonly version: string } | undefined;
  failure: Failure | undefined;
  #actions = 0;
  #endedActions = 0;
  /** Of actions that run, by address. */
  readonly #percents = new Map<string, number>();
  readonly #made = new Map<string, readonly MadeFile[]>();
  readonly #files: KeptFile[][] = [];
  readonly #results: JsonObject[] = [];
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<unknown>>();

  constructor(task: StoredTask) {
    this.task = task;
  }

  /** Aborted when the task alone is to end. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  stop(): void {
    this.#stop.abort(new DOMException('the task was stopped', 'AbortError'));
  }

  /** Its operations, so that `idle` can wait for them. */
  async follow<T>(work: Promise<T>): Promise<T> {
    this.#running.add(work);
    try {
      return await work;
    } finally {
      this.#running.delete(work);
    }
  }

  async idle(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  made(address: string, files: readonly MadeFile[], more: Omit<OperationResult, 'outputs'> = {}): void {
    this.#made.set(address, files);
    if (more.result !== undefined) this.#results.push(more.result);
    this.engine = more.converter ?? this.engine;
  }

  expanded(actions: number): void {
    this.#actions = actions;
  }

  /** Whole percents of the task; undefined when that has not changed. */
  progressed(address: string, percent: number): number | undefined {
    const before = this.#percent();
    this.#percents.set(address, percent);
    const after = this.#percent();
    return after === before ? undefined : after;
  }

  /** `sizes` of the files that it has made, in their order. */
  actionEnded(address: string, sizes: readonly number[]): void {
    this.#endedActions += 1;
    this.#percents.delete(address);
    const made = this.#made.get(address) ?? [];
    this.#made.delete(address);
    const files = made.map(({ dir, name, place, url }, index) => ({
      place,
      resource: {
        filename: name,
        ...(dir !== '' && { dir }),
        size: sizes[index] ?? 0,
        ...(url !== undefined && { url }),
      },
    }));
    if (files.length > 0) this.#files.push(files);
  }

  /** Each action's files in its own order, the actions by their first file: the same whichever ended first. */
  result(): { readonly result: TaskResult | null; readonly places?: readonly string[] } {
    const files = this.#files.toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1)).flat();
    if (files.length === 0 && this.#results.length === 0) return { result: null };
    const resources = files.map(({ resource }) => resource);
    const result: TaskResult = Object.assign({}, ...this.#results, files.length > 0 && { files: resources });
    const places = files.flatMap(({ place }) => place ?? []);
    return places.length === files.length && places.length > 0 ? { result, places } : { result };
  }

  #percent(): number {
    let sum = this.#endedActions * 100;
    for (const percent of this.#percents.values()) sum += percent;
    return Math.min(100, Math.floor(sum / Math.max(1, this.#actions)));
  }
}

const placeOf = ([first]: readonly KeptFile[]): string =>
  `${first?.resource.dir ?? ''}/${first?.resource.filename ?? ''}`;
