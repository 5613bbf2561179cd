/** The keys of one task, and of one block of `defaults`: control keys, options of the operation, what is missing. */
import { checkValue, type Written } from './check-value.ts';
import { commandMistakes } from './command-mistakes.ts';
import { written } from './describe-value.ts';
import type { Diagnostic } from './diagnostic.ts';
import { didYouMean, nearest } from './did-you-mean.ts';
import { expressionPlaces } from './expression-places.ts';
import { optionValidators, taskKeyValidators } from './generated/validators.js';
import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from './json.ts';
import {
  constantOnly,
  keyNotInDefaults,
  missingKey,
  missingOneOf,
  severalOf,
  unknownKey,
  unknownOperation,
} from './key-diagnostics.ts';
import { operationNames } from './operations/operation-name.ts';
import type { OperationSpec } from './operations/operation-spec.ts';
import { operationSpecs } from './operations/operation-specs.ts';
import { otherWord } from './other-words.ts';
import { isControlKey, isIgnoredKey, specOf, type TaskBody } from './task-body.ts';
import { notInDefaults, taskKeys } from './task-keys.ts';

export function validateTask(task: JsonObject, body: TaskBody, file: Written): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const { spec, path } = body;
  if (!Object.hasOwn(task, 'operation')) {
    const example = 'operation: convert';
    found.push(
      missingKey(file.places.key(path), { where: `the task "${body.name}"`, key: 'operation', example }),
    );
  }
  for (const key of Object.keys(task)) checkKey({ key, value: task[key] ?? null, path, spec }, file, found);
  if (spec === undefined) return found;
  // `ouput_format` is unknown, and that is enough: its right spelling is not missing as well.
  const typed = found.length === 0 ? [] : unknownKeys(task, spec);
  const misspelt = new Set(typed.flatMap((key) => nearest(key.split(':', 1)[0] ?? '', spec.required) ?? []));
  const missing = absent(body, spec, file).filter(({ key }) => key === undefined || !misspelt.has(key));
  return [...found, ...commandMistakes(body, file), ...missing.map(({ diagnostic }) => diagnostic)];
}

export function validateDefaults(defaults: JsonObject, file: Written): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const name of Object.keys(defaults)) {
    const block = defaults[name] ?? null;
    const path = ['defaults', name];
    const spec = specOf(name);
    if (spec === undefined && name !== '*') {
      if (!isIgnoredKey(name)) found.push(unknownOperation(file.places.key(path), name, operationHint(name)));
    } else if (isJsonObject(block)) {
      for (const key of Object.keys(block)) {
        if (notInDefaults.has(key)) found.push(keyNotInDefaults(file.places.key([...path, key]), key));
        else checkKey({ key, value: block[key] ?? null, path, spec, isForAll: name === '*' }, file, found);
      }
    }
  }
  return found;
}

interface Key {
  readonly key: string;
  readonly value: JsonValue;
  /** Of the map that it stands in. */
  readonly path: JsonPath;
  readonly spec: OperationSpec | undefined;
  readonly isForAll?: boolean;
}

function checkKey(one: Key, file: Written, found: Diagnostic[]): void {
  const { key, value, path, spec } = one;
  if (isControlKey(key)) {
    checkControl({ key, value, path: [...path, key] }, file, found);
    if (key === 'operation' && typeof value === 'string' && spec === undefined && !value.includes('${{')) {
      found.push(unknownOperation(file.places.value([...path, key]), value, operationHint(value)));
    }
    if (key === 'options' && isJsonObject(value)) {
      for (const name of Object.keys(value)) {
        checkOption({ ...one, key: name, value: value[name] ?? null, path: [...path, key] }, file, found);
      }
    }
  } else if (!isIgnoredKey(key)) checkOption(one, file, found);
}

/** What can be known when an action starts; all else is known before the run. */
const takesExpressions: ReadonlySet<string> = new Set(['if', 'options', 'verify']);

function checkControl({ key, value, path }: Omit<Key, 'spec'>, file: Written, found: Diagnostic[]): void {
  const schema = taskKeys[key];
  const validator = taskKeyValidators[key];
  if (schema === undefined || validator === undefined) return;
  if (!takesExpressions.has(key)) {
    for (const place of expressionPlaces(value, path))
      found.push(constantOnly(file.places.value(place), `"${key}"`));
  }
  if (validator(value)) return;
  for (const one of checkValue({ value, path, schema, validator }, file)) found.push(one);
}

function checkOption(
  { key, value, path, spec, isForAll = false }: Key,
  file: Written,
  found: Diagnostic[],
): void {
  // Of an operation that is not known, nothing can be said about its options.
  if (spec === undefined && !isForAll) return;
  const owner = spec ?? ownerOf(key);
  const option = owner !== undefined && Object.hasOwn(owner.options, key) ? owner.options[key] : undefined;
  const validator = owner === undefined ? undefined : optionValidators[owner.name]?.[key];
  const place = [...path, key];
  if (owner === undefined || option === undefined || validator === undefined) {
    const where = spec === undefined ? 'any operation' : spec.name;
    found.push(unknownKey(file.places.key(place), { key, where, hint: keyHint(key, value, spec) }));
  } else if (!validator(value)) {
    for (const one of checkValue({ value, path: place, schema: option.schema, validator }, file))
      found.push(one);
  }
}

/** An option of `defaults: '*'` is checked by the first operation that has it. */
const ownerOf = (key: string): OperationSpec | undefined =>
  operationNames.map((name) => operationSpecs[name]).find(({ options }) => Object.hasOwn(options, key));

function keyHint(key: string, value: JsonValue, spec: OperationSpec | undefined): string | undefined {
  // `{b:1}` is one key without a value.
  const joined = /^([\w-]+):(.+)$/.exec(key);
  if (joined !== null && value === null)
    return `a blank belongs after the colon: \`${joined[1]}: ${joined[2]}\``;
  const own = spec === undefined ? optionNames() : Object.keys(spec.options);
  const near = didYouMean(key, [...own, ...Object.keys(taskKeys)]);
  if (near !== undefined) return near;
  const owners = operationNames.filter((name) => Object.hasOwn(operationSpecs[name].options, key));
  if (owners.length > 0) {
    const some = owners.length > 4 ? `${owners.slice(0, 3).join(', ')} and others` : owners.join(', ');
    return `it is an option of ${some}`;
  }
  return (
    otherWord('task', key) ??
    (spec === undefined || own.length === 0
      ? undefined
      : `options of ${spec.name} are ${own.slice(0, 12).join(', ')}${own.length > 12 ? ', …' : ''}`)
  );
}

const optionNames = (): readonly string[] => [
  ...new Set(operationNames.flatMap((name) => Object.keys(operationSpecs[name].options))),
];

function operationHint(name: string): string | undefined {
  const aliases = operationNames.flatMap((known) => operationSpecs[known].alias ?? []);
  const near = nearest(name, [...operationNames, ...aliases]);
  return otherWord('operation', name) ?? (near === undefined ? undefined : `did you mean "${near}"?`);
}

interface Absent {
  readonly key?: string;
  readonly diagnostic: Diagnostic;
}

const unknownKeys = (task: JsonObject, spec: OperationSpec): readonly string[] =>
  Object.keys(task).filter(
    (key) => !isControlKey(key) && !isIgnoredKey(key) && !Object.hasOwn(spec.options, key),
  );

/** `required` and `oneOf`, after defaults and `options:` are merged. */
function absent({ name, path, options }: TaskBody, spec: OperationSpec, file: Written): readonly Absent[] {
  const found: Absent[] = [];
  const where = `${spec.name} "${name}"`;
  for (const key of spec.required) {
    if (Object.hasOwn(options, key)) continue;
    const example = exampleLine(spec, key);
    found.push({ key, diagnostic: missingKey(file.places.key(path), { where, key, example }) });
  }
  for (const group of spec.oneOf ?? []) {
    const given = group.filter((key) => Object.hasOwn(options, key));
    if (given.length === 0) found.push({ diagnostic: missingOneOf(file.places.key(path), where, group) });
    if (given.length < 2) continue;
    const [last, ...others] = given.map((key) => file.places.key(options[key]?.path ?? path)).reverse();
    if (last !== undefined) found.push({ diagnostic: severalOf(last, given, others) });
  }
  return found;
}

function exampleLine(spec: OperationSpec, key: string): string | undefined {
  const examples = spec.options[key]?.schema['examples'];
  const example = spec.example[key] ?? (Array.isArray(examples) ? examples[0] : undefined);
  return example === undefined ? undefined : `${key}: ${written(example)}`;
}
