/** Reads values out of an action's options, which the schema has checked: an absent option gives its default. */
import type { JsonObject } from '@pipeline/schema';

export function textOption(options: JsonObject, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

export function flagOption(options: JsonObject, name: string): boolean {
  return options[name] === true;
}

/** One text or a list of them. */
export function listOption(options: JsonObject, name: string): readonly string[] {
  const value = options[name];
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** Names and texts; numbers and booleans become text, as an HTTP header would have them. */
export function mapOption(options: JsonObject, name: string): Readonly<Record<string, string>> {
  const value = options[name];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]): [string, string][] =>
      typeof item === 'string' || typeof item === 'number' || typeof item === 'boolean'
        ? [[key, String(item)]]
        : [],
    ),
  );
}

/** A list of objects; what is none is left out. */
export function objectsOption(options: JsonObject, name: string): readonly JsonObject[] {
  const value = options[name];
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function isObject(value: JsonObject[string]): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
