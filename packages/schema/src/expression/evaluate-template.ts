/**
 * The value of a template in a scope. Types have been checked where they were known, so what goes wrong here is a value
 * that only the run has: it is said in words, never turned into an empty text.
 */
import type { JsonScalar } from '../json.ts';
import { err, ok, type Result, unreachable } from '../result.ts';
import { isMissing, slug } from './functions.ts';
import type { BinaryOperator, Expression, Scope, Template } from './template.ts';

/** Not a `Result`, which would cost an object for every node: a value of an expression is never an object. */
interface Problem {
  readonly problem: string;
}
type Outcome = JsonScalar | Problem;
type Binary = Extract<Expression, { type: 'binary' }>;
type Call = Extract<Expression, { type: 'call' }>;
type Reference = Extract<Expression, { type: 'reference' }>;

export function evaluateTemplate(template: Template, scope: Scope): Result<JsonScalar, string> {
  const [only] = template.parts;
  if (template.parts.length === 1 && only !== undefined) {
    if (typeof only === 'string') return ok(only);
    const value = evaluate(only, scope);
    return isProblem(value) ? err(value.problem) : ok(value);
  }
  let text = '';
  for (const part of template.parts) {
    const piece = typeof part === 'string' ? part : asText(evaluate(part, scope));
    if (isProblem(piece)) return err(piece.problem);
    text += String(piece);
  }
  return ok(text);
}

function evaluate(expression: Expression, scope: Scope): Outcome {
  switch (expression.type) {
    case 'literal':
      return expression.value;
    case 'reference': {
      const value = lookUp(expression, scope);
      return value === undefined ? problem(missing(expression)) : value;
    }
    case 'list':
      return problem('a list is no value: join([a, b], ", ") makes a text of it');
    case 'not': {
      const operand = evaluate(expression.operand, scope);
      if (isProblem(operand)) return operand;
      return typeof operand === 'boolean'
        ? !operand
        : problem(`\`!\` needs true or false, not ${shown(operand)}`);
    }
    case 'binary':
      return evaluateBinary(expression, scope);
    case 'call':
      return evaluateCall(expression, scope);
    default:
      return unreachable(expression);
  }
}

/** Undefined when it has no value. A `null` of the matrix is a value. */
function lookUp({ root, name }: Reference, scope: Scope): JsonScalar | undefined {
  const values: object | undefined = scope[root];
  if (values === undefined || !Object.hasOwn(values, name)) return undefined;
  const value: unknown = Reflect.get(values, name);
  return isScalar(value) ? value : undefined;
}

const isScalar = (value: unknown): value is JsonScalar =>
  value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

function missing({ root, name }: Reference): string {
  switch (root) {
    case 'matrix':
      return `this variant has no \`matrix.${name}\``;
    case 'file':
      return `there is no single file here for \`file.${name}\``;
    case 'env':
      return `the environment variable ${name} is not set`;
    case 'secrets':
      return `the secret ${name} is not set in the environment`;
    default:
      return `\`${root}.${name}\` has no value`;
  }
}

function evaluateBinary(expression: Binary, scope: Scope): Outcome {
  const { operator } = expression;
  const left = evaluate(expression.left, scope);
  if (isProblem(left)) return left;
  if (operator === 'in') return isIn(left, expression.right, scope);
  if (operator === '&&' || operator === '||') return evaluateLogic(left, expression, scope);
  const right = evaluate(expression.right, scope);
  return isProblem(right) ? right : compare(left, operator, right);
}

function evaluateLogic(left: JsonScalar, { operator, right }: Binary, scope: Scope): Outcome {
  if (typeof left !== 'boolean') return problem(`\`${operator}\` needs true or false, not ${shown(left)}`);
  if (left === (operator === '||')) return left;
  const value = evaluate(right, scope);
  if (isProblem(value) || typeof value === 'boolean') return value;
  return problem(`\`${operator}\` needs true or false, not ${shown(value)}`);
}

function isIn(left: JsonScalar, list: Expression, scope: Scope): Outcome {
  if (list.type !== 'list') return problem('the right side of `in` must be a list: [a, b]');
  for (const item of list.items) {
    const value = evaluate(item, scope);
    if (isProblem(value)) return value;
    if (value === left) return true;
  }
  return false;
}

function compare(
  left: JsonScalar,
  operator: Exclude<BinaryOperator, '&&' | '||' | 'in'>,
  right: JsonScalar,
): Outcome {
  if (operator === '==') return left === right;
  if (operator === '!=') return left !== right;
  if (typeof left === 'number' && typeof right === 'number') return isOrdered(left - right, operator);
  if (typeof left === 'string' && typeof right === 'string') {
    return isOrdered(left < right ? -1 : Number(left > right), operator);
  }
  return problem(`\`${operator}\` cannot compare ${shown(left)} with ${shown(right)}`);
}

function isOrdered(difference: number, operator: '<' | '<=' | '>' | '>='): boolean {
  switch (operator) {
    case '<':
      return difference < 0;
    case '<=':
      return difference <= 0;
    case '>':
      return difference > 0;
    case '>=':
      return difference >= 0;
    default:
      return unreachable(operator);
  }
}

function evaluateCall(call: Call, scope: Scope): Outcome {
  const [first, second] = call.arguments;
  if (call.name === 'default' && first !== undefined && second !== undefined) {
    const value = first.type === 'reference' ? lookUp(first, scope) : evaluate(first, scope);
    if (value === undefined || (!isProblem(value) && isMissing(value))) return evaluate(second, scope);
    return value;
  }
  if (call.name === 'join') return join(call, scope);
  const texts: string[] = [];
  for (const argument of call.arguments) {
    const value = evaluate(argument, scope);
    if (isProblem(value)) return value;
    if (typeof value !== 'string') return problem(`${call.name}() needs a text, not ${shown(value)}`);
    texts.push(value);
  }
  return applyText(call.name, texts);
}

function applyText(name: Call['name'], texts: readonly string[]): Outcome {
  const [text = '', search = '', replacement = ''] = texts;
  switch (name) {
    case 'lower':
      return text.toLowerCase();
    case 'upper':
      return text.toUpperCase();
    case 'replace':
      return search === '' ? text : text.replaceAll(search, () => replacement);
    case 'slug': {
      const made = slug(text);
      return made.ok ? made.value : problem(made.error);
    }
    default:
      return problem(`${name}() has too few arguments`);
  }
}

function join({ arguments: [list, separator] }: Call, scope: Scope): Outcome {
  if (list?.type !== 'list') return problem('join() needs a list: join([a, b], "-")');
  const between = separator === undefined ? ',' : evaluate(separator, scope);
  if (isProblem(between)) return between;
  const texts: string[] = [];
  for (const item of list.items) {
    const text = asText(evaluate(item, scope));
    if (isProblem(text)) return text;
    texts.push(String(text));
  }
  return texts.join(String(between));
}

function asText(value: Outcome): Outcome {
  if (isProblem(value)) return value;
  return value === null ? problem('null has no text') : String(value);
}

const problem = (text: string): Problem => ({ problem: text });
const isProblem = (value: Outcome): value is Problem => typeof value === 'object' && value !== null;
const shown = (value: JsonScalar): string => JSON.stringify(value);
