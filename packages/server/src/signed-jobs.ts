/**
 * Jobs of signed URLs. Those with a cache key share one job: everybody who asks while it runs, and for a day after its
 * end, gets its result. A job that failed, or is gone, is shared with nobody. What is shared is found again after a
 * restart, as the job itself says what it may be shared as. It knows no HTTP.
 */
import type { JsonObject } from '@pipeline/schema';
import { invalidData } from './api-error.ts';
import { downloadMs } from './download-url.ts';
import type { ReadJob } from './read-job.ts';
import { readJob } from './read-job.ts';
import type { RouteContext } from './route-context.ts';
import type { SignedUrlBase } from './server-options.ts';
import type { SignedUrl } from './signed-url.ts';

export interface SignedJobs {
  /** The id of the job whose result is the answer. Throws the answer to a job that cannot be one. */
  readonly jobFor: (base: SignedUrlBase, url: SignedUrl) => Promise<string>;
}

/** Of a job that is shared: its id at once, and when it is stored. */
interface Shared {
  readonly jobId: string;
  readonly stored: Promise<void>;
  isStored: boolean;
}

const purgeEvery = 256;

export function createSignedJobs(
  { parts, rateLimit }: RouteContext,
  storeJob: (made: ReadJob) => Promise<void>,
): SignedJobs {
  const { store, newId, now, options } = parts;
  const shared = new Map<string, Shared>();
  for (const { id, cacheKey } of store.allJobs()) {
    if (cacheKey !== undefined)
      shared.set(cacheKey, { jobId: id, stored: Promise.resolve(), isStored: true });
  }

  function made(userId: number, body: JsonObject): ReadJob {
    const job = readJob(body, { userId, newId, now }, { tasks: options.limits.tasksPerJob });
    if (!job.ok) throw invalidData(job.error);
    const operations = new Set(job.value.tasks.map(({ operation }) => operation));
    if (!operations.has('export/url')) throw invalidData({ job: ['The job needs an export/url task.'] });
    if (operations.has('import/upload')) {
      throw invalidData({ job: ['The job waits for an upload, which whoever opens the URL cannot do.'] });
    }
    rateLimit.use(userId);
    return job.value;
  }

  function isUsable(jobId: string): boolean {
    const job = store.job(jobId);
    if (job === undefined || job.status === 'error') return false;
    return job.endedAt === null || now() < job.endedAt + downloadMs;
  }

  async function sharedJob(cacheKey: string, base: SignedUrlBase, body: JsonObject): Promise<string> {
    for (;;) {
      const known = shared.get(cacheKey);
      if (known === undefined) break;
      await known.stored;
      if (isUsable(known.jobId)) return known.jobId;
      if (shared.get(cacheKey) === known) shared.delete(cacheKey);
    }
    // Nothing is waited for from here to the entry: whoever comes next finds it.
    const job = made(base.userId, body);
    const stored = storeJob({ ...job, job: { ...job.job, cacheKey } });
    if (shared.size % purgeEvery === purgeEvery - 1) purge();
    const entry: Shared = { jobId: job.job.id, stored: stored.catch(() => {}), isStored: false };
    shared.set(cacheKey, entry);
    await stored.finally(() => (entry.isStored = true));
    return job.job.id;
  }

  function purge(): void {
    for (const [cacheKey, { jobId, isStored }] of shared) {
      if (isStored && !isUsable(jobId)) shared.delete(cacheKey);
    }
  }

  return {
    async jobFor(base, { job, cacheKey }) {
      if (cacheKey !== undefined) return sharedJob(`${base.id}/${cacheKey}`, base, job);
      const own = made(base.userId, job);
      await storeJob(own);
      return own.job.id;
    },
  };
}
