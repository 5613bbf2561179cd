/** How much an archive may grow to. Pure: what is counted, and when, is up to whoever unpacks. */
import type { TimeBound } from '../../host/protocol.ts';

/** Of the work on an archive of this size: many small files take long, and so does what expands a great deal. */
export const archiveTime = (sizeBytes: number): TimeBound => ({
  ms: 900_000 + Math.ceil(sizeBytes / 2 ** 20) * 4000,
  hint: 'Such an archive usually holds tens of thousands of files, or expands a great deal: split it, or unpack it by hand.',
});

export const maxEntries = 100_000;
export const maxExpandedBytes: number = 8 * 2 ** 30;
/** Below this, an archive may be packed as tightly as it likes. */
const freeExpandedBytes: number = 512 * 2 ** 20;
const maxRatio = 100;

/** Bytes that an archive of this size may expand to before it counts as a bomb. */
export const expansionBudget = (sizeBytes: number): number =>
  Math.min(maxExpandedBytes, Math.max(freeExpandedBytes, sizeBytes * maxRatio));
