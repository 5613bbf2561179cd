/**
 * What of a run is still to be done, from its events: the actions that failed or were stopped, and whole tasks of which
 * not every action was even known. What only waited for one of them comes after it, and so comes by itself.
 */
import type { ActionStatus, JobEvent } from '@pipeline/engine';

interface TaskState {
  expected: number;
  isFinal: boolean;
  /** Those that went wrong by themselves; how many ended, in whatever way. */
  readonly pending: string[];
  ended: number;
}

/** Addresses and names of tasks, as `--from` takes them. */
export function pendingOf(events: Iterable<JobEvent>): readonly string[] {
  const tasks = new Map<string, TaskState>();
  const stateOf = (name: string): TaskState => {
    const known = tasks.get(name);
    if (known !== undefined) return known;
    const state: TaskState = { expected: 0, isFinal: false, pending: [], ended: 0 };
    tasks.set(name, state);
    return state;
  };
  for (const event of events) {
    switch (event.type) {
      case 'job.started':
        for (const { task } of event.tasks) stateOf(task);
        break;
      case 'task.expanded': {
        const state = stateOf(event.task);
        state.expected = Math.max(state.expected, event.actions);
        state.isFinal ||= event.is_final;
        break;
      }
      case 'task.finished':
        // One that was stopped may not know yet what it would have had to do.
        if (event.status === 'finished') stateOf(event.task).isFinal = true;
        break;
      case 'action.finished': {
        const state = stateOf(event.task);
        state.ended += 1;
        if (isPending(event.status, event.error?.type)) state.pending.push(event.action);
        break;
      }
      default:
    }
  }
  return [...tasks].flatMap(([name, { expected, isFinal, pending, ended }]) =>
    isFinal && ended >= expected ? pending : [name],
  );
}

function isPending(status: ActionStatus, failure: string | undefined): boolean {
  return status === 'cancelled' || (status === 'error' && failure !== 'input-failed');
}
