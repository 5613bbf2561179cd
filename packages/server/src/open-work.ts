/**
 * How many jobs and lone tasks of each user have not ended. Counted from the store once for each user, and by its changes
 * from then on.
 */
import { tooManyJobs } from './api-error.ts';
import { hasEnded } from './job-status.ts';
import type { JobStore } from './job-store.ts';

export interface OpenWork {
  /** Before it is stored, so that many requests at once do not all see the last free place. Throws the 402. */
  readonly claim: (userId: number, id: string) => void;
  /** It was not stored after all, or was removed before its end. */
  readonly release: (userId: number, id: string) => void;
  readonly close: () => void;
}

export function createOpenWork(store: JobStore, limit: number): OpenWork {
  const open = new Map<number, Set<string>>();
  const endListening = store.listen((change) => {
    if (change.type === 'task' && change.task.jobId !== null) return;
    const one = change.type === 'job' ? change.job : change.task;
    const ids = open.get(one.userId);
    if (hasEnded(one)) ids?.delete(one.id);
    else ids?.add(one.id);
  });

  function idsOf(userId: number): Set<string> {
    const counted = open.get(userId);
    if (counted !== undefined) return counted;
    const ids = new Set<string>();
    for (const job of store.jobs(userId)) if (!hasEnded(job)) ids.add(job.id);
    for (const task of store.tasks(userId)) if (task.jobId === null && !hasEnded(task)) ids.add(task.id);
    open.set(userId, ids);
    return ids;
  }

  return {
    claim(userId, id) {
      const ids = idsOf(userId);
      if (!ids.has(id) && ids.size >= limit) throw tooManyJobs(limit);
      ids.add(id);
    },
    release: (userId, id) => open.get(userId)?.delete(id),
    close: endListening,
  };
}
