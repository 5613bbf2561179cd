/**
 * The options of a task for one action: every expression replaced by its value, and the value checked against the option.
 * A task without expressions gets its own options back, not a copy.
 */
import { evaluateTemplate } from './expression/evaluate-template.ts';
import { accepts, describeSchema, schemaAt } from './expression/scalar-schema.ts';
import type { Scope } from './expression/template.ts';
import {
  isJsonList,
  isJsonObject,
  type JsonObject,
  type JsonPath,
  type JsonScalar,
  type JsonValue,
} from './json.ts';
import { operationSpecs } from './operations/operation-specs.ts';
import type { OptionTemplate, Task } from './pipeline.ts';
import { err, ok, type Result } from './result.ts';

/** The error names the option and says what is wrong with it, without the value of a secret. */
export function resolveOptions(task: Task, scope: Scope): Result<JsonObject, string> {
  if (task.templates.length === 0) return ok(task.options);
  const options: Record<string, JsonValue> = { ...task.options };
  for (const optionTemplate of task.templates) {
    const value = resolveOne(task, optionTemplate, scope);
    if (!value.ok) return value;
    const [key, ...rest] = optionTemplate.path;
    if (key !== undefined) options[key] = withValue(options[key], rest, value.value);
  }
  return ok(options);
}

function resolveOne(
  task: Task,
  { path, template }: OptionTemplate,
  scope: Scope,
): Result<JsonScalar, string> {
  const value = evaluateTemplate(template, scope);
  if (!value.ok) return err(`\`${path.join('.')}\` has no value: ${value.error}`);
  const [name, ...rest] = path;
  const option = operationSpecs[task.operation].options[String(name)];
  const schema = option === undefined ? undefined : schemaAt(option.schema, rest);
  if (schema === undefined || accepts(schema, value.value)) return value;
  const isSecret = option?.isCredential === true;
  const shown = isSecret
    ? 'what its expression gives is not that'
    : `its expression gives ${JSON.stringify(value.value)}`;
  return err(`\`${path.join('.')}\` takes ${describeSchema(schema)}, but ${shown}`);
}

/** Copies only what lies on the way to the changed value. */
function withValue(container: JsonValue | undefined, path: JsonPath, value: JsonScalar): JsonValue {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (isJsonList(container) && typeof step === 'number') {
    return container.with(step, withValue(container[step], rest, value));
  }
  if (isJsonObject(container)) return { ...container, [step]: withValue(container[step], rest, value) };
  return value;
}
