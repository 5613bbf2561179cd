/** How many jobs and lone tasks of each user have not ended, those on their way to the store included. */
import { tooManyJobs } from './api-error.ts';
import type { StoredJob } from './job.ts';
import { hasEnded } from './job-status.ts';
import type { JobStore } from './job-store.ts';

export interface OpenWork {
  /**
   * A job or a lone task is about to be stored. It takes its place from now on: many requests at once must not all see the
   * last free one. Throws the 402.
   */
  readonly comes: (work: NewWork) => void;
  /** What came is in the store now, and counted there, or was not stored. */
  readonly isThere: (userId: number) => void;
}

export interface NewWork {
  readonly userId: number;
  /** A retry belongs to one that is there already: as long as that is open, it takes no place of its own. */
  readonly job?: StoredJob | undefined;
}

export function createOpenWork(store: Pick<JobStore, 'openCount'>, limit: number): OpenWork {
  const onTheirWay = new Map<number, number>();
  const count = (userId: number): number => onTheirWay.get(userId) ?? 0;
  return {
    comes({ userId, job }) {
      const isOpen = job !== undefined && !hasEnded(job);
      if (!isOpen && store.openCount(userId) + count(userId) >= limit) throw tooManyJobs(limit);
      onTheirWay.set(userId, count(userId) + 1);
    },
    isThere: (userId) => void onTheirWay.set(userId, count(userId) - 1),
  };
}
