/** How many actions this machine works on at once. */
import os from 'node:os';
import type { Concurrency } from '@pipeline/schema';

export function actionsAtOnce(wanted: Concurrency['max']): number {
  const cpus = os.availableParallelism();
  // One more: while an action waits for the disk or is tidied up after, no CPU stands still (docs/design-notes.md).
  if (wanted === undefined) return cpus + 1;
  if (typeof wanted === 'number') return wanted;
  return Math.max(1, Math.floor((cpus * wanted.percent) / 100));
}
