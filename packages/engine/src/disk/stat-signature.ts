/**
 * By what a file is known again without being read: size, time of its content, time of its inode, and the inode. When
 * a signature can be trusted is a question of clocks, and answered here, once.
 */
import { type Stats, statSync } from 'node:fs';
import type { FileFacts } from '../operation.ts';

/** Undefined: there is no regular file. Links are followed. */
export function signatureOf(path: string): FileFacts | undefined {
  const facts = factsOf(path);
  if (facts?.isFile() !== true) return undefined;
  const { size, mtimeMs, ctimeMs, ino } = facts;
  return { size, mtimeMs, ctimeMs, ino };
}

function factsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    // Below something that is no folder.
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** Two signatures are the same when their texts are. */
export function signatureText({ size, mtimeMs, ctimeMs, ino }: FileFacts): string {
  return `${size} ${mtimeMs} ${ctimeMs} ${ino}`;
}

/**
 * File systems count time in ticks: a file that was written a moment ago may be written once more and keep its times
 * ("racily clean"). Its signature says something only once the tick is surely over; with a clock that was set back, that
 * is later, and until then the file is read. Linux counts in ticks of 10 ms where they are longest (100 Hz), Windows of
 * 15.6 ms.
 */
export const tickMs: number = process.platform === 'linux' ? 10 : 20;

export function isSettled({ ctimeMs }: FileFacts, nowMs: number): boolean {
  return ctimeMs < nowMs - tickMs;
}
