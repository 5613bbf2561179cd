/** How many jobs and lone tasks of each user have not ended, those on their way to the store included. */
import { tooManyJobs } from './api-error.ts';
import { hasEnded } from './job-status.ts';
import type { JobStore } from './job-store.ts';

export interface OpenWork {
  /**
   * Stores a job, a lone task or a retry in a job (`id`: the job's), with its place taken from the start: many requests at
   * once must not all see the last free one. Throws the 402.
   */
  readonly storing: (work: { readonly userId: number; readonly id: string }, store: Store) => Promise<void>;
}

type Store = () => Promise<void>;

export function createOpenWork(store: Pick<JobStore, 'job' | 'openCount'>, limit: number): OpenWork {
  const onTheirWay = new Map<number, number>();
  const count = (userId: number): number => onTheirWay.get(userId) ?? 0;
  return {
    async storing({ userId, id }, save) {
      const known = store.job(id);
      const isOpen = known !== undefined && !hasEnded(known);
      if (!isOpen && store.openCount(userId) + count(userId) >= limit) throw tooManyJobs(limit);
      onTheirWay.set(userId, count(userId) + 1);
      try {
        await save();
      } finally {
        onTheirWay.set(userId, count(userId) - 1);
      }
    },
  };
}
