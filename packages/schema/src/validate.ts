/**
 * Keys, types and enums of a whole file, all mistakes at once: the precompiled validators find them, `check-value.ts`
 * explains them. References, expressions and the meaning of values come later, for the tasks that are sound here.
 */
import { checkValue, type Written } from './check-value.ts';
import type { Diagnostic } from './diagnostic.ts';
import { didYouMean } from './did-you-mean.ts';
import { pipelineKeyValidators } from './generated/validators.js';
import { isJsonObject, type JsonObject } from './json.ts';
import { badTaskName, constantOnly, missingKey, unknownKey, wrongType } from './key-diagnostics.ts';
import { expressionPlaces } from './expression-places.ts';
import { otherWord } from './other-words.ts';
import { pipelineKeys } from './pipeline-keys.ts';
import { isIgnoredKey, taskBody, type TaskBody } from './task-body.ts';
import { isTaskName } from './task-keys.ts';
import { validateDefaults, validateTask } from './validate-task.ts';

export interface Validated {
  readonly diagnostics: readonly Diagnostic[];
  /** In the order of the file; tasks that are no map are left out. */
  readonly tasks: readonly TaskBody[];
  /** Tasks with a mistake in themselves or in their defaults. */
  readonly broken: ReadonlySet<string>;
  /** Top-level keys with a mistake. */
  readonly brokenKeys: ReadonlySet<string>;
}

export function validate(pipeline: JsonObject, file: Written): Validated {
  const diagnostics: Diagnostic[] = [];
  const brokenKeys = new Set<string>();
  for (const key of Object.keys(pipeline)) {
    const found = checkTopLevel(pipeline, key, file);
    if (found.length > 0) brokenKeys.add(key);
    // One by one, here and below: a spread of 100,000 arguments would overflow the stack.
    for (const one of found) diagnostics.push(one);
  }
  if (!Object.hasOwn(pipeline, 'tasks')) {
    diagnostics.push(
      missingKey({ start: 0, end: 0 }, { where: 'a pipeline', key: 'tasks', example: undefined }),
    );
  }
  const defaults = objectAt(pipeline, 'defaults');
  const inDefaults = validateDefaults(defaults, file);
  if (inDefaults.length > 0) brokenKeys.add('defaults');
  for (const one of inDefaults) diagnostics.push(one);
  return {
    ...validateTasks({ tasks: objectAt(pipeline, 'tasks'), defaults, file, diagnostics }),
    brokenKeys,
  };
}

/** The map at a key; empty when there is none, or something else. */
export function objectAt(object: JsonObject, key: string): JsonObject {
  const value = Object.hasOwn(object, key) ? object[key] : undefined;
  return isJsonObject(value) ? value : {};
}

function checkTopLevel(pipeline: JsonObject, key: string, file: Written): readonly Diagnostic[] {
  const path = [key];
  const value = pipeline[key] ?? null;
  const schema = Object.hasOwn(pipelineKeys, key) ? pipelineKeys[key] : undefined;
  const validator = Object.hasOwn(pipelineKeyValidators, key) ? pipelineKeyValidators[key] : undefined;
  if (schema === undefined || validator === undefined) {
    if (isIgnoredKey(key)) return [];
    const hint = didYouMean(key, Object.keys(pipelineKeys)) ?? otherWord('pipeline', key);
    return [unknownKey(file.places.key(path), { key, where: 'a pipeline', hint })];
  }
  const expressions =
    key === 'tasks' || key === 'defaults' || key === 'description' ? [] : expressionPlaces(value, path);
  return [
    ...expressions.map((place) => constantOnly(file.places.value(place), `"${key}"`)),
    ...checkValue({ value, path, schema, validator }, file),
  ];
}

interface Tasks {
  readonly tasks: JsonObject;
  readonly defaults: JsonObject;
  readonly file: Written;
  readonly diagnostics: Diagnostic[];
}

function validateTasks({ tasks, defaults, file, diagnostics }: Tasks): Omit<Validated, 'brokenKeys'> {
  const bodies: TaskBody[] = [];
  const broken = new Set<string>();
  for (const name of Object.keys(tasks)) {
    const task = tasks[name] ?? null;
    const path = ['tasks', name];
    const before = diagnostics.length;
    if (!isTaskName(name)) diagnostics.push(badTaskName(file.places.key(path), name));
    if (isJsonObject(task)) {
      const body = taskBody(name, task, defaults);
      bodies.push(body);
      for (const one of validateTask(task, body, file)) diagnostics.push(one);
    } else {
      const schema = { type: 'object' };
      const hint = 'below the name stand its keys: `operation: …`, `input: …`';
      diagnostics.push(
        wrongType(file.places.value(path), { name: `the task "${name}"`, value: task, schema, hint }),
      );
    }
    if (diagnostics.length > before) broken.add(name);
  }
  return { diagnostics, tasks: bodies, broken };
}
