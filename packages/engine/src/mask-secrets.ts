/**
 * Keeps the values of secrets out of everything that leaves an operation: failures, messages, results. It knows the
 * values and plain JSON, nothing else.
 */
import type { JsonObject, JsonValue } from '@pipeline/schema';
import type { Failure } from './failure.ts';

export interface Mask {
  readonly text: (text: string) => string;
  readonly failure: (failure: Failure) => Failure;
  readonly json: (value: JsonObject) => JsonObject;
}

const stars = '***';

export function createMask(secrets: Readonly<Record<string, string>>): Mask {
  // The longest first: one secret may be a part of another. URLs carry them percent-encoded.
  const values = [...new Set(Object.values(secrets).flatMap((value) => [value, encodeURIComponent(value)]))]
    .filter((value) => value !== '')
    .sort((a, b) => b.length - a.length);
  if (values.length === 0) return { text: same, failure: same, json: same };
  const text = (given: string): string =>
    values.reduce((masked, value) => masked.replaceAll(value, stars), given);
  return { text, failure: (failure) => maskFailure(failure, text), json: (value) => maskObject(value, text) };
}

const same = <T>(value: T): T => value;

function maskFailure(failure: Failure, mask: (text: string) => string): Failure {
  const { message, hint, details, converter, ...rest } = failure;
  return {
    ...rest,
    message: mask(message),
    ...(hint !== undefined && { hint: mask(hint) }),
    ...(details !== undefined && { details: mask(details) }),
    ...(converter !== undefined && {
      converter: {
        ...converter,
        ...(converter.command !== undefined && { command: converter.command.map(mask) }),
        ...(converter.stderr !== undefined && { stderr: mask(converter.stderr) }),
      },
    }),
  };
}

function maskObject(value: JsonObject, mask: (text: string) => string): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, maskValue(child, mask)]));
}

function maskValue(value: JsonValue, mask: (text: string) => string): JsonValue {
  if (typeof value === 'string') return mask(value);
  if (typeof value !== 'object' || value === null) return value;
  return isList(value) ? value.map((item) => maskValue(item, mask)) : maskObject(value, mask);
}

// `Array.isArray` does not narrow read-only arrays.
const isList = (value: JsonObject | readonly JsonValue[]): value is readonly JsonValue[] =>
  Array.isArray(value);
