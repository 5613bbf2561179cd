/** Quotes and brackets that are never closed: the parser notices at the end of the file, the mistake is where they open. */
import { isAlias, isMap, isScalar, isSeq, Scalar, visit, type YAMLError } from 'yaml';
import type { Diagnostic } from './diagnostic.ts';
import { neverClosed } from './syntax-diagnostics.ts';
import type { Parsed } from './yaml-mistakes.ts';
import { lineMistake } from './yaml-line-mistakes.ts';

export function unclosed({ source, document }: Parsed, error: YAMLError): Diagnostic | undefined {
  if (error.code === 'MISSING_CHAR' && error.message.endsWith('quote')) {
    const start = lastQuote(document, error.pos[0]);
    const quote = source.text[start] ?? '"';
    return neverClosed({ start, end: start + 1 }, 'quote', quote);
  }
  const closing = /must be sufficiently indented and end with a ([\]}])|must end with a ([\]}])/.exec(
    error.message,
  );
  const bracket = closing?.[1] ?? closing?.[2];
  if (bracket === undefined) return undefined;
  const start = lastOpen({ source, document }, bracket);
  if (start === undefined) return undefined;
  const isList = bracket === ']';
  return (
    lineMistake(source, start) ??
    neverClosed({ start, end: start + 1 }, isList ? 'list' : 'map', `\`${bracket}\``)
  );
}

function lastQuote(document: Parsed['document'], before: number): number {
  let start = 0;
  visit(document, {
    Scalar(_key, node) {
      const isQuoted = node.type === Scalar.QUOTE_DOUBLE || node.type === Scalar.QUOTE_SINGLE;
      if (isQuoted && node.range && node.range[0] <= before) start = Math.max(start, node.range[0]);
    },
  });
  return start;
}

/** The innermost list or map in brackets whose text does not end with its closing bracket. */
function lastOpen({ source, document }: Parsed, bracket: string): number | undefined {
  let found: number | undefined;
  visit(document, {
    Node(_key, node) {
      if (
        isScalar(node) ||
        isAlias(node) ||
        !(isMap(node) || isSeq(node)) ||
        node.flow !== true ||
        !node.range
      )
        return;
      const [start, end] = node.range;
      const opens = bracket === ']' ? '[' : '{';
      if (source.text[start] === opens && source.text[end - 1] !== bracket)
        found = Math.max(found ?? 0, start);
    },
  });
  return found;
}
