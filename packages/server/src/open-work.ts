/** How much of what each user has made may be open at once. */
import { tooManyJobs } from './api-error.ts';
import type { StoredJob } from './job.ts';
import { hasEnded } from './job-status.ts';
import type { JobStore } from './job-store.ts';

export interface NewWork {
  readonly userId: number;
  /** A retry belongs to one that is there already: as long as that is open, it takes no place of its own. */
  readonly job?: StoredJob | undefined;
}

/**
 * Throws the 402 when there is no room for a job or a lone task more. What is stored next must be on its way before
 * somebody else asks: many requests at once must not all see the last free place.
 */
export type NeedRoom = (work: NewWork) => void;

export function roomFor(store: Pick<JobStore, 'openCount'>, limit: number): NeedRoom {
  return ({ userId, job }) => {
    const isOpen = job !== undefined && !hasEnded(job);
    if (!isOpen && store.openCount(userId) >= limit) throw tooManyJobs(limit);
  };
}
