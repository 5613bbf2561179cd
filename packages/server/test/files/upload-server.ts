/** The upload form on a real socket, with one task that waits: what a test needs to post to it, and to look at its disk. */
import { readdir, readFile } from 'node:fs/promises';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { join, relative } from 'node:path';
import fastify, { type FastifyInstance } from 'fastify';
import { onTestFinished } from 'vitest';
import type { StoredTask } from '../../src/job.ts';
import { createTaskFiles } from '../../src/task-files.ts';
import { uploadForm, type UploadForm } from '../../src/upload-form.ts';
import { registerUpload, type UploadParts } from '../../src/upload.ts';
import { temporaryFolder } from './temporary-folder.ts';

export const secret: Buffer = Buffer.alloc(32, 7);
export const createdAt: number = Date.parse('2020-12-17T05:33:53Z');
export const taskId = '95acff2a-cbc2-4a62-820c-e3e81bd90d68';

export function uploadTask(change: Partial<StoredTask> = {}): StoredTask {
  return {
    id: taskId,
    jobId: null,
    userId: 1,
    operation: 'import/upload',
    payload: { operation: 'import/upload' },
    dependsOn: [],
    ignoresError: false,
    status: 'waiting',
    code: null,
    message: null,
    percent: 100,
    engine: null,
    engineVersion: null,
    result: null,
    createdAt,
    startedAt: null,
    endedAt: null,
    retryOf: null,
    ...change,
  };
}

export interface UploadServer {
  readonly app: FastifyInstance;
  readonly base: string;
  readonly port: number;
  readonly form: UploadForm;
  readonly tasks: Map<string, StoredTask>;
  /** What its tasks were given. */
  readonly uploads: {
    readonly taskId: string;
    readonly place: string;
    readonly filename: string;
    readonly size: number;
  }[];
  /** What the server itself failed at. */
  readonly logged: readonly unknown[];
  /** Of all files that the server keeps: their places, and what is in them. */
  readonly disk: () => Promise<Readonly<Record<string, string>>>;
  readonly socket: () => Promise<Socket>;
}

export async function startUploadServer(
  change: Partial<UploadParts> = {},
  task: StoredTask = uploadTask(),
): Promise<UploadServer> {
  const dataDir = change.dataDir ?? temporaryFolder();
  const tasks = new Map([[task.id, task]]);
  const uploads: UploadServer['uploads'] = [];
  const app = fastify({ forceCloseConnections: true });
  const logged: unknown[] = [];
  app.setErrorHandler((error, _, reply) => {
    logged.push(error);
    return reply.code(500).send({ message: String(error) });
  });
  const parts: UploadParts = {
    dataDir,
    files: createTaskFiles(dataDir),
    task: (id) => tasks.get(id),
    uploaded: async (id, file) => {
      uploads.push({ taskId: id, ...file });
      tasks.set(id, { ...uploadTask(), id, status: 'finished' });
      return true;
    },
    secret,
    maxBytes: 1_000_000,
    idleMs: 10_000,
    baseOf: () => base,
    now: () => createdAt + 1000,
    ...change,
  };
  registerUpload(app, parts);
  await app.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => app.close());
  const { port } = app.server.address() as AddressInfo;
  const base = `http://127.0.0.1:${port}`;
  return {
    app,
    base,
    port,
    form: uploadForm(task, base, secret),
    tasks,
    uploads,
    logged,
    disk: () => filesBelow(parts.dataDir),
    socket: () => opened(port),
  };
}

/** A form as a browser builds it: all fields, then the file. */
export function formOf(parameters: Readonly<Record<string, string>>, file: Blob, filename: string): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(parameters)) form.append(name, value);
  form.append('file', file, filename);
  return form;
}

/** The head of a request that posts a form whose file is still to come. */
export function formHead(parameters: Readonly<Record<string, string>>, fileHeader: string): Buffer {
  const fields = Object.entries(parameters).map(
    ([name, value]) => `--xyz\r\ncontent-disposition:form-data;name="${name}"\r\n\r\n${value}\r\n`,
  );
  return Buffer.from(`${fields.join('')}--xyz\r\n${fileHeader}\r\n\r\n`);
}

export const formTail: Buffer = Buffer.from('\r\n--xyz--\r\n');

async function filesBelow(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    await Promise.all(
      files.map(async (file) => [relative(folder, file), await readFile(file, 'latin1')] as const),
    ),
  );
}

function opened(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.once('error', reject);
  });
}
