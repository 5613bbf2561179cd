/**
 * Brings a file down: into a temporary name, on from where a broken line left it, its length checked, flushed and
 * renamed. A reader sees the whole file or none. It does not know what the file is.
 */
import { open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { failure, type Failure } from '@pipeline/engine';
import { err, ok, type Result } from '@pipeline/schema';
import { type Connection, hostOf, reasonOf } from './request.ts';

export interface Download {
  readonly url: string;
  /** Absolute; its folder is there. */
  readonly path: string;
  readonly name: string;
  /** What the API said; undefined in the sandbox. */
  readonly sizeBytes: number | undefined;
  readonly signal: AbortSignal;
  /** 0 to 100. */
  readonly onProgress: (percent: number) => void;
  readonly wait: Connection['wait'];
}

const attempts = 6;
const firstDelayMs = 500;
/** A line on which nothing comes for so long is dead. */
const idleMs = 60_000;

/** What is there so far, and whose version it is. */
interface Partial {
  readonly file: FileHandle;
  bytes: number;
  etag: string | undefined;
}

export async function download(wanted: Download): Promise<Result<undefined, Failure>> {
  const temporary = `${wanted.path}.part`;
  const file = await open(temporary, 'w');
  try {
    const fetched = await fetchWhole(wanted, { file, bytes: 0, etag: undefined });
    if (!fetched.ok) return fetched;
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, wanted.path);
  return ok(undefined);
}

export const removePartial = (path: string): Promise<void> => rm(`${path}.part`, { force: true });

async function fetchWhole(wanted: Download, partial: Partial): Promise<Result<undefined, Failure>> {
  for (let attempt = 1; ; attempt += 1) {
    const before = partial.bytes;
    const why = await fetchRest(wanted, partial);
    if (why === undefined) return ok(undefined);
    if (wanted.signal.aborted)
      return err(failure('cancelled', `the download of ${JSON.stringify(wanted.name)} was cancelled`));
    if (why.isFinal || attempt >= attempts) return err(broken(wanted, why.text));
    // As long as something comes, it goes on.
    if (partial.bytes > before) attempt = 1;
    await wanted.wait(firstDelayMs * 2 ** (attempt - 1), wanted.signal);
  }
}

interface Reason {
  readonly text: string;
  readonly isFinal: boolean;
}

/** Undefined: it is all there. */
async function fetchRest(wanted: Download, partial: Partial): Promise<Reason | undefined> {
  const idle = new AbortController();
  let timer = setTimeout(() => idle.abort(), idleMs);
  try {
    const response = await fetch(wanted.url, {
      headers: {
        'accept-encoding': 'identity',
        ...(partial.bytes > 0 && { range: `bytes=${partial.bytes}-` }),
        ...(partial.bytes > 0 && partial.etag !== undefined && { 'if-range': partial.etag }),
      },
      signal: AbortSignal.any([wanted.signal, idle.signal]),
    });
    const refusal = await begin(response, partial);
    if (refusal !== undefined) return refusal;
    const length = Number(response.headers.get('content-length') ?? Number.NaN);
    const total = Number.isNaN(length) ? wanted.sizeBytes : partial.bytes + length;
    for await (const chunk of response.body ?? []) {
      clearTimeout(timer);
      timer = setTimeout(() => idle.abort(), idleMs);
      await partial.file.write(chunk, 0, chunk.length, partial.bytes);
      partial.bytes += chunk.length;
      if (total !== undefined && total > 0) wanted.onProgress((partial.bytes / total) * 100);
    }
    return wrongLength(wanted, partial, total);
  } catch (error) {
    return { text: idle.signal.aborted ? 'nothing came for a minute' : reasonOf(error), isFinal: false };
  } finally {
    clearTimeout(timer);
  }
}

/** Makes sure that what comes goes on where the file ends. */
async function begin(response: Response, partial: Partial): Promise<Reason | undefined> {
  const { status } = response;
  if (status === 206 && partial.bytes > 0) return undefined;
  if (status !== 200) {
    await response.body?.cancel();
    const mayPass = status >= 500 || status === 429 || status === 408;
    // Another file by now, or more than there is: from the start.
    if (status === 416) await restart(partial);
    return { text: `status ${status}`, isFinal: !mayPass && status !== 416 };
  }
  await restart(partial);
  partial.etag = response.headers.get('etag') ?? undefined;
  return undefined;
}

async function restart(partial: Partial): Promise<void> {
  await partial.file.truncate(0);
  partial.bytes = 0;
}

function wrongLength(
  { sizeBytes }: Download,
  { bytes }: Partial,
  total: number | undefined,
): Reason | undefined {
  const expected = total ?? sizeBytes;
  if (expected !== undefined && bytes < expected)
    return { text: `it ended after ${bytes} of ${expected} bytes`, isFinal: false };
  if (sizeBytes !== undefined && bytes !== sizeBytes)
    return { text: `${bytes} bytes came, and CloudConvert said ${sizeBytes}`, isFinal: true };
  return undefined;
}

function broken({ name, url }: Download, why: string): Failure {
  return failure('network', `${JSON.stringify(name)} could not be brought down from ${hostOf(url)}: ${why}`, {
    hint: 'the file is kept at CloudConvert for 24 hours',
  });
}
