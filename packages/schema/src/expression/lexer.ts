/**
 * The words and signs of one expression. It ends at `}}`, or at the end of the text for a bare condition.
 * It knows no grammar; a sign that other languages have, and this one does not, is a mistake with a hint.
 */
import type { Range } from '../source.ts';
import { badOperator, type ExpressionError, tooLong, unclosedText } from './expression-error.ts';

export type Token =
  /** `file.stem`, `lower`, `in`, `true`: dots belong to it. */
  | { readonly type: 'word'; readonly text: string; readonly range: Range }
  | { readonly type: 'number'; readonly text: string; readonly value: number; readonly range: Range }
  | { readonly type: 'text'; readonly text: string; readonly value: string; readonly range: Range }
  | { readonly type: 'sign'; readonly text: string; readonly range: Range }
  | { readonly type: 'end'; readonly text: string; readonly range: Range };

export interface Lexed {
  /** The last one is `end`. Empty when there is an error. */
  readonly tokens: readonly Token[];
  /** Index in the text after `}}`; undefined when it is not there. */
  readonly after?: number;
  readonly error?: ExpressionError;
}

export interface Written {
  readonly text: string;
  /** Maps an index in `text` to an absolute offset in the source. */
  readonly offsetOf: (index: number) => number;
}

const maxTokens = 1000;
/** Longer ones would overflow the stack of the regular expressions. */
const maxLength = 10_000;
const blank = /\s*/y;
const word = /[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*/y;
const number = /-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const quoted = /'(?:[^']|'')*'|"(?:[^"]|"")*"/y;
// The longest first; those that only other languages have are here too, so that a hint can name them whole.
const sign = /===|!==|==|!=|<=|>=|=<|=>|<>|&&|\|\||[^\s\w]/y;
const signs = new Set(['==', '!=', '<', '<=', '>', '>=', '&&', '||', '!', '(', ')', '[', ']', ',']);

/** `from` is the index after `${{`, or 0 for a bare condition. */
export function lex(whole: Written, from: number, closing: '}}' | undefined): Lexed {
  // Offsets in the window are those in the text.
  const text = whole.text.length > from + maxLength ? whole.text.slice(0, from + maxLength) : whole.text;
  const written: Written = { text, offsetOf: whole.offsetOf };
  const tokens: Token[] = [];
  let at = skip(blank, text, from);
  while (at < text.length) {
    if (closing !== undefined && text.startsWith(closing, at)) {
      tokens.push({ type: 'end', text: closing, range: rangeOf(written, at, at + closing.length) });
      return { tokens, after: at + closing.length };
    }
    const token = tokenAt(written, at, tokens.at(-1));
    if ('code' in token) return { tokens: [], error: isCut(whole, text, at) ? tooLong(token.range) : token };
    if (tokens.length >= maxTokens) return { tokens: [], error: tooLong(token.range) };
    tokens.push(token);
    at = skip(blank, text, at + token.text.length);
  }
  if (text.length < whole.text.length)
    return { tokens: [], error: tooLong(rangeOf(written, from, from + 1)) };
  if (closing !== undefined) return { tokens: [] };
  tokens.push({ type: 'end', text: '', range: rangeOf(written, text.length, text.length) });
  return { tokens };
}

/** The end of the text was not looked for far enough to say that it is not there. */
const isCut = (whole: Written, text: string, at: number): boolean =>
  text.length < whole.text.length && (text[at] === "'" || text[at] === '"');

export function rangeOf({ offsetOf }: Written, start: number, end: number): Range {
  return { start: offsetOf(start), end: offsetOf(end) };
}

function tokenAt(written: Written, at: number, before: Token | undefined): Token | ExpressionError {
  const { text } = written;
  const range = (length: number): Range => rangeOf(written, at, at + length);
  const name = match(word, text, at);
  if (name !== undefined) return { type: 'word', text: name, range: range(name.length) };
  const digits = match(number, text, at);
  // After a value a minus would be a subtraction, which there is not.
  if (digits !== undefined && !(digits.startsWith('-') && before !== undefined && isValue(before))) {
    return { type: 'number', text: digits, value: Number(digits), range: range(digits.length) };
  }
  const string = match(quoted, text, at);
  if (string !== undefined) {
    return { type: 'text', text: string, value: unquote(string), range: range(string.length) };
  }
  if (text[at] === "'" || text[at] === '"') return unclosedText(range(1));
  const found = match(sign, text, at) ?? text.slice(at, at + 1);
  return signs.has(found)
    ? { type: 'sign', text: found, range: range(found.length) }
    : badOperator(found, range(found.length));
}

const isValue = (token: Token): boolean =>
  token.type === 'sign' ? token.text === ')' || token.text === ']' : token.text !== 'in';

function unquote(string: string): string {
  const quote = string.slice(0, 1);
  return string.slice(1, -1).replaceAll(quote + quote, quote);
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function skip(pattern: RegExp, text: string, at: number): number {
  return at + (match(pattern, text, at)?.length ?? 0);
}
