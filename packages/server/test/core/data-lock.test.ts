import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockDataDir } from '../../src/data-lock.ts';
import { removeDir, tempDir } from './run-server.ts';

let dir = '';
beforeEach(async () => {
  dir = await tempDir();
});
afterEach(() => removeDir(dir));

const leave = (text: string): Promise<void> => writeFile(path.join(dir, 'lock'), text);

test('a folder is held by one at a time', async () => {
  const release = await lockDataDir(dir);
  await expect(lockDataDir(dir)).rejects.toThrow(`${dir} is in use by another server`);
  await release();
  await (
    await lockDataDir(dir)
  )();
});

test('a living process keeps others out, a dead one does not', async () => {
  const other = spawn('sleep', ['60']);
  try {
    // Where the system tells the time of a start, a wrong one is that of another process with the same number.
    await leave(`${other.pid} 1`);
    if (process.platform === 'linux') await (await lockDataDir(dir))();
    const { readFile } = await import('node:fs/promises');
    const stat = await readFile(`/proc/${other.pid}/stat`, 'utf8').catch(() => '');
    await leave(`${other.pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''}`);
    await expect(lockDataDir(dir)).rejects.toThrow(`process ${other.pid}`);
  } finally {
    other.kill('SIGKILL');
  }
  await new Promise((resolve) => other.once('exit', resolve));
  await (
    await lockDataDir(dir)
  )();
});

test('what the process with our number left before is nothing', async () => {
  await leave(`${process.pid} 1`);
  await (
    await lockDataDir(dir)
  )();
  await leave('nonsense');
  await (
    await lockDataDir(dir)
  )();
});
