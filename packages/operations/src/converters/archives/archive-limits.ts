/** How much an archive may grow to. Pure: what is counted, and when, is up to whoever unpacks. */

export const maxEntries = 100_000;
export const maxExpandedBytes: number = 8 * 2 ** 30;
/** Below this, an archive may be packed as tightly as it likes. */
const freeExpandedBytes: number = 512 * 2 ** 20;
const maxRatio = 100;

/** Bytes that an archive of this size may expand to before it counts as a bomb. */
export const expansionBudget = (sizeBytes: number): number =>
  Math.min(maxExpandedBytes, Math.max(freeExpandedBytes, sizeBytes * maxRatio));
