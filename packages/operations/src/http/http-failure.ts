/** What went wrong on the network, in plain words: which URL, what happened, what to do. It opens no connection. */
import type { IncomingMessage } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import { unreachable } from '@pipeline/schema';
import { NotPublic } from './network.ts';
import { retryAfterMs } from './retry.ts';
import { shownUrl } from './shown-url.ts';

/** What was waited for when time ran out. */
export type Phase = 'connect' | 'headers' | 'body';

/** Destroys a connection from within; becomes a `Failure` in `networkFailure`. */
export class HttpTimeout extends Error {
  readonly phase: Phase;
  readonly ms: number;
  constructor(phase: Phase, ms: number) {
    super(`timeout: ${phase}`);
    this.phase = phase;
    this.ms = ms;
  }
}

export function statusFailure(url: URL, response: Pick<IncomingMessage, 'statusCode' | 'headers'>): Failure {
  const status = response.statusCode ?? 0;
  const text = STATUS_CODES[status];
  const answer = `${shownUrl(url)} answered ${status}${text === undefined ? '' : ` ${text}`}`;
  if (status === 404 || status === 410) {
    return failure('not-found', `${answer}: there is nothing at this address`, {
      hint: 'check the address',
    });
  }
  if (status === 401 || status === 403) {
    return failure('refused', `${answer}: it does not let you in`, {
      hint: 'set the credentials with headers, for example Authorization; a link that was signed may have expired',
    });
  }
  if (status === 429 || status === 408 || status >= 500) {
    const afterMs = retryAfterMs(response.headers['retry-after'], response.headers.date);
    const when = afterMs === undefined ? '' : `, and asks to come back in ${Math.ceil(afterMs / 1000)} s`;
    return failure('network', `${answer}${when}`, {
      hint:
        status === 429
          ? 'ask it less often: lower concurrency, or set retry'
          : 'try again later, or set retry',
      isTransient: true,
      ...(afterMs !== undefined && { retryAfterMs: afterMs }),
    });
  }
  return failure('refused', answer, { hint: 'check the address and the headers' });
}

const verbs = { GET: 'fetch', PUT: 'upload to', POST: 'send to', DELETE: 'remove' } as const;

export function networkFailure(url: URL, error: unknown, method: keyof typeof verbs = 'GET'): Failure {
  const shown = `${verbs[method]} ${shownUrl(url)}`;
  if (error instanceof HttpTimeout) return timeoutFailure(shown, error);
  if (error instanceof NotPublic) return notPublicFailure(shown, error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = reasonOf(code, url);
  if (reason === undefined) {
    return failure('network', `cannot ${shown}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return failure('network', `cannot ${shown}: ${reason.why}`, {
    hint: withProxy(reason.hint, code),
    isTransient: reason.isTransient ?? true,
  });
}

/** Behind a proxy nothing else is reached, and every other program on the machine reaches it. */
function withProxy(hint: string, code: string): string {
  const isUnreached = ['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT'];
  const set = ['HTTPS_PROXY', 'HTTP_PROXY', 'https_proxy', 'http_proxy'].find((name) => process.env[name]);
  if (set === undefined || !isUnreached.includes(code)) return hint;
  return `${hint}; ${set} is set, but proxies are not used here`;
}

/** Said to strangers: not where the name leads. */
const notPublicFailure = (shown: string, { host }: NotPublic): Failure =>
  failure(
    'refused',
    `cannot ${shown}: ${host} is not on the public internet, and this server reaches nothing else`,
    { hint: 'whoever runs the server can allow it: --allow-private-network', isTransient: false },
  );

interface Reason {
  readonly why: string;
  readonly hint: string;
  readonly isTransient?: boolean;
}

function reasonOf(code: string, url: URL): Reason | undefined {
  switch (code) {
    case 'ENOTFOUND':
      return {
        why: `there is no host "${url.hostname}"`,
        hint: 'check the spelling, and the network',
        isTransient: false,
      };
    case 'EAI_AGAIN':
      return { why: `the address of "${url.hostname}" cannot be looked up now`, hint: 'check the network' };
    case 'ECONNREFUSED':
      return { why: `nothing answers at ${url.host}`, hint: 'check the port, and that the server runs' };
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
      return { why: `${url.host} cannot be reached`, hint: 'check the network' };
    case 'ECONNRESET':
    case 'EPIPE':
      return { why: 'the server broke the connection off', hint: 'try again later, or set retry' };
    default:
  }
  if (code.startsWith('HPE_')) {
    return {
      why: `the answer is not proper HTTP (${code})`,
      hint: 'check that the address is one of a web server',
    };
  }
  if (/CERT|SIGNED|ISSUER|ERR_TLS|ERR_SSL|EPROTO/.test(code)) {
    return {
      why: `its certificate or encryption is not accepted (${code})`,
      hint: 'for a certificate of your own set NODE_EXTRA_CA_CERTS; check http: or https:',
      isTransient: false,
    };
  }
  return undefined;
}

function timeoutFailure(shown: string, { phase, ms }: HttpTimeout): Failure {
  const time = `${ms / 1000} s`;
  switch (phase) {
    case 'connect':
      return failure('timed-out', `cannot ${shown}: no connection after ${time}`, {
        hint: withProxy('check the network', 'ETIMEDOUT'),
      });
    case 'headers':
      return failure('timed-out', `cannot ${shown}: no answer after ${time}`, {
        hint: 'the server may be overloaded: try again later',
      });
    case 'body':
      return failure('stalled', `cannot ${shown}: it stopped in the middle, not a byte for ${time}`, {
        hint: 'try again later, or set retry',
      });
    default:
      return unreachable(phase);
  }
}
