/** What earlier runs left behind, opened for those who only look: nothing here is written or changed. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { KnownPast } from '@pipeline/engine';

export function openPast(): KnownPast {
  return { hashFile, digest: (text) => createHash('sha256').update(text).digest('hex') };
}

async function hashFile(path: string): Promise<string | undefined> {
  const stats = await lstat(path).catch(() => undefined);
  if (stats?.isFile() !== true) return undefined;
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
  } catch {
    return undefined;
  }
  return hash.digest('hex');
}
