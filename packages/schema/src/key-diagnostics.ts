/** The messages about keys and values: what was found, what is wanted, and the text of the fix. One constructor each. */
import { foundValue, listed, shortened, wantedType, written } from './describe-value.ts';
import { diagnostic } from './diagnostics.ts';
import type { Diagnostic } from './diagnostic.ts';
import { didYouMean } from './did-you-mean.ts';
import type { JsonObject, JsonValue } from './json.ts';
import type { Range } from './source.ts';

export function unknownKey(
  range: Range,
  parts: { key: string; where: string; hint: string | undefined },
): Diagnostic {
  return diagnostic('PL101', {
    range,
    message: `there is no key "${shortened(parts.key)}" in ${parts.where}`,
    hint: parts.hint,
  });
}

export const keyNotInDefaults = (range: Range, key: string): Diagnostic =>
  diagnostic('PL101', {
    range,
    message: `"${key}" cannot be a default of many tasks`,
    hint: 'write it in each task',
  });

export interface WrongValue {
  /** What the message calls it: `"width"`, `an item of "path"`. */
  readonly name: string;
  readonly value: JsonValue;
  readonly schema: JsonObject;
  readonly hint?: string | undefined;
}

export const wrongType = (range: Range, { name, value, schema, hint }: WrongValue): Diagnostic =>
  diagnostic('PL102', {
    range,
    message: `${name} must be ${wantedType(schema)}, not ${foundValue(value)}`,
    hint,
  });

/** `engine_version: 7.10`. */
export const lostDigits = (
  range: Range,
  parts: { name: string; text: string; value: JsonValue },
): Diagnostic =>
  diagnostic('PL102', {
    range,
    message: `${parts.name} must be a text, but YAML reads ${parts.text} as ${foundValue(parts.value)}`,
    hint: `put it in quotes: "${parts.text}"`,
  });

export function notPossible(range: Range, { name, value, schema, hint }: WrongValue): Diagnostic {
  const { enum: values } = schema;
  const possible = Array.isArray(values) ? values.map((item: JsonValue) => written(item)) : [];
  const guess = typeof value === 'string' ? didYouMean(value, possible) : undefined;
  return diagnostic('PL103', {
    range,
    message: `${name} must be ${listed(possible)}, not ${foundValue(value)}`,
    hint: hint ?? guess,
  });
}

export const missingKey = (
  range: Range,
  parts: { where: string; key: string; example: string | undefined },
): Diagnostic =>
  diagnostic('PL104', {
    range,
    message: `${parts.where} needs "${parts.key}"`,
    hint: parts.example === undefined ? undefined : `for instance \`${parts.example}\``,
  });

export const missingOneOf = (range: Range, where: string, keys: readonly string[]): Diagnostic =>
  diagnostic('PL105', { range, message: `${where} needs ${listed(keys.map((key) => `"${key}"`))}` });

export const severalOf = (range: Range, keys: readonly string[], others: readonly Range[]): Diagnostic =>
  diagnostic('PL105', {
    range,
    message: `only one of ${keys.map((key) => `"${key}"`).join(' and ')} can be given`,
    related: others.map((other) => ({ message: 'the other one', range: other })),
    hint: 'remove one of them',
  });

/** `limit`: `at least 1`, `at most 100`, `at least 1 item long`. */
export const outOfRange = (
  range: Range,
  parts: { name: string; limit: string; value: JsonValue },
): Diagnostic =>
  diagnostic('PL106', {
    range,
    message: `${parts.name} must be ${parts.limit}, not ${foundValue(parts.value)}`,
  });

export const isEmpty = (range: Range, name: string, hint?: string): Diagnostic =>
  diagnostic('PL106', { range, message: `${name} must not be empty`, hint });

export const badForm = (range: Range, { name, value, hint }: Omit<WrongValue, 'schema'>): Diagnostic =>
  diagnostic('PL107', { range, message: `${name} does not have the right form: ${foundValue(value)}`, hint });

export const noValue = (range: Range, name: string, hint?: string): Diagnostic =>
  diagnostic('PL108', { range, message: `${name} has no value`, hint });

export const valueInComment = (range: Range, name: string, text: string): Diagnostic =>
  diagnostic('PL108', {
    range,
    message: `${name} has no value: after a blank, "#" begins a comment`,
    hint: `put it in quotes: "${text}"`,
  });

export const badTaskName = (range: Range, name: string): Diagnostic =>
  diagnostic('PL109', {
    range,
    message: `"${shortened(name)}" cannot be the name of a task: it may have letters, digits, "-" and "_" only`,
    hint: suggestedName(name),
  });

export const badName = (
  range: Range,
  parts: { what: string; name: string; isVariable: boolean },
): Diagnostic =>
  diagnostic('PL109', {
    range,
    message: `"${shortened(parts.name)}" cannot be the name of ${parts.what}`,
    hint: parts.isVariable
      ? 'it begins with a letter or "_" and has letters, digits and "_" only'
      : 'it begins with a letter or "_" and has letters, digits, "-" and "_" only',
  });

export const secretAndVariable = (range: Range, name: string, other: Range): Diagnostic =>
  diagnostic('PL109', {
    range,
    message: `"${name}" stands under \`secrets\` and under \`env\`, where nothing is masked`,
    related: [{ message: 'the other place', range: other }],
    hint: 'remove it from `env`',
  });

export const nameTwice = (range: Range, name: string, first: Range): Diagnostic =>
  diagnostic('PL109', {
    range,
    message: `"${name}" stands twice in this list`,
    related: [{ message: 'it stands here first', range: first }],
  });

export const unknownOperation = (range: Range, name: string, hint: string | undefined): Diagnostic =>
  diagnostic('PL110', {
    range,
    message: `there is no operation "${shortened(name)}"`,
    hint: hint ?? 'all operations: `pipeline schema`, or the documentation of operations',
  });

export const badDuration = (range: Range, name: string, text: string): Diagnostic =>
  diagnostic('PL111', {
    range,
    message: `${name} is not a duration: "${shortened(text)}"`,
    hint: durationFix(text),
  });

export const badParam = (range: Range, message: string, hint?: string): Diagnostic =>
  diagnostic('PL112', { range, message, hint });

export const badMatrix = (range: Range, message: string, hint?: string): Diagnostic =>
  diagnostic('PL113', { range, message, hint });

export const excludesNothing = (range: Range): Diagnostic =>
  diagnostic('PL113', {
    range,
    severity: 'warning',
    message: 'this excludes no combination of the matrix',
    hint: 'values must be equal, type included: 480 is not "480"',
  });

export const constantOnly = (range: Range, name: string): Diagnostic =>
  diagnostic('PL114', {
    range,
    message: `${name} cannot hold an expression`,
    hint: 'it must be known before the run: write the value itself; expressions stand in options and in `if`',
  });

function suggestedName(name: string): string | undefined {
  const fixed = name
    .normalize('NFKD')
    .replaceAll(/\p{Mark}/gu, '')
    .replaceAll(/[^A-Za-z0-9_-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return fixed === '' ? undefined : `for instance "${fixed}"`;
}

function durationFix(text: string): string {
  const match = /^\s*([0-9]+(?:\.[0-9]+)?)\s*([a-z]*)\s*$/i.exec(text);
  const unit = durationUnits[(match?.[2] ?? '').toLowerCase()];
  return match === null || unit === undefined ? 'write 500ms, 90s, 10m, 1h30m' : `write ${match[1]}${unit}`;
}

const durationUnits: Readonly<Record<string, string>> = {
  '': 's',
  sec: 's',
  secs: 's',
  second: 's',
  seconds: 's',
  min: 'm',
  mins: 'm',
  minute: 'm',
  minutes: 'm',
  hour: 'h',
  hours: 'h',
  hr: 'h',
  hrs: 'h',
  day: 'd',
  days: 'd',
  msec: 'ms',
  millis: 'ms',
  milliseconds: 'ms',
};
