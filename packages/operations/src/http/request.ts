/**
 * Sends one HTTP request and hands over the answer as soon as its headers are there, redirects followed. It knows no
 * file and no retry.
 *
 * `node:http` and not `fetch`: fetch unpacks bodies by itself and shows no byte of the wire, so that a length could
 * not be checked; it has no time limits of its own to set, and it decides alone which headers follow a redirect.
 */
import http from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Readable } from 'node:stream';
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { HttpTimeout, networkFailure } from './http-failure.ts';
import { lookupOf } from './network.ts';
import type { Network } from './network.ts';
import type { Phase } from './http-failure.ts';
import { shownUrl } from './shown-url.ts';

export interface HttpTimeouts {
  readonly connectMs: number;
  /** From the connection, or the end of the body that was sent, to the headers of the answer. */
  readonly headersMs: number;
  /** Without a byte, in either direction. */
  readonly idleMs: number;
}

export const defaultTimeouts: HttpTimeouts = { connectMs: 30_000, headersMs: 60_000, idleMs: 30_000 };

export interface HttpRequest {
  readonly method: HttpMethod;
  readonly url: URL;
  /** The user's; never sent to another origin. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: HttpBody;
  /** `none`: a redirect is an answer like any other, since the signature of a request holds for one address only. */
  readonly redirects?: 'follow' | 'none';
  /** Where it may lead, redirects included. */
  readonly network: Network;
  readonly signal: AbortSignal;
  readonly timeouts: HttpTimeouts;
}

export interface HttpResponse {
  /** After redirects. */
  readonly url: URL;
  readonly message: IncomingMessage;
  /** What broke the connection after the headers came, even when the message looked complete. */
  readonly lateError: () => Error | undefined;
}

export type HttpMethod = 'GET' | 'PUT' | 'POST' | 'DELETE';

export interface HttpBody {
  /** Called anew for each redirect. */
  readonly open: () => Readable;
  readonly sizeBytes: number;
  /**
   * Sent only when the server asks for it, or says nothing for a second: a refusal then costs no upload, and is read
   * before the connection breaks.
   */
  readonly whenAsked?: true;
}

const maxRedirects = 5;
const maxSilenceMs = 1000;

export async function request(first: HttpRequest): Promise<Result<HttpResponse, Failure>> {
  let current = first;
  const seen = [first.url.href];
  for (;;) {
    const sent = await sendOnce(current);
    if (!sent.ok || first.redirects === 'none') return sent;
    const next = redirectOf(sent.value, current);
    if (next.ok && next.value === undefined) return sent;
    sent.value.message.destroy();
    if (!next.ok) return next;
    current = next.value ?? current;
    if (seen.includes(current.url.href)) {
      return err(
        redirectFailure(first.url, `is redirected in a circle: it came back to ${shownUrl(current.url)}`),
      );
    }
    seen.push(current.url.href);
    if (seen.length > maxRedirects + 1) {
      return err(
        redirectFailure(
          first.url,
          `is redirected more than ${maxRedirects} times, last to ${shownUrl(current.url)}`,
        ),
      );
    }
  }
}

/** Undefined: the answer is no redirect. */
function redirectOf(
  { message, url }: HttpResponse,
  sent: HttpRequest,
): Result<HttpRequest | undefined, Failure> {
  const status = message.statusCode ?? 0;
  const location = message.headers.location;
  // Only 307 and 308 say that a body is to be sent again; the others would turn a PUT into a GET.
  const isRedirect =
    sent.method === 'GET' ? [301, 302, 303, 307, 308].includes(status) : [307, 308].includes(status);
  if (!isRedirect || location === undefined) return ok(undefined);
  // Node reads headers as Latin-1; servers write UTF-8.
  const target = Buffer.from(location, 'latin1').toString();
  if (!URL.canParse(target, url.href)) {
    return err(redirectFailure(url, `is redirected to ${JSON.stringify(target)}, which is no address`));
  }
  const next = new URL(target, url);
  if (next.protocol !== 'http:' && next.protocol !== 'https:') {
    return err(redirectFailure(url, `is redirected to ${shownUrl(next)}: only http and https are followed`));
  }
  return ok({ ...sent, url: next, headers: next.origin === url.origin ? sent.headers : {} });
}

const redirectFailure = (url: URL, what: string): Failure =>
  failure('network', `${shownUrl(url)} ${what}`, {
    hint: 'open the address in a browser to see where it leads',
    isTransient: false,
  });

function sendOnce(sent: HttpRequest): Promise<Result<HttpResponse, Failure>> {
  const { url, signal, network } = sent;
  const refused = network.refused(url.hostname);
  if (refused !== undefined) return Promise.resolve(err(networkFailure(url, refused, sent.method)));
  return new Promise((resolve) => {
    // A connection of its own: nothing left over from another answer, and nothing left open behind.
    const options = {
      method: sent.method,
      agent: false,
      headers: headersOf(sent),
      signal,
      ...lookupOf(network),
    };
    const call = url.protocol === 'https:' ? https.request(url, options) : http.request(url, options);
    const clock = watch(call, sent);
    let lateError: Error | undefined;
    call.on('response', (message) => {
      clock.stop();
      // Without a listener the errors of an answer that nobody reads would be uncaught.
      message.on('error', () => undefined);
      resolve(ok({ url, message, lateError: () => lateError }));
    });
    call.on('error', (error) => {
      clock.stop();
      lateError = error;
      resolve(err(signal.aborted ? cancelled(url) : networkFailure(url, error, sent.method)));
    });
    sendBody(call, sent, clock.start);
  });
}

export const cancelled = (url: URL): Failure =>
  failure('cancelled', `the transfer of ${shownUrl(url)} was cancelled`);

function headersOf({ headers, body }: HttpRequest): Readonly<Record<string, string>> {
  const ours = {
    'user-agent': 'pipeline',
    accept: '*/*',
    // The file as it lies on the server, whose length can be checked.
    'accept-encoding': 'identity',
    ...(body?.whenAsked === true && { expect: '100-continue' }),
  };
  const theirs = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return { ...ours, ...theirs, ...(body !== undefined && { 'content-length': String(body.sizeBytes) }) };
}

function sendBody(call: ClientRequest, { body }: HttpRequest, start: (phase: Phase) => void): void {
  if (body === undefined) {
    call.end();
    return;
  }
  const send = (): void => {
    const source = body.open();
    source.on('error', (error) => call.destroy(error));
    source.on('data', () => start('body'));
    call.on('close', () => source.destroy());
    call.on('finish', () => start('headers'));
    source.pipe(call);
  };
  if (body.whenAsked === true) whenAsked(call, send);
  else send();
}

function whenAsked(call: ClientRequest, send: () => void): void {
  let timer: NodeJS.Timeout | undefined;
  const wait = (): void => {
    timer = setTimeout(go, maxSilenceMs);
  };
  const stop = (): void => {
    clearTimeout(timer);
    call.off('continue', go);
  };
  const go = (): void => {
    stop();
    send();
  };
  call.on('continue', go);
  // The answer came instead of the question.
  call.on('response', stop);
  call.on('close', stop);
  call.on('socket', (socket) => socket.once(call.protocol === 'https:' ? 'secureConnect' : 'connect', wait));
  call.flushHeaders();
}

interface Clock {
  readonly start: (phase: Phase) => void;
  readonly stop: () => void;
}

/** Ends the call when a phase takes too long. */
function watch(call: ClientRequest, { timeouts, body }: HttpRequest): Clock {
  const limits = { connect: timeouts.connectMs, headers: timeouts.headersMs, body: timeouts.idleMs };
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => clearTimeout(timer);
  const start = (phase: Phase): void => {
    stop();
    timer = setTimeout(() => call.destroy(new HttpTimeout(phase, limits[phase])), limits[phase]);
  };
  start('connect');
  call.on('socket', (socket) => {
    socket.once(call.protocol === 'https:' ? 'secureConnect' : 'connect', () =>
      start(body === undefined ? 'headers' : 'body'),
    );
  });
  call.on('close', stop);
  return { start, stop };
}
