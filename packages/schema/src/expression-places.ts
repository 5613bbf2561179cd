/** Where `${{ }}` stands inside a value: in strings of lists and maps, at any depth. */
import { isJsonList, isJsonObject, type JsonPath, type JsonValue } from './json.ts';

export function expressionPlaces(value: JsonValue, path: JsonPath): readonly JsonPath[] {
  if (typeof value === 'string') return value.includes('${{') ? [path] : [];
  if (isJsonList(value)) return value.flatMap((item, index) => expressionPlaces(item, [...path, index]));
  if (!isJsonObject(value)) return [];
  return Object.keys(value).flatMap((key) =>
    key === 'description' || key.startsWith('x-') ? [] : expressionPlaces(value[key] ?? null, [...path, key]),
  );
}
