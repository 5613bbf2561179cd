/**
 * Stored tasks → a `Pipeline` for the engine, directly and not by way of YAML: what a stranger sent is data, and `${{ }}` in it
 * is text like any other. Tasks that have ended before are part of it as sources of their files.
 */
import {
  type JsonObject,
  type JsonValue,
  operationSpecs,
  type OperationSpec,
  type Pipeline,
  splitArguments,
  type Task,
  type TaskName,
  usualGroupBy,
} from '@pipeline/schema';
import type { StoredTask } from './job.ts';

export interface TasksToRun {
  readonly tasks: readonly StoredTask[];
  /** Their files are there. */
  readonly sources: readonly StoredTask[];
  /** The id that a word in `input`, or in an option that takes a task's files, stands for. */
  readonly resolve: (task: StoredTask, word: string) => string | undefined;
}

export interface TaskPipeline {
  readonly pipeline: Pipeline;
  /** By the name that the engine knows it by. */
  readonly byName: ReadonlyMap<TaskName, StoredTask>;
}

const noRange = { start: 0, end: 0 } as const;
const noRetry = { attempts: 1, delayMs: 1000, backoff: 2, maxDelayMs: 30_000, on: 'transient' } as const;
const usualTimeoutMs = 5 * 60 * 60 * 1000;

export function taskPipeline({ tasks, sources, resolve }: TasksToRun): TaskPipeline {
  const byName = new Map<TaskName, StoredTask>();
  const names = new Map<string, TaskName>();
  for (const task of [...sources, ...tasks]) {
    const name = freeName(task.name ?? task.operation, byName);
    byName.set(name, task);
    names.set(task.id, name);
  }
  const nameOf = (task: StoredTask, word: string): readonly TaskName[] => {
    const name = names.get(resolve(task, word) ?? '');
    return name === undefined ? [] : [name];
  };
  const made = [
    ...sources.map((task) => sourceTask(names.get(task.id) ?? task.id)),
    ...tasks.map((task) => engineTask(names.get(task.id) ?? task.id, task, (word) => nameOf(task, word))),
  ];
  const pipeline: Pipeline = {
    source: { path: 'job', text: '' },
    params: new Map(),
    env: new Map(),
    secrets: [],
    concurrency: { limits: new Map() },
    onError: 'continue',
    tasks: new Map(made.map((task) => [task.name, task])),
  };
  return { pipeline, byName };
}

/** Two tasks of one name may come together: a task alone takes files of several jobs. */
function freeName(wanted: string, taken: ReadonlyMap<TaskName, unknown>): TaskName {
  let name = wanted;
  for (let number = 2; taken.has(name); number += 1) name = `${wanted}-${number}`;
  return name;
}

/** Whatever it did: what it has now was put into its folder, as an upload is. */
function sourceTask(name: TaskName): Task {
  return { ...bareTask(name), operation: 'import/upload' };
}

function engineTask(
  name: TaskName,
  { operation, payload, ignoresError }: StoredTask,
  namesOf: (word: string) => readonly TaskName[],
): Task {
  const spec = operationSpecs[operation];
  const options = optionsOf(payload, spec);
  const fileOptions = Object.keys(options).filter((key) => spec.options[key]?.isFileInput === true);
  const fileInputs = fileOptions.flatMap((key) => {
    const [source] = wordsOf(options[key]).flatMap(namesOf);
    return source === undefined ? [] : [[key, source] as const];
  });
  return {
    ...bareTask(name),
    operation,
    inputs: [...new Set(wordsOf(payload['input']).flatMap(namesOf))],
    fileInputs: Object.fromEntries(fileInputs),
    groupBy: usualGroupBy(spec, (option) => options[option]),
    timeoutMs: timeoutMsOf(payload['timeout']),
    ignoreError: ignoresError,
    options,
  };
}

function bareTask(name: TaskName): Omit<Task, 'operation'> {
  return {
    name,
    range: noRange,
    inputs: [],
    fileInputs: {},
    needs: [],
    variants: [{}],
    groupBy: 'file',
    retry: noRetry,
    ignoreError: false,
    cache: false,
    options: {},
    templates: [],
    optionRanges: {},
  };
}

/** Those that the operation has; whatever else was sent is kept, and without effect. Null is the same as absent. */
function optionsOf(payload: JsonObject, spec: OperationSpec): JsonObject {
  const options: Record<string, JsonValue> = {};
  for (const [key, option] of Object.entries(spec.options)) {
    const value = Object.hasOwn(payload, key) ? payload[key] : undefined;
    if (value === undefined || value === null) continue;
    const pieces =
      option.isCommandLine === true && typeof value === 'string' ? splitArguments(value) : undefined;
    options[key] = pieces?.ok === true ? pieces.value : asPages(key, value);
  }
  return options;
}

/** A single page may be a number. */
const asPages = (key: string, value: JsonValue): JsonValue =>
  key === 'pages' && typeof value === 'number' ? String(value) : value;

/** Seconds, as CloudConvert has it. */
function timeoutMsOf(value: JsonValue | undefined): number {
  const seconds = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : usualTimeoutMs;
}

function wordsOf(value: JsonValue | undefined): readonly string[] {
  return [value].flat().filter((word) => typeof word === 'string');
}
