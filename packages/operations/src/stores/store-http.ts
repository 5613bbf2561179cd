/**
 * HTTP for stores: each request is signed anew for each attempt, tried again when what went wrong may pass, and never
 * redirected. What an answer other than success means, the store says.
 */
import { createReadStream } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { networkFailure, statusFailure } from '../http/http-failure.ts';
import { cancelled, request } from '../http/request.ts';
import type { HttpBody, HttpMethod, HttpResponse } from '../http/request.ts';
import { retry } from '../http/retry.ts';
import { download } from '../http/download.ts';
import type { Fetch, Fetched, Session } from './store.ts';

export interface StoreRequest {
  readonly method: HttpMethod;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: HttpBody;
}

export interface Answer {
  readonly url: URL;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface StoreCall {
  /** Made anew for each attempt: signatures and tokens grow old. */
  readonly make: () => Promise<Result<StoreRequest, Failure>>;
  /** Undefined: the answer says no more than its status. */
  readonly explain: (answer: Answer) => Failure | undefined;
  /** Other than 2xx. */
  readonly isGood?: (status: number) => boolean;
}

/** Lists come a thousand names at a time, each up to a kilobyte and a half. */
const maxAnswerBytes = 16_000_000;

/** The whole answer, which is short. */
export const ask = (call: StoreCall, session: Session): Promise<Result<Answer, Failure>> =>
  attempts(session, async () => {
    const sent = await send(call, session);
    if (!sent.ok) return sent;
    const answer = await read(sent.value, session);
    if (!answer.ok) return answer;
    return isGood(call, answer.value.status) ? answer : err(explained(call, answer.value));
  });

/** The answer is the file. */
export const fetchFile = (
  call: StoreCall,
  { name, folder, progress }: Omit<Fetch, 'key'>,
  session: Session,
): Promise<Result<Fetched, Failure>> =>
  attempts(session, async () => {
    const sent = await send(call, session);
    if (!sent.ok) return sent;
    const status = sent.value.message.statusCode ?? 0;
    if (!isGood(call, status)) {
      const answer = await read(sent.value, session);
      return answer.ok ? err(explained(call, answer.value)) : answer;
    }
    const { maxBytes, timeouts, signal } = session;
    return await download({
      response: sent.value,
      name,
      workDir: folder,
      maxBytes,
      idleMs: timeouts.idleMs,
      signal,
      progress,
    });
  });

const attempts = <T>(
  { attempts, signal, wait, onWait }: Session,
  attempt: () => Promise<Result<T, Failure>>,
): Promise<Result<T, Failure>> => retry(attempt, { attempts, signal, wait, onWait });

const isGood = ({ isGood }: StoreCall, status: number): boolean =>
  (status >= 200 && status < 300) || isGood?.(status) === true;

async function send(
  { make }: StoreCall,
  { signal, timeouts, network }: Session,
): Promise<Result<HttpResponse, Failure>> {
  const made = await make();
  if (!made.ok) return made;
  return await request({ ...made.value, redirects: 'none', network, signal, timeouts });
}

function explained({ explain }: StoreCall, answer: Answer): Failure {
  const own = explain(answer);
  const usual = statusFailure(answer.url, { statusCode: answer.status, headers: answer.headers });
  // Whether, and when, to come back is a matter of the status.
  if (own === undefined || !usual.isTransient) return own ?? usual;
  const { isTransient, retryAfterMs } = usual;
  return { ...own, isTransient, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

async function read(
  { url, message }: HttpResponse,
  { signal, timeouts }: Session,
): Promise<Result<Answer, Failure>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  message.setTimeout(timeouts.idleMs, () => message.destroy());
  try {
    for await (const chunk of message) {
      if (!Buffer.isBuffer(chunk)) continue;
      bytes += chunk.length;
      if (bytes > maxAnswerBytes) {
        return err(
          failure('network', 'the store answers with more than can be read', { isTransient: false }),
        );
      }
      chunks.push(chunk);
    }
  } catch (error) {
    return err(signal.aborted ? cancelled(url) : networkFailure(url, error));
  }
  const { headers, statusCode = 0 } = message;
  return ok({ url, status: statusCode, headers, text: Buffer.concat(chunks).toString() });
}

export function textBody(text: string): HttpBody {
  const bytes = Buffer.from(text);
  return { open: () => Readable.from([bytes]), sizeBytes: bytes.length };
}

export interface Slice {
  readonly path: string;
  readonly start: number;
  readonly sizeBytes: number;
}

/** A part of a file, never in memory as a whole. `onBytes` counts from 0 with each attempt. */
export function sliceBody({ path, start, sizeBytes }: Slice, onBytes: (bytes: number) => void): HttpBody {
  const open = (): Readable => {
    if (sizeBytes === 0) return Readable.from([]);
    const stream = createReadStream(path, { start, end: start + sizeBytes - 1 });
    stream.on('data', () => onBytes(stream.bytesRead));
    return stream;
  };
  return { open, sizeBytes, ...(sizeBytes > 100_000 && { whenAsked: true }) };
}

/** A file cut into parts of at most `partBytes`, at most `maxParts` of them. */
export function slicesOf(
  { path, sizeBytes }: { readonly path: string; readonly sizeBytes: number },
  { partBytes, maxParts }: { readonly partBytes: number; readonly maxParts: number },
): readonly Slice[] {
  const size = Math.max(partBytes, Math.ceil(sizeBytes / maxParts));
  const count = Math.max(1, Math.ceil(sizeBytes / size));
  return Array.from({ length: count }, (_, index) => {
    const start = index * size;
    return { path, start, sizeBytes: Math.min(size, sizeBytes - start) };
  });
}
