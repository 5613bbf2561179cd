/** An option of the language as CloudConvert's `GET /operations` describes options. */
import type { JsonObject, JsonValue, OptionSpec } from '@pipeline/schema';

export type CatalogueOption = JsonObject;

/** Thousands of entries share a few hundred of them. */
const made = new WeakMap<OptionSpec, CatalogueOption>();

export function catalogueOption(name: string, spec: OptionSpec): CatalogueOption {
  const known = made.get(spec);
  // Tables share specs under other names.
  if (known?.['name'] === name) return known;
  const choices = spec.schema['enum'];
  const option = {
    name,
    type: typeOf(spec),
    default: spec.default ?? null,
    possible_values: choices ?? null,
    description: spec.schema.description,
  };
  made.set(spec, option);
  return option;
}

/** CloudConvert's names of types. A value that may be a text is one: `1-3,5`, `00:01:30`. */
function typeOf({ schema, isFileInput }: OptionSpec): string {
  if (isFileInput === true) return 'Input';
  if (schema['enum'] !== undefined) return 'enum';
  const types = listOf(schema['type'] ?? 'string');
  const named = typeNames.find(([type]) => types.includes(type));
  return named?.[1] ?? 'string';
}

const typeNames: readonly (readonly [type: string, name: string])[] = [
  ['string', 'string'],
  ['boolean', 'boolean'],
  ['integer', 'integer'],
  ['number', 'float'],
  ['object', 'dictionary'],
];

const listOf = (value: JsonValue): readonly JsonValue[] => (isList(value) ? value : [value]);
const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);
