/** A task whose keys and types are sound → `Task`: defaults filled in, durations read, matrix expanded, templates parsed. */
import type { Written } from './check-value.ts';
import type { Diagnostic } from './diagnostic.ts';
import { durationMs } from './duration.ts';
import { checkTemplate, type TemplateEnvironment } from './expression/check-template.ts';
import { parseCondition } from './expression/parse-template.ts';
import type { Template } from './expression/template.ts';
import { isJsonObject, type JsonValue } from './json.ts';
import { expressionDiagnostic } from './expression-diagnostics.ts';
import { lowerOptions } from './lower-options.ts';
import { lowerMatrix } from './lower-matrix.ts';
import { lowerVerify } from './lower-verify.ts';
import type { OperationSpec } from './operations/operation-spec.ts';
import type { Pipeline, RetryPolicy, Task, Variant } from './pipeline.ts';
import type { Given, TaskBody } from './task-body.ts';
import type { Reference } from './task-references.ts';
import { usualGroupBy } from './usual-group-by.ts';

export interface TaskToLower {
  readonly body: TaskBody;
  readonly spec: OperationSpec;
  readonly references: readonly Reference[];
  readonly pipeline: Pick<Pipeline, 'params' | 'env' | 'secrets'>;
}

export interface LoweredTask {
  readonly task: Task;
  readonly diagnostics: readonly Diagnostic[];
}

const noMatrix: readonly Variant[] = [{}];

export function lowerTask({ body, spec, references, pipeline }: TaskToLower, file: Written): LoweredTask {
  const { control } = body;
  const matrix = matrixOf(control['matrix'], file);
  const groupBy =
    groupByOf(control['group_by']?.value) ?? usualGroupBy(spec, (name) => body.options[name]?.value);
  const inputs = namesOf(references, 'input');
  const environment: Omit<TemplateEnvironment, 'allowsSecrets'> = {
    params: pipeline.params,
    env: pipeline.env,
    secrets: pipeline.secrets,
    variants: matrix.variants,
    file: inputs.length === 0 ? 'none' : groupBy === 'file' ? 'each' : 'group',
  };
  // Without its variants nothing sensible can be said about `matrix.…`.
  const isSound = matrix.variants.length > 0;
  const { diagnostics: inOptions, ...options } = lowerOptions(
    { options: body.options, spec, environment },
    file,
  );
  const verified = lowerVerify(control['verify'], { spec, environment }, file);
  const condition = conditionOf(control['if'], environment, file);
  const task: Task = {
    name: body.name,
    range: file.places.key(body.path),
    operation: spec.name,
    inputs,
    ...options,
    needs: namesOf(references, 'needs'),
    variants: matrix.variants,
    groupBy,
    retry: retryOf(control['retry']?.value),
    ignoreError: control['ignore_error']?.value === true,
    cache: cacheOf(control['cache']?.value, spec),
    ...optional(control),
    ...(condition.template === undefined ? {} : { condition: condition.template }),
    ...(verified.verify === undefined ? {} : { verify: verified.verify }),
  };
  return {
    task,
    diagnostics: [
      ...matrix.diagnostics,
      ...(isSound ? [...inOptions, ...condition.diagnostics, ...verified.diagnostics] : []),
    ],
  };
}

function matrixOf(given: Given | undefined, { places }: Written): ReturnType<typeof lowerMatrix> {
  return given !== undefined && isJsonObject(given.value)
    ? lowerMatrix(given.value, given.path, places)
    : { variants: noMatrix, diagnostics: [] };
}

function namesOf(references: readonly Reference[], kind: Reference['kind']): readonly string[] {
  const names = references.flatMap((reference) => (reference.kind === kind ? [reference.to] : []));
  return names.length < 2 ? names : [...new Set(names)];
}

function groupByOf(value: JsonValue | undefined): Task['groupBy'] | undefined {
  return value === 'file' || value === 'all' || value === 'dir' ? value : undefined;
}

function cacheOf(value: JsonValue | undefined, { role }: OperationSpec): boolean {
  return typeof value === 'boolean' ? value : role === 'process';
}

function retryOf(value: JsonValue | undefined): RetryPolicy {
  const policy = isJsonObject(value) ? value : {};
  const attempts = isJsonObject(value) ? value['attempts'] : value;
  const { backoff, on } = policy;
  return {
    // A map without `attempts` asks for retries all the same.
    attempts: typeof attempts === 'number' ? attempts : isJsonObject(value) ? 3 : 1,
    delayMs: durationMs(policy['delay']) ?? 1000,
    backoff: typeof backoff === 'number' ? backoff : 2,
    maxDelayMs: durationMs(policy['max_delay']) ?? 30_000,
    on: on === 'any' ? 'any' : 'transient',
  };
}

function optional(control: TaskBody['control']): Pick<Task, 'label' | 'timeoutMs' | 'runsOn'> {
  const label = control['label']?.value;
  const timeoutMs = durationMs(control['timeout']?.value);
  const runsOn = control['runs_on']?.value;
  return {
    ...(typeof label === 'string' ? { label } : {}),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(runsOn === 'local' || runsOn === 'cloudconvert' ? { runsOn } : {}),
  };
}

interface Condition {
  readonly template?: Template;
  readonly diagnostics: readonly Diagnostic[];
}

function conditionOf(
  given: Given | undefined,
  environment: Omit<TemplateEnvironment, 'allowsSecrets'>,
  { places }: Written,
): Condition {
  if (given === undefined) return { diagnostics: [] };
  const { value, path } = given;
  if (typeof value === 'boolean') {
    return { template: { parts: [{ type: 'literal', value, range: places.value(path) }] }, diagnostics: [] };
  }
  if (typeof value !== 'string') return { diagnostics: [] };
  const parsed = parseCondition(value, places.offsets(path));
  if (!parsed.ok) return { diagnostics: parsed.error.map(expressionDiagnostic) };
  const wanted = { name: 'if', schema: { type: 'boolean' } };
  const { errors } = checkTemplate(parsed.value, { ...environment, allowsSecrets: false }, wanted);
  return { template: parsed.value, diagnostics: errors.map(expressionDiagnostic) };
}
