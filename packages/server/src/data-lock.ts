/**
 * One server at a time in a data folder: two would run every job twice and write over each other's log. What a killed server left
 * behind keeps nobody out. It knows processes of this machine only.
 */
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isThere } from '@pipeline/engine/process-life';
import { StartError } from './start-error.ts';

/** Folders that this process holds: its number alone cannot tell them apart from those of a server with the same number before. */
const held = new Set<string>();

/** Returns what gives the folder back; throws when another server is in it. */
export async function lockDataDir(dataDir: string): Promise<() => Promise<void>> {
  const file = path.join(dataDir, 'lock');
  while (!(await writeLock(file))) {
    const owner = await readFile(file, 'utf8').catch(() => undefined);
    if (held.has(dataDir) || (owner !== undefined && (await isAlive(owner)))) {
      throw new StartError(
        `${dataDir} is in use by another server (process ${owner?.split(' ')[0] ?? process.pid}): stop that one, or choose another folder`,
      );
    }
    await rm(file, { force: true });
  }
  held.add(dataDir);
  return async () => {
    held.delete(dataDir);
    await rm(file, { force: true });
  };
}

async function writeLock(file: string): Promise<boolean> {
  try {
    await writeFile(file, `${process.pid} ${await startOf(process.pid)}`, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Numbers of processes are used again, so the time of the start must be the same. */
async function isAlive(owner: string): Promise<boolean> {
  const [pid = '', start = ''] = owner.split(' ');
  if (!/^\d+$/.test(pid) || Number(pid) === process.pid || !isThere(Number(pid))) return false;
  return (await startOf(Number(pid))) === start;
}

/** In ticks since the machine started; empty where the system does not tell. */
async function startOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name of the program may hold anything, a bracket as well.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
