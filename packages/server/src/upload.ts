/**
 * Takes the file of an upload form, as S3 does, at the place where the form says. It is written as it arrives to a
 * file of its own, and becomes the task's only when all of it is on the disk: an upload that breaks off leaves nothing.
 * Of several at once for one task, the first that is whole counts. An `Authorization` header is not looked at: the form
 * is the permission. It knows no job.
 *
 *     fields → form checked → file → temporary file, fsync → claimed → renamed → the task has it → 201 or 303
 */
import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError, badRequest, invalidData, tooLarge } from './api-error.ts';
import type { StoredTask } from './job.ts';
import { boundaryOf, MultipartError, readParts, type Part } from './multipart.ts';
import { refuseEarly } from './refuse-early.ts';
import { createUploadStore, fileTooLarge, type ReceivedFile, type UploadStore } from './upload-store.ts';
import { checkUploadForm, redirectOf, uploadBucket, uploadPath } from './upload-form.ts';
import { uploadAnswer } from './upload-answer.ts';
import type { Secret } from './signatures.ts';
import type { TaskFiles } from './task-files.ts';
import type { UploadedFile } from './runner.ts';

export interface UploadParts {
  readonly dataDir: string;
  readonly files: TaskFiles;
  readonly task: (id: string) => StoredTask | undefined;
  /** Settles when the task has its file for good; false: it takes none any more. */
  readonly uploaded: (taskId: string, file: UploadedFile) => Promise<boolean>;
  readonly secret: Secret;
  readonly maxBytes: number;
  /** A client that sends less than a little in so long is gone, or is no friend. */
  readonly idleMs: number;
  /** Where this server is reached, without a slash at the end. */
  readonly baseOf: (request: FastifyRequest) => string;
  readonly now: () => number;
}

/** Of all fields of a form, and of everything else around its file. */
const maxFormBytes = 1024 * 1024;

/** In `idleMs`. */
const leastBytes = 4 * 1024;

export function registerUpload(app: FastifyInstance, parts: UploadParts): void {
  void app.register(async (scope) => {
    const store = await createUploadStore(parts);
    // The body stays a stream, whatever it says it is.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _body, done) => done(null));
    scope.addHook('onRequest', (_request, reply, next) => {
      // Pages of any origin may post the form, as they may to S3: it carries its own permission, and no cookie counts.
      reply
        .header('Access-Control-Allow-Origin', '*')
        .header('Access-Control-Expose-Headers', 'ETag, Location');
      next();
    });
    scope.options(uploadPath, (_request, reply) =>
      reply
        .code(204)
        .header('Access-Control-Allow-Methods', 'POST')
        .header('Access-Control-Allow-Headers', '*')
        .send(),
    );
    scope.post(uploadPath, (request, reply) => answer({ request, reply, parts, store }));
  });
}

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly parts: UploadParts;
  readonly store: UploadStore;
}

async function answer({ request, reply, parts, store }: Exchange): Promise<FastifyReply> {
  try {
    const received = await receive(request, parts, store);
    const task = await store.keep(received);
    return uploadAnswer(reply, {
      base: parts.baseOf(request),
      bucket: uploadBucket,
      key: `${received.taskId}/${received.filename}`,
      md5: received.md5,
      redirect: redirectOf(task),
    });
  } catch (error) {
    const refusal = request.raw.destroyed ? brokenOff() : refusalOf(error);
    if (!(refusal instanceof ApiError)) throw error;
    return refuseEarly(request, reply, refusal);
  }
}

const refusalOf = (error: unknown): unknown =>
  error instanceof MultipartError ? badRequest(error.message) : error;

/** Nobody hears it, but the log should not call it a failure of the server. */
const brokenOff = (): ApiError => badRequest('The upload was broken off.');

/** The file is whole and on the disk, and still nobody's. */
async function receive(
  request: FastifyRequest,
  parts: UploadParts,
  store: UploadStore,
): Promise<ReceivedFile> {
  const boundary = boundaryOf(request.headers['content-type']);
  if (boundary === undefined) throw badRequest('Send the form as multipart/form-data, with a boundary.');
  if (Number(request.headers['content-length'] ?? 0) > parts.maxBytes + maxFormBytes)
    throw fileTooLarge(parts.maxBytes);
  const fields = new Map<string, string>();
  let received: ReceivedFile | undefined;
  try {
    for await (const part of readParts(bounded(request.raw, parts), boundary)) {
      // As S3: what comes after the file is not looked at.
      if (received !== undefined) continue;
      if (part.name !== 'file') await readField(part, fields);
      else received = await receiveFile(part, { fields, parts, store });
    }
  } catch (error) {
    if (received !== undefined) await store.drop(received);
    throw error;
  }
  if (received === undefined)
    throw invalidData({ file: ['The form has no field "file". It has to come last.'] });
  return received;
}

async function receiveFile(
  part: Part,
  {
    fields,
    parts,
    store,
  }: {
    readonly fields: ReadonlyMap<string, string>;
    readonly parts: UploadParts;
    readonly store: UploadStore;
  },
): Promise<ReceivedFile> {
  const { secret, maxBytes } = parts;
  const target = checkUploadForm(fields, { filename: part.filename ?? '', secret, now: parts.now() });
  store.waiting(target.taskId);
  return store.receive(target, { read: part.read, maxBytes });
}

async function readField({ name, read }: Part, fields: Map<string, string>): Promise<void> {
  const pieces: Buffer[] = [];
  let sizeBytes = 0;
  for (let piece = await read(); piece !== undefined; piece = await read()) {
    sizeBytes += piece.length;
    if (sizeBytes > maxFormBytes) throw tooLarge('A field of the form is too long.');
    pieces.push(piece);
  }
  if (name !== undefined) fields.set(name, Buffer.concat(pieces).toString());
}

/** The body as it arrives: not more than a file and its form, and never too slowly. */
async function* bounded(raw: Readable, { maxBytes, idleMs }: UploadParts): AsyncGenerator<Buffer, void> {
  const idle = setTimeout(() => raw.destroy(), idleMs);
  let sizeBytes = 0;
  let enoughBytes = leastBytes;
  try {
    // The request outlives a refusal: it still has to carry the answer.
    for await (const chunk of raw.iterator({ destroyOnReturn: false })) {
      sizeBytes += chunk.length;
      if (sizeBytes >= enoughBytes) {
        idle.refresh();
        enoughBytes = sizeBytes + leastBytes;
      }
      if (sizeBytes > maxBytes + maxFormBytes) throw fileTooLarge(maxBytes);
      yield chunk;
    }
  } finally {
    clearTimeout(idle);
  }
}
