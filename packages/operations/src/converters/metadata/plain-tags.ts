/** What libraries say of tags, as plain JSON: dates in ExifTool's way, no bytes, the text of texts in several languages. Pure. */
import type { JsonObject, JsonValue } from '@pipeline/schema';

export function plainTags(tags: unknown): JsonObject {
  if (typeof tags !== 'object' || tags === null) return {};
  return Object.fromEntries(
    Object.entries(tags).flatMap(([name, value]): [string, JsonValue][] => {
      const plain = plainValue(value);
      return plain === undefined ? [] : [[name.slice(0, 1).toUpperCase() + name.slice(1), plain]];
    }),
  );
}

function plainValue(value: unknown): JsonValue | undefined {
  if (typeof value === 'string') return value.replaceAll('\0', '').trim();
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value === 'boolean') return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : dateText(value);
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) return value.flatMap((item: unknown) => plainValue(item) ?? []).flat();
  // XMP: `{ lang: 'x-default', value: 'Title' }`.
  const text: unknown = 'value' in value && 'lang' in value ? value.value : undefined;
  return text === undefined ? plainTags(value) : plainValue(text);
}

/** `2026:01:02 03:04:05`, in UTC: pictures know no zone. */
const dateText = (date: Date): string =>
  date
    .toISOString()
    .slice(0, 19)
    .replace('T', ' ')
    .replaceAll(/^(\d+)-(\d+)-/g, '$1:$2:');
