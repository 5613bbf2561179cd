/**
 * A request's body → new tasks, or everything that is wrong with it, by field. What only a run can tell, such as
 * credentials that do not open anything or a pair of formats that nobody converts, is left to the run: there it fails its
 * own task, as CloudConvert has it. It stores nothing.
 */
import {
  didYouMean,
  findCycles,
  isJsonList,
  isJsonObject,
  isTaskName,
  type JsonObject,
  type JsonValue,
  type OperationName,
  operationNames,
  operationSpecs,
  type Result,
} from '@pipeline/schema';
import type { FieldErrors } from './api-error.ts';
import { Places } from './places.ts';
import { checkOptions, fileInputs } from './task-options.ts';

export interface NewTask {
  /** Absent when it stands alone. */
  readonly name?: string;
  readonly operation: OperationName;
  readonly payload: JsonObject;
  /** Names of tasks of the same job, or ids when it stands alone. */
  readonly dependsOn: readonly string[];
  readonly ignoresError: boolean;
}

const maxErrors = 50;

const none: readonly string[] = [];

/** Errors are collected: all of a job's are told at once, up to a bound. */
class Errors {
  #byField: Map<string, string[]> | undefined;

  get hasAny(): boolean {
    return this.#byField !== undefined;
  }

  add(field: string, message: string): void {
    this.#byField ??= new Map();
    const messages = this.#byField.get(field);
    if (messages !== undefined) messages.push(message);
    else if (this.#byField.size < maxErrors) this.#byField.set(field, [message]);
  }

  result(): FieldErrors {
    return Object.fromEntries(this.#byField ?? []);
  }
}

/** `tasks` of `POST /jobs`: a map by name, or a list of tasks that have a `name`. In the order of the request. */
export function readJobTasks(given: JsonValue, limit: number): Result<readonly NewTask[], FieldErrors> {
  const errors = new Errors();
  const bodies = namedBodies(given, errors);
  if (bodies.length === 0 && !errors.hasAny) errors.add('tasks', 'The tasks field is required.');
  if (bodies.length > limit) errors.add('tasks', `The tasks may not have more than ${limit} items.`);
  if (errors.hasAny) return { ok: false, error: errors.result() };
  const places = new Places(bodies.map(({ name }) => name));
  const isKnown = (input: string): boolean => places.of(input) !== undefined;
  const tasks: NewTask[] = [];
  for (const { name, body } of bodies) {
    const task = readTask(body, { prefix: `tasks.${name}.`, errors, isKnown });
    if (task === undefined) continue;
    const { operation, payload, dependsOn, ignoresError } = task;
    tasks.push({ name, operation, payload, dependsOn, ignoresError });
  }
  if (!errors.hasAny && !areInOrder(tasks, places)) {
    for (const cycle of cycles(tasks)) errors.add('tasks', cycle);
  }
  return errors.hasAny ? { ok: false, error: errors.result() } : { ok: true, value: tasks };
}

/** The body of `POST /{operation}`. Its inputs are ids of tasks that exist. */
export function readLoneTask(
  operation: string,
  body: JsonObject,
  isKnown: (id: string) => boolean,
): Result<NewTask, FieldErrors> {
  const errors = new Errors();
  const task = readTask({ ...body, operation }, { prefix: '', errors, isKnown });
  if (task === undefined || errors.hasAny) return { ok: false, error: errors.result() };
  return { ok: true, value: task };
}

interface NamedBody {
  readonly name: string;
  readonly body: JsonValue;
}

function namedBodies(given: JsonValue, errors: Errors): readonly NamedBody[] {
  if (isJsonObject(given)) {
    const names = Object.keys(given);
    for (const name of names) checkName(name, errors);
    return names.map((name) => ({ name, body: given[name] ?? null }));
  }
  if (!isJsonList(given)) {
    if (given !== null) errors.add('tasks', 'The tasks must be an object: name → task.');
    return [];
  }
  const seen = new Set<string>();
  return given.map((body, index) => {
    const written = isJsonObject(body) ? body['name'] : undefined;
    const name = typeof written === 'string' ? written : `task-${index + 1}`;
    checkName(name, errors);
    if (seen.has(name)) errors.add(`tasks.${index}.name`, `The name ${name} is given twice.`);
    seen.add(name);
    return { name, body };
  });
}

const maxNameLength = 255;

function checkName(name: string, errors: Errors): void {
  if (isTaskName(name) && name.length <= maxNameLength) return;
  const shown = name.length > 60 ? `${name.slice(0, 60)}…` : name;
  errors.add(
    'tasks',
    `The name "${shown}" may only have letters, numbers, dashes and underscores, up to 255.`,
  );
}

interface Place {
  /** Of the fields of its errors: `tasks.import-1.`, or nothing. */
  readonly prefix: string;
  readonly errors: Errors;
  readonly isKnown: (input: string) => boolean;
}

function readTask(body: JsonValue, place: Place): NewTask | undefined {
  const { prefix, errors } = place;
  if (!isJsonObject(body)) {
    errors.add(prefix.slice(0, -1), 'The task must be an object.');
    return undefined;
  }
  const operation = readOperation(body['operation'], place);
  if (operation === undefined) return undefined;
  const spec = operationSpecs[operation];
  const input = readInput(body['input'], place);
  const { payload, mistakes } = checkOptions(spec, body, input);
  for (const [key, mistake] of mistakes) errors.add(`${prefix}${key}`, mistake);
  const files = filesOf(payload, fileInputs.get(operation) ?? none, place);
  return {
    operation,
    payload,
    dependsOn: unique(input ?? none, files),
    ignoresError: payload['ignore_error'] === true,
  };
}

/** Of the tasks whose files are taken as options. */
function filesOf(payload: JsonObject, keys: readonly string[], place: Place): readonly string[] {
  if (keys.length === 0) return none;
  return keys.flatMap((key) => {
    const task = payload[key];
    return typeof task === 'string' ? known([task], key, place) : none;
  });
}

/** Most tasks take from one other, which costs nothing then. */
function unique(inputs: readonly string[], files: readonly string[]): readonly string[] {
  return inputs.length <= 1 && files.length === 0 ? inputs : [...new Set([...inputs, ...files])];
}

const operations: ReadonlyMap<string, OperationName> = new Map(
  operationNames.flatMap((name): (readonly [string, OperationName])[] => {
    const { alias } = operationSpecs[name];
    return alias === undefined
      ? [[name, name]]
      : [
          [name, name],
          [alias, name],
        ];
  }),
);

/** By its own name or by CloudConvert's other one. */
export const operationNamed = (word: string): OperationName | undefined => operations.get(word);

export const operationWords = (): readonly string[] => [...operations.keys()];

function readOperation(value: JsonValue | undefined, { prefix, errors }: Place): OperationName | undefined {
  const field = `${prefix}operation`;
  if (typeof value !== 'string' || value === '') {
    errors.add(field, 'The operation field is required.');
    return undefined;
  }
  const operation = operationNamed(value);
  if (operation === undefined) {
    const hint = value.length > 100 ? undefined : didYouMean(value, operationWords());
    errors.add(field, `The selected operation is invalid.${hint === undefined ? '' : ` ${sentence(hint)}`}`);
  }
  return operation;
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A name or a list of names. Undefined: the task has none, which is for the run to judge. */
function readInput(value: JsonValue | undefined, place: Place): readonly string[] | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const names: readonly JsonValue[] = isJsonList(value) ? value : [value];
  if (!names.every((name) => typeof name === 'string')) {
    place.errors.add(`${place.prefix}input`, 'The input must be a task, or a list of tasks.');
    return undefined;
  }
  return known(names, 'input', place);
}

function known(
  names: readonly string[],
  field: string,
  { prefix, errors, isKnown }: Place,
): readonly string[] {
  const unknown = names.find((name) => !isKnown(name));
  if (unknown !== undefined) {
    const shown = unknown.length > 60 ? `${unknown.slice(0, 60)}…` : unknown;
    errors.add(`${prefix}${field}`, `The task "${shown}" does not exist.`);
  }
  return names;
}

/** Each after those that it depends on, as most people write them: then there is no circle to look for. */
function areInOrder(tasks: readonly NewTask[], places: Places): boolean {
  return tasks.every(({ dependsOn }, place) => dependsOn.every((name) => (places.of(name) ?? place) < place));
}

const maxCycles = 10;
const maxNamesInCycle = 10;

function cycles(tasks: readonly NewTask[]): readonly string[] {
  const edges = new Map(tasks.map(({ name = '', dependsOn }) => [name, dependsOn.map((to) => ({ to }))]));
  return findCycles(edges)
    .slice(0, maxCycles)
    .map((cycle) => {
      const names = cycle.map(({ to }) => to);
      const shown = names.length <= maxNamesInCycle ? names : [...names.slice(0, maxNamesInCycle), '…'];
      return `The tasks depend on each other in a circle: ${[names.at(-1), ...shown].join(' → ')}.`;
    });
}
