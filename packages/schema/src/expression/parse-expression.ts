/**
 * Words and signs → expression tree, by recursive descent. From loosest to tightest:
 *
 *     ||    &&    == !=    < <= > >= in    !    value, call, reference, list, ( )
 *
 * It knows the names of roots and functions, and nothing about what they hold.
 */
import { err, ok, type Result } from '../result.ts';
import type { Range } from '../source.ts';
import {
  emptyExpression,
  excerpt,
  type ExpressionError,
  isOperatorWord,
  misplacedWord,
  unexpected,
  unknownFunction,
  unknownRoot,
} from './expression-error.ts';
import { functionNames, roots } from './expression-error.ts';
import type { Token } from './lexer.ts';
import type { BinaryOperator, Expression, FunctionName, Root } from './template.ts';

type Parsed = Result<Expression, ExpressionError>;

/** Operators of one strength each, loosest first. */
const levels: readonly (readonly BinaryOperator[])[] = [
  ['||'],
  ['&&'],
  ['==', '!='],
  ['<', '<=', '>', '>=', 'in'],
];
const constants: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** `tokens` ends with an `end` token. */
export function parseExpression(tokens: readonly Token[]): Parsed {
  const reader = new TokenReader(tokens);
  const [first] = tokens;
  if (first?.type === 'end') return err(emptyExpression(first.range));
  const parsed = parseLevel(reader, 0);
  if (!parsed.ok) return parsed;
  const { current } = reader;
  if (current.type === 'end') return parsed;
  return err(
    current.type === 'word'
      ? misplacedWord(current.text, current.range)
      : unexpected(described(current), current.range, 'an operator or the end of the expression'),
  );
}

class TokenReader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get current(): Token {
    return this.#tokens[this.#at] ?? { type: 'end', text: '', range: { start: 0, end: 0 } };
  }

  next(): Token {
    const token = this.current;
    if (token.type !== 'end') this.#at += 1;
    return token;
  }

  isSign(text: string): boolean {
    return this.current.type === 'sign' && this.current.text === text;
  }
}

function parseLevel(reader: TokenReader, level: number): Parsed {
  const operators = levels[level];
  if (operators === undefined) return parseUnary(reader);
  let left = parseLevel(reader, level + 1);
  while (left.ok) {
    const { current } = reader;
    const operator =
      current.type === 'sign' || current.type === 'word'
        ? operators.find((name) => name === current.text)
        : undefined;
    if (operator === undefined) return left;
    reader.next();
    const right = parseLevel(reader, level + 1);
    if (!right.ok) return right;
    const range = { start: left.value.range.start, end: right.value.range.end };
    left = ok({ type: 'binary', operator, left: left.value, right: right.value, range });
  }
  return left;
}

function parseUnary(reader: TokenReader): Parsed {
  if (!reader.isSign('!')) return parsePrimary(reader);
  const { range } = reader.next();
  const operand = parseUnary(reader);
  if (!operand.ok) return operand;
  return ok({
    type: 'not',
    operand: operand.value,
    range: { start: range.start, end: operand.value.range.end },
  });
}

function parsePrimary(reader: TokenReader): Parsed {
  const token = reader.next();
  switch (token.type) {
    case 'number':
    case 'text':
      return ok({ type: 'literal', value: token.value, range: token.range });
    case 'word':
      return parseWord(reader, token.text, token.range);
    default:
      if (token.text === '(') return parseGroup(reader);
      if (token.text === '[') return parseList(reader, token.range);
      return err(unexpected(described(token), token.range, 'a value'));
  }
}

function parseGroup(reader: TokenReader): Parsed {
  const inner = parseLevel(reader, 0);
  if (!inner.ok) return inner;
  const close = reader.next();
  return close.text === ')' ? inner : err(unexpected(described(close), close.range, '`)`'));
}

function parseList(reader: TokenReader, open: Range): Parsed {
  const items = parseItems(reader, ']');
  if (!items.ok) return items;
  return ok({ type: 'list', items: items.value.items, range: { start: open.start, end: items.value.end } });
}

/** After the opening bracket, up to and including the closing one. */
function parseItems(
  reader: TokenReader,
  close: ')' | ']',
): Result<{ readonly items: readonly Expression[]; readonly end: number }, ExpressionError> {
  const items: Expression[] = [];
  while (!reader.isSign(close)) {
    const item = parseLevel(reader, 0);
    if (!item.ok) return item;
    items.push(item.value);
    if (reader.isSign(',')) reader.next();
    else if (!reader.isSign(close)) {
      const { current } = reader;
      return err(unexpected(described(current), current.range, `\`,\` or \`${close}\``));
    }
  }
  return ok({ items, end: reader.next().range.end });
}

function parseWord(reader: TokenReader, word: string, range: Range): Parsed {
  if (reader.isSign('(')) return parseCall(reader, word, range);
  const constant = constants.get(word);
  if (constant !== undefined) return ok({ type: 'literal', value: constant, range });
  const [first = '', name, ...deeper] = word.split('.');
  const root = roots.find((known) => known === first);
  if (root === undefined) {
    return err(isOperatorWord(word) ? misplacedWord(word, range) : unknownRoot(word, range));
  }
  if (name === undefined)
    return err(unexpected(`\`${root}\` alone`, range, `a name after it, such as \`${sample[root]}\``));
  if (deeper.length > 0)
    return err(unexpected(`\`${excerpt(word)}\``, range, `a single name, such as \`${root}.${name}\``));
  return ok({ type: 'reference', root, name, range });
}

const sample: Readonly<Record<Root, string>> = {
  params: 'params.quality',
  env: 'env.HOME',
  secrets: 'secrets.TOKEN',
  matrix: 'matrix.width',
  file: 'file.stem',
  job: 'job.date',
};

function parseCall(reader: TokenReader, word: string, range: Range): Parsed {
  const name: FunctionName | undefined = functionNames.find((known) => known === word);
  if (name === undefined) {
    return err(isOperatorWord(word) ? misplacedWord(word, range) : unknownFunction(word, range));
  }
  reader.next();
  const items = parseItems(reader, ')');
  if (!items.ok) return items;
  return ok({
    type: 'call',
    name,
    arguments: items.value.items,
    range: { start: range.start, end: items.value.end },
  });
}

const described = (token: Token): string =>
  token.type === 'end' ? 'the end of the expression' : `\`${excerpt(token.text)}\``;
