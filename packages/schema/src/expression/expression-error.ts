/** A mistake inside `${{ }}`, and the constructors of those that the reader of expressions finds. They guess what a person who comes from another tool meant. */
import type { KnownCode } from '../diagnostic-codes.ts';
import { nearest } from '../did-you-mean.ts';
import type { Range } from '../source.ts';

export interface ExpressionError {
  readonly code: KnownCode;
  /** One sentence, no trailing period. */
  readonly message: string;
  /** Absolute in the source text. */
  readonly range: Range;
  readonly hint?: string;
}

/** `hint` may be undefined, so that a guess that failed can be passed as it is. */
export function expressionError(
  code: KnownCode,
  {
    message,
    range,
    hint,
  }: { readonly message: string; readonly range: Range; readonly hint?: string | undefined },
): ExpressionError {
  return hint === undefined ? { code, message, range } : { code, message, range, hint };
}

export const roots = ['params', 'env', 'secrets', 'matrix', 'file', 'job'] as const;
export const functionNames = ['lower', 'upper', 'replace', 'slug', 'default', 'join'] as const;

const arithmetic = 'expressions do not calculate; give the value by `params` or `matrix`';

const operatorHints: Readonly<Record<string, string>> = {
  '=': 'write `==` to compare',
  '===': 'write `==`',
  '!==': 'write `!=`',
  '<>': 'write `!=`',
  '=<': 'write `<=`',
  '=>': 'write `>=`',
  '&': 'write `&&`',
  '|': 'there are no filters: write `lower(file.stem)`; for "or" write `||`',
  '+': 'expressions do not calculate; to join texts write them side by side: `${{ file.stem }}-${{ matrix.width }}`',
  '-': arithmetic,
  '*': arithmetic,
  '/': arithmetic,
  '%': arithmetic,
  '?': 'there is no `? :`; write `default(a, b)`, or two tasks with `if`',
  ':': 'there is no `? :`; write `default(a, b)`, or two tasks with `if`',
  '`': "write texts in quotes: 'text'",
  '}': 'close the expression with `}}`',
  '{': 'expressions know no maps',
  $: 'write the names without `${{ }}` here',
  '.': 'write the name right after the root, without blanks: `file.stem`',
};

export const badOperator = (text: string, range: Range): ExpressionError =>
  expressionError('PL201', {
    message: `\`${text}\` has no meaning in an expression`,
    range,
    hint: operatorHints[text] ?? 'operators are == != < <= > >= && || ! in, and texts stand in quotes',
  });

export const unclosedText = (range: Range): ExpressionError =>
  expressionError('PL201', {
    message: 'this text is never closed',
    range,
    hint: "close it with the same quote; a quote inside a text is doubled: 'it''s'",
  });

export const unclosedExpression = (range: Range): ExpressionError =>
  expressionError('PL201', {
    message: 'this expression is never closed',
    range,
    hint: 'close it with `}}`; for a literal `${{` write `$${{`',
  });

export const emptyExpression = (range: Range): ExpressionError =>
  expressionError('PL201', {
    message: 'this expression is empty',
    range,
    hint: 'write for example `${{ file.stem }}`',
  });

export const tooLong = (range: Range): ExpressionError =>
  expressionError('PL201', {
    message: 'this expression is too long',
    range,
    hint: 'an expression has at most 1,000 words and signs, and 10,000 characters',
  });

/** Of what somebody wrote, as much as a message can hold. */
export const excerpt = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);

export const unexpected = (found: string, range: Range, wanted: string): ExpressionError =>
  expressionError('PL201', { message: `expected ${wanted} but found ${found}`, range });

export const missingDollar = (text: string, range: Range): ExpressionError =>
  expressionError('PL207', {
    message: `\`${excerpt(text)}\` is plain text: an expression begins with a dollar sign`,
    range,
    hint: `write \`$${excerpt(text)}\`; for this very text write \`\${{ '${excerpt(text)}' }}\``,
  });

const rootHints: Readonly<Record<string, string>> = {
  inputs: 'inputs of a run are `params`',
  vars: 'inputs of a run are `params`',
  param: 'did you mean "params"?',
  github:
    'there is no `github`; declare the variable under `env`, for example `GITHUB_REF_NAME`, and write `env.GITHUB_REF_NAME`',
  process: 'environment variables are declared under `env` and read as `env.NAME`',
  needs: 'files flow along `input`; an expression cannot read the result of another task',
  steps: 'files flow along `input`; an expression cannot read the result of another task',
  tasks: 'files flow along `input`; an expression cannot read the result of another task',
  outputs: 'files flow along `input`; an expression cannot read the result of another task',
  strategy: 'variants are read as `matrix.name`',
  runner: 'an expression knows nothing about the machine',
  item: 'the file of this action is `file`',
  input: 'the file of this action is `file`',
};

export function unknownRoot(word: string, range: Range): ExpressionError {
  const bare = word.includes('.') ? '' : `; a text stands in quotes: '${excerpt(word)}'`;
  const [root = word] = word.split('.');
  const near = nearest(root, roots);
  return expressionError('PL202', {
    message: `expressions do not know \`${excerpt(word)}\``,
    range,
    hint:
      (Object.hasOwn(rootHints, root) ? rootHints[root] : undefined) ??
      (near === undefined ? `values come from ${roots.join(', ')}${bare}` : `did you mean "${near}"?`),
  });
}

const wordHints: Readonly<Record<string, string>> = {
  and: 'write `&&`',
  or: 'write `||`',
  not: 'write `!`',
  is: 'write `==`',
  eq: 'write `==`',
  ne: 'write `!=`',
};

/** A word where an operator should stand, or the other way round. */
export const misplacedWord = (word: string, range: Range): ExpressionError =>
  expressionError('PL201', {
    message: `\`${excerpt(word)}\` is no operator`,
    range,
    hint: wordHints[word.toLowerCase()] ?? 'operators are == != < <= > >= && || ! in',
  });

export const isOperatorWord = (word: string): boolean => Object.hasOwn(wordHints, word.toLowerCase());

const functionHints: Readonly<Record<string, string>> = {
  contains: "write `value in ['a', 'b']`",
  includes: "write `value in ['a', 'b']`",
  startswith: 'there is no test for a part of a text; sort files by several imports with their own globs',
  endswith: "write `file.format == 'pdf'`, or `file.format in ['png', 'jpg']`",
  format: 'write the text with expressions in it: `${{ file.stem }}-${{ matrix.width }}`',
  concat: 'write the text with expressions in it: `${{ file.stem }}-${{ matrix.width }}`',
  tolower: 'write `lower(…)`',
  tolowercase: 'write `lower(…)`',
  lowercase: 'write `lower(…)`',
  toupper: 'write `upper(…)`',
  touppercase: 'write `upper(…)`',
  uppercase: 'write `upper(…)`',
  slugify: 'write `slug(…)`',
  coalesce: 'write `default(value, fallback)`',
  basename: 'write `file.name`, or `file.stem` without the extension',
  dirname: 'write `file.dir`',
  extname: 'write `file.ext`',
  always: 'write `ignore_error: true` on the task that may fail',
  success: 'a task runs only when its input succeeded; leave the condition out',
  failure: 'there are no tasks for failures; see `ignore_error`',
  now: 'write `job.date`',
  date: 'write `job.date`',
};

export function unknownFunction(name: string, range: Range): ExpressionError {
  const near = nearest(name, functionNames);
  const key = name.toLowerCase();
  return expressionError('PL204', {
    message: `there is no function \`${excerpt(name)}\``,
    range,
    hint:
      (Object.hasOwn(functionHints, key) ? functionHints[key] : undefined) ??
      (near === undefined ? `functions are ${functionNames.join(', ')}` : `did you mean "${near}"?`),
  });
}
