/** Time that passes, unless somebody does not want to wait any longer. */
import { setTimeout } from 'node:timers/promises';

/** Settles at once when the signal is aborted, and leaves no listener at it. */
export async function passed(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await setTimeout(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
