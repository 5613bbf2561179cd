/** The secret that signs webhooks and signed URLs when nobody gave one: made once, and kept where only the owner reads it. */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

export async function keptSecret(dataDir: string): Promise<string> {
  const file = path.join(dataDir, 'signing-secret');
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  try {
    // Two servers that start at once: one of them makes it.
    await writeFile(file, `${randomBytes(24).toString('hex')}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const secret = (await readFile(file, 'utf8')).trim();
  if (secret === '') throw new Error(`${file} is empty: remove it, and a new secret is made`);
  return secret;
}
