/**
 * Short names for the JSON Schemas that option tables are made of, so that a table reads as a table.
 * They know nothing about operations.
 */
import type { JsonObject, JsonScalar } from '../json.ts';
import type { OptionSpec } from './operation-spec.ts';

type Extra = Omit<OptionSpec, 'schema'> & { readonly schema?: JsonObject };
export type Options = Readonly<Record<string, OptionSpec>>;

export const text = (description: string, extra: Extra = {}): OptionSpec =>
  option({ type: 'string', minLength: 1, description }, extra);

/** A string that may also be empty or start with blanks, as file contents may. */
export const content = (description: string, extra: Extra = {}): OptionSpec =>
  option({ type: 'string', description }, extra);

export const integer = (description: string, extra: Extra = {}): OptionSpec =>
  option({ type: 'integer', description }, extra);

/** Zero makes no sense: pixels, counts, bitrates. */
export const count = (description: string, extra: Extra = {}): OptionSpec =>
  option({ type: 'integer', minimum: 1, description }, extra);

export const number = (description: string, extra: Extra = {}): OptionSpec =>
  option({ type: 'number', description }, extra);

/** Centimetres, millimetres, milliseconds: zero and up. */
export const length = (description: string, extra: Extra = {}): OptionSpec =>
  option({ type: 'number', minimum: 0, description }, extra);

export const flag = (description: string, extra: Extra = {}): OptionSpec =>
  option({ type: 'boolean', description }, extra);

export const choice = (values: readonly JsonScalar[], description: string, extra: Extra = {}): OptionSpec =>
  option({ enum: values, description }, extra);

/** A map of strings, such as HTTP headers. */
export const textMap = (description: string, extra: Extra = {}): OptionSpec =>
  option({ type: 'object', additionalProperties: { type: 'string' }, description }, extra);

/** A key, a password, a token: the places where secrets belong. */
export const credential = (description: string): OptionSpec => text(description, { isCredential: true });

/** The same table with the conversions that each of its options is for. */
export function appliesTo(pairs: OptionSpec['appliesTo'], options: Options): Options {
  if (pairs === undefined) return options;
  return Object.fromEntries(
    Object.entries(options).map(([name, spec]) => [name, { ...spec, appliesTo: pairs }]),
  );
}

function option(schema: OptionSpec['schema'], { schema: more, ...rest }: Extra): OptionSpec {
  return { ...rest, schema: { ...schema, ...more, description: schema.description } };
}
