/**
 * Unpacks an archive into a folder of the job: the archive within the archive first, then its entries, once they are
 * judged. It does not know what becomes of the files.
 */
import {
  appendFile,
  copyFile,
  link,
  lstat,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { stemOf } from '../../files/output-name.ts';
import { expansionBudget } from './archive-limits.ts';
import { broken, passwordArgs, sevenZip } from './archive-job.ts';
import type { ArchiveJob } from './archive-job.ts';
import { judgeEntries } from './judge-entries.ts';
import { lzipToLzma } from './lzip.ts';
import { contentDir, singleFiles } from './seven-zip-formats.ts';

export async function unpackArchive(
  request: ArchiveJob,
  report: (percent: number | null) => void,
): Promise<void> {
  const { size } = await lstat(request.inputPath);
  const budget = expansionBudget(size);
  await mkdir(path.join(request.workDir, contentDir));
  if (request.from === 'lz') return await unpackLzip(request, budget);
  const input = await placeInput(request);
  const inner = await openLayer(request, { input, budget });
  report(20);
  await judgeEntries(request, { archive: inner, budget });
  const args = ['x', '-y', `-o${contentDir}`, ...passwordArgs(request), '--', inner];
  await sevenZip(request, { args, budget });
  if (singleFiles.has(request.from)) await nameSingleFile(request);
}

/** As the archive is called: what it says of itself may be missing, or anything. */
async function nameSingleFile(request: ArchiveJob): Promise<void> {
  const dir = path.join(request.workDir, contentDir);
  const [only, ...others] = await readdir(dir);
  if (only === undefined || others.length > 0) return;
  await rename(path.join(dir, only), path.join(dir, stemOf(request.inputName)));
}

/** 7-Zip sees the work folder alone, so the archive must lie in it. */
async function placeInput(request: ArchiveJob): Promise<string> {
  const name = `in.${request.from}`;
  const place = path.join(request.workDir, name);
  try {
    await link(request.inputPath, place);
  } catch {
    await copyFile(request.inputPath, place);
  }
  return name;
}

/** A member after the other. */
async function unpackLzip(request: ArchiveJob, budget: number): Promise<void> {
  const dir = path.join(request.workDir, 'member');
  const target = path.join(request.workDir, contentDir, stemOf(request.inputName));
  let expanded = 0;
  for (const member of await membersOf(request)) {
    await writeFile(path.join(request.workDir, 'member.lzma'), member);
    await sevenZip(request, {
      args: ['x', '-y', '-omember', '--', 'member.lzma'],
      budget: budget - expanded,
    });
    const [name = ''] = await readdir(dir);
    const bytes = await readFile(path.join(dir, name));
    expanded += bytes.length;
    await appendFile(target, bytes);
    await rm(dir, { recursive: true });
  }
}

async function membersOf(request: ArchiveJob): Promise<readonly Buffer[]> {
  try {
    return lzipToLzma(await readFile(request.inputPath));
  } catch (error) {
    throw broken(request, error instanceof Error ? error.message : String(error));
  }
}

/** What is around another archive: `data.tar.gz`, and packages, whose files lie in a tar or cpio. */
const isLayered = (format: string): boolean => /^(tar\..*|deb|rpm)$/.test(format);

/** → the archive within. Everything else is opened as it is. */
async function openLayer(
  request: ArchiveJob,
  { input, budget }: { readonly input: string; readonly budget: number },
): Promise<string> {
  if (!isLayered(request.from)) return input;
  let inner = input;
  // A package holds a packed tar.
  for (let depth = 1; depth === 1 || (depth < 4 && /\.(zst|xz|gz|bz2|lzma)$/.test(inner)); depth += 1) {
    const dir = `layer${depth}`;
    await mkdir(path.join(request.workDir, dir));
    await sevenZip(request, { args: ['x', '-y', `-o${dir}`, ...passwordArgs(request), '--', inner], budget });
    const [only, ...others] = await readdir(path.join(request.workDir, dir));
    if (only === undefined || others.length > 0) throw broken(request, 'there is no single archive in it');
    const name = `${dir}/inner${path.extname(only)}`;
    await rename(path.join(request.workDir, dir, only), path.join(request.workDir, name));
    inner = name;
  }
  return inner;
}
