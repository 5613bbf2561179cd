/** The functions of expressions. Closed: a new one is a change of the language. */
import type { JsonScalar } from '../json.ts';
import { err, ok, type Result } from '../result.ts';
import type { FunctionName } from './template.ts';

export interface FunctionSpec {
  readonly parameters: readonly ('text' | 'any' | 'list')[];
  /** Parameters from this count on may be left out. */
  readonly required: number;
  /** As it is written in hints. */
  readonly usage: string;
}

export const functionSpecs: Readonly<Record<FunctionName, FunctionSpec>> = {
  lower: { parameters: ['text'], required: 1, usage: 'lower(text)' },
  upper: { parameters: ['text'], required: 1, usage: 'upper(text)' },
  replace: { parameters: ['text', 'text', 'text'], required: 3, usage: 'replace(text, search, replacement)' },
  slug: { parameters: ['text'], required: 1, usage: 'slug(text)' },
  default: { parameters: ['any', 'any'], required: 2, usage: 'default(value, fallback)' },
  join: { parameters: ['list', 'text'], required: 1, usage: 'join([a, b], separator)' },
};

/**
 * Letters and digits of any script, in lower case without accents, with single dashes between them:
 * `Été à Paris!` → `ete-a-paris`. An error when nothing is left.
 */
export function slug(text: string): Result<string, string> {
  const words = text
    .normalize('NFKD')
    .replaceAll(/\p{Mn}/gu, '')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu);
  return words === null
    ? err(`slug("${text}") leaves nothing: it has no letters or digits`)
    : ok(words.join('-'));
}

/** Nothing to use: what `default` looks for. */
export const isMissing = (value: JsonScalar | undefined): boolean =>
  value === undefined || value === null || value === '';
