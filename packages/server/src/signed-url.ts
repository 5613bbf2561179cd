/**
 * Signed URLs: whoever has one may run the one job that stands in it. Checked as it came, byte for byte: clients differ in
 * how they write the job (alphabet and padding of base64, spaces in JSON), and none of that may matter.
 *
 *     <base>?job=<base64 of JSON>[&cache_key=<key>]&s=<hex HMAC-SHA256 of all before "&s=">
 */
import { isJsonObject, type JsonObject, type JsonValue } from '@pipeline/schema';
import { forbidden, invalidData } from './api-error.ts';
import { isDeep } from './read-body.ts';
import { hexHmac, isSameSecret, type Secret } from './signatures.ts';

export interface SignedUrl {
  /** As in the body of `POST /jobs`. */
  readonly job: JsonObject;
  readonly cacheKey: string | undefined;
}

const maxCacheKeyLength = 200;

/**
 * `query` is what follows the first `?`, as received. `bases`: what may have stood before it when it was signed; a
 * server behind a proxy knows only some of its address. Throws the answer to a URL that is not ours, or holds no job.
 */
export function readSignedUrl(
  query: string,
  { bases, secret }: { readonly bases: readonly string[]; readonly secret: Secret },
): SignedUrl {
  const at = query.lastIndexOf('&s=');
  const signed = query.slice(0, Math.max(at, 0));
  const signature = at < 0 ? '' : query.slice(at + 3).toLowerCase();
  const isOurs = bases.map((base) => isSameSecret(signature, hexHmac(secret, `${base}?${signed}`)));
  if (!isOurs.includes(true)) throw forbidden('The signature of the URL is wrong.');
  const parameters = parametersOf(signed);
  const cacheKey = parameters.get('cache_key');
  if (cacheKey !== undefined && !isCacheKey(cacheKey)) {
    throw invalidData({ cache_key: ['The cache key may hold letters, digits, - and _ only.'] });
  }
  return { job: readJobText(parameters.get('job')), cacheKey };
}

const isCacheKey = (text: string): boolean => /^[\w-]+$/.test(text) && text.length <= maxCacheKeyLength;

/** A plus is a plus: in a form it would be a space. */
function parametersOf(query: string): ReadonlyMap<string, string> {
  return new Map(
    query.split('&').map((pair) => {
      const [name = '', ...value] = pair.split('=');
      return [name, decoded(value.join('='))] as const;
    }),
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function readJobText(base64: string | undefined): JsonObject {
  // Either alphabet, even mixed, padded or not; a space was a plus before something decoded it.
  const text = Buffer.from((base64 ?? '').replaceAll(' ', '+'), 'base64').toString();
  const job = parsed(text);
  if (job === undefined)
    throw invalidData({ job: ['The job must be a JSON object, encoded as base64, and not too deep.'] });
  return job;
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value: JsonValue = JSON.parse(text);
    return isJsonObject(value) && !isDeep(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
