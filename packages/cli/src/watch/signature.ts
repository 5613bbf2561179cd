/** The signature of a file: what differs when it may have changed. The only file of watching that asks the disk for one. */
import { stat } from 'node:fs/promises';
import type { Signature } from './changes.ts';

const atOnce = 256;

/** Empty for what is not there, or is no file. */
export async function signaturesOf(paths: Iterable<string>): Promise<Map<string, Signature>> {
  const signatures = new Map<string, Signature>();
  let batch: string[] = [];
  const flush = async (): Promise<void> => {
    const found = await Promise.all(batch.map(signatureOf));
    for (const [index, path] of batch.entries()) signatures.set(path, found[index] ?? '');
    batch = [];
  };
  for (const path of paths) {
    batch.push(path);
    if (batch.length >= atOnce) await flush();
  }
  await flush();
  return signatures;
}

/** Those that are there. */
export async function presentSignatures(paths: Iterable<string>): Promise<Map<string, Signature>> {
  const signatures = await signaturesOf(paths);
  for (const [path, signature] of signatures) if (signature === '') signatures.delete(path);
  return signatures;
}

/** When its content changed last, in milliseconds since the epoch; 0 for what is not there. */
export function changedAt(signature: Signature): number {
  return Number(signature.split(' ')[1] ?? 0);
}

/**
 * Files that may still be written: they changed less than `settleMs` ago. Asked once, at the start, when there is nothing
 * yet to compare a file with; a clock that is wrong by more than that only makes us wait, or not wait, this once.
 */
export function youngAmong(files: ReadonlyMap<string, Signature>, settleMs: number): readonly string[] {
  const now = Date.now();
  return [...files].flatMap(([path, signature]) => {
    return Math.abs(now - changedAt(signature)) < settleMs ? [path] : [];
  });
}

/**
 * The inode tells a file that was renamed into place from the one before it; the time of the last change of the entry
 * tells of permissions, and of a program that sets the time of its file back.
 */
async function signatureOf(path: string): Promise<Signature> {
  try {
    const facts = await stat(path);
    return facts.isFile() ? `${facts.size} ${facts.mtimeMs} ${facts.ctimeMs} ${facts.ino}` : '';
  } catch {
    return '';
  }
}
