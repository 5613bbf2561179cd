/**
 * The JSON Schema for editors (draft-07, which they know best): every key with a description and examples, the options
 * of each operation by `if`/`then`, and `${{ }}` allowed for every scalar option. Written to `pipeline.schema.json`.
 * The program itself checks with the precompiled validators, which have better messages.
 */
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';
import { operationNames } from './operations/operation-name.ts';
import type { OperationSpec, OptionSpec } from './operations/operation-spec.ts';
import { operationSpecs } from './operations/operation-specs.ts';
import { pipelineKeys } from './pipeline-keys.ts';
import { notInDefaults, taskKeys } from './task-keys.ts';

const expression = { type: 'string', pattern: '\\$\\{\\{' } as const;
const ignored = { '^x-': {} } as const;

export function pipelineSchema(): JsonObject {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Pipeline',
    description: 'A declarative pipeline of file conversions. Every CloudConvert v2 job body is one.',
    type: 'object',
    required: ['tasks'],
    properties: {
      ...pipelineKeys,
      tasks: {
        ...pipelineKeys['tasks'],
        propertyNames: { pattern: '^([A-Za-z0-9_-]+|x-.*)$' },
        additionalProperties: { $ref: '#/definitions/task' },
      },
      defaults: {
        ...pipelineKeys['defaults'],
        properties: defaultsProperties(),
        additionalProperties: false,
      },
    },
    patternProperties: ignored,
    additionalProperties: false,
    definitions: definitions(),
  };
}

function definitions(): JsonObject {
  const specs = operationNames.map((name) => operationSpecs[name]);
  return {
    task: {
      type: 'object',
      description: 'A task: what it does, where its files come from, and the options of its operation.',
      examples: [specs.find(({ name }) => name === 'convert')?.example ?? {}],
      required: ['operation'],
      properties: { operation: operationKey(specs) },
      allOf: specs.map((spec) => ({
        if: { properties: { operation: { enum: namesOf(spec) } }, required: ['operation'] },
        // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
        then: { $ref: `#/definitions/${encoded(spec.name)}` },
      })),
    },
    ...Object.fromEntries(Object.entries(taskKeys).map(([key, schema]) => [`key-${key}`, schema])),
    'key-verify': withExpressions(taskKeys['verify'] ?? {}),
    ...Object.fromEntries(specs.map((spec) => [`operation-${spec.name}`, operationSchema(spec)])),
  };
}

const encoded = (name: string): string => `operation-${name.replaceAll('/', '~1')}`;
const namesOf = ({ name, alias }: OperationSpec): string[] => (alias === undefined ? [name] : [name, alias]);

function operationKey(specs: readonly OperationSpec[]): JsonObject {
  const oneOf = specs.flatMap((spec) =>
    namesOf(spec).map((name) => ({ const: name, description: spec.summary })),
  );
  return { ...taskKeys['operation'], type: 'string', oneOf };
}

function operationSchema(spec: OperationSpec): JsonObject {
  const keys = Object.keys(taskKeys).filter((key) => spec.role !== 'import' || key !== 'input');
  // Required options may also come from `defaults` or `options:`, so an editor must not miss them here.
  return {
    type: 'object',
    description: spec.summary,
    examples: [spec.example],
    properties: {
      ...optionProperties(spec),
      ...Object.fromEntries(keys.map((key) => [key, { $ref: `#/definitions/key-${key}` }])),
      operation: true,
    },
    patternProperties: ignored,
    additionalProperties: false,
  };
}

function optionProperties(spec: OperationSpec): JsonObject {
  return Object.fromEntries(
    Object.entries(spec.options).map(([name, option]) => [name, optionSchema(spec, name, option)]),
  );
}

function optionSchema(spec: OperationSpec, name: string, option: OptionSpec): JsonObject {
  const { description, examples, ...schema } = option.schema;
  return {
    description,
    examples: examples ?? exampleOf(spec, name, option),
    ...(option.default === undefined ? {} : { default: option.default }),
    ...withExpressions(schema),
  };
}

/** An example is shown for every option, also for one whose description says it all. */
function exampleOf(spec: OperationSpec, name: string, { schema, default: fallback }: OptionSpec): JsonValue {
  const used = spec.example[name] ?? fallback;
  if (used !== undefined) return [used];
  if (Array.isArray(schema['enum'])) return [schema['enum'][0] ?? null];
  const type = Array.isArray(schema['type']) ? schema['type'][0] : schema['type'];
  switch (type) {
    case 'boolean':
      return [true];
    case 'integer':
    case 'number':
      return [schema['minimum'] ?? 1];
    case 'object':
      return [{}];
    default:
      return [`\${{ params.${name} }}`];
  }
}

/** The schema, or an expression where a scalar stands; in lists and maps for each item. */
function withExpressions(schema: JsonObject): JsonObject {
  const nested: Record<string, JsonValue> = { ...schema };
  for (const keyword of ['items', 'additionalProperties'] as const) {
    const value = schema[keyword];
    if (isJsonObject(value)) nested[keyword] = withExpressions(value);
  }
  const properties = schema['properties'];
  if (isJsonObject(properties)) {
    nested['properties'] = Object.fromEntries(
      Object.entries(properties).map(([key, value]) => [
        key,
        isJsonObject(value) ? withExpressions(value) : value,
      ]),
    );
  }
  const isAnyText =
    schema['type'] === 'string' && schema['enum'] === undefined && schema['pattern'] === undefined;
  const isContainer = schema['type'] === 'object' || schema['type'] === 'array';
  if (isAnyText || isContainer) return nested;
  const { description, examples, ...bare } = nested;
  return {
    ...(description === undefined ? {} : { description }),
    ...(examples === undefined ? {} : { examples }),
    anyOf: [bare, expression],
  };
}

function defaultsProperties(): JsonObject {
  const keys = Object.keys(taskKeys).filter((key) => !notInDefaults.has(key));
  const control = Object.fromEntries(keys.map((key) => [key, { $ref: `#/definitions/key-${key}` }]));
  const ofOperations = operationNames.flatMap((operation) => {
    const spec = operationSpecs[operation];
    return namesOf(spec).map((name): [string, JsonObject] => [
      name,
      {
        type: 'object',
        description: `Defaults of all tasks with \`${name}\`: ${spec.summary}`,
        examples: [{ retry: 3 }],
        properties: { ...optionProperties(spec), ...control },
        patternProperties: ignored,
        additionalProperties: false,
      },
    ]);
  });
  const all: JsonObject = {
    type: 'object',
    description: 'Defaults of all tasks; an option is used where the operation has it.',
    examples: [{ retry: 3, timeout: '10m' }],
    properties: control,
  };
  return { '*': all, ...Object.fromEntries(ofOperations) };
}
