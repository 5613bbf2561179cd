/** Words for values and types in messages: what was found, and what a schema wants. */
import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from './json.ts';

/** `the text "640px"`, `the number 7.1`, `a list`. */
export function foundValue(value: JsonValue): string {
  if (value === null) return 'nothing';
  if (typeof value === 'string') return value === '' ? 'an empty text' : `the text "${shortened(value)}"`;
  if (typeof value === 'number') return `the number ${value}`;
  if (typeof value === 'boolean') return String(value);
  return isJsonList(value) ? 'a list' : 'a map';
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
};

/** `a text or a list`; what a schema without a type wants is told by its enum. */
export function wantedType(schema: JsonObject): string {
  return listed(typesOf(schema).flatMap((type) => typeWords[type] ?? []));
}

export function typesOf(schema: JsonObject): readonly string[] {
  const { type } = schema;
  const types = isJsonList(type) ? type : [type ?? null];
  return types.filter((name) => typeof name === 'string');
}

/** `a`, `a or b`, `a, b or c`. */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}

/** A value as it is written in YAML, on one line. */
export function written(value: JsonValue): string {
  if (typeof value === 'string') return isPlain(value) ? value : inQuotes(value);
  if (isJsonList(value)) return `[${value.map(written).join(', ')}]`;
  if (!isJsonObject(value)) return String(value);
  const entries = Object.entries(value).map(([key, item]) => `${key}: ${written(item)}`);
  return `{ ${entries.join(', ')} }`;
}

// A little stricter than YAML: in doubt, quotes are right.
const isPlain = (text: string): boolean =>
  /^(?!(?:true|false|null|yes|no|on|off)$)[A-Za-z_/][\w./ -]*$/i.test(text) && !text.endsWith(' ');

/** Text as a YAML scalar in quotes: double ones unless the text itself needs escaping in them. */
export function inQuotes(text: string): string {
  return /["\\]/.test(text) ? `'${text.replaceAll("'", "''")}'` : `"${text}"`;
}

export const shortened = (text: string): string => {
  const line = text.split('\n', 1)[0] ?? '';
  return line.length > 40 || line.length < text.length ? `${line.slice(0, 39)}…` : line;
};
