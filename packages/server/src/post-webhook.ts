/**
 * Sends one webhook, once, and says what became of it. Every address is looked at after its name was resolved, and the
 * connection goes to the address that was looked at; redirects are followed the same way. It knows no queue.
 */
import dns from 'node:dns';
import http from 'node:http';
import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import pLimit from 'p-limit';

export interface WebhookPost {
  readonly url: string;
  readonly body: string;
  readonly signature: string;
  readonly version: string;
  readonly isAllowed: (address: string) => boolean;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export type PostOutcome =
  | { readonly type: 'taken' }
  /** 410: it wants none any more. */
  | { readonly type: 'gone' }
  /** Another try would end the same way. */
  | { readonly type: 'refused'; readonly reason: string }
  | { readonly type: 'failed'; readonly reason: string };

const maxRedirects = 3;
const maxAnswerBytes = 65_536;

export async function postWebhook(post: WebhookPost): Promise<PostOutcome> {
  const signal = AbortSignal.any([post.signal, AbortSignal.timeout(post.timeoutMs)]);
  let { url } = post;
  for (let redirects = 0; redirects <= maxRedirects; redirects++) {
    if (!isWebhookUrl(url)) return { type: 'refused', reason: 'the address is no http or https address' };
    let answer: Answer;
    try {
      answer = await send(new URL(url), { ...post, signal });
    } catch (error) {
      return failed(error, post);
    }
    const target = redirectTarget(answer, url);
    if (target === undefined) return outcomeOf(answer.status);
    url = target;
  }
  return { type: 'refused', reason: `redirected more than ${maxRedirects} times` };
}

export const isWebhookUrl = (url: string): boolean =>
  URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol);

interface Answer {
  readonly status: number;
  readonly location: string | undefined;
}

class RefusedAddress extends Error {
  constructor(hostname: string) {
    super(`${hostname} is an address of a private network`);
  }
}

function failed(error: unknown, { timeoutMs, signal }: WebhookPost): PostOutcome {
  if (error instanceof RefusedAddress) return { type: 'refused', reason: error.message };
  if (signal.aborted) return { type: 'failed', reason: 'the server stops' };
  if (error instanceof Error && error.name === 'AbortError') {
    return { type: 'failed', reason: `no answer within ${timeoutMs / 1000} s` };
  }
  return { type: 'failed', reason: error instanceof Error ? error.message : String(error) };
}

/** A POST is sent again as it is: who moved a receiver wants the webhook, not a GET without a body. */
function redirectTarget({ status, location }: Answer, url: string): string | undefined {
  if (![301, 302, 307, 308].includes(status) || location === undefined) return undefined;
  return URL.canParse(location, url) ? new URL(location, url).href : undefined;
}

/** 4xx is final, but for those that ask to come back. */
function outcomeOf(status: number): PostOutcome {
  if (status >= 200 && status < 300) return { type: 'taken' };
  if (status === 410) return { type: 'gone' };
  const reason = `answered with ${status}`;
  const isFinal = status < 500 && ![408, 425, 429].includes(status);
  return isFinal ? { type: 'refused', reason } : { type: 'failed', reason };
}

function send(url: URL, { body, signature, version, isAllowed, signal }: WebhookPost): Promise<Answer> {
  // An address that needs no resolving is never looked up: it is looked at here.
  const literal = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(literal) !== 0 && !isAllowed(literal)) return Promise.reject(new RefusedAddress(literal));
  const options = {
    method: 'POST',
    agent: false,
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'user-agent': `pipeline/${version}`,
      'cloudconvert-signature': signature,
    },
    lookup: lookupAllowed(isAllowed),
    signal,
  };
  return new Promise((resolve, reject) => {
    const call = url.protocol === 'https:' ? https.request(url, options) : http.request(url, options);
    call.on('response', (message) => {
      letGo(message);
      resolve({ status: message.statusCode ?? 0, location: message.headers.location });
    });
    call.on('error', reject);
    call.end(body);
  });
}

/** The status is the answer. The rest is read, so that the receiver ends in peace, and thrown away. */
function letGo(message: IncomingMessage): void {
  let bytes = 0;
  message.on('error', () => undefined);
  message.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxAnswerBytes) message.destroy();
  });
}

/** A lookup takes one of four threads that files are written by: names that nobody answers for must not take them all. */
const lookups = pLimit(2);

function lookupAllowed(isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, options, done) => {
    const look = (end: () => void): void => {
      dns.lookup(hostname, { ...options, all: true }, (error, addresses) => {
        end();
        const allowed = error === null ? addresses.filter(({ address }) => isAllowed(address)) : [];
        const [first] = allowed;
        if (error !== null) done(error, '');
        else if (first === undefined) done(new RefusedAddress(hostname), '');
        else if (options.all === true) done(null, allowed);
        else done(null, first.address, first.family);
      });
    };
    void lookups(() => new Promise<void>(look));
  };
}
