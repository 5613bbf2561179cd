/**
 * Gives files to whoever has their URL, whole or in part, as they lie on the disk. What they hold came from strangers: a
 * browser never guesses what it is, and pages and drawings that it shows run nothing and reach nothing. It knows no job.
 */
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { mediaTypeOfFile } from '@pipeline/schema';
import { ApiError, notFound } from './api-error.ts';
import { contentDisposition } from './content-disposition.ts';
import { readDownloadUrl, type DownloadLink } from './download-url.ts';
import { selectBytes, type StoredBytes } from './selected-bytes.ts';
import type { Secret } from './signatures.ts';
import type { TaskFiles } from './task-files.ts';

export interface DownloadParts {
  readonly files: Pick<TaskFiles, 'pathOf'>;
  readonly secret: Secret;
  readonly now: () => number;
}

interface ByUrl {
  readonly Params: { readonly taskId: string; readonly token: string; readonly name: string };
}

/** Few and large: a download is bounded by the network, not by how often the disk is asked. */
const pieceBytes = 256 * 1024;

/** No scripts, no forms, no requests, and an origin of its own. */
const sandbox =
  "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; media-src data:";

export function registerDownload(app: FastifyInstance, parts: DownloadParts): void {
  app.route<ByUrl>({
    method: ['GET', 'HEAD'],
    url: '/files/:taskId/:token/:name',
    exposeHeadRoute: false,
    handler: async (request, reply) => {
      const link = readDownloadUrl(request.params, { secret: parts.secret, now: parts.now() });
      const file = await opened(parts.files.pathOf(link.taskId, link.place));
      try {
        return await answer({ request, reply, link, file });
      } catch (error) {
        await file.close();
        throw error;
      }
    },
  });
}

interface Exchange {
  readonly request: FastifyRequest<ByUrl>;
  readonly reply: FastifyReply;
  readonly link: DownloadLink;
  readonly file: FileHandle;
}

async function answer({ request, reply, link, file }: Exchange): Promise<FastifyReply> {
  const stored = await describe(file);
  const selected = selectBytes(request.method, request.headers, stored);
  void reply.headers(headersOf(link, request.params.name, stored));
  if (selected.type === 'unsatisfiable') throw beyondEnd(stored.sizeBytes);
  if (selected.type === 'part') {
    const { first, last } = selected;
    void reply.code(206).header('Content-Range', `bytes ${first}-${last}/${stored.sizeBytes}`);
    void reply.header('Content-Length', last - first + 1);
    return reply.send(file.createReadStream({ start: first, end: last, highWaterMark: pieceBytes }));
  }
  const isKnown = selected.type === 'not-modified';
  if (!isKnown) void reply.header('Content-Length', stored.sizeBytes);
  if (!isKnown && request.method === 'GET') {
    return reply.send(file.createReadStream({ highWaterMark: pieceBytes }));
  }
  await file.close();
  return isKnown ? reply.code(304).removeHeader('content-type').send() : reply.send();
}

const beyondEnd = (sizeBytes: number): ApiError =>
  new ApiError(
    416,
    { code: 'RANGE_NOT_SATISFIABLE', message: `The file has only ${sizeBytes} bytes.` },
    { 'Content-Range': `bytes */${sizeBytes}` },
  );

function headersOf(
  link: DownloadLink,
  name: string,
  { etag, modifiedAt }: StoredBytes,
): Record<string, string> {
  const isPdf = name.toLowerCase().endsWith('.pdf');
  return {
    'Content-Type': mediaTypeOfFile(name),
    'Content-Disposition': contentDisposition(link.disposition, name),
    'Accept-Ranges': 'bytes',
    ETag: etag,
    'Last-Modified': modifiedAt.toUTCString(),
    // The URL is the permission: it stays with who has it.
    'Cache-Control': 'private',
    'Referrer-Policy': 'no-referrer',
    'Access-Control-Allow-Origin': '*',
    'X-Content-Type-Options': 'nosniff',
    // Browsers show no PDF in a sandbox; what shows it there runs its scripts apart from pages.
    ...(!isPdf && { 'Content-Security-Policy': sandbox }),
  };
}

/** A file never changes once it is in its place, so its size and the time of its making tell it from all others. */
async function describe(file: FileHandle): Promise<StoredBytes> {
  const stats = await file.stat();
  if (!stats.isFile()) throw notFound('The file');
  const etag = `"${stats.ino.toString(36)}-${stats.size.toString(36)}-${Math.round(stats.mtimeMs).toString(36)}"`;
  return { sizeBytes: stats.size, etag, modifiedAt: stats.mtime };
}

async function opened(path: string): Promise<FileHandle> {
  try {
    // A link would lead out of the folder; a pipe would be waited for.
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (isNotThere(error)) throw notFound('The file');
    throw error;
  }
}

const isNotThere = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(String(error.code));
