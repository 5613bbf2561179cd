/**
 * Uploads on the disk: a temporary file for each, which is moved to its task once it is whole. What an earlier run of
 * the server has left half-done is removed at the start. It knows no HTTP and no form.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ApiError, invalidState, notFound, tooLarge } from './api-error.ts';
import { taskFolder, uploadsFolder } from './files.ts';
import type { StoredTask } from './job.ts';
import type { UploadedFile } from './runner.ts';
import { syncFolder } from './stable-file.ts';
import type { TaskFiles } from './task-files.ts';
import type { UploadTarget } from './upload-form.ts';

export interface UploadStore {
  /** Throws the answer to a client whose task is not there, or has its file. */
  readonly waiting: (taskId: string) => StoredTask;
  /** Settles when all of it is on the disk. Leaves nothing when it fails. */
  readonly receive: (target: UploadTarget, from: Source) => Promise<ReceivedFile>;
  /** Gives it to its task. Leaves nothing when it fails, as for the second file of one task. */
  readonly keep: (file: ReceivedFile) => Promise<StoredTask>;
  readonly drop: (file: ReceivedFile) => Promise<void>;
}

export interface Source {
  readonly read: () => Promise<Buffer | undefined>;
  readonly maxBytes: number;
}

export interface ReceivedFile extends UploadTarget {
  readonly path: string;
  readonly sizeBytes: number;
  /** Hex. */
  readonly md5: string;
}

export interface UploadStoreParts {
  readonly dataDir: string;
  readonly files: TaskFiles;
  readonly task: (id: string) => StoredTask | undefined;
  readonly uploaded: (taskId: string, file: UploadedFile) => Promise<boolean>;
}

/** Pieces are as small as the network makes them; asking the disk for each of them takes longer than writing it. */
const writtenAtOnce = 256 * 1024;

export async function createUploadStore({
  dataDir,
  files,
  task,
  uploaded,
}: UploadStoreParts): Promise<UploadStore> {
  const folder = uploadsFolder(dataDir);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  /** Tasks whose file is being put in its place. */
  const claimed = new Set<string>();

  function waiting(taskId: string): StoredTask {
    const found = task(taskId);
    if (found === undefined || found.operation !== 'import/upload')
      throw notFound('The task of this upload form');
    if (found.status === 'waiting' && !claimed.has(taskId)) return found;
    throw waitsNoMore();
  }

  async function keep(file: ReceivedFile): Promise<StoredTask> {
    try {
      const found = waiting(file.taskId);
      claimed.add(file.taskId);
      await give(file).finally(() => claimed.delete(file.taskId));
      return found;
    } finally {
      await rm(file.path, { force: true });
    }
  }

  async function give({ taskId, filename, path, sizeBytes }: ReceivedFile): Promise<void> {
    const place = await files.placeFor(taskId, filename);
    const target = files.pathOf(taskId, place);
    try {
      await rename(path, target);
      // From the file upwards: each may be new.
      const ofTask = taskFolder(dataDir, taskId);
      for (const folder of [dirname(target), ofTask, dirname(ofTask)]) await syncFolder(folder);
      if (!(await uploaded(taskId, { place, filename, size: sizeBytes }))) throw waitsNoMore();
    } catch (error) {
      await rm(dirname(target), { recursive: true, force: true });
      throw error;
    }
  }

  return {
    waiting,
    receive: (target, from) => writeFile(join(folder, randomUUID()), target, from),
    keep,
    drop: ({ path }) => rm(path, { force: true }),
  };
}

async function writeFile(
  path: string,
  target: UploadTarget,
  { read, maxBytes }: Source,
): Promise<ReceivedFile> {
  const hash = createHash('md5');
  const pieces: Buffer[] = [];
  let [sizeBytes, heldBytes] = [0, 0];
  try {
    // Not readable by others: what it is called and whose it is stands elsewhere.
    const file = await open(path, 'wx', 0o600);
    const write = async (): Promise<void> => {
      await file.writeFile(Buffer.concat(pieces.splice(0)));
      heldBytes = 0;
    };
    try {
      for (let piece = await read(); piece !== undefined; piece = await read()) {
        sizeBytes += piece.length;
        if (sizeBytes > maxBytes) throw fileTooLarge(maxBytes);
        hash.update(piece);
        pieces.push(piece);
        heldBytes += piece.length;
        if (heldBytes >= writtenAtOnce) await write();
      }
      await write();
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    await rm(path, { force: true });
    throw isFullDisk(error) ? diskFull() : error;
  }
  return { ...target, path, sizeBytes, md5: hash.digest('hex') };
}

const waitsNoMore = (): ApiError =>
  invalidState('The task does not wait for a file: it has one, or has ended.');

export const fileTooLarge = (maxBytes: number): ApiError =>
  tooLarge(`The file is larger than the ${maxBytes} bytes that this server takes.`);

const diskFull = (): ApiError =>
  new ApiError(507, {
    code: 'INSUFFICIENT_STORAGE',
    message: 'There is no room for the file on this server.',
  });

const isFullDisk = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
