/** Signs a request for Azure Storage with the key of the account ("Shared Key", since version 2015-02-21). Pure. */
import { createHmac } from 'node:crypto';
import type { StoreRequest } from './store-http.ts';

export interface SharedKey {
  readonly account: string;
  /** Base64. */
  readonly key: string;
}

/** In the order of the protocol. The date stands in `x-ms-date`. */
const signedHeaders = [
  'content-encoding',
  'content-language',
  'content-length',
  'content-md5',
  'content-type',
  'date',
  'if-modified-since',
  'if-match',
  'if-none-match',
  'if-unmodified-since',
  'range',
];

export function withSharedKey(request: StoreRequest, { account, key }: SharedKey): StoreRequest {
  const text = stringToSign(request, account);
  const signature = createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest('base64');
  return {
    ...request,
    headers: { ...request.headers, authorization: `SharedKey ${account}:${signature}` },
  };
}

function stringToSign({ method, url, headers, body }: StoreRequest, account: string): string {
  // No length is signed as nothing, a length of zero too.
  const length = body === undefined || body.sizeBytes === 0 ? '' : String(body.sizeBytes);
  const values = { ...headers, 'content-length': length };
  const plain = new Map(Object.entries(values));
  const own = [...plain.keys()].filter((name) => name.startsWith('x-ms-')).sort();
  const query = new Map<string, string[]>();
  for (const [name, value] of url.searchParams) {
    const values = query.get(name.toLowerCase());
    if (values === undefined) query.set(name.toLowerCase(), [value]);
    else values.push(value);
  }
  return [
    method,
    ...signedHeaders.map((name) => plain.get(name) ?? ''),
    ...own.map((name) => `${name}:${(plain.get(name) ?? '').trim()}`),
    `/${account}${url.pathname}`,
    ...[...query]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, all]) => `${name}:${all.sort().join(',')}`),
  ].join('\n');
}
