import { readFileSync } from 'node:fs';
import Ajv from 'ajv';
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { isJsonObject, type JsonObject, type JsonValue } from '../src/json.ts';
import { operationNames, operationSpecs, pipelineSchema } from '../src/index.ts';

const schema = pipelineSchema();
const valid = new Ajv.default({ strict: false, allErrors: true }).compile(schema);

interface Property {
  readonly place: string;
  readonly schema: JsonObject;
}

/** Every property of every map of the schema, references followed. */
function properties(value: JsonValue, place: string): readonly Property[] {
  if (Array.isArray(value))
    return value.flatMap((item: JsonValue, index) => properties(item, `${place}/${index}`));
  if (!isJsonObject(value)) return [];
  const own = isJsonObject(value['properties']) ? Object.entries(value['properties']) : [];
  const found = own.flatMap(([name, property]): Property[] =>
    isJsonObject(property) ? [{ place: `${place}/${name}`, schema: resolved(property) }] : [],
  );
  const deeper = Object.entries(value).flatMap(([key, child]) =>
    ['if', 'examples', 'enum', 'default'].includes(key) ? [] : properties(child, `${place}/${key}`),
  );
  return [...found, ...deeper];
}

function resolved(property: JsonObject): JsonObject {
  const reference = property['$ref'];
  if (typeof reference !== 'string') return property;
  const name = reference.replace('#/definitions/', '').replaceAll('~1', '/');
  const definition = isJsonObject(schema['definitions']) ? schema['definitions'][name] : undefined;
  if (!isJsonObject(definition)) throw new Error(`no definition ${name}`);
  return definition;
}

describe('the schema for editors', () => {
  test('describes every key, with examples', () => {
    const all = properties(schema, '');
    expect(all.length).toBeGreaterThan(500);
    const bare = all.filter(
      ({ schema: { description, examples } }) =>
        typeof description !== 'string' || !Array.isArray(examples) || examples.length === 0,
    );
    expect(bare.map(({ place }) => place)).toEqual([]);
  });

  test.each([
    'quickstart/pipeline.yaml',
    'site-assets/pipeline.yaml',
    'cloudconvert-job/pipeline.yaml',
    'cloudconvert-job/job.json',
  ])('accepts the example %s', (name) => {
    const text = readFileSync(new URL(`../../../examples/${name}`, import.meta.url), 'utf8');
    valid(parse(text));
    expect(valid.errors).toBeNull();
  });

  test.each(operationNames)(
    'accepts the example of %s, and refuses an option that it does not have',
    (name) => {
      valid({ tasks: { one: operationSpecs[name].example } });
      expect(valid.errors).toBeNull();
      expect(valid({ tasks: { one: { ...operationSpecs[name].example, no_such_option: 1 } } })).toBe(false);
    },
  );

  test('allows an expression for every scalar option', () => {
    const refused = operationNames.flatMap((name) =>
      Object.entries(operationSpecs[name].options).flatMap(([key, option]) => {
        const { type } = option.schema;
        if (type === 'object' || type === 'array' || option.isFileInput === true) return [];
        const body = { ...operationSpecs[name].example, [key]: '${{ params.x }}' };
        return valid({ tasks: { one: body } }) ? [] : [`${name}.${key}`];
      }),
    );
    expect(refused).toEqual([]);
  });

  test('knows control keys and the top level', () => {
    const one = operationSpecs.convert.example;
    expect(valid({ tasks: { one }, nmae: 'x' })).toBe(false);
    expect(
      valid({ tasks: { one: { ...one, retry: { attempts: 3 }, if: 'true', 'x-a': 1 } }, 'x-b': 1 }),
    ).toBe(true);
    expect(valid({ tasks: { one: { ...one, retry: { attempt: 3 } } } })).toBe(false);
    expect(valid({ name: 'x' })).toBe(false);
  });
});
