/** Whether a name after a root exists, and which types its value can have. */
import type { JsonScalar } from '../json.ts';
import type { Param } from '../pipeline.ts';
import * as mistakes from './check-mistakes.ts';
import type { CheckContext } from './check-template.ts';
import { type ScalarType, typeOfScalar } from './scalar-schema.ts';
import type { Expression, FileScope } from './template.ts';

type Reference = Extract<Expression, { type: 'reference' }>;
type Types = readonly ScalarType[];

const fileTypes: Readonly<Record<keyof FileScope, ScalarType>> = {
  path: 'string',
  dir: 'string',
  name: 'string',
  stem: 'string',
  ext: 'string',
  format: 'string',
  size: 'integer',
};
const jobTypes: Readonly<Record<'id' | 'date', ScalarType>> = { id: 'string', date: 'string' };

/** Empty after a mistake. `optional`: a fallback stands ready, so that a value may be missing. */
export function checkReference(
  reference: Reference,
  context: CheckContext,
  need: 'required' | 'optional',
): Types {
  const { root, name, range } = reference;
  const { environment, errors } = context;
  switch (root) {
    case 'params': {
      const param = environment.params.get(name);
      if (param !== undefined) return paramTypes(param);
      errors.push(mistakes.unknownName(root, name, { range, candidates: environment.params.keys() }));
      return [];
    }
    case 'env':
      if (environment.env.has(name)) return ['string'];
      errors.push(mistakes.unknownName(root, name, { range, candidates: environment.env.keys() }));
      return [];
    case 'secrets':
      return secretTypes(reference, context);
    case 'matrix':
      return matrixTypes(reference, context, need);
    case 'file':
      if (environment.file !== 'each') {
        errors.push(mistakes.noFile(environment.file, range));
        return [];
      }
      return keyTypes(fileTypes, reference, context);
    default:
      return keyTypes(jobTypes, reference, context);
  }
}

function paramTypes(param: Param): Types {
  return param.enum === undefined ? [param.type] : distinct(param.enum);
}

function secretTypes({ name, range }: Reference, { environment, errors }: CheckContext): Types {
  if (!environment.secrets.includes(name)) {
    errors.push(mistakes.unknownName('secrets', name, { range, candidates: environment.secrets }));
    return [];
  }
  if (environment.allowsSecrets) return ['string'];
  errors.push(mistakes.secretNotAllowed(name, range));
  return [];
}

function matrixTypes(
  { name, range }: Reference,
  context: CheckContext,
  need: 'required' | 'optional',
): Types {
  const { variants } = context.environment;
  const having = variants.filter((variant) => Object.hasOwn(variant, name));
  if (having.length === 0) {
    const candidates = new Set(variants.flatMap((variant) => Object.keys(variant)));
    context.errors.push(mistakes.unknownName('matrix', name, { range, candidates }));
    return [];
  }
  if (having.length < variants.length && need === 'required') {
    context.errors.push(mistakes.incompleteMatrix(name, range));
    return [];
  }
  return distinct(having.map((variant) => variant[name] ?? null));
}

function keyTypes(
  keys: Readonly<Record<string, ScalarType>>,
  { root, name, range }: Reference,
  { errors }: CheckContext,
): Types {
  const type = Object.hasOwn(keys, name) ? keys[name] : undefined;
  if (type !== undefined) return [type];
  errors.push(
    mistakes.unknownKey(root === 'job' ? 'job' : 'file', name, { range, candidates: Object.keys(keys) }),
  );
  return [];
}

const distinct = (values: readonly JsonScalar[]): Types => [...new Set(values.map(typeOfScalar))];
