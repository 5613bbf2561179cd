/**
 * Which tasks can run together now: all that they take files from has ended, or is among them. What takes from a task that
 * failed or is gone fails as well; what waits for an upload, or for a task that runs elsewhere, waits. Pure.
 */
import type { StoredTask } from './job.ts';
import { hasEnded } from './job-status.ts';

export interface Readiness {
  readonly ready: readonly StoredTask[];
  readonly failed: readonly StoredTask[];
  /** Ended, with files that the ready ones take. */
  readonly sources: readonly StoredTask[];
  /** Tasks whose end may make more of them ready. */
  readonly awaited: readonly StoredTask[];
}

type State = 'ready' | 'failed' | 'blocked';

/** `lookup` gives the task that stands for an id: the newest retry, where there is one. */
export function readyTasks(
  candidates: readonly StoredTask[],
  lookup: (id: string) => StoredTask | undefined,
): Readiness {
  const open = new Map(candidates.map((task) => [task.id, task]));
  const states = new Map<string, State>();
  const sources = new Map<string, StoredTask>();
  const awaited = new Map<string, StoredTask>();

  const stateOf = (task: StoredTask): State => {
    const known = states.get(task.id);
    if (known !== undefined) return known;
    // Should they wait for each other all the same, none of them starts.
    states.set(task.id, 'blocked');
    const before = task.dependsOn.map((id) => stateOfSource(lookup(id)));
    const state = before.includes('failed')
      ? 'failed'
      : before.includes('blocked') || task.operation === 'import/upload'
        ? 'blocked'
        : 'ready';
    states.set(task.id, state);
    return state;
  };
  const stateOfSource = (source: StoredTask | undefined): State => {
    if (source === undefined) return 'failed';
    if (hasEnded(source)) return source.status === 'error' && !source.ignoresError ? 'failed' : 'ready';
    const own = open.get(source.id);
    const state = own === undefined ? 'blocked' : stateOf(own);
    // It fails in the same step, and its failure may not matter: the others go on once that is written down.
    const isAwaited = state === 'blocked' || (state === 'failed' && source.ignoresError);
    if (isAwaited) awaited.set(source.id, source);
    return isAwaited ? 'blocked' : state;
  };

  const ready = candidates.filter((task) => stateOf(task) === 'ready');
  for (const id of ready.flatMap(({ dependsOn }) => dependsOn)) {
    const source = lookup(id);
    if (source !== undefined && hasEnded(source)) sources.set(source.id, source);
  }
  return {
    ready,
    failed: candidates.filter((task) => stateOf(task) === 'failed'),
    sources: [...sources.values()],
    awaited: [...awaited.values()],
  };
}
