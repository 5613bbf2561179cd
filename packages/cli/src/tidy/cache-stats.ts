/** What is to say of a cache: for people, and as JSON. */
import { type PastRun, referencedBy, surveyCache } from '@pipeline/engine';
import { shortId } from '../history/find-run.ts';
import { formatBytes, formatCount, plural } from '../reporters/quantity.ts';

export interface CacheStats {
  readonly dir: string;
  /** Of objects and logs. */
  readonly bytes: number;
  readonly max_bytes: number;
  readonly objects: number;
  readonly results: number;
  /** Of no use: no result speaks of it. */
  readonly unused: { readonly objects: number; readonly bytes: number };
  /** ISO 8601; null: it is empty. */
  readonly oldest_use: string | null;
  readonly other_formats: readonly string[];
  /** The last run of the project that did anything; null: none is known. */
  readonly last_run: { readonly id: string; readonly cached: number; readonly ran: number } | null;
}

interface StatsRequest {
  readonly dir: string;
  readonly maxBytes: number;
  readonly last: PastRun | undefined;
}

export function cacheStats({ dir, maxBytes, last }: StatsRequest): CacheStats {
  const { objects, records, objectBytes, logBytes, otherFormats } = surveyCache(dir);
  const referenced = referencedBy(records);
  const all = [...objects.values()];
  const unused = all.filter(({ sha256 }) => !referenced.has(sha256));
  const oldest = all.reduce((least, { usedAt }) => Math.min(least, usedAt), Infinity);
  return {
    dir,
    bytes: objectBytes + logBytes,
    max_bytes: maxBytes,
    objects: objects.size,
    results: records.length,
    unused: { objects: unused.length, bytes: unused.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) },
    oldest_use: oldest === Infinity ? null : new Date(oldest).toISOString(),
    other_formats: otherFormats,
    last_run:
      last === undefined
        ? null
        : { id: shortId(last), cached: last.counts.cached, ran: last.counts.ran + last.counts.failed },
  };
}

/** `shown`: the folder as people know it. Ends with a newline. */
export function statsText(stats: CacheStats, shown: string): string {
  const { bytes, max_bytes: maxBytes, objects, results, unused, oldest_use: oldest, last_run: last } = stats;
  const rows: readonly (readonly [string, string])[] = [
    ['size', `${formatBytes(bytes)} of at most ${formatBytes(maxBytes)}`],
    ['results', `of ${plural(results, 'action')}, with ${plural(objects, 'file')}`],
    ...(unused.objects === 0
      ? []
      : ([
          [
            'unused',
            `${plural(unused.objects, 'file')}, ${formatBytes(unused.bytes)}: pipeline cache gc removes what is older than two hours`,
          ],
        ] as const)),
    ...(oldest === null ? [] : ([['oldest', `last used ${oldest.slice(0, 10)}`]] as const)),
    ...(last === null
      ? []
      : ([
          [
            'last run',
            `${formatCount(last.cached)} of ${plural(last.cached + last.ran, 'action')} as before (pipeline runs ${last.id})`,
          ],
        ] as const)),
    ...(stats.other_formats.length === 0
      ? []
      : ([['other', `${stats.other_formats.join(', ')}: of other versions of pipeline`]] as const)),
  ];
  return `${shown}\n${rows.map(([name, text]) => `  ${name.padEnd(9)} ${text}\n`).join('')}`;
}
