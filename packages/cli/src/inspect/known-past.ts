/** What earlier runs left behind, as a prediction asks for it: the cache that a run would ask, and the files that are there. */
import { createHash } from 'node:crypto';
import type { ActionCache, KnownPast } from '@pipeline/engine';
import { hashContent } from '@pipeline/engine';
import type { PreparedRun } from '../prepare-run.ts';
import { cachingOf } from '../run-once.ts';
import { type LastRunRequest, readLastRun } from './last-run.ts';

export function openPast(prepared: PreparedRun, request: Omit<LastRunRequest, 'opened'>): KnownPast {
  const { caching } = cachingOf(prepared);
  const last = readLastRun({ ...request, opened: prepared.opened });
  return {
    digest: (text) => createHash('sha256').update(text).digest('hex'),
    hashFile: (path) => hashIfThere(path, caching?.cache),
    ...(last !== undefined && { last }),
    ...(caching !== undefined && { cache: caching.cache }),
    ...(caching?.isForced !== undefined && { isForced: caching.isForced }),
  };
}

/** Undefined: there is no such file, or none that can be read. */
async function hashIfThere(path: string, cache: ActionCache | undefined): Promise<string | undefined> {
  try {
    return await (cache?.hashFile ?? hashContent)(path);
  } catch {
    return undefined;
  }
}
