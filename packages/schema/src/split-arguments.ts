/**
 * Splits a command line into arguments, as a POSIX shell would without any expansion: blanks separate, single quotes keep
 * everything, double quotes keep all but `\"` and `\\`, a backslash keeps the next character, and a backslash at the end of
 * a line joins it with the next. `${{ … }}` is one piece wherever it stands: values are put in after the split, so that no
 * value can become two arguments. `$`, `*`, `~`, `|`, `>` and `;` are plain characters: no shell takes part.
 */
import { err, ok, type Result } from './result.ts';

/** The error says what is not closed. */
export function splitArguments(text: string): Result<readonly string[], string> {
  const found: string[] = [];
  let current: string | undefined;
  for (let at = 0; at < text.length;) {
    const piece = nextPiece(text, at);
    if (!piece.ok) return piece;
    const { value, length, isNothing } = piece.value;
    at += length;
    if (isNothing === true) continue;
    if (value !== undefined) current = (current ?? '') + value;
    else if (current !== undefined) {
      found.push(current);
      current = undefined;
    }
  }
  return ok(current === undefined ? found : [...found, current]);
}

interface Piece {
  /** Undefined: a blank that separates. */
  readonly value: string | undefined;
  readonly length: number;
  /** A line that goes on. */
  readonly isNothing?: true;
}

function nextPiece(text: string, at: number): Result<Piece, string> {
  const first = text.charAt(at);
  if (text.startsWith('${{', at)) return expression(text, at);
  if (/\s/.test(first)) return ok({ value: undefined, length: 1 });
  if (first === "'" || first === '"') return quoted(text, { at, quote: first });
  if (first !== '\\') return ok({ value: first, length: 1 });
  const next = text.charAt(at + 1);
  if (next === '') return err('ends with a backslash');
  return next === '\n' ? ok({ value: '', length: 2, isNothing: true }) : ok({ value: next, length: 2 });
}

/** As it stands, quotes and blanks included. */
function expression(text: string, at: number): Result<Piece, string> {
  const end = text.indexOf('}}', at);
  if (end < 0) return err('has an expression that is not closed');
  return ok({ value: text.slice(at, end + 2), length: end + 2 - at });
}

function quoted(
  text: string,
  { at, quote }: { readonly at: number; readonly quote: string },
): Result<Piece, string> {
  let value = '';
  for (let index = at + 1; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (text.startsWith('${{', index)) {
      const inner = expression(text, index);
      if (!inner.ok) return inner;
      value += inner.value.value ?? '';
      index += inner.value.length - 1;
    } else if (character === quote) return ok({ value, length: index + 1 - at });
    else if (quote === '"' && character === '\\' && /["\\]/.test(text.charAt(index + 1))) {
      index += 1;
      value += text.charAt(index);
    } else value += character;
  }
  return err(`has a quote that is not closed: ${quote}`);
}
