/**
 * Errors of the YAML parser → our diagnostics, in our words. What the parser stumbles over is often not where the
 * mistake is, so the text of the line is looked at for the traps first. One mistake makes the parser report many:
 * only the first, and those on other lines that stand for themselves, are passed on.
 */
import type { Document, YAMLError } from 'yaml';
import { inQuotes } from './describe-value.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { Range, Source } from './source.ts';
import { lineMistake } from './yaml-line-mistakes.ts';
import { unclosed } from './yaml-unclosed.ts';
import {
  badIndentation,
  notYaml,
  reservedStart,
  severalDocuments,
  unknownEscape,
  unknownTag,
} from './syntax-diagnostics.ts';
import { valueOnLine } from './traps.ts';

/** Errors that say something of their own even after another error. */
const independent: ReadonlySet<string> = new Set([
  'BAD_DQ_ESCAPE',
  'BAD_SCALAR_START',
  'BLOCK_AS_IMPLICIT_KEY',
  'TAB_AS_INDENT',
  'TAG_RESOLVE_FAILED',
]);
const maximumMistakes = 20;

export interface Parsed {
  readonly source: Source;
  readonly document: Document.Parsed;
}

/** Empty when the parser found nothing. */
export function yamlMistakes({ source, document }: Parsed): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const lines = new Set<number>();
  for (const error of document.errors) {
    if (found.length > 0 && !independent.has(error.code)) continue;
    const line = source.text.lastIndexOf('\n', Math.max(0, error.pos[0] - 1));
    if (lines.has(line) || found.length === maximumMistakes) continue;
    lines.add(line);
    found.push(mistake({ source, document }, error));
  }
  return found;
}

/** The parser's warnings: the tree is sound, the value is not what it looks like. */
export function yamlWarnings({ source, document }: Parsed): readonly Diagnostic[] {
  return document.warnings.map((warning) => {
    const range = rangeOf(warning, source);
    if (warning.code === 'TAG_RESOLVE_FAILED' || warning.code === 'BAD_COLLECTION_TYPE') {
      return unknownTag(range, source.text.slice(range.start, range.end));
    }
    return (
      lineMistake(source, warning.pos[0]) ??
      notYaml(range, 'YAML reads this in two ways', 'put the value in quotes')
    );
  });
}

function mistake(parsed: Parsed, error: YAMLError): Diagnostic {
  const { source } = parsed;
  const at = error.pos[0];
  const range = rangeOf(error, source);
  if (error.code === 'MULTIPLE_DOCS') return severalDocuments(lineAt(source, at));
  if (error.code === 'TAB_AS_INDENT') {
    return badIndentation(range, 'a tab in the indentation', 'YAML indents with spaces only: use two spaces');
  }
  if (error.code === 'BAD_DQ_ESCAPE') return escapeMistake(source, at);
  const open = unclosed(parsed, error);
  if (open !== undefined) return open;
  return lineMistake(source, at) ?? byCode(source, error);
}

function byCode(source: Source, error: YAMLError): Diagnostic {
  const range = rangeOf(error, source);
  const text = source.text.slice(range.start, range.end);
  switch (error.code) {
    case 'BAD_INDENT':
      return badIndentation(
        lineAt(source, error.pos[0]),
        'this line is not indented like the ones that it belongs to',
        'keys of one map, and items of one list, begin in the same column',
      );
    case 'MULTILINE_IMPLICIT_KEY':
    case 'BLOCK_AS_IMPLICIT_KEY':
      return brokenKey(source, range);
    case 'KEY_OVER_1024_CHARS':
      return notYaml(range, 'a key with more than 1024 characters', 'is a quote missing before it?');
    case 'TAG_RESOLVE_FAILED':
      return unknownTag(range, text);
    case 'MISSING_CHAR':
      return missing(source, error);
    case 'BAD_ALIAS':
      return notYaml(
        range,
        `YAML reads \`${text}\` as an alias or an anchor, but it has no name`,
        'put the value in quotes',
      );
    case 'BAD_DIRECTIVE':
      return notYaml(
        range,
        'a line that begins with "%" is a directive, and YAML does not know this one',
        'remove the line',
      );
    case 'BAD_SCALAR_START':
      return reservedStart(range, text, restOfItem(source, range.start));
    case 'UNEXPECTED_TOKEN':
      return unexpected(source, range);
    default:
      return generic(range);
  }
}

function brokenKey(source: Source, range: Range): Diagnostic {
  const first = lineAt(source, range.start);
  const text = source.text.slice(first.start, first.end);
  const next = /^\r?\n([ ]*)(?=\S)/.exec(source.text.slice(first.end, first.end + 200))?.[1] ?? '';
  if (/^[^\s:]+:\s+\S/.test(text) && next.length > indentation(source, first.start)) {
    const start = first.end + source.text.slice(first.end).search(/\n/) + 1 + next.length;
    return badIndentation(
      lineAt(source, start),
      'this line is indented as if it belonged to the line above, which has its value already',
      'begin it in the same column as the line above, or quote the value if it goes on here',
    );
  }
  const missingSpace = /^([\w-]+):(\S.*)$/.exec(text);
  if (missingSpace !== null) {
    return notYaml(
      first,
      'there is no space after the colon',
      `write \`${missingSpace[1]}: ${missingSpace[2]}\``,
    );
  }
  return notYaml(first, 'this line has no colon, so it is neither a key nor a value', 'write `key: value`');
}

function missing(source: Source, error: YAMLError): Diagnostic {
  const line = lineAt(source, error.pos[0]);
  const text = source.text.slice(line.start, line.end);
  if (/^-\S/.test(text)) {
    return notYaml(line, 'there is no space after the dash', `write \`- ${text.slice(1)}\``);
  }
  if (error.message.startsWith('Comments')) {
    return notYaml(
      rangeOf(error, source),
      'a comment needs a space before its "#"',
      'put a space before it, or quote the value',
    );
  }
  if (error.message.startsWith('Block scalars')) {
    return notYaml(
      rangeOf(error, source),
      'a line of blanks before the first text of this block is longer than the text is indented',
      'empty that line, or say how deep the block is indented: `|2`',
    );
  }
  return text.includes(':') ? generic(rangeOf(error, source)) : brokenKey(source, line);
}

function unexpected(source: Source, range: Range): Diagnostic {
  const text = source.text.slice(range.start, range.end);
  if (text === ',') return notYaml(range, 'there is nothing between two commas', 'remove one of them');
  if (/^[\]}]$/.test(text))
    return notYaml(range, `this \`${text}\` closes nothing`, 'remove it, or quote the value');
  const before = source.text.slice(Math.max(0, range.start - 200), range.start).trimEnd();
  if (/["']$/.test(before) || /["']/.test(text)) {
    const value = valueOnLine(source, range.start)?.text ?? '';
    const isWhole = /^(["']).*\1$/.test(value);
    return notYaml(
      lineAt(source, range.start),
      'there is more text after the closing quote',
      `quotes inside quotes need the other kind around them: ${isWhole ? inQuotes(value.slice(1, -1)) : `'say "hi"'`}`,
    );
  }
  const line = lineAt(source, range.start);
  if (line.start !== range.start) return generic(range);
  return badIndentation(
    line,
    'this line begins further to the left than the first line of the file',
    'keys of one map begin in the same column',
  );
}

/** An unquoted item of a list or map in brackets, or of a line. */
const restOfItem = (source: Source, at: number): string =>
  /^[^,\]}\r\n]*/.exec(source.text.slice(at, at + 200))?.[0].trimEnd() ?? '';

const generic = (range: Range): Diagnostic =>
  notYaml(
    range,
    'YAML cannot make sense of this',
    'check indentation, quotes and brackets here and on the line above',
  );

function escapeMistake(source: Source, at: number): Diagnostic {
  const open = source.text.lastIndexOf('"', at);
  const close = source.text.indexOf('"', at + 1);
  const line = source.text.slice(open, close + 1);
  const escape = source.text.slice(at, at + 2);
  const fixed = open < 0 || close < 0 || line.includes('\n') ? "'…'" : `'${line.slice(1, -1)}'`;
  return unknownEscape({ start: at, end: Math.min(at + 2, source.text.length) }, escape, fixed);
}

function rangeOf(error: YAMLError, source: Source): Range {
  const limit = source.text.length;
  const start = Math.min(error.pos[0], limit);
  return { start, end: Math.min(Math.max(error.pos[1], start), limit) };
}

/** The text of a line, without its indentation and line end. */
function lineAt(source: Source, at: number): Range {
  const lineStart = source.text.lastIndexOf('\n', Math.max(0, at - 1)) + 1;
  const begin = source.text[at] === '\n' && at > 0 && source.text[at - 1] === '\n' ? at : lineStart;
  const found = /^([ \t]*)(.*?)\s*$/m.exec(source.text.slice(begin, begin + 2000));
  const start = begin + (found?.[1]?.length ?? 0);
  return { start, end: start + (found?.[2]?.length ?? 0) };
}

function indentation(source: Source, start: number): number {
  return start - (source.text.lastIndexOf('\n', Math.max(0, start - 1)) + 1);
}
