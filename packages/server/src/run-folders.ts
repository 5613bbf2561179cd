/**
 * Where the actions of one run work: each attempt in a numbered folder of its task, so that what it makes lies where it
 * stays, without a copy. What else is in there goes when no action needs it any more.
 */
import { copyFile, link, mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { safeName, type Workspace } from '@pipeline/engine';
import type { TaskName } from '@pipeline/schema';

export interface RunFoldersOptions {
  /** For whatever has no folder of its own. */
  readonly workspace: Workspace;
  /** Absolute and real: of one task. Undefined: it makes nothing. */
  readonly folderOf: (name: TaskName) => string | undefined;
}

export class RunFolders implements Workspace {
  readonly #options: RunFoldersOptions;
  /** By folder of a task: the number that is tried next. */
  readonly #next = new Map<string, number>();
  /** By folder of an attempt: the names of files that stay. */
  readonly #kept = new Map<string, Set<string>>();

  constructor(options: RunFoldersOptions) {
    this.#options = options;
  }

  get dir(): string {
    return this.#options.workspace.dir;
  }

  readonly createDir = async (task: TaskName): Promise<string> => {
    const folder = this.#options.folderOf(task);
    return folder === undefined ? this.dir : this.#numbered(folder);
  };

  /** Puts a file that an action has made, or has found, where it stays; gives its place in the folder of its task. */
  async keep(workDir: string, file: { readonly path: string; readonly name: string }): Promise<string> {
    const name = safeName(file.name);
    const target = path.join(workDir, name);
    const isThere = file.path === target || (await hasLinked(file.path, target));
    if (!isThere) return this.keep(await this.#numbered(path.dirname(workDir)), file);
    const kept = this.#kept.get(workDir) ?? new Set();
    this.#kept.set(workDir, kept.add(name));
    return `${path.basename(workDir)}/${name}`;
  }

  readonly removeDir = async (dir: string): Promise<void> => {
    if (dir === this.dir) return;
    const kept = this.#kept.get(dir);
    try {
      if (kept === undefined) {
        await remove(dir);
        await rmdir(path.dirname(dir));
        return;
      }
      const names = await readdir(dir);
      const scratch = names.filter((name) => !kept.has(name));
      await Promise.all(scratch.map((name) => remove(path.join(dir, name))));
    } catch {
      // Other attempts of the task have a folder in there, or somebody holds a file open: it goes with its task.
    }
  };

  readonly inspect: Workspace['inspect'] = (...file) => this.#options.workspace.inspect(...file);

  /** What is left belongs to its tasks. */
  readonly close = (): Promise<void> => Promise.resolve();

  readonly closeSync = (): void => {};

  /** An earlier run of the task may have left one. */
  async #numbered(folder: string): Promise<string> {
    for (;;) {
      const number = this.#next.get(folder) ?? 0;
      this.#next.set(folder, number + 1);
      const dir = path.join(folder, String(number));
      if ((await mkdir(dir, { recursive: true })) !== undefined) return dir;
    }
  }
}

const remove = (target: string): Promise<void> =>
  rm(target, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 });

/** False: another file has this name. */
async function hasLinked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
  }
  // Another file system, or one without links.
  await copyFile(from, to);
  return true;
}
