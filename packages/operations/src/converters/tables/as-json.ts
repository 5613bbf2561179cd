/** Whatever a parser gives, as plain JSON: each reader of a format ends here. Pure. */
import type { JsonValue } from '@pipeline/schema';

/** Dates become texts, integers that are too large for a number, too. */
export function asJson(value: unknown, depth = 0): JsonValue {
  if (depth > 500) throw new Error('it is nested more than 500 levels deep');
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map((item) => asJson(item, depth + 1));
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, item]) => [String(key), asJson(item, depth + 1)]));
  if (typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asJson(item, depth + 1)]));
  return null;
}
