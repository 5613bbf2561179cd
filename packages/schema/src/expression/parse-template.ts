/**
 * A scalar with `${{ }}` in it → `Template`, and the bare condition of `if`. All mistakes of a scalar at once, each with
 * its place. It knows the grammar only: whether a name exists is the business of `checkTemplate`.
 */
import { err, ok, type Result } from '../result.ts';
import { type ExpressionError, missingDollar, roots, unclosedExpression } from './expression-error.ts';
import { lex, rangeOf, type Written } from './lexer.ts';
import { parseExpression } from './parse-expression.ts';
import type { Expression, Template } from './template.ts';

const opening = '${{';
/** More mistakes than this in one scalar help nobody. */
const maxErrors = 50;
const withoutDollar = new RegExp(`(?<!\\$)\\{\\{-?\\s*(?:${roots.join('|')})\\.[\\w.-]+\\s*-?\\}\\}`, 'g');

/**
 * Undefined for a text without expressions. `offsetOf` maps an index in `text` to an absolute offset in the source.
 * `$${{` stands for the literal `${{`.
 */
export function parseTemplate(
  text: string,
  offsetOf: (index: number) => number,
): Result<Template | undefined, readonly ExpressionError[]> {
  if (!text.includes('{{')) return ok(undefined);
  const written: Written = { text, offsetOf };
  const parts: (string | Expression)[] = [];
  const errors: ExpressionError[] = [];
  let plain = '';
  let at = 0;
  for (;;) {
    const open = text.indexOf(opening, at);
    const end = open === -1 ? text.length : open;
    for (const mistake of dollarMistakes(written, at, end)) errors.push(mistake);
    if (errors.length >= maxErrors) break;
    const isEscaped = open > at && text[open - 1] === '$';
    plain += isEscaped ? text.slice(at, open - 1) + opening : text.slice(at, end);
    if (open === -1) break;
    if (isEscaped) {
      at = open + opening.length;
      continue;
    }
    const found = readExpression(written, open);
    if (!found.expression.ok) errors.push(found.expression.error);
    else parts.push(...(plain === '' ? [] : [plain]), found.expression.value);
    plain = '';
    at = found.after;
  }
  if (errors.length > 0) return err(errors.slice(0, maxErrors));
  if (parts.length === 0 && plain === text) return ok(undefined);
  return ok({ parts: plain === '' && parts.length > 0 ? parts : [...parts, plain] });
}

/** What `if` holds: an expression without `${{ }}`; with them is fine too. */
export function parseCondition(
  text: string,
  offsetOf: (index: number) => number,
): Result<Template, readonly ExpressionError[]> {
  if (text.trimStart().startsWith(opening)) {
    const template = parseTemplate(text.trim(), (index) =>
      offsetOf(index + text.length - text.trimStart().length),
    );
    if (!template.ok) return template;
    if (template.value !== undefined) return ok(template.value);
  }
  const { tokens, error } = lex({ text, offsetOf }, 0, undefined);
  if (error !== undefined) return err([error]);
  const expression = parseExpression(tokens);
  return expression.ok ? ok({ parts: [expression.value] }) : err([expression.error]);
}

interface Read {
  readonly expression: Result<Expression, ExpressionError>;
  /** Where the plain text goes on. */
  readonly after: number;
}

function readExpression(written: Written, open: number): Read {
  const { text } = written;
  const from = open + opening.length;
  const { tokens, after, error } = lex(written, from, '}}');
  if (after !== undefined) return { expression: parseExpression(tokens), after };
  const close = text.indexOf('}}', from);
  const next = close === -1 ? text.length : close + 2;
  // A missing `}}` explains everything that follows it better than the first sign that makes no sense.
  const isUnclosed = close === -1 || text.slice(from, close).includes(opening);
  const mistake = isUnclosed ? unclosedExpression(rangeOf(written, open, from)) : error;
  return { expression: err(mistake ?? unclosedExpression(rangeOf(written, open, from))), after: next };
}

/** `{{ params.width }}`: what it would be with a dollar sign is sure enough only for names that we know. */
function dollarMistakes(written: Written, start: number, end: number): ExpressionError[] {
  const plain = written.text.slice(start, end);
  if (!plain.includes('{{')) return [];
  const mistakes: ExpressionError[] = [];
  for (const found of plain.matchAll(withoutDollar)) {
    const at = start + found.index;
    mistakes.push(missingDollar(found[0], rangeOf(written, at, at + found[0].length)));
    if (mistakes.length >= maxErrors) break;
  }
  return mistakes;
}
