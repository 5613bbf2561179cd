/**
 * A task once more, from its payload. Inside a job it takes what the latest tries of its inputs made: whoever repeats an
 * import and then the conversion wants the new file. Pure, but for reading the store.
 */
import type { Maker } from './stored-tasks.ts';
import { fresh, type StoredTask } from './job.ts';
import type { JobStore } from './job-store.ts';

export function retryOf(
  task: StoredTask,
  store: JobStore,
  { newId, now }: Omit<Maker, 'userId'>,
): StoredTask {
  const { places: _, ...kept } = task;
  return {
    ...kept,
    ...fresh,
    id: newId(),
    dependsOn: latestTries(task, store),
    createdAt: now(),
    retryOf: task.id,
  };
}

function latestTries(task: StoredTask, store: JobStore): readonly string[] {
  const job = task.jobId === null ? undefined : store.job(task.jobId);
  if (job === undefined) return task.dependsOn;
  const latest = new Map<string, string>();
  for (const { id, retryOf } of store.tasksOf(job)) if (retryOf !== null) latest.set(retryOf, id);
  return task.dependsOn.map((id) => {
    let last = id;
    // Tries follow each other in time: there is no circle.
    for (let next = latest.get(last); next !== undefined; next = latest.get(last)) last = next;
    return last;
  });
}
