/**
 * Takes secrets out of what is logged: values of options that are credentials, Authorization, API keys, and the signed
 * parts of URLs. It knows names and shapes, and no secret itself.
 */
import type { JsonObject, JsonValue } from '@pipeline/schema';
import { operationSpecs } from '@pipeline/schema';
import type { LogEntry } from './server-options.ts';

const stars = '***';

/** By name, wherever they stand: the credentials of all operations, and what HTTP and webhooks carry. URLs are masked in parts. */
const secretKeys: ReadonlySet<string> = new Set([
  ...Object.values(operationSpecs).flatMap(({ options }) =>
    Object.entries(options).flatMap(([name, { isCredential }]) =>
      isCredential === true && name !== 'url' ? [name] : [],
    ),
  ),
  'authorization',
  'cookie',
  'headers',
  'api_key',
  'signing_secret',
  'password',
  'secret_access_key',
  'private_key',
]);

/** Parts of a query that let somebody in, or that hold a whole job with its credentials. */
const secretParts =
  /(?<name>[?&;](?:s|job|sig|signature|token|key|api_key|access_token|password|x-amz-(?:signature|credential|security-token)|x-goog-(?:signature|credential))=)[^&;\s"'<>]*/gi;
/** Download links carry their permission in the path. */
const fileTokens = /(?<way>\/files\/[\w-]+\/)[^/?#\s"'<>]+/g;
const bearer = /\b(?<scheme>Bearer|Basic)\s+[\w.~+/=-]+/gi;
/** `https://user:password@host` */
const userInfo = /(?<scheme>\b[a-z][a-z0-9+.-]*:\/\/)[^/\s@"']+@/gi;

/** Nothing of the above can be in a text without one of these: most texts are looked at no further. */
const suspicious = /[=@]|\/files\/|bearer|basic/i;

export function maskText(text: string): string {
  if (!suspicious.test(text)) return text;
  return text
    .replace(secretParts, `$<name>${stars}`)
    .replace(fileTokens, `$<way>${stars}`)
    .replace(bearer, `$<scheme> ${stars}`)
    .replace(userInfo, `$<scheme>${stars}@`);
}

export function maskEntry(entry: LogEntry): LogEntry {
  const { level, message, ...more } = entry;
  return { ...maskObject(more), level, message: maskText(message) };
}

function maskObject(value: JsonObject): JsonObject {
  const masked: Record<string, JsonValue> = {};
  for (const name of Object.keys(value)) {
    const inner = value[name] ?? null;
    masked[name] = inner !== null && secretKeys.has(name.toLowerCase()) ? stars : maskValue(inner);
  }
  return masked;
}

function maskValue(value: JsonValue): JsonValue {
  if (typeof value === 'string') return maskText(value);
  if (value === null || typeof value !== 'object') return value;
  return isList(value) ? value.map(maskValue) : maskObject(value);
}

const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);
