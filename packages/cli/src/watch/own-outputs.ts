/**
 * What the pipeline writes itself, where it is watched: no change, and taken by no task, or every run would be followed by
 * another, for ever. It knows names: which files, which task writes them, which takes them.
 */
import type { JobEvent, JobPlan } from '@pipeline/engine';
import type { TaskName } from '@pipeline/schema';
import type { WatchSet } from './watch-set.ts';

export interface Loop {
  readonly writer: TaskName;
  readonly taker: TaskName;
  /** The first file of it. */
  readonly file: string;
}

export class OwnOutputs {
  readonly #set: WatchSet;
  readonly #onOwn: (file: string) => void;
  readonly #files = new Set<string>();
  readonly #told = new Set<string>();

  /** `onOwn` is told of each file once. */
  constructor(set: WatchSet, onOwn: (file: string) => void) {
    this.#set = set;
    this.#onOwn = onOwn;
  }

  has(file: string): boolean {
    return this.#files.has(file);
  }

  /** Before it runs. Gives back what nobody knew. */
  claimPlan({ tasks }: JobPlan): readonly Loop[] {
    return tasks.flatMap((planned) => {
      if (planned?.task.operation !== 'export/local') return [];
      return planned.actions.flatMap(({ writes = [] }) =>
        writes.flatMap((file) => this.#claim(planned.task.name, file)),
      );
    });
  }

  /** What no plan could tell: the pages of a document. */
  claimEvent(event: JobEvent, isExport: (task: string) => boolean): readonly Loop[] {
    if (event.type !== 'action.finished' || !isExport(event.task)) return [];
    return event.outputs.flatMap(({ path }) => this.#claim(event.task, path));
  }

  #claim(writer: TaskName, file: string): readonly Loop[] {
    if (this.#files.has(file) || !this.#set.matches(file)) return [];
    this.#files.add(file);
    this.#onOwn(file);
    return this.#set.takersOf(file).flatMap((taker) => {
      const key = JSON.stringify([writer, taker]);
      if (this.#told.has(key)) return [];
      this.#told.add(key);
      return [{ writer, taker, file }];
    });
  }
}
