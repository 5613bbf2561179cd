/**
 * A secret that never leaves the server: it signs upload forms and download URLs, so that both outlive a restart.
 * It is made once, in a file of the server's folder that only its owner can read.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { StartError } from './start-error.ts';

const bytes = 32;

export async function loadServerSecret(dataDir: string): Promise<Buffer> {
  const path = join(dataDir, 'secret');
  await mkdir(dataDir, { recursive: true });
  const kept = await readFile(path).catch(noFile);
  return checked(kept ?? (await make(path)), path);
}

/** One key for each use: what is signed for one can never pass for the other. */
export function secretFor(use: 'download' | 'upload', secret: Uint8Array): Buffer {
  return createHmac('sha256', secret).update(use).digest();
}

/** By a link, which never replaces: of two who start at once both get the same. */
async function make(path: string): Promise<Buffer> {
  const temporary = `${path}.${randomBytes(8).toString('hex')}`;
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(randomBytes(bytes));
    await file.sync();
  } finally {
    await file.close();
  }
  await link(temporary, path).catch(alreadyThere);
  await unlink(temporary);
  return readFile(path);
}

function checked(secret: Buffer, path: string): Buffer {
  if (secret.length === bytes) return secret;
  throw new StartError(
    `${path} is damaged: ${secret.length} bytes instead of ${bytes}. Remove it to get a new one.`,
  );
}

function noFile(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

function alreadyThere(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'EEXIST') throw error;
}
