/**
 * Checks a template before the run: every name exists, types go together, secrets stay where they belong, and the option
 * can take the value. It collects all mistakes; after one it says nothing about what depends on it.
 */
import type { JsonObject } from '../json.ts';
import type { Param, Variant } from '../pipeline.ts';
import { checkReference } from './check-reference.ts';
import { checkValue } from './check-value.ts';
import * as mistakes from './check-mistakes.ts';
import type { ExpressionError } from './expression-error.ts';
import { functionSpecs } from './functions.ts';
import { isAllowedType, type ScalarType, typeOfScalar } from './scalar-schema.ts';
import type { Expression, Template } from './template.ts';

/** What an expression at this place may read. */
export interface TemplateEnvironment {
  readonly params: ReadonlyMap<string, Param>;
  readonly env: ReadonlyMap<string, string | undefined>;
  readonly secrets: readonly string[];
  /** Of the task; `[{}]` without a matrix. */
  readonly variants: readonly Variant[];
  /** `each`: one file per action. `group`: several at once, so that there is no single one. `none`: an import. */
  readonly file: 'each' | 'group' | 'none';
  /** Options that hold credentials, and headers. */
  readonly allowsSecrets: boolean;
}

/** What the value is for. */
export interface WantedValue {
  /** As messages call it: `width`, `headers.Accept`, `if`. */
  readonly name: string;
  readonly schema: JsonObject;
}

export interface CheckedTemplate {
  readonly errors: readonly ExpressionError[];
  /** Types that the value can have; empty when that is not known because of an error. */
  readonly types: readonly ScalarType[];
}

export interface CheckContext {
  readonly environment: TemplateEnvironment;
  readonly errors: ExpressionError[];
}

type Types = readonly ScalarType[];
type Binary = Extract<Expression, { type: 'binary' }>;
type Call = Extract<Expression, { type: 'call' }>;
const unknown: Types = [];

export function checkTemplate(
  template: Template,
  environment: TemplateEnvironment,
  wanted?: WantedValue,
): CheckedTemplate {
  const errors: ExpressionError[] = [];
  const context: CheckContext = { environment, errors };
  const [only] = template.parts;
  let types: Types = ['string'];
  if (template.parts.length === 1 && only !== undefined && typeof only !== 'string')
    types = infer(only, context);
  else {
    for (const part of template.parts) if (typeof part !== 'string') inferText(part, context);
  }
  if (wanted !== undefined && errors.length === 0)
    errors.push(...checkValue({ template, types, wanted, environment }));
  return { errors, types: errors.length === 0 ? types : unknown };
}

function infer(expression: Expression, context: CheckContext): Types {
  switch (expression.type) {
    case 'literal':
      return [typeOfScalar(expression.value)];
    case 'reference':
      return checkReference(expression, context, 'required');
    case 'list':
      for (const item of expression.items) infer(item, context);
      context.errors.push(mistakes.strayList(expression.range));
      return unknown;
    case 'not':
      inferBoolean(expression.operand, '!', context);
      return ['boolean'];
    case 'binary':
      return inferBinary(expression, context);
    default:
      return inferCall(expression, context);
  }
}

function inferBinary(expression: Binary, context: CheckContext): Types {
  const { operator, left, right } = expression;
  if (operator === '&&' || operator === '||') {
    // Two texts on both sides are one mistake: `a || 'b'` for a fallback.
    if (inferBoolean(left, operator, context)) inferBoolean(right, operator, context);
    else infer(right, context);
  } else if (operator === 'in') inferIn(expression, context);
  else if (operator === '==' || operator === '!=') {
    checkComparable(expression, context);
  } else checkOrdered(expression, context);
  return ['boolean'];
}

/** Whether it can be true or false. */
function inferBoolean(operand: Expression, operator: '!' | '&&' | '||', context: CheckContext): boolean {
  const types = infer(operand, context);
  const isRight = types.length === 0 || types.includes('boolean');
  if (!isRight) context.errors.push(mistakes.notBoolean(operator, types, operand.range));
  return isRight;
}

function inferIn({ left, right }: Binary, context: CheckContext): void {
  const types = infer(left, context);
  if (right.type !== 'list') {
    infer(right, context);
    context.errors.push(mistakes.inWithoutList(right.range));
    return;
  }
  for (const item of right.items) {
    const itemTypes = infer(item, context);
    if (!overlap(types, itemTypes))
      context.errors.push(mistakes.incomparable('in', [types, itemTypes], item.range));
    else checkSpelling(left, item, context);
  }
}

function checkComparable({ operator, left, right, range }: Binary, context: CheckContext): void {
  const leftTypes = infer(left, context);
  const rightTypes = infer(right, context);
  if (!overlap(leftTypes, rightTypes)) {
    context.errors.push(mistakes.incomparable(operator, [leftTypes, rightTypes], range));
  } else {
    checkSpelling(left, right, context);
    checkSpelling(right, left, context);
  }
}

function checkOrdered({ operator, left, right, range }: Binary, context: CheckContext): void {
  const leftTypes = infer(left, context);
  const rightTypes = infer(right, context);
  if (leftTypes.length === 0 || rightTypes.length === 0) return;
  if (!(isNumber(leftTypes) && isNumber(rightTypes)) && !(isText(leftTypes) && isText(rightTypes))) {
    context.errors.push(mistakes.incomparable(operator, [leftTypes, rightTypes], range));
  }
}

const isNumber = (types: Types): boolean => types.some((type) => type === 'integer' || type === 'number');
const isText = (types: Types): boolean => types.includes('string');

/** `matrix.format == 'wepb'` can never hold: said only when one of the values is so near that it must be meant. */
function checkSpelling(
  reference: Expression,
  literal: Expression,
  { environment, errors }: CheckContext,
): void {
  if (reference.type !== 'reference' || literal.type !== 'literal' || typeof literal.value !== 'string')
    return;
  const { root, name } = reference;
  const values =
    root === 'matrix'
      ? environment.variants.map((variant) => variant[name])
      : root === 'params'
        ? environment.params.get(name)?.enum
        : undefined;
  if (values === undefined || values.includes(literal.value)) return;
  const mistake = mistakes.misspeltValue(`${root}.${name}`, literal.value, {
    range: literal.range,
    values: values.filter((value) => typeof value === 'string'),
  });
  if (mistake !== undefined) errors.push(mistake);
}

/** `null` can be compared with everything; unknown types are no mistake here. */
function overlap(left: Types, right: Types): boolean {
  if (left.length === 0 || right.length === 0 || left.includes('null') || right.includes('null')) return true;
  return left.some((type) => isAllowedType(type, right)) || right.some((type) => isAllowedType(type, left));
}

function inferCall(call: Call, context: CheckContext): Types {
  const { parameters, required } = functionSpecs[call.name];
  const count = call.arguments.length;
  if (count < required || count > parameters.length) {
    for (const argument of call.arguments) if (argument.type !== 'list') infer(argument, context);
    context.errors.push(mistakes.wrongArgumentCount(call.name, count, call.range));
    return unknown;
  }
  if (call.name === 'default') return inferDefault(call.arguments, context);
  call.arguments.forEach((argument, index) => {
    if (parameters[index] === 'list') inferList(argument, call, context);
    else inferArgument(argument, call, context);
  });
  return ['string'];
}

function inferDefault([value, fallback]: readonly Expression[], context: CheckContext): Types {
  if (value === undefined || fallback === undefined) return unknown;
  const types =
    value.type === 'reference' ? checkReference(value, context, 'optional') : infer(value, context);
  const fallbackTypes = infer(fallback, context);
  if (types.length === 0 || fallbackTypes.length === 0) return unknown;
  return [...new Set([...types.filter((type) => type !== 'null'), ...fallbackTypes])];
}

function inferList(argument: Expression, call: Call, context: CheckContext): void {
  if (argument.type === 'list') {
    for (const item of argument.items) inferText(item, context);
    return;
  }
  infer(argument, context);
  context.errors.push(mistakes.wrongArgument(call.name, 'a list: [a, b]', argument.range));
}

function inferArgument(argument: Expression, call: Call, context: CheckContext): void {
  const types = infer(argument, context);
  if (types.length > 0 && !types.includes('string')) {
    context.errors.push(mistakes.wrongArgument(call.name, mistakes.butIs('text', types), argument.range));
  }
}

/** Anything with a text: numbers and booleans too. */
function inferText(expression: Expression, context: CheckContext): void {
  const types = infer(expression, context);
  if (types.length > 0 && types.every((type) => type === 'null')) {
    context.errors.push(mistakes.nullAsText(expression.range));
  }
}
