/**
 * A task as it is written, with `defaults` merged under it and `options:` over its flat options: each key with its value
 * and where that stands. Nothing is checked here, and nothing lowered.
 */
import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from './json.ts';
import { type OperationName, operationNames } from './operations/operation-name.ts';
import type { OperationSpec } from './operations/operation-spec.ts';
import { operationSpecs } from './operations/operation-specs.ts';
import { taskKeys } from './task-keys.ts';

export interface Given {
  readonly value: JsonValue;
  readonly path: JsonPath;
}

export interface TaskBody {
  readonly name: string;
  readonly path: JsonPath;
  /** Absent when the operation is missing or not known. */
  readonly spec?: OperationSpec;
  readonly control: Readonly<Record<string, Given>>;
  readonly options: Readonly<Record<string, Given>>;
}

/** `defaults` is the map of the file, already known to hold maps where it holds anything. */
export function taskBody(name: string, task: JsonObject, defaults: JsonObject): TaskBody {
  const path: JsonPath = ['tasks', name];
  const spec = specOf(task['operation']);
  const control: Record<string, Given> = {};
  const options: Record<string, Given> = {};
  for (const layer of layersBelow(spec, defaults)) add(layer, { control, options, spec });
  add({ body: task, path }, { control, options, spec });
  return { name, path, control, options, ...(spec === undefined ? {} : { spec }) };
}

export const isControlKey = (key: string): boolean => Object.hasOwn(taskKeys, key);
export const isIgnoredKey = (key: string): boolean => key.startsWith('x-');

/** Also by CloudConvert's other spelling, `import/azure-blob`. */
export function specOf(operation: JsonValue | undefined): OperationSpec | undefined {
  if (typeof operation !== 'string') return undefined;
  const name = isOperationName(operation) ? operation : byAlias(operation);
  return name === undefined ? undefined : operationSpecs[name];
}

const isOperationName = (name: string): name is OperationName => Object.hasOwn(operationSpecs, name);

const byAlias = (operation: string): OperationName | undefined =>
  operationNames.find((known) => operationSpecs[known].alias === operation);

interface Layer {
  readonly body: JsonObject;
  readonly path: JsonPath;
  /** Only what the operation knows is taken: the layer is for many operations. */
  readonly isForAll?: boolean;
}

function layersBelow(spec: OperationSpec | undefined, defaults: JsonObject): readonly Layer[] {
  const layers: Layer[] = [];
  const names = [
    '*',
    ...(spec === undefined ? [] : [spec.name, ...(spec.alias === undefined ? [] : [spec.alias])]),
  ];
  for (const name of names) {
    const body = Object.hasOwn(defaults, name) ? defaults[name] : undefined;
    if (isJsonObject(body)) layers.push({ body, path: ['defaults', name], isForAll: name === '*' });
  }
  return layers;
}

interface Target {
  readonly control: Record<string, Given>;
  readonly options: Record<string, Given>;
  readonly spec: OperationSpec | undefined;
}

function add({ body, path, isForAll = false }: Layer, { control, options, spec }: Target): void {
  const isTaken = (key: string): boolean =>
    !isForAll || (spec !== undefined && Object.hasOwn(spec.options, key));
  for (const key of Object.keys(body)) {
    // No key of ours; assigning it would set the prototype.
    if (key === '__proto__') continue;
    const given: Given = { value: body[key] ?? null, path: [...path, key] };
    if (isControlKey(key)) control[key] = given;
    else if (!isIgnoredKey(key) && isTaken(key)) options[key] = given;
  }
  const explicit = body['options'];
  if (!isJsonObject(explicit)) return;
  for (const key of Object.keys(explicit)) {
    if (isTaken(key) && key !== '__proto__')
      options[key] = { value: explicit[key] ?? null, path: [...path, 'options', key] };
  }
}
