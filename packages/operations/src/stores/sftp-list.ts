/**
 * Every file below a folder of an SFTP server. Links to files are files; links to folders are passed over with a note,
 * as they may lead in circles.
 */
import type { Failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import type { FileEntryWithStats } from 'ssh2';
import { maxFiles, tooMany } from './list-failure.ts';
import type { SftpChannel } from './sftp-requests.ts';
import { readFolder, refusal, stat } from './sftp-requests.ts';
import type { Listing, RemoteFile } from './store.ts';

export interface FolderWalk {
  readonly channel: SftpChannel;
  readonly address: (key: string) => string;
  readonly note: (message: string) => void;
  readonly alive: () => void;
}

export async function listFolder(walk: FolderWalk, folder: string): Promise<Result<Listing, Failure>> {
  const base = `${folder.replace(/\/+$/, '')}/`;
  const files: RemoteFile[] = [];
  const folders = [base];
  for (let next = folders.shift(); next !== undefined; next = folders.shift()) {
    const entries = await readFolder(walk.channel, next);
    walk.alive();
    if (!entries.ok) return err(refusal(entries.error, `list ${walk.address(next)}`, folder));
    for (const entry of entries.value) {
      const key = next + entry.filename;
      if (entry.attrs.isDirectory()) folders.push(`${key}/`);
      else await take({ key, entry, files }, walk);
    }
    if (files.length + folders.length > maxFiles) return err(tooMany(walk.address(folder)));
  }
  files.sort((a, b) => (a.key < b.key ? -1 : 1));
  return ok({ files, base });
}

interface Found {
  readonly key: string;
  readonly entry: FileEntryWithStats;
  readonly files: RemoteFile[];
}

async function take(
  { key, entry: { attrs }, files }: Found,
  { channel, address, note }: FolderWalk,
): Promise<void> {
  if (attrs.isFile()) {
    files.push({ key, sizeBytes: attrs.size });
    return;
  }
  // Pipes and devices are never meant.
  if (!attrs.isSymbolicLink()) return;
  const target = await stat(channel, key);
  if (target.ok && target.value.isFile()) files.push({ key, sizeBytes: target.value.size });
  else note(`passed over ${address(key)}: it is a link to ${target.ok ? 'a folder' : 'nothing'}`);
}
