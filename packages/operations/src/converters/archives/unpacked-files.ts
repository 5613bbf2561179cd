/**
 * The files that an archive left in a folder. Whoever unpacked it may have followed anything: links that lead out of the
 * folder are refused here, whatever is neither file nor folder is removed, and empty archives are named.
 */
import { chmod, readdir, readlink, rm, unlink } from 'node:fs/promises';
import path from 'node:path';
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { isInside } from '../../files/paths.ts';
import { maxEntries } from './archive-limits.ts';

export interface UnpackedFiles {
  /** `/`-separated, below the folder; sorted. */
  readonly files: readonly string[];
  /** Links to other entries. */
  readonly links: readonly string[];
}

/** `name` is what messages call the archive. */
export async function unpackedFiles(root: string, name: string): Promise<Result<UnpackedFiles, Failure>> {
  const found = { files: [], links: [], count: 0 } satisfies Found;
  const problem = await walk(root, '', { root, name, found });
  if (problem !== undefined) return err(problem);
  if (found.files.length + found.links.length === 0) {
    return err(
      failure('bad-input', `${JSON.stringify(name)} is empty: there is no file in it`, {
        hint: 'Check where the archive comes from.',
      }),
    );
  }
  return ok(found);
}

interface Found {
  readonly files: string[];
  readonly links: string[];
  count: number;
}

interface Walk {
  readonly root: string;
  readonly name: string;
  readonly found: Found;
}

async function walk(root: string, below: string, around: Walk): Promise<Failure | undefined> {
  const dir = path.join(root, below);
  // Entries may forbid their own folder to be read.
  await chmod(dir, 0o700);
  const entries = await readdir(dir, { withFileTypes: true });
  for (const entry of entries.sort((left, right) => (left.name < right.name ? -1 : 1))) {
    const relative = path.posix.join(below, entry.name);
    around.found.count += 1;
    if (around.found.count > maxEntries) {
      const message = `${JSON.stringify(around.name)} has more than ${maxEntries} entries`;
      return failure('too-large', message);
    }
    if (entry.isDirectory()) {
      const problem = await walk(root, relative, around);
      if (problem !== undefined) return problem;
    } else if (entry.isSymbolicLink()) {
      const problem = await judgeLink(relative, around);
      if (problem !== undefined) return problem;
      around.found.links.push(relative);
    } else if (entry.isFile()) {
      await chmod(path.join(root, relative), 0o600);
      around.found.files.push(relative);
    } else await rm(path.join(root, relative), { force: true });
  }
  return undefined;
}

async function judgeLink(link: string, { root, name }: Walk): Promise<Failure | undefined> {
  const file = path.join(root, link);
  const target = await readlink(file);
  if (!path.isAbsolute(target) && isInside(path.resolve(path.dirname(file), target), [root]))
    return undefined;
  await unlink(file);
  return failure(
    'refused',
    `${JSON.stringify(name)} has a link that leads out of its folder: ${JSON.stringify(link)} → ${JSON.stringify(target)}`,
    { hint: 'Such archives read or overwrite files elsewhere. Nothing of it is used.' },
  );
}
