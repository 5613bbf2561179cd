/**
 * Archives by 7-Zip, inside a converter host: unpacked, and packed again as another. Entries that lead out of their
 * folder, bombs and encrypted archives end here with a reason. A job does one half, or both.
 */
import { lutimes, readdir, rename, rm, utimes } from 'node:fs/promises';
import path from 'node:path';
import type { JsonObject } from '@pipeline/schema';
import type { HostModule } from '../../host/protocol.ts';
import { broken, readJob, sevenZip } from './archive-job.ts';
import type { ArchiveJob } from './archive-job.ts';
import { maxExpandedBytes } from './archive-limits.ts';
import { writeRar } from './rar-writer.ts';
import { archiveTypes, contentDir, layered, protectable } from './seven-zip-formats.ts';
import { unpackArchive } from './unpack-archive.ts';

/** Folders that an archive does not list get one date, so that the same input makes the same output. */
const folderDate: Date = new Date('2000-01-01T00:00:00Z');

export const host: HostModule = { run };

async function run(job: JsonObject, report: (percent: number | null) => void): Promise<JsonObject> {
  const request = readJob(job);
  if (request.half !== 'pack') await unpackArchive(request, report);
  report(60);
  if (request.half === 'unpack') return {};
  await settle(path.join(request.workDir, contentDir));
  await pack(request);
  await rm(path.join(request.workDir, contentDir), { recursive: true, force: true });
  return {};
}

/** Times of folders and links are made one, and what is neither file nor folder nor inner link goes. */
async function settle(dir: string): Promise<void> {
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    const full = path.join(dir, entry.name);
    if (entry.isDirectory()) await settle(full);
    else if (entry.isSymbolicLink()) await lutimes(full, folderDate, folderDate);
    else if (!entry.isFile()) await rm(full, { force: true });
  }
  await utimes(dir, folderDate, folderDate);
}

async function pack(request: ArchiveJob): Promise<void> {
  const type = archiveTypes[request.to] ?? 'zip';
  const layer = layered[request.to];
  const target = layer === undefined ? 'out.archive' : 'out.tar';
  const password =
    request.password !== undefined && protectable.has(request.to) ? [`-p${request.password}`] : [];
  const names = await readdir(path.join(request.workDir, contentDir));
  if (names.length === 0) throw broken(request, 'it is empty');
  // 7-Zip opens them, but does not make them.
  if (request.to === 'rar') return await writeRar(path.join(request.workDir, contentDir), request.outputPath);
  await sevenZip(request, {
    args: ['a', `-t${type}`, '-snl', ...password, '--', target, './content/*'],
    budget: maxExpandedBytes,
  });
  if (layer !== undefined) {
    // Gzip keeps the time of the file.
    await utimes(path.join(request.workDir, target), folderDate, folderDate);
    await sevenZip(request, {
      args: ['a', `-t${layer}`, '--', 'out.archive', target],
      budget: maxExpandedBytes,
    });
  }
  await rename(path.join(request.workDir, 'out.archive'), request.outputPath);
}
