/**
 * One value against its schema: errors of the precompiled validator → diagnostics, each at the right key or value.
 * Scalars that hold an expression are left to the type check of expressions. It knows no tasks and no operations.
 */
import { typesOf, written } from './describe-value.ts';
import type { Diagnostic } from './diagnostic.ts';
import { didYouMean } from './did-you-mean.ts';
import type { ValidationError, Validator } from './generated/validators.js';
import { isJsonList, isJsonObject, type JsonObject, type JsonPath, type JsonValue } from './json.ts';
import {
  badDuration,
  badForm,
  isEmpty,
  lostDigits,
  missingKey,
  notPossible,
  noValue,
  outOfRange,
  unknownKey,
  valueInComment,
  wrongType,
} from './key-diagnostics.ts';
import type { Places } from './places.ts';
import type { Source } from './source.ts';
import { durationPattern } from './key-schema.ts';
import { hiddenByComment, lostInNumber } from './traps.ts';
import { typeHint } from './type-hint.ts';

/** The text and where things stand in it. */
export interface Written {
  readonly source: Source;
  readonly places: Places;
}

export interface CheckedValue {
  readonly value: JsonValue;
  /** Where it stands; its last step is its name. */
  readonly path: JsonPath;
  readonly schema: JsonObject;
  readonly validator: Validator;
}

/** Empty when the value is as its schema says. */
export function checkValue(checked: CheckedValue, file: Written): readonly Diagnostic[] {
  if (checked.validator(checked.value)) return [];
  const found: Diagnostic[] = [];
  const places = new Set<string>();
  for (const error of checked.validator.errors ?? []) {
    const diagnostic = explained(error, checked, file);
    // A value that has the wrong type breaks other rules as well: the first thing said of a place is enough.
    const place = `${diagnostic?.range.start}-${diagnostic?.range.end}`;
    if (diagnostic === undefined || places.has(place)) continue;
    places.add(place);
    found.push(diagnostic);
  }
  return found;
}

const holdsExpression = (value: JsonValue): boolean => typeof value === 'string' && value.includes('${{');

/** What the validator complains of: a value, and the schema at its place. */
interface Complaint {
  readonly value: JsonValue;
  readonly schema: JsonObject;
  readonly path: JsonPath;
  readonly name: string;
}

function explained(error: ValidationError, checked: CheckedValue, file: Written): Diagnostic | undefined {
  const complaint = complaintOf(error, checked);
  if (holdsExpression(complaint.value)) return undefined;
  const { name, path, value, schema } = complaint;
  const range = file.places.value(path);
  switch (error.keyword) {
    case 'type':
      return value === null ? missingValue(complaint, file) : typeMistake(complaint, file);
    case 'enum':
    case 'const':
      if (value === null) return missingValue(complaint, file);
      return notPossible(range, { name, value, schema, hint: typeHint(value, schema) });
    case 'pattern':
      if (typeof value === 'string' && schema['pattern'] === durationPattern)
        return badDuration(range, name, value);
      return badForm(range, { name, value, hint: exampleHint(schema) });
    case 'additionalProperties':
      return unknownProperty(complaint, String(error.params['additionalProperty']), file);
    case 'required': {
      const key = String(error.params['missingProperty']);
      return missingKey(file.places.key(path), { where: name, key, example: undefined });
    }
    default:
      return limitMistake(error, complaint, file);
  }
}

function complaintOf(error: ValidationError, checked: CheckedValue): Complaint {
  const steps = error.instancePath.split('/').slice(1).map(unescaped);
  let { value, schema } = checked;
  const path = [...checked.path];
  for (const step of steps) {
    if (isJsonList(value)) {
      value = value[Number(step)] ?? null;
      schema = child(schema, 'items');
      path.push(Number(step));
    } else {
      const properties = child(schema, 'properties');
      schema = Object.hasOwn(properties, step)
        ? child(properties, step)
        : child(schema, 'additionalProperties');
      value = isJsonObject(value) ? (value[step] ?? null) : null;
      path.push(step);
    }
  }
  return { value, schema, path, name: nameOf(path) };
}

const unescaped = (step: string): string => step.replaceAll('~1', '/').replaceAll('~0', '~');

function child(schema: JsonObject, key: string): JsonObject {
  const value = schema[key];
  return isJsonObject(value) ? value : {};
}

/** `"width"`, `"width" of "matrix"` would be too much: the frame shows the place. */
function nameOf(path: JsonPath): string {
  const last = path.at(-1);
  return typeof last === 'number' ? `an item of "${String(path.at(-2))}"` : `"${String(last)}"`;
}

function missingValue({ name, path, schema }: Complaint, { source, places }: Written): Diagnostic {
  const key = places.key(path);
  const hidden = hiddenByComment(source, key);
  if (hidden !== undefined) return valueInComment(hidden.range, name, hidden.text);
  return noValue(key, name, exampleHint(schema));
}

function typeMistake({ name, path, value, schema }: Complaint, { places }: Written): Diagnostic {
  const range = places.value(path);
  const isScalar = typeof value === 'number' || typeof value === 'boolean';
  const text = places.text(path);
  if (isScalar && typesOf(schema).includes('string') && lostInNumber(text, value)) {
    return lostDigits(range, { name, text, value });
  }
  return wrongType(range, { name, value, schema, hint: typeHint(value, schema) });
}

function unknownProperty(
  { name, path, value, schema }: Complaint,
  key: string,
  { places }: Written,
): Diagnostic | undefined {
  if (key.startsWith('x-')) return undefined;
  const known = Object.keys(child(schema, 'properties'));
  // `{ description: Of photos, 1 to 100 }`: the comma ended the text.
  const isText = isJsonObject(value) && value[key] === null && key.includes(' ');
  const hint = isText
    ? 'inside { } a comma ends the text before it: put that text in quotes'
    : (didYouMean(key, known) ?? `its keys are ${known.join(', ')}`);
  return unknownKey(places.key([...path, key]), { key, where: name, hint });
}

function limitMistake(
  error: ValidationError,
  { name, path, value, schema }: Complaint,
  file: Written,
): Diagnostic {
  const range = file.places.value(path);
  const limit = String(error.params['limit'] ?? error.params['multipleOf'] ?? '');
  const hint = exampleHint(schema);
  switch (error.keyword) {
    case 'minimum':
      return outOfRange(range, { name, value, limit: `at least ${limit}` });
    case 'exclusiveMinimum':
      return outOfRange(range, { name, value, limit: `more than ${limit}` });
    case 'maximum':
      return outOfRange(range, { name, value, limit: `at most ${limit}` });
    case 'exclusiveMaximum':
      return outOfRange(range, { name, value, limit: `less than ${limit}` });
    case 'multipleOf':
      return outOfRange(range, { name, value, limit: `a multiple of ${limit}` });
    case 'minLength':
    case 'minItems':
    case 'minProperties':
      if (limit === '1') return isEmpty(file.places.value(path), name, hint);
      return outOfRange(range, { name, value, limit: `at least ${limit} long` });
    case 'maxLength':
    case 'maxItems':
    case 'maxProperties':
      return outOfRange(range, { name, value, limit: `at most ${limit} long` });
    default:
      return badForm(range, { name, value, hint });
  }
}

/** Only when it fits beside the message: an example of a whole map says less than it costs to read. */
function exampleHint(schema: JsonObject): string | undefined {
  const { examples } = schema;
  const first = isJsonList(examples) ? examples[0] : undefined;
  const text = first === undefined ? '' : written(first);
  return text === '' || text.length > 60 ? undefined : `for instance ${text}`;
}
