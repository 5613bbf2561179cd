/** The traps that make the parser fail, found by the text of one line. Undefined when the line falls into none. */
import type { Diagnostic } from './diagnostic.ts';
import type { Source } from './source.ts';
import {
  bracesWithoutDollar,
  colonInValue,
  badIndentation,
  expressionInFlow,
  reservedStart,
  unknownTag,
  unresolvedAlias,
} from './syntax-diagnostics.ts';
import { expressionIn, type ValueOnLine, valueOnLine } from './traps.ts';

export function lineMistake(source: Source, at: number): Diagnostic | undefined {
  const value = valueOnLine(source, at);
  if (value === undefined) return undefined;
  const { text, range } = value;
  if (text.startsWith('{{')) return bracesWithoutDollar(range, text);
  if (/^[[{]/.test(text)) return flowMistake(value);
  // `*x: a` is a key that begins with a star, `**/*.md` a glob: what stands up to the blank is what YAML reads.
  if (text.startsWith('*')) return unresolvedAlias(range, text, []);
  if (text.startsWith('!')) return unknownTag(range, text);
  if (/^[@`%]/.test(text))
    return reservedStart({ start: range.start, end: range.start + 1 }, text.slice(0, 1), text);
  if (text.startsWith('- ')) {
    return badIndentation(
      range,
      'a list item on the line of its key',
      'put the list on the lines below, or write [a, b]',
    );
  }
  if (text.startsWith('? ')) return reservedStart({ start: range.start, end: range.start + 1 }, '?', text);
  if (!/^["'|>&]/.test(text) && /:(?:\s|$)/.test(text)) return colonInValue(range, text);
  return undefined;
}

/** `[${{ a }}, b]`, `{b: ${{ a }}}`. */
function flowMistake({ text, range }: ValueOnLine): Diagnostic | undefined {
  const bare = text.replaceAll(/"[^"]*"|'[^']*'/g, (quoted) => ' '.repeat(quoted.length));
  const expression = expressionIn(bare);
  if (expression === undefined) return undefined;
  const start = range.start + expression.index;
  // What belongs to the same item: `${{ a }}-small.png`.
  const item = /^\$\{\{.*?\}\}[^,\]}]*/.exec(text.slice(expression.index))?.[0] ?? expression.text;
  return expressionInFlow({ start, end: start + item.trimEnd().length }, item.trimEnd());
}
