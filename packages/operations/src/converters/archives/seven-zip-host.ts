/**
 * Archives by 7-Zip, inside a converter host: unpacked, and packed again as another. Entries that lead out of their
 * folder, bombs and encrypted archives end here with a reason. A job does one half, or both.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lutimes, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import type { JsonObject } from '@pipeline/schema';
import { readStart } from '../../files/magic.ts';
import { outputDateMs } from '../../files/output-date.ts';
import type { HostModule } from '../../host/protocol.ts';
import { broken, readJob, sevenZip } from './archive-job.ts';
import type { ArchiveJob } from './archive-job.ts';
import { maxExpandedBytes } from './archive-limits.ts';
import { writeRar } from './rar-writer.ts';
import { archiveTypes, contentDir, layered, protectable, singleFiles } from './seven-zip-formats.ts';
import { unpackArchive } from './unpack-archive.ts';

/** Folders that an archive does not list, and files without a date, get this one: the same input makes the same output. */
const ownDate = (): Date => new Date(outputDateMs());

export const host: HostModule = { run };

async function run(job: JsonObject, report: (percent: number | null) => void): Promise<JsonObject> {
  const request = readJob(job);
  const startedMs = Date.now();
  if (request.half !== 'pack') await unpackArchive(request, report);
  report(60);
  if (request.half === 'unpack') return {};
  const since = (await isTimeless(request)) ? 0 : startedMs - clockGrainMs;
  await settle(path.join(request.workDir, contentDir), since);
  await pack(request);
  await rm(path.join(request.workDir, contentDir), { recursive: true, force: true });
  return {};
}

/** Times of folders and links are made one, and those of files that are not older than `sinceMs`. What is neither file nor folder nor inner link goes. */
async function settle(dir: string, sinceMs: number): Promise<void> {
  const date = ownDate();
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    const full = path.join(dir, entry.name);
    if (entry.isDirectory()) await settle(full, sinceMs);
    else if (entry.isSymbolicLink()) await lutimes(full, date, date);
    else if (!entry.isFile()) await rm(full, { force: true });
    else if ((await stat(full)).mtimeMs >= sinceMs) await utimes(full, date, date);
  }
  await utimes(dir, date, date);
}

/** One packed file has no time of its own, but for gzip where it is written: 7-Zip takes that of the archive. */
async function isTimeless({ from, inputPath }: ArchiveJob): Promise<boolean> {
  if (from !== 'gz') return singleFiles.has(from) && from !== 'lzo';
  const { head } = await readStart(inputPath);
  return Buffer.from(head).readUInt32LE(4) === 0;
}

/** File systems tell times in steps. */
const clockGrainMs = 2000;

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
    await utimes(path.join(request.workDir, target), ownDate(), ownDate());
    await sevenZip(request, {
      args: ['a', `-t${layer}`, '--', 'out.archive', target],
      budget: maxExpandedBytes,
    });
  }
  const made = path.join(request.workDir, 'out.archive');
  if (request.to === 'wim') await settleWim(made);
  await rename(made, request.outputPath);
}

/** A WIM has an id, which would be a random one: it gets one of its content. */
async function settleWim(file: string): Promise<void> {
  const [at, length] = [24, 16];
  const handle = await open(file, 'r+');
  try {
    await handle.write(Buffer.alloc(length), 0, length, at);
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(file)) hash.update(Buffer.from(chunk));
    await handle.write(hash.digest(), 0, length, at);
  } finally {
    await handle.close();
  }
}
