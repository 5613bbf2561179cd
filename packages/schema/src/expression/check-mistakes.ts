/** The messages of `checkTemplate`: names, types, calls, secrets and values. */
import { didYouMean, nearest } from '../did-you-mean.ts';
import type { JsonScalar } from '../json.ts';
import type { Range } from '../source.ts';
import { type ExpressionError, expressionError } from './expression-error.ts';
import { functionSpecs } from './functions.ts';
import { describeSchema, describeType, type ScalarType } from './scalar-schema.ts';
import type { FunctionName } from './template.ts';
import type { WantedValue } from './check-template.ts';

type Types = readonly ScalarType[];

const oneOfTypes = (types: Types): string =>
  [...new Set(types)].map((type) => describeType(type)).join(' or ');
export const butIs = (wanted: string, types: Types): string => `${wanted}, but this is ${oneOfTypes(types)}`;

const declare: Readonly<Record<'params' | 'env' | 'secrets' | 'matrix', string>> = {
  params: 'declare it at the top of the file: `params: { NAME: { type: string } }`',
  env: 'declare it at the top of the file: `env: [NAME]`',
  secrets: 'declare it at the top of the file: `secrets: [NAME]`',
  matrix: 'add it to the `matrix` of this task: `matrix: { NAME: [a, b] }`',
};

const what = {
  params: 'there is no parameter',
  env: 'there is no declared environment variable',
  secrets: 'there is no declared secret',
  matrix: 'the matrix of this task has no key',
} as const;

export function unknownName(
  root: 'params' | 'env' | 'secrets' | 'matrix',
  name: string,
  { range, candidates }: { readonly range: Range; readonly candidates: Iterable<string> },
): ExpressionError {
  const near = nearest(name, candidates);
  return expressionError('PL202', {
    message: `${what[root]} "${name}"`,
    range,
    hint: near === undefined ? declare[root].replace('NAME', name) : `did you mean "${near}"?`,
  });
}

export function unknownKey(
  root: 'file' | 'job',
  name: string,
  { range, candidates }: { readonly range: Range; readonly candidates: readonly string[] },
): ExpressionError {
  return expressionError('PL202', {
    message: `\`${root}\` has no "${name}"`,
    range,
    hint: didYouMean(name, candidates) ?? `it has ${candidates.join(', ')}`,
  });
}

export const noFile = (reason: 'group' | 'none', range: Range): ExpressionError =>
  reason === 'none'
    ? expressionError('PL202', {
        message: 'this task takes no files, so there is no `file`',
        range,
        hint: '`file` is for tasks with `input`; here `params`, `env`, `matrix` and `job` can be read',
      })
    : expressionError('PL202', {
        message: 'this task takes several files at once, so there is no single `file`',
        range,
        hint: 'with `group_by: file` the task runs once for each file',
      });

export const secretNotAllowed = (name: string, range: Range): ExpressionError =>
  expressionError('PL206', {
    message: `the secret "${name}" cannot be used here, where it could become visible`,
    range,
    hint: 'secrets belong into options such as passwords, keys and `headers`; for anything else declare the variable under `env`',
  });

export const incompleteMatrix = (name: string, range: Range): ExpressionError =>
  expressionError('PL208', {
    message: `some variants have no \`matrix.${name}\``,
    range,
    hint: `give it to every \`include\`, or write \`default(matrix.${name}, …)\``,
  });

export const strayList = (range: Range): ExpressionError =>
  expressionError('PL203', {
    message: 'a list is no value of its own',
    range,
    hint: "lists stand right of `in`, and in `join(['a', 'b'], '-')`",
  });

export const notBoolean = (operator: '!' | '&&' | '||', types: Types, range: Range): ExpressionError =>
  expressionError('PL203', {
    message: `\`${operator}\` needs true or false, but this is ${oneOfTypes(types)}`,
    range,
    hint:
      operator === '||'
        ? 'compare it with something, or write `default(value, fallback)` for a fallback'
        : "compare it with something: `file.dir != ''`",
  });

export const inWithoutList = (range: Range): ExpressionError =>
  expressionError('PL203', {
    message: 'the right side of `in` must be a list',
    range,
    hint: "write `file.format in ['png', 'jpg']`",
  });

export function incomparable(
  operator: string,
  [left, right]: readonly [Types, Types],
  range: Range,
): ExpressionError {
  const hasText = left.includes('string') !== right.includes('string');
  return expressionError('PL203', {
    message: `\`${operator}\` cannot compare ${oneOfTypes(left)} with ${oneOfTypes(right)}`,
    range,
    hint: hasText ? "texts stand in quotes, numbers do not: '480' is a text, 480 a number" : undefined,
  });
}

export function misspeltValue(
  reference: string,
  value: string,
  { range, values }: { readonly range: Range; readonly values: readonly string[] },
): ExpressionError | undefined {
  const near = nearest(value, values);
  if (near === undefined) return undefined;
  return expressionError('PL203', {
    message: `\`${reference}\` is never "${value}"`,
    range,
    hint: `did you mean "${near}"?`,
  });
}

export function wrongArgumentCount(name: FunctionName, count: number, range: Range): ExpressionError {
  const { required, parameters, usage } = functionSpecs[name];
  const wanted = required === parameters.length ? `${required}` : `${required} or ${parameters.length}`;
  return expressionError('PL204', {
    message: `\`${name}\` takes ${wanted} argument${wanted === '1' ? '' : 's'}, but ${count} ${count === 1 ? 'is' : 'are'} given`,
    range,
    hint: `write \`${usage}\``,
  });
}

export const wrongArgument = (name: FunctionName, wanted: string, range: Range): ExpressionError =>
  expressionError('PL204', {
    message: `\`${name}\` takes ${wanted}`,
    range,
    hint: `write \`${functionSpecs[name].usage}\``,
  });

export const nullAsText = (range: Range): ExpressionError =>
  expressionError('PL203', {
    message: 'null has no text',
    range,
    hint: 'write `default(value, fallback)`',
  });

export const wrongType = (
  wanted: WantedValue,
  types: Types,
  fix: { range: Range; hint?: string | undefined },
): ExpressionError =>
  expressionError('PL205', {
    message: `\`${wanted.name}\` takes ${describeSchema(wanted.schema)}, but this is ${oneOfTypes(types)}`,
    ...fix,
  });

export const wrongValue = (
  wanted: WantedValue,
  value: JsonScalar,
  fix: { range: Range; hint?: string | undefined },
): ExpressionError =>
  expressionError('PL205', {
    message: `\`${wanted.name}\` takes ${describeSchema(wanted.schema)}, but this can be ${JSON.stringify(value)}`,
    ...fix,
  });
