/** The text of the fix for a value of the wrong type, when it is plain what was meant. */
import { typesOf, written } from './describe-value.ts';
import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from './json.ts';
import { oldBoolean } from './traps.ts';

export function typeHint(value: JsonValue, schema: JsonObject): string | undefined {
  const types = typesOf(schema);
  const wants = (...names: readonly string[]): boolean => names.some((name) => types.includes(name));
  if (typeof value === 'string') return hintForText(value, schema, wants);
  if (typeof value === 'number' || typeof value === 'boolean') {
    if (typeof value === 'number' && wants('integer') && !Number.isInteger(value))
      return `write ${Math.round(value)}`;
    if (takesText(String(value), schema, wants)) return `put it in quotes: "${value}"`;
    return wants('array') ? `write [${value}]` : undefined;
  }
  if (isJsonList(value) && value.length === 1 && wants('string', 'number', 'integer', 'boolean')) {
    const only = value[0] ?? null;
    return isJsonList(only) || isJsonObject(only) ? undefined : `write ${written(only)}`;
  }
  // `{a:1}` is the key "a:1" without a value.
  if (isJsonObject(value) && wants('string')) {
    const [key] = Object.keys(value);
    return key === undefined ? undefined : 'a text with ": " or braces in it stands in quotes';
  }
  return undefined;
}

function hintForText(
  value: string,
  schema: JsonObject,
  wants: (...names: readonly string[]) => boolean,
): string | undefined {
  if (wants('boolean')) {
    const meant = oldBoolean(value);
    if (meant !== undefined) return `write ${meant}${String(meant) === value ? ' without quotes' : ''}`;
  }
  if (wants('integer', 'number') || isNumberEnum(schema)) {
    const number = /^\s*(-?[0-9]+(?:\.[0-9]+)?)\s*(px|%|dpi|cm|mm|pt|x)?\s*$/.exec(value);
    if (number?.[1] !== undefined)
      return `write ${number[1]}${number[2] === undefined ? ' without quotes' : ''}`;
  }
  if (wants('array') && !wants('string')) return `write [${written(value)}]`;
  return undefined;
}

const isNumberEnum = (schema: JsonObject): boolean => enumOf(schema).some((item) => typeof item === 'number');

/** Quotes help nobody where a list of words does not have this one. */
function takesText(text: string, schema: JsonObject, wants: (name: string) => boolean): boolean {
  const values = enumOf(schema);
  return values.length === 0 ? wants('string') : values.includes(text);
}

function enumOf(schema: JsonObject): readonly JsonValue[] {
  const { enum: values } = schema;
  return isJsonList(values) ? values : [];
}
