/**
 * The files of tasks: `files/<task>/<number>/<name>`. Each has a number of its own, so that two files of one name stay two.
 * Where a file stands in its task's folder is its place, `0/report.pdf`: see `StoredTask.places`.
 */
import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { safeName } from '@pipeline/engine';
import { isId, taskFile, taskFolder } from './files.ts';

export interface TaskFiles {
  /** Absolute, and there when the task has files. */
  readonly folderOf: (taskId: string) => string;
  /** Absolute. */
  readonly pathOf: (taskId: string, place: string) => string;
  /** A free place, whose folder is made; the file itself is for the caller to put. */
  readonly placeFor: (taskId: string, name: string) => Promise<string>;
  readonly remove: (taskId: string) => Promise<void>;
  /** Ids of all tasks that have a folder. */
  readonly taskIds: () => Promise<readonly string[]>;
}

export function createTaskFiles(dataDir: string): TaskFiles {
  const pathOf = (taskId: string, place: string): string => taskFile(dataDir, taskId, place);
  const placeFor = async (taskId: string, name: string): Promise<string> => {
    const folder = taskFolder(dataDir, taskId);
    await mkdir(folder, { recursive: true });
    let number = 0;
    while (!(await makeFolder(path.join(folder, String(number))))) number += 1;
    return `${number}/${safeName(name)}`;
  };
  return {
    folderOf: (taskId) => taskFolder(dataDir, taskId),
    pathOf,
    placeFor,
    remove: (taskId) =>
      rm(taskFolder(dataDir, taskId), { recursive: true, force: true, maxRetries: 3, retryDelay: 50 }),
    taskIds: async () => (await readdir(path.join(dataDir, 'files')).catch(() => [])).filter(isId),
  };
}

/** False: it is there already, perhaps since a moment ago. */
async function makeFolder(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}
