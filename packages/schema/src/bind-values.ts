/**
 * The values of a run: parameters, declared environment variables and secrets, checked against their declarations.
 * Everything that is missing or wrong is told at once. It reads no environment itself: it is given one.
 */
import { didYouMean } from './did-you-mean.ts';
import type { Diagnostic } from './diagnostic.ts';
import {
  missingParam,
  missingSecret,
  missingVariable,
  paramVariable,
  unknownParam,
  wrongParamValue,
} from './expression-diagnostics.ts';
import { visitReferences } from './expression/possible-values.ts';
import { accepts, describeSchema, typeOfScalar } from './expression/scalar-schema.ts';
import type { JsonObject, JsonScalar } from './json.ts';
import type { Param, Pipeline, Task } from './pipeline.ts';
import { err, ok, type Result } from './result.ts';
import type { Range } from './source.ts';

/** What `params`, `env` and `secrets` of expressions read. */
export interface RunValues {
  readonly params: Readonly<Record<string, JsonScalar>>;
  readonly env: Readonly<Record<string, string>>;
  /** To be masked everywhere. */
  readonly secrets: Readonly<Record<string, string>>;
}

export interface GivenValues {
  /** Texts from the command line, typed values from a file. */
  readonly params: Readonly<Record<string, JsonScalar>>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export function bindValues(pipeline: Pipeline, given: GivenValues): Result<RunValues, readonly Diagnostic[]> {
  const problems: Diagnostic[] = [];
  const params: Record<string, JsonScalar> = {};
  for (const name of Object.keys(given.params)) {
    if (!pipeline.params.has(name)) problems.push(unknownParam(name, pipeline.params));
  }
  for (const param of pipeline.params.values()) {
    const bound = bindParam(param, given);
    if (bound.ok) define(params, param.name, bound.value);
    else problems.push(bound.error);
  }
  const { env, secrets } = bindEnvironment(pipeline, given.env);
  problems.push(...missingValues(pipeline, env, secrets));
  return problems.length === 0 ? ok({ params, env, secrets }) : err(problems);
}

function bindParam(param: Param, given: GivenValues): Result<JsonScalar, Diagnostic> {
  if (Object.hasOwn(given.params, param.name)) return fit(param, given.params[param.name] ?? null, '');
  const variable = paramVariable(param.name);
  const fromEnvironment = given.env[variable];
  if (fromEnvironment !== undefined) return fit(param, fromEnvironment, ` by ${variable}`);
  return param.default === undefined ? err(missingParam(param)) : ok(param.default);
}

function fit(param: Param, given: JsonScalar, by: string): Result<JsonScalar, Diagnostic> {
  const value = typeof given === 'string' ? parse(param.type, given) : given;
  const schema = paramSchema(param);
  if (value !== undefined && accepts(schema, value)) return ok(value);
  return err(
    wrongParamValue(param, {
      given: `${JSON.stringify(given)} is given${by}`,
      wanted: describeSchema(schema),
      hint: fitHint(param, given),
    }),
  );
}

function fitHint({ type, enum: choices }: Param, given: JsonScalar): string | undefined {
  if (choices !== undefined) return didYouMean(String(given), choices.map(String));
  if (type === 'boolean') return 'write true or false';
  if (type === 'string' && typeOfScalar(given) !== 'string')
    return `put the value in quotes: "${String(given)}"`;
  return undefined;
}

/** Text of the command line as a value of the type; undefined when it is none. */
function parse(type: Param['type'], text: string): JsonScalar | undefined {
  switch (type) {
    case 'string':
      return text;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    default:
      return /^[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$/.test(text.trim()) ? Number(text) : undefined;
  }
}

function paramSchema(param: Param): JsonObject {
  const { type, enum: choices, minimum, maximum, pattern } = param;
  return {
    type,
    ...(choices === undefined ? {} : { enum: choices }),
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
    ...(pattern === undefined ? {} : { pattern }),
  };
}

/** A variable that is set to nothing counts as not set: that is what CI systems make of an absent value. */
function bindEnvironment(pipeline: Pipeline, given: GivenValues['env']): Pick<RunValues, 'env' | 'secrets'> {
  const env: Record<string, string> = {};
  const secrets: Record<string, string> = {};
  for (const [name, fallback] of pipeline.env) define(env, name, isSet(given[name]) ? given[name] : fallback);
  for (const name of pipeline.secrets) if (isSet(given[name])) define(secrets, name, given[name]);
  return { env, secrets };
}

const isSet = (value: string | undefined): value is string => value !== undefined && value !== '';

/** Not a plain assignment: a parameter may be called `__proto__`. */
function define<T>(record: Record<string, T>, name: string, value: T | undefined): void {
  if (value !== undefined)
    Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true });
}

/** Only what an expression needs, and for which it has no `default(…)`, must be there. */
function missingValues(
  pipeline: Pipeline,
  env: RunValues['env'],
  secrets: RunValues['secrets'],
): Diagnostic[] {
  const missing = new Map<string, Diagnostic>();
  const visit = (root: string, name: string, range: Range): void => {
    const key = `${root}.${name}`;
    if (missing.has(key)) return;
    if (root === 'env' && !Object.hasOwn(env, name)) missing.set(key, missingVariable(name, range));
    if (root === 'secrets' && !Object.hasOwn(secrets, name)) missing.set(key, missingSecret(name, range));
  };
  if (pipeline.env.size === 0 && pipeline.secrets.length === 0) return [];
  for (const task of pipeline.tasks.values()) {
    for (const template of templatesOf(task)) {
      visitReferences(template, ({ root, name, range }, isOptional) => {
        if (!isOptional) visit(root, name, range);
      });
    }
  }
  return [...missing.values()];
}

function templatesOf(task: Task): Task['templates'][number]['template'][] {
  const templates = [...task.templates, ...(task.verify?.templates ?? [])].map(({ template }) => template);
  return task.condition === undefined ? templates : [task.condition, ...templates];
}
