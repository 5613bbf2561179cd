/** A page of the web in the browser: the headers that belong to it, and what went wrong on the way, in plain words. */
import { STATUS_CODES } from 'node:http';
import type { Page, Response } from 'playwright-core';
import { shownUrl } from '../../http/shown-url.ts';
import { ConversionError } from '../../host/protocol.ts';

/**
 * Headers sign in at one host, so they go to the page's own origin alone: not to the hosts of its pictures and scripts,
 * and not along with a redirect.
 */
export async function sendHeaders(
  page: Page,
  { url, headers }: { readonly url: URL; readonly headers: Readonly<Record<string, string>> },
): Promise<void> {
  if (Object.keys(headers).length === 0) return;
  const session = await page.context().newCDPSession(page);
  session.on('Fetch.requestPaused', ({ requestId, request }) => {
    const isOwn = URL.canParse(request.url) && new URL(request.url).origin === url.origin;
    const answer = isOwn ? { requestId, headers: merged(request.headers, headers) } : { requestId };
    session.send('Fetch.continueRequest', answer).catch(() => undefined);
  });
  await session.send('Fetch.enable', { patterns: [{ urlPattern: '*', requestStage: 'Request' }] });
}

/** Names of headers know no case. */
function merged(
  own: Readonly<Record<string, string>>,
  added: Readonly<Record<string, string>>,
): { name: string; value: string }[] {
  const names = new Set(Object.keys(added).map((name) => name.toLowerCase()));
  return [
    ...Object.entries(own).filter(([name]) => !names.has(name.toLowerCase())),
    ...Object.entries(added),
  ].map(([name, value]) => ({ name, value }));
}

/** Throws when what came is no page to be captured. */
export function judgeAnswer(response: Response | null): void {
  if (response === null) return;
  const status = response.status();
  if (status < 400) return;
  const text = STATUS_CODES[status];
  const answer = `${shownUrl(new URL(response.url()))} answered ${status}${text === undefined ? '' : ` ${text}`}`;
  if (status === 404 || status === 410) {
    throw new ConversionError(
      'not-found',
      `${answer}: there is nothing at this address`,
      'Check the address.',
    );
  }
  if (status === 401 || status === 403) {
    throw new ConversionError(
      'refused',
      `${answer}: it does not let you in`,
      'Set the credentials with `headers`, for example Authorization.',
    );
  }
  if (status === 429 || status === 408 || status >= 500) {
    throw new ConversionError('network', answer, 'Try again later, or set `retry`.');
  }
  throw new ConversionError('refused', answer, 'Check the address and the headers.');
}

interface Reason {
  readonly why: string;
  readonly hint: string;
}

/** By the browser's own name of the error. */
const reasons: Readonly<Record<string, Reason>> = {
  ERR_NAME_NOT_RESOLVED: { why: 'there is no such host', hint: 'Check the spelling, and the network.' },
  ERR_CONNECTION_REFUSED: {
    why: 'nothing answers there',
    hint: 'Check the port, and that the server runs.',
  },
  ERR_CONNECTION_RESET: {
    why: 'the server broke the connection off',
    hint: 'Try again later, or set `retry`.',
  },
  ERR_CONNECTION_CLOSED: {
    why: 'the server broke the connection off',
    hint: 'Try again later, or set `retry`.',
  },
  ERR_EMPTY_RESPONSE: { why: 'the server sent nothing', hint: 'Check that it is a web server.' },
  ERR_INTERNET_DISCONNECTED: { why: 'there is no network', hint: 'Check the network.' },
  ERR_ADDRESS_UNREACHABLE: { why: 'it cannot be reached', hint: 'Check the network.' },
  ERR_TOO_MANY_REDIRECTS: { why: 'it redirects without end', hint: 'Check the address and the headers.' },
  ERR_UNSAFE_PORT: { why: 'browsers refuse this port', hint: 'Use another port.' },
  ERR_ABORTED: {
    why: 'it is a file to be downloaded, no page',
    hint: 'Get it with `import/url`, then `convert` it.',
  },
};

/** What `goto` throws → a reason for the user; anything else is thrown as it is. */
export function navigationError(error: unknown, url: URL): unknown {
  if (error instanceof ConversionError || !(error instanceof Error)) return error;
  const cannot = `cannot capture ${shownUrl(url)}`;
  if (error.name === 'TimeoutError') {
    return new ConversionError(
      'timed-out',
      `${cannot}: it was not loaded after 60 s`,
      'Try `wait_until: domcontentloaded`, which waits for no image.',
    );
  }
  const code = /net::(ERR_[A-Z0-9_]+)/.exec(error.message)?.[1];
  const reason = /Download is starting/.test(error.message) ? reasons['ERR_ABORTED'] : reasons[code ?? ''];
  if (reason !== undefined) return new ConversionError('network', `${cannot}: ${reason.why}`, reason.hint);
  if (code === undefined) return error;
  if (/CERT|SSL/.test(code)) {
    return new ConversionError(
      'refused',
      `${cannot}: its certificate or encryption is not accepted (${code})`,
      'Check the address; a certificate must be one that the system trusts.',
    );
  }
  return new ConversionError('network', `${cannot}: ${code}`);
}
