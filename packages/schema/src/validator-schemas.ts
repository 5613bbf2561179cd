/**
 * What the precompiled validators check: each distinct schema once, and tables that say which key has which. Which keys
 * are required and how groups exclude each other is checked by `validate.ts`, because defaults and `options:` are
 * merged first. Used at build time only.
 */
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';
import { operationNames } from './operations/operation-name.ts';
import { operationSpecs } from './operations/operation-specs.ts';
import { pipelineKeys } from './pipeline-keys.ts';
import { taskKeys } from './task-keys.ts';

type Keys = Readonly<Record<string, JsonObject>>;
/** Key → name of its schema. */
type Table = Readonly<Record<string, string>>;

export interface ValidatorSchemas {
  /** By the name of the function that is made of it. */
  readonly schemas: Keys;
  readonly pipelineKeys: Table;
  readonly taskKeys: Table;
  readonly options: Readonly<Record<string, Table>>;
}

export function validatorSchemas(): ValidatorSchemas {
  const names = new Map<string, string>();
  const schemas: Record<string, JsonObject> = {};
  const table = (keys: Keys): Table =>
    Object.fromEntries(
      Object.entries(keys).map(([key, described]) => {
        const schema = stripped(described);
        const text = JSON.stringify(schema);
        const name = names.get(text) ?? `check${names.size}`;
        names.set(text, name);
        schemas[name] = schema;
        return [key, name];
      }),
    );
  return {
    schemas,
    pipelineKeys: table(pipelineKeys),
    taskKeys: table(taskKeys),
    options: Object.fromEntries(operationNames.map((name) => [name, table(optionSchemas(name))])),
  };
}

function optionSchemas(name: (typeof operationNames)[number]): Keys {
  return Object.fromEntries(
    Object.entries(operationSpecs[name].options).map(([key, { schema }]) => [key, schema]),
  );
}

/** Without what only editors read: it would be compiled into strings, and make equal schemas differ. */
function stripped(schema: JsonObject): JsonObject {
  const kept = Object.entries(schema).filter(([keyword]) => !forEditors.has(keyword));
  return Object.fromEntries(
    kept.map(([keyword, value]): [string, JsonValue] => {
      if (!isJsonObject(value)) return [keyword, value];
      return [keyword, keyword === 'properties' ? strippedEach(value) : stripped(value)];
    }),
  );
}

function strippedEach(properties: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [key, isJsonObject(value) ? stripped(value) : value]),
  );
}

const forEditors: ReadonlySet<string> = new Set(['description', 'examples', 'default', 'title']);
