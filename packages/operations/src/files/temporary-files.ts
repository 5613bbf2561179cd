/**
 * The temporary files that stand beside a target while it is written: how they are named, and how those go that killed
 * runs left behind. It knows nothing of what is in them.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { isThere } from '@pipeline/engine/process-life';

// The machine is part of the name because a process number says nothing about another machine (or container) that
// writes into the same folder.
const machine = createHash('sha256').update(os.hostname()).digest('hex').slice(0, 6);
// Chance once, then a count: asking for chance per file would cost as much as opening the file.
const chance = randomBytes(3).toString('hex');
const prefix = `.pipeline-${machine}-${process.pid}-${chance}`;
let count = 0;

export function temporaryName(): string {
  count = (count + 1) % 0x1_00_00_00;
  return `${prefix}${count.toString(16).padStart(6, '0')}.tmp`;
}

const temporaryPattern = /^\.pipeline-([0-9a-f]{6})-(\d+)-[0-9a-f]{12}\.tmp$/;
const staleAfterMs = 24 * 60 * 60 * 1000;

/** Folders that this process has cleaned: once is enough, as it leaves nothing behind itself. */
const cleaned = new Set<string>();

/** Removes what runs left that were killed in the middle of a write; undefined: that was done before. */
export function removeStale(folder: string): Promise<void> | undefined {
  if (cleaned.has(folder)) return undefined;
  cleaned.add(folder);
  return remove(folder);
}

async function remove(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const match = temporaryPattern.exec(name);
    if (match === null) continue;
    const file = path.join(folder, name);
    const isOurs = match[1] === machine;
    if ((isOurs && !isThere(Number(match[2]))) || (await isOld(file)))
      await rm(file, { force: true }).catch(() => undefined);
  }
}

async function isOld(file: string): Promise<boolean> {
  const stats = await stat(file).catch(() => undefined);
  return stats !== undefined && Date.now() - stats.mtimeMs > staleAfterMs;
}
