/**
 * A state of progress that is being changed. The state that it began with stays as it was: what is touched is copied, once
 * for however many events, and the rest is shared. What an event means is not known here.
 */
import { append, itemAt, valueOf, withItem, withoutKey, withValue } from './persistent.ts';
import type { Progress, RunningAction } from './progress.ts';
import {
  type ActionCounts,
  type Mutable,
  newTask,
  settle,
  type TaskDraft,
  taskDraft,
} from './task-progress.ts';

export class ProgressDraft {
  /** Its tasks, their counts and what runs are as they were before; `finish` brings them up to date. */
  readonly state: Mutable<Progress>;
  readonly #tasks = new Map<number, TaskDraft>();
  /** By address; undefined for what does not run any more. */
  readonly #running = new Map<string, RunningAction | undefined>();

  constructor(before: Progress) {
    this.state = { ...before };
  }

  /** To be changed. A task that was not announced has no place in the order of the file: it stands at the end. */
  task(name: string): TaskDraft {
    const index = this.state.taskIndex.get(name) ?? this.#addTask(name);
    const known = this.#tasks.get(index);
    if (known !== undefined) return known;
    const task = taskDraft(itemAt(this.state.tasks, index) ?? unannounced(name));
    this.#tasks.set(index, task);
    return task;
  }

  running(address: string): RunningAction | undefined {
    return this.#running.has(address) ? this.#running.get(address) : valueOf(this.state.running, address);
  }

  setRunning(action: RunningAction): void {
    this.#running.set(action.action, action);
  }

  /** Whether it was running. */
  removeRunning(address: string): boolean {
    if (valueOf(this.state.running, address) === undefined) {
      const wasRunning = this.#running.get(address) !== undefined;
      this.#running.delete(address);
      return wasRunning;
    }
    const wasRunning = this.running(address) !== undefined;
    this.#running.set(address, undefined);
    return wasRunning;
  }

  finish(): Progress {
    const { state } = this;
    for (const [index, task] of this.#tasks) {
      settle(task);
      const before = itemAt(state.tasks, index);
      if (before !== undefined) state.counts = replaced(state.counts, before.counts, task.counts);
      state.tasks = withItem(state.tasks, index, task);
    }
    for (const [address, action] of this.#running) {
      state.running =
        action === undefined ? withoutKey(state.running, address) : withValue(state.running, address, action);
    }
    return state;
  }

  #addTask(name: string): number {
    const { state } = this;
    const index = state.tasks.length;
    state.tasks = append(state.tasks, unannounced(name));
    state.taskIndex = new Map([...state.taskIndex, [name, index]]);
    return index;
  }
}

const unannounced = (name: string): ReturnType<typeof newTask> =>
  newTask({ task: name, label: name, operation: '', inputs: [] }, true);

function replaced(sum: ActionCounts, before: ActionCounts, after: ActionCounts): ActionCounts {
  return {
    total: sum.total - before.total + after.total,
    done: sum.done - before.done + after.done,
    cached: sum.cached - before.cached + after.cached,
    skipped: sum.skipped - before.skipped + after.skipped,
    failed: sum.failed - before.failed + after.failed,
    notRun: sum.notRun - before.notRun + after.notRun,
    running: sum.running - before.running + after.running,
    waiting: sum.waiting - before.waiting + after.waiting,
  };
}
