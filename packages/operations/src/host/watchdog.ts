/**
 * A thread inside each converter host. The main thread may be busy in native code for minutes and hear nothing; this
 * one keeps looking, and kills the whole process when its parent is gone or its memory passes the bound. Its last
 * words go to file descriptor 4, which the parent reads.
 */
import { writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

const lookEveryMs = 50;
const lastWordsDescriptor = 4;
const parentPid = numberIn(workerData, 'parentPid');
let maxMemoryBytes = Number.POSITIVE_INFINITY;

parentPort?.on('message', (message: unknown) => {
  maxMemoryBytes = numberIn(message, 'maxMemoryBytes');
});

setInterval(() => {
  if (process.ppid !== parentPid) end('orphaned');
  const rssBytes = process.memoryUsage.rss();
  if (rssBytes > maxMemoryBytes) end(`memory ${rssBytes}`);
}, lookEveryMs);

function end(why: string): void {
  try {
    writeSync(lastWordsDescriptor, why);
  } catch {
    // Nobody reads any more.
  }
  process.kill(process.pid, 'SIGKILL');
}

function numberIn(value: unknown, key: string): number {
  const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  if (typeof found !== 'number') throw new Error(`the watchdog was not told ${key}`);
  return found;
}
