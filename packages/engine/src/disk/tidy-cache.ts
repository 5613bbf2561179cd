/**
 * Keeps a cache within its limit without anybody asking: at the end of a run that has added to it, a small file tells
 * about how large it is; only when that is too much, or nobody has looked for a week, the cache itself is looked at.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { collectGarbage } from './collect-garbage.ts';
import { cacheFormat } from './disk-cache.ts';
import { putInPlace } from './put-in-place.ts';

export interface TidyOptions {
  /** Of the cache. */
  readonly dir: string;
  readonly maxBytes: number;
  /** What was put into it since the last time, about. */
  readonly addedBytes: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Start of the oldest other run that is going on; asked only when it matters. */
  readonly busySince: () => number | undefined;
}

interface LastLook {
  readonly at: number;
  readonly bytes: number;
}

const lookEveryMs = 7 * 24 * 60 * 60 * 1000;
/** Some disks take milliseconds to remove a file, and somebody waits for the end of the run. */
const budgetMs = 2000;
/** Beyond the limit it is made smaller than it must be, so that the next run need not do the same. */
const roomLeft = 0.9;
/** Until then, what is written twice in logs costs nobody anything. */
const idleLogBytes = 64 * 1024 * 1024;
export const lookName = 'size.json';

/** Bytes that went; throws nothing. */
export function tidyCache({ dir, maxBytes, addedBytes, now, busySince }: TidyOptions): number {
  const file = join(dir, cacheFormat, lookName);
  // Without such a file, the cache has just begun.
  const last = readLook(file) ?? { at: now, bytes: 0 };
  const bytes = last.bytes + addedBytes;
  const isRecent = Math.abs(now - last.at) < lookEveryMs;
  if (isRecent && bytes <= maxBytes) {
    writeLook(file, { at: last.at, bytes });
    return 0;
  }
  const since = busySince();
  const limit = bytes > maxBytes ? maxBytes * roomLeft : maxBytes;
  const busy = since === undefined ? {} : { busySince: since };
  const { survey, bytes: removed } = collectGarbage({
    dir,
    maxBytes: limit,
    now,
    idleLogBytes,
    budgetMs,
    ...busy,
  });
  writeLook(file, { at: now, bytes: survey.objectBytes - removed });
  return removed;
}

function readLook(file: string): LastLook | undefined {
  try {
    const value: Partial<LastLook> | null = JSON.parse(readFileSync(file, 'utf8'));
    const { at, bytes } = value ?? {};
    return typeof at === 'number' && typeof bytes === 'number' ? { at, bytes } : undefined;
  } catch {
    return undefined;
  }
}

function writeLook(file: string, look: LastLook): void {
  try {
    putInPlace(file, (temporary) => writeFileSync(temporary, `${JSON.stringify(look)}\n`));
  } catch {
    // It is only an estimate: the next run looks for itself.
  }
}
