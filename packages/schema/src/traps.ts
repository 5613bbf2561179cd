/**
 * Text that YAML reads as something else than its author meant, and the fix to suggest. Each trap was measured with the
 * parser that is used here. It looks at text and nodes only and reports nothing itself.
 */
import { isMap, isScalar, type YAMLMap } from 'yaml';
import type { Range, Source } from './source.ts';

/** `{{ a }}`: a map whose only key is a map. */
export function isTemplateBraces(map: YAMLMap): boolean {
  const only = map.items[0];
  if (map.flow !== true || map.items.length !== 1 || only === undefined) return false;
  return (
    isMap(only.key) &&
    only.key.flow === true &&
    (only.value === null || (isScalar(only.value) && only.value.value === null))
  );
}

/** `font_color: #ff0000`: the text after an empty value's key that YAML took for a comment. */
export function hiddenByComment(
  source: Source,
  key: Range,
): { readonly text: string; readonly range: Range } | undefined {
  const match = /^["']?[ \t]*:[ \t]+(#\S[^\r\n]*)/.exec(source.text.slice(key.end, key.end + 300));
  // `key: # a remark` is a remark; `key: #ff0000` or `key: #tag` was meant as a value.
  if (match?.[1] === undefined) return undefined;
  const start = key.end + match[0].length - match[1].length;
  const text = match[1].split(/\s+#/)[0]?.trimEnd() ?? '';
  return { text, range: { start, end: start + text.length } };
}

/** The text of a number or boolean that stands where a string is wanted: `7.10` is 7.1, `1e3` is 1000. */
export function lostInNumber(text: string, value: number | boolean): boolean {
  return String(value) !== text;
}

/** YAML 1.1 had more words for booleans than 1.2 has. */
export function oldBoolean(text: string): boolean | undefined {
  if (/^(yes|y|on|true)$/i.test(text)) return true;
  return /^(no|n|off|false)$/i.test(text) ? false : undefined;
}

const controls: Readonly<Record<string, string>> = {
  t: 'a tab',
  n: 'a line break',
  r: 'a carriage return',
  b: 'a backspace',
  f: 'a form feed',
  v: 'a vertical tab',
  a: 'a bell',
  e: 'an escape character',
  '0': 'a zero byte',
  x: 'another character',
  u: 'another character',
  N: 'another character',
  _: 'another character',
  L: 'another character',
  P: 'another character',
};

/** `"C:\tmp"`: a path in double quotes in which a backslash and a letter became a control character. */
export function swallowedBackslash(
  written: string,
): { readonly escape: string; readonly name: string; readonly fixed: string } | undefined {
  if (!written.startsWith('"') || written.length > maximumLength) return undefined;
  // With a drive, a leading dot or backslash, or a file extension at the end: "one\ttwo" is a text with a tab.
  const looksLikePath =
    /^"(?:[A-Za-z]:|\.{1,2}(?=\\)|(?=\\\\)|(?=.*\.\w{1,5}"$))[\w .-]*(?:\\[^"\\\s]*)+"$/.test(written);
  const escape = /(?<!\\)(?:\\\\)*\\([tnrbfvae0xuN_LP])/.exec(written)?.[1];
  const name = controls[escape ?? ''];
  if (!looksLikePath || escape === undefined || name === undefined) return undefined;
  return { escape: `\\${escape}`, name, fixed: `'${written.slice(1, -1)}'` };
}

/** Nobody means more than this by one value on one line, and patterns need memory for what they look at. */
const maximumLength = 1000;

/** An unquoted scalar from `at` to the end of its line, without a trailing comment. */
function restOfLine(source: Source, at: number): string {
  const line = source.text.slice(at, at + maximumLength).split(/\r?\n/, 1)[0] ?? '';
  return line.replace(/\s+#.*$/, '').trimEnd();
}

export interface ValueOnLine {
  readonly text: string;
  readonly range: Range;
}

/** What stands after `key: ` or `- ` on the line of an offset; undefined when there is nothing. */
export function valueOnLine(source: Source, at: number): ValueOnLine | undefined {
  const lineStart = source.text.lastIndexOf('\n', Math.max(0, at - 1)) + 1;
  if (at - lineStart > maximumLength) return undefined;
  const line = restOfLine(source, lineStart);
  const match = /^(?:\s*-\s+)*(?:\s*(?:"[^"]*"|'[^']*'|[^\s:#'"[\]{},&*!|>%@`][^:#]*?)\s*:\s+)?(?=\S)/.exec(
    line,
  );
  const text = match === null ? '' : line.slice(match[0].length);
  if (match === null || text === '' || match[0].trim() === '') return undefined;
  const start = lineStart + match[0].length;
  return { text, range: { start, end: start + text.length } };
}

/** The first `${{ … }}` of a text, for hints. */
export function expressionIn(text: string): { readonly text: string; readonly index: number } | undefined {
  const match = /\$\{\{.*?(?:\}\}|$)/.exec(text);
  return match === null ? undefined : { text: match[0], index: match.index };
}
