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
import type { OptionSpec } from './operations/operation-spec.ts';
import { operationSpecs } from './operations/operation-specs.ts';
import type { OptionTemplate, Task } from './pipeline.ts';
import { err, ok, type Result } from './result.ts';
import { verifyKeys } from './verify-keys.ts';

/** The error names the option and says what is wrong with it, without the value of a secret. */
export function resolveOptions(task: Task, scope: Scope): Result<JsonObject, string> {
  const { options } = operationSpecs[task.operation];
  return resolveValues({ values: task.options, templates: task.templates }, scope, (name) => options[name]);
}

/** The same for `verify`; undefined when the task has none. */
export function resolveVerify({ verify }: Task, scope: Scope): Result<JsonObject | undefined, string> {
  if (verify === undefined) return ok(undefined);
  return resolveValues(verify, scope, (name) => {
    const schema = verifyKeys[name];
    return schema === undefined ? undefined : { schema };
  });
}

type Described = Pick<OptionSpec, 'schema' | 'isCredential'>;

function resolveValues(
  { values, templates }: { readonly values: JsonObject; readonly templates: readonly OptionTemplate[] },
  scope: Scope,
  describe: (name: string) => Described | undefined,
): Result<JsonObject, string> {
  if (templates.length === 0) return ok(values);
  const resolved: Record<string, JsonValue> = { ...values };
  for (const optionTemplate of templates) {
    const [key, ...rest] = optionTemplate.path;
    const value = resolveOne(optionTemplate, scope, describe(String(key)));
    if (!value.ok) return value;
    if (key !== undefined) resolved[key] = withValue(resolved[key], rest, value.value);
  }
  return ok(resolved);
}

function resolveOne(
  { path, template }: OptionTemplate,
  scope: Scope,
  option: Described | undefined,
): Result<JsonScalar, string> {
  const value = evaluateTemplate(template, scope);
  if (!value.ok) return err(`\`${path.join('.')}\` has no value: ${value.error}`);
  const schema = option === undefined ? undefined : schemaAt(option.schema, path.slice(1));
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
