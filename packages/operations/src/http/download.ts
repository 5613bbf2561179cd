/**
 * Brings the body of one answer to disk and believes it only when every byte that was announced has come: until then
 * it has another name. It knows no retry and no redirect.
 */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, mediaType, ok } from '@pipeline/schema';
import { HttpTimeout, networkFailure } from './http-failure.ts';
import { cancelled } from './request.ts';
import type { HttpResponse } from './request.ts';
import { shownUrl } from './shown-url.ts';
import { writeFailure } from '../files/write-failure.ts';

export interface DownloadRequest {
  readonly response: HttpResponse;
  readonly name: string;
  readonly workDir: string;
  readonly maxBytes: number;
  /** Longest time without a byte. */
  readonly idleMs: number;
  readonly signal: AbortSignal;
  /** Null while the length is not known. */
  readonly progress: (percent: number | null) => void;
}

export interface Downloaded {
  readonly path: string;
  readonly sha256: string;
}

export async function download(request: DownloadRequest): Promise<Result<Downloaded, Failure>> {
  const { response, name, workDir, maxBytes } = request;
  const announced = contentLength(response.message);
  if (announced !== undefined && announced > maxBytes) return refused(response, tooLarge(request, announced));
  const decoder = decoderOf(response.message, name);
  if (!decoder.ok) return refused(response, unknownEncoding(request, decoder.error));

  // Short, so that a name of 255 bytes has room beside it.
  const partial = path.join(workDir, '.download');
  const file = path.join(workDir, name);
  const idle = watchIdle(request);
  const report = reporter(announced, request.progress);
  const wire = meter(maxBytes, (bytes) => {
    idle.refresh();
    report(bytes);
  });
  const content = meter(maxBytes, () => undefined);
  try {
    const stages = decoder.value === undefined ? [wire.stream] : [wire.stream, decoder.value, content.stream];
    await pipeline([response.message, ...stages, createWriteStream(partial)], { signal: request.signal });
    const late = response.lateError();
    if (late !== undefined || (announced !== undefined && wire.bytes() !== announced)) {
      return await dropped(partial, wrongLength(request, wire.bytes(), late));
    }
    await rename(partial, file);
    return ok({ path: file, sha256: (decoder.value === undefined ? wire : content).sha256() });
  } catch (error) {
    const received = { bytes: wire.bytes(), announced };
    return await dropped(partial, bodyFailure(error, request, received));
  } finally {
    clearTimeout(idle);
  }
}

const refused = ({ message }: HttpResponse, error: Failure): Result<never, Failure> => {
  message.destroy();
  return err(error);
};

async function dropped(partial: string, error: Failure): Promise<Result<never, Failure>> {
  await rm(partial, { force: true }).catch(() => undefined);
  return err(error);
}

const contentLength = ({ headers }: IncomingMessage): number | undefined =>
  headers['content-length'] === undefined || headers['transfer-encoding'] !== undefined
    ? undefined
    : Number(headers['content-length']);

const packedName = /\.(?:gz|tgz|svgz|taz)$/i;

/** Undefined: the bytes are the file. The error is an encoding that is not known here. */
function decoderOf({ headers }: IncomingMessage, name: string): Result<Duplex | undefined, string> {
  const encoding = (headers['content-encoding'] ?? '').trim().toLowerCase();
  switch (encoding) {
    case '':
    case 'identity':
      return ok(undefined);
    case 'gzip':
    case 'x-gzip':
      // Servers mark a .tar.gz this way because of its name; it is to stay the file that it is.
      if (packedName.test(name) || /gzip/.test(mediaType(headers['content-type']))) return ok(undefined);
      return ok(createGunzip());
    case 'deflate':
      return ok(createInflate());
    case 'br':
      return ok(createBrotliDecompress());
    default:
      return err(encoding);
  }
}

interface Meter {
  readonly stream: Transform;
  readonly bytes: () => number;
  readonly sha256: () => string;
}

class TooLarge extends Error {
  readonly bytes: number;
  constructor(bytes: number) {
    super('too large');
    this.bytes = bytes;
  }
}

function meter(maxBytes: number, onBytes: (bytes: number) => void): Meter {
  const hash = createHash('sha256');
  let bytes = 0;
  const stream = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      bytes += chunk.length;
      hash.update(chunk);
      onBytes(bytes);
      if (bytes > maxBytes) done(new TooLarge(bytes));
      else done(null, chunk);
    },
  });
  return { stream, bytes: () => bytes, sha256: () => hash.digest('hex') };
}

function watchIdle({ response, idleMs }: DownloadRequest): NodeJS.Timeout {
  return setTimeout(() => response.message.destroy(new HttpTimeout('body', idleMs)), idleMs);
}

/** Each percent once. */
function reporter(
  announced: number | undefined,
  progress: (percent: number | null) => void,
): (bytes: number) => void {
  if (announced === undefined || announced === 0) {
    progress(null);
    return () => undefined;
  }
  let percent = 0;
  return (bytes) => {
    const now = Math.min(100, Math.floor((bytes / announced) * 100));
    if (now > percent) progress(now);
    percent = now;
  };
}

interface Received {
  readonly bytes: number;
  readonly announced: number | undefined;
}

function bodyFailure(error: unknown, request: DownloadRequest, { bytes, announced }: Received): Failure {
  const { response, signal, workDir, name } = request;
  if (signal.aborted) return cancelled(response.url);
  if (error instanceof TooLarge) return tooLarge(request, error.bytes);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE') {
    const of = announced === undefined ? '' : ` of ${size(announced)}`;
    return failure('network', `${shownUrl(response.url)} broke off after ${size(bytes)}${of}`, {
      hint: 'try again later, or set retry',
    });
  }
  if (code.startsWith('Z_') || code.startsWith('ERR__ERROR_FORMAT') || code.startsWith('ERR_BROTLI')) {
    return failure(
      'network',
      `${shownUrl(response.url)} is packed as its Content-Encoding says, but broken`,
      {
        hint: 'try again; if it stays so, the server is at fault',
      },
    );
  }
  if (
    error instanceof Error &&
    'syscall' in error &&
    (error.syscall === 'write' || error.syscall === 'open')
  ) {
    return writeFailure(error, { target: path.join(workDir, name), baseDir: workDir });
  }
  return networkFailure(response.url, error);
}

function wrongLength({ response }: DownloadRequest, bytes: number, late: Error | undefined): Failure {
  const what = late === undefined ? `sent ${size(bytes)}, which` : `went on after ${size(bytes)}: the body`;
  return failure(
    'network',
    `${shownUrl(response.url)} ${what} is not the length that its Content-Length announced`,
    {
      hint: 'try again; if it stays so, the server is at fault',
    },
  );
}

function tooLarge({ response, maxBytes }: DownloadRequest, bytes: number): Failure {
  return failure(
    'too-large',
    `${shownUrl(response.url)} is at least ${size(bytes)}, and the limit is ${size(maxBytes)}`,
    {
      hint: 'fetch it yourself and take it with import/local',
    },
  );
}

const unknownEncoding = ({ response }: DownloadRequest, encoding: string): Failure =>
  failure(
    'unsupported',
    `${shownUrl(response.url)} came with Content-Encoding ${JSON.stringify(encoding)}, which is not known here`,
  );

function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  const units = ['kB', 'MB', 'GB'];
  const power = Math.min(units.length, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toFixed(1)} ${units[power - 1] ?? 'GB'}`;
}
