/** The messages about YAML itself: one constructor each, in our words, never the parser's. */
import { inQuotes } from './describe-value.ts';
import { diagnostic } from './diagnostics.ts';
import type { Diagnostic } from './diagnostic.ts';
import { nearest } from './did-you-mean.ts';
import type { Range } from './source.ts';

export const notYaml = (range: Range, what: string, hint?: string): Diagnostic =>
  diagnostic('PL001', { range, message: what, hint });

export const fileTooLarge = (range: Range, mebibytes: number): Diagnostic =>
  diagnostic('PL002', {
    range,
    message: `the file has ${mebibytes.toFixed(1)} MiB; a pipeline file has 16 MiB at most`,
    hint: 'files to convert do not belong into the pipeline file: name them with import/local or import/url',
  });

export const severalDocuments = (range: Range): Diagnostic =>
  diagnostic('PL003', {
    range,
    message: 'a second YAML document begins here; a pipeline file holds one',
    hint: 'remove the `---` line, or put the second pipeline into a file of its own',
  });

export const duplicateKey = (range: Range, key: string, first: Range): Diagnostic =>
  diagnostic('PL004', {
    range,
    message: `the key "${key}" stands twice in this map`,
    related: [{ message: 'it stands here first', range: first }],
    hint: 'keep one of the two',
  });

export function unresolvedAlias(range: Range, text: string, anchors: Iterable<string>): Diagnostic {
  const name = text.slice(1);
  const near = nearest(name, anchors);
  if (near !== undefined) {
    return diagnostic('PL005', {
      range,
      message: `there is no anchor "&${name}" before this alias`,
      hint: `did you mean "*${near}"?`,
    });
  }
  return diagnostic('PL005', {
    range,
    message: `YAML reads \`${text}\` as an alias, a reference to an anchor "&${name}" that does not exist`,
    hint: `put it in quotes: ${inQuotes(text)}`,
  });
}

export const circularAlias = (range: Range, name: string): Diagnostic =>
  diagnostic('PL006', {
    range,
    message: `the alias "*${name}" stands inside its own anchor, so it never ends`,
  });

export const tooManyAliases = (range: Range, limit: number): Diagnostic =>
  diagnostic('PL006', {
    range,
    message: `the aliases of this file expand to more than ${limit.toLocaleString('en-US')} values`,
    hint: 'use `defaults`, `matrix` or globs instead of aliases of aliases',
  });

export const tooDeep = (range: Range, limit: number): Diagnostic =>
  diagnostic('PL007', {
    range,
    message: `lists and maps are nested more than ${limit} levels deep here`,
  });

export const unknownTag = (range: Range, text: string): Diagnostic =>
  diagnostic('PL008', {
    range,
    message: text.startsWith('!!')
      ? `the value does not fit the YAML tag \`${text}\`, or this tag is not known`
      : `YAML reads \`${text}\` as a tag and drops it, because it begins with "!"`,
    hint: text.startsWith('!!') ? 'remove the tag' : `put it in quotes: ${inQuotes(text)}`,
  });

export const badIndentation = (range: Range, message: string, hint: string): Diagnostic =>
  diagnostic('PL009', { range, message, hint });

export const neverClosed = (range: Range, what: string, closing: string): Diagnostic =>
  diagnostic('PL010', {
    range,
    message: `this ${what} is never closed`,
    hint: `put the closing ${closing} where it ends`,
  });

export const colonInValue = (range: Range, value: string): Diagnostic =>
  diagnostic('PL011', {
    range,
    message: 'a value with ": " in it would begin a map inside the line, which YAML does not allow',
    hint: `put it in quotes: ${inQuotes(value)}`,
  });

export const expressionInFlow = (range: Range, expression: string): Diagnostic =>
  diagnostic('PL012', {
    range,
    message: 'inside [ ] and { } YAML reads the braces of an expression as a map',
    hint: `put the expression in quotes: ${inQuotes(expression)}`,
  });

export const bracesWithoutDollar = (range: Range, text: string): Diagnostic =>
  diagnostic('PL013', {
    range,
    message: 'YAML reads {{ }} as a map inside a map',
    hint: `an expression has a dollar sign: ${text.replace('{{', '${{')}`,
  });

export const unknownEscape = (range: Range, escape: string, fixed: string): Diagnostic =>
  diagnostic('PL014', {
    range,
    message: `YAML does not know the escape \`${escape}\` in double quotes`,
    hint: `use ${fixed.startsWith("'") ? 'single quotes' : 'this'}: ${fixed}`,
  });

export const controlCharacter = (
  range: Range,
  parts: { escape: string; name: string; fixed: string },
): Diagnostic =>
  diagnostic('PL014', {
    range,
    message: `in double quotes YAML turns \`${parts.escape}\` into ${parts.name}, so this is not the path it looks like`,
    hint: `use single quotes, or "/": ${parts.fixed}`,
  });

export const reservedStart = (range: Range, character: string, value: string): Diagnostic =>
  diagnostic('PL015', {
    range,
    message: `a value cannot begin with "${character}": YAML keeps it for itself`,
    hint: `put it in quotes: ${inQuotes(value)}`,
  });

export const notJson = (range: Range, text: string): Diagnostic =>
  diagnostic('PL016', {
    range,
    message: `\`${text}\` is not a value that a pipeline can use`,
    hint: `if the text is meant, put it in quotes: ${inQuotes(text)}`,
  });

export const keyNotText = (range: Range): Diagnostic =>
  diagnostic('PL017', { range, message: 'a key must be plain text, not a list, a map or an alias' });

export const notAMap = (range: Range, found: string): Diagnostic =>
  diagnostic('PL018', {
    range,
    message: `a pipeline file is a map with the key "tasks"; this file holds ${found}`,
    hint: 'a small one to start from: `pipeline init`',
  });

export const otherYamlVersion = (range: Range, version: string): Diagnostic =>
  diagnostic('PL019', {
    range,
    message: `this file asks for YAML ${version}; a pipeline file is YAML 1.2`,
    hint: 'remove the %YAML line',
  });
