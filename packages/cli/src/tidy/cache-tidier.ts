/** Keeps the cache of a project within its limit, at the end of each run that has added to it. */
import path from 'node:path';
import { type JobEvent, readRuns, tidyCache } from '@pipeline/engine';
import type { PreparedRun } from '../prepare-run.ts';

export interface CacheTidier {
  readonly event: (event: JobEvent) => void;
  readonly end: () => void;
}

export function cacheTidier({ options: { cache }, composition }: PreparedRun): CacheTidier {
  let addedBytes = 0;
  const state = path.dirname(composition.workDir);
  return {
    event: (event) => {
      // Only what could be stored has a fingerprint.
      if (event.type !== 'action.finished' || event.status !== 'finished') return;
      if (event.fingerprint === undefined) return;
      for (const { bytes } of event.outputs) addedBytes += bytes;
    },
    end: () => {
      if (addedBytes === 0 || composition.cache === undefined || cache.mode !== 'read-write') return;
      const dir = cache.dir ?? path.join(state, 'cache');
      const { maxBytes } = cache;
      const busySince = (): number | undefined => runningSince(path.join(state, 'runs'));
      tidyCache({ dir, maxBytes, addedBytes, now: Date.now(), busySince });
    },
  };
}

/** When the oldest other run began that is still going on, in milliseconds since the epoch. */
export function runningSince(runsDir: string): number | undefined {
  const starts = readRuns(runsDir).runs.flatMap(({ state, header }) =>
    state === 'running' && header.pid !== process.pid ? Date.parse(header.at) : [],
  );
  return starts.length === 0 ? undefined : Math.min(...starts);
}
