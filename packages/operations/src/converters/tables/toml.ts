/** TOML text ↔ plain JSON. Pure. */
import type { JsonObject, JsonValue } from '@pipeline/schema';
import { parse, stringify } from 'smol-toml';
import { asJson } from './as-json.ts';
import { isObject } from './table-model.ts';

export const readToml = (text: string): JsonValue => asJson(parse(text, { integersAsBigInt: 'asNeeded' }));

/** TOML has tables at its top, and no null: what is null is left out. */
export function writeToml(value: JsonValue): string {
  const table = isObject(value) ? value : { rows: value };
  return stringify(withoutNulls(table));
}

function withoutNulls(object: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object).flatMap(([key, value]) => (value === null ? [] : [[key, withoutNull(value)]])),
  );
}

function withoutNull(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.filter((item) => item !== null).map(withoutNull);
  return isObject(value) ? withoutNulls(value) : value;
}
