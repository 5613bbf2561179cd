/**
 * Wasm asks the clock of its host process, and writes the answer into files. While such work runs, time stands still at
 * the date of outputs. For work that does not wait: whoever else asked meanwhile would be told the same.
 */
import { outputDateMs } from '../files/output-date.ts';

export function withFixedClock<T>(work: () => T): T {
  const { now } = Date;
  const { performance } = globalThis;
  const dateMs = outputDateMs();
  Date.now = () => dateMs;
  // Random numbers begin with the time since the start, too.
  Object.defineProperty(performance, 'now', { value: () => 0, configurable: true });
  try {
    return work();
  } finally {
    Date.now = now;
    Reflect.deleteProperty(performance, 'now');
  }
}
