/**
 * One call of the API, tried until there is an answer or none can be hoped for: limits (429, too many jobs at once) are
 * waited out as long as they take, servers in trouble (5xx, a page of HTML, a line that breaks) for some minutes. It
 * does not know what is asked; a caller whose call must not be made twice is asked before each new try.
 */
import { failure, type Failure } from '@pipeline/engine';
import { err, type JsonObject, type JsonValue, ok, type Result } from '@pipeline/schema';
import { refusalFailure, words } from './remote-failure.ts';

export interface ApiCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below the API's address, with its query: `/jobs?filter[tag]=x`. */
  readonly path: string;
  readonly body?: JsonObject;
  /** Where answers wait for an end: tried once, as asking now and then does the same. */
  readonly host?: 'sync';
  readonly signal: AbortSignal;
  /** Says why it takes longer. */
  readonly onWait?: (message: string) => void;
  /** Asked before another try when nobody knows whether the last one got through; an answer ends the call. */
  readonly findAnswer?: () => Promise<Result<JsonValue | undefined, Failure>>;
}

export interface Connection {
  readonly apiUrl: string;
  readonly syncUrl: string;
  readonly apiKey: string;
  /** Resolves early, and never rejects, when the signal is aborted. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  /** From 0 to 1. */
  readonly random: () => number;
}

type Outcome =
  | { readonly type: 'answer'; readonly value: JsonValue }
  | { readonly type: 'refused'; readonly failure: Failure }
  /** Certainly not done: try again later. */
  | { readonly type: 'busy'; readonly why: string; readonly afterMs: number | undefined }
  /** Perhaps done. */
  | { readonly type: 'broken'; readonly why: string; readonly afterMs: number | undefined };

/** A request and its answer are small: this is a line that is dead. */
const answerMs = 60_000;
const firstDelayMs = 500;
const longestDelayMs = 30_000;
/** About three minutes. */
const mostBroken = 10;
/** Somebody else's jobs must end first. */
const mostBusyMs = 2 * 60 * 60 * 1000;

export async function request(call: ApiCall, connection: Connection): Promise<Result<JsonValue, Failure>> {
  let broken = 0;
  let busy = 0;
  let busyMs = 0;
  for (;;) {
    const outcome = await attempt(call, connection);
    if (call.signal.aborted) return err(failure('cancelled', 'a request to CloudConvert was cancelled'));
    if (outcome.type === 'answer') return ok(outcome.value);
    if (outcome.type === 'refused') return err(outcome.failure);
    if (outcome.type === 'broken') broken += 1;
    else busy += 1;
    if (broken >= mostBroken || call.host === 'sync' || busyMs >= mostBusyMs) return err(giveUp(outcome.why));
    const delayMs = delayOf(outcome, outcome.type === 'busy' ? busy : broken, connection);
    if (outcome.type === 'busy') busyMs += delayMs;
    call.onWait?.(`${outcome.why}: trying again in ${Math.ceil(delayMs / 1000)} s`);
    await connection.wait(delayMs, call.signal);
    if (call.signal.aborted || broken === 0 || call.findAnswer === undefined) continue;
    // Asked after the wait: what got through late has had time to show.
    const found = await call.findAnswer();
    if (!found.ok) return found;
    if (found.value !== undefined) return ok(found.value);
  }
}

async function attempt(
  { method, path, body, host, signal }: ApiCall,
  connection: Connection,
): Promise<Outcome> {
  const { apiKey } = connection;
  const apiUrl = host === 'sync' ? connection.syncUrl : connection.apiUrl;
  try {
    const response = await fetch(apiUrl + path, {
      method,
      headers: {
        accept: 'application/json',
        ...(apiKey !== '' && { authorization: `Bearer ${apiKey}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]),
    });
    return judge(response, await response.text());
  } catch (error) {
    return {
      type: 'broken',
      why: `no answer from ${hostOf(apiUrl)} (${reasonOf(error)})`,
      afterMs: undefined,
    };
  }
}

function judge({ status, statusText, headers }: Response, text: string): Outcome {
  const body = parsed(text);
  const afterMs = retryAfterMs(headers.get('retry-after'));
  if (status === 204) return { type: 'answer', value: null };
  if (status >= 200 && status < 300) {
    return body === undefined
      ? { type: 'broken', why: 'CloudConvert answered with something that is not JSON', afterMs }
      : { type: 'answer', value: body };
  }
  const { code, message } = words(body);
  if (status === 429)
    return { type: 'busy', why: message ?? 'CloudConvert asks for fewer requests', afterMs };
  if (status === 402 && code !== 'CREDITS_EXCEEDED' && /too many jobs/i.test(message ?? '')) {
    return { type: 'busy', why: 'CloudConvert runs no more jobs of this account at once', afterMs };
  }
  if (status >= 500 || status === 408 || status === 425) {
    return { type: 'broken', why: `CloudConvert is in trouble (status ${status})`, afterMs };
  }
  return { type: 'refused', failure: refusalFailure({ status, reason: statusText, body }) };
}

function parsed(text: string): JsonValue | undefined {
  try {
    const value: JsonValue = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

function delayOf(
  { afterMs }: { readonly afterMs: number | undefined },
  count: number,
  { random }: Connection,
): number {
  const grown = Math.min(firstDelayMs * 2 ** (count - 1), longestDelayMs);
  // Some are early and some late, so that not all who were refused come back at once; nobody before the named time.
  return Math.round(Math.max(grown * (0.75 + random() / 2), (afterMs ?? 0) * (1 + random() / 10)));
}

/** Seconds, or a date. */
function retryAfterMs(header: string | null): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

/** What lies behind "fetch failed". */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'it took too long';
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  return code === '' ? cause.message : code;
}

export const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url);

const giveUp = (why: string): Failure =>
  failure('network', `${why}, again and again`, {
    code: 'CLOUDCONVERT_UNREACHABLE',
    hint: 'is the network there? https://status.cloudconvert.com tells how CloudConvert is; the same command goes on where this one ended',
  });
