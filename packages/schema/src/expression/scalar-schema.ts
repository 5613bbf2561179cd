/**
 * The small part of JSON Schema that a single value can have: what it allows, and what that is in words. Whole tasks are
 * validated elsewhere; this is for values that come out of expressions and from the command line.
 */
import { isJsonList, isJsonObject, type JsonObject, type JsonPath, type JsonScalar } from '../json.ts';

export type ScalarType = 'string' | 'integer' | 'number' | 'boolean' | 'null';
const scalarTypes: readonly ScalarType[] = ['string', 'integer', 'number', 'boolean', 'null'];

/** `integer` for whole numbers. */
export function typeOfScalar(value: JsonScalar): ScalarType {
  if (value === null) return 'null';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value === 'string' ? 'string' : 'boolean';
}

/** Of the value at `path` inside a value with this schema; undefined = anything goes. */
export function schemaAt(schema: JsonObject, path: JsonPath): JsonObject | undefined {
  let found: JsonObject = schema;
  for (const step of path) {
    const { properties } = found;
    const property = isJsonObject(properties) ? properties[String(step)] : undefined;
    const inner = typeof step === 'number' ? found['items'] : (property ?? found['additionalProperties']);
    if (!isJsonObject(inner)) return undefined;
    found = inner;
  }
  return found;
}

/** Scalar types that the schema allows; undefined = all. */
export function allowedTypes(schema: JsonObject): readonly ScalarType[] | undefined {
  const { type, enum: choices } = schema;
  if (type !== undefined) {
    const named = isJsonList(type) ? type : [type];
    return scalarTypes.filter((name) => named.includes(name));
  }
  if (!isJsonList(choices)) return undefined;
  return [...new Set(choices.flatMap((choice) => (isScalar(choice) ? [typeOfScalar(choice)] : [])))];
}

/** Whole numbers are numbers, too. */
export const isAllowedType = (type: ScalarType, allowed: readonly ScalarType[]): boolean =>
  allowed.includes(type) || (type === 'integer' && allowed.includes('number'));

/** Type, enum, bounds, length and pattern. */
export function accepts(schema: JsonObject, value: JsonScalar): boolean {
  const allowed = allowedTypes(schema);
  if (allowed !== undefined && !isAllowedType(typeOfScalar(value), allowed)) return false;
  if (isJsonList(schema['enum']) && !schema['enum'].includes(value)) return false;
  if (typeof value === 'number') return isWithin(schema, value);
  if (typeof value !== 'string') return true;
  const { minLength, maxLength, pattern } = schema;
  if (typeof minLength === 'number' && value.length < minLength) return false;
  if (typeof maxLength === 'number' && value.length > maxLength) return false;
  return typeof pattern !== 'string' || regExp(pattern).test(value);
}

function isWithin({ minimum, maximum, exclusiveMinimum }: JsonObject, value: number): boolean {
  return (
    !(typeof minimum === 'number' && value < minimum) &&
    !(typeof maximum === 'number' && value > maximum) &&
    !(typeof exclusiveMinimum === 'number' && value <= exclusiveMinimum)
  );
}

const compiled = new Map<string, RegExp>();

function regExp(pattern: string): RegExp {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  const made = new RegExp(pattern, 'u');
  compiled.set(pattern, made);
  return made;
}

/** `a whole number from 1 to 100`, `one of max, crop, scale`, `text`. */
export function describeSchema(schema: JsonObject): string {
  const { enum: choices, examples, pattern } = schema;
  if (isJsonList(choices)) return describeChoices(choices.filter(isScalar));
  const types = allowedTypes(schema) ?? [];
  const words = types.map((type) => describeType(type)).join(' or ');
  const example = isJsonList(examples) ? examples.find((value) => typeof value === 'string') : undefined;
  const form =
    typeof pattern !== 'string' || !types.includes('string')
      ? ''
      : example === undefined
        ? ` that matches ${pattern}`
        : ` such as ${JSON.stringify(example)}`;
  return `${words === '' ? 'a list or a map' : words}${bounds(schema)}${form}`;
}

function describeChoices(choices: readonly JsonScalar[]): string {
  const shown = choices.slice(0, 12).map(String).join(', ');
  return choices.length === 1 ? shown : `one of ${shown}${choices.length > 12 ? ', …' : ''}`;
}

export function describeType(type: ScalarType): string {
  switch (type) {
    case 'string':
      return 'text';
    case 'integer':
      return 'a whole number';
    case 'number':
      return 'a number';
    case 'boolean':
      return 'true or false';
    default:
      return 'null';
  }
}

function bounds({ minimum, maximum, exclusiveMinimum }: JsonObject): string {
  if (typeof minimum === 'number' && typeof maximum === 'number') return ` from ${minimum} to ${maximum}`;
  if (typeof minimum === 'number') return ` of at least ${minimum}`;
  if (typeof exclusiveMinimum === 'number') return ` above ${exclusiveMinimum}`;
  return typeof maximum === 'number' ? ` of at most ${maximum}` : '';
}

const isScalar = (value: unknown): value is JsonScalar =>
  value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
