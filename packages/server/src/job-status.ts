/** What follows for a job from its tasks. Pure. */
import type { StoredJob, StoredTask } from './job.ts';

export const hasEnded = ({ status }: Pick<StoredTask, 'status'>): boolean =>
  status === 'finished' || status === 'error';

/** The same object when nothing has changed. A task that was tried again counts no more. */
export function settleJob(job: StoredJob, tasks: readonly StoredTask[]): StoredJob {
  const retried = new Set(tasks.flatMap(({ retryOf }) => retryOf ?? []));
  const starts = tasks.flatMap(({ startedAt }) => startedAt ?? []);
  const ends = tasks.flatMap(({ endedAt }) => endedAt ?? []);
  const startedAt = starts.length === 0 ? null : Math.min(...starts);
  const isOver = tasks.every(hasEnded);
  const endedAt = isOver && ends.length > 0 ? Math.max(...ends) : null;
  const hasFailed = tasks.some(
    ({ id, status, ignoresError }) => status === 'error' && !ignoresError && !retried.has(id),
  );
  const hasBegun = startedAt !== null || tasks.some(hasEnded);
  const status = isOver ? (hasFailed ? 'error' : 'finished') : hasBegun ? 'processing' : 'waiting';
  if (job.status === status && job.startedAt === startedAt && job.endedAt === endedAt) return job;
  return { ...job, status, startedAt, endedAt };
}
