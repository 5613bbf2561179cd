/** JSON answers of stores, as far as they are looked at. Pure. */
import type { JsonObject, JsonValue } from '@pipeline/schema';

/** Empty for anything that is no object. */
export function parseJson(text: string): JsonObject {
  const value = parseJsonValue(text);
  return isObject(value) ? value : {};
}

/** Objects only; anything else is left out. */
export function parseJsonList(text: string): readonly JsonObject[] {
  return objectsOf(parseJsonValue(text));
}

export function objectsOf(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter((item) => isObject(item)) : [];
}

export function objectOf(value: JsonValue | undefined): JsonObject {
  return isObject(value) ? value : {};
}

/** The text at the end of that way, if there is one. */
export function textAt(value: JsonObject, ...names: readonly [string, ...string[]]): string | undefined {
  let current: JsonValue | undefined = value;
  for (const name of names) current = objectOf(current)[name];
  return typeof current === 'string' ? current : undefined;
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parseJsonValue(text: string): JsonValue | undefined {
  try {
    const value: JsonValue = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}
