/** Which formats an import yields, read from the names that it is given: globs, paths, URLs, keys. It touches no disk. */
import { optionValues } from './format-cases.ts';
import { canonicalFormat, fileExtension, formatOfFile, isKnownFormat } from './formats.ts';
import { isJsonList } from './json.ts';
import type { Pipeline, Task } from './pipeline.ts';

/** Formats that can flow. */
export interface FormatFlow {
  /** Canonical. */
  readonly formats: ReadonlySet<string>;
  /** There may be others, that only the run can tell. */
  readonly isOpen: boolean;
}

const nothingKnown: FormatFlow = { formats: new Set(), isOpen: true };
/** Options that name a single file, the surest first. */
const nameOptions = ['filename', 'url', 'key', 'blob', 'file'] as const;
const maxAlternatives = 200;
const maxPatternLength = 4096;

export function importFormats(task: Task, params: Pipeline['params']): FormatFlow {
  if (task.operation === 'import/local') return globFormats(task);
  const isInline = task.operation === 'import/base64' || task.operation === 'import/raw';
  // Inline, `file` is the content.
  const names = isInline ? nameOptions.slice(0, 1) : nameOptions;
  const given = names.find((name) => task.options[name] !== undefined);
  if (given === undefined) return nothingKnown;
  return flowOf(
    task.variants.flatMap((variant) => optionValues(task, given, { variant, params })).map(nameFormat),
  );
}

function flowOf(formats: readonly (string | undefined)[]): FormatFlow {
  const known = formats.filter((format) => format !== undefined);
  return { formats: new Set(known), isOpen: known.length < formats.length };
}

/** Of a file name, a path or a URL. An extension that is no format (`download.php`) says nothing. */
function nameFormat(name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  const path = /^[a-z]+:\/\//i.test(name) ? (/^[a-z]+:\/\/[^/?#]*([^?#]*)/i.exec(name)?.[1] ?? '') : name;
  const format = formatOfFile(decoded(path.slice(path.lastIndexOf('/') + 1)));
  return isKnownFormat(format) ? format : undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function globFormats(task: Task): FormatFlow {
  if (task.templates.some(({ path }) => path[0] === 'path' || path[0] === 'exclude')) return nothingKnown;
  const patterns = stringsOf(task.options['path']);
  const excluded = new Set(
    [...stringsOf(task.options['exclude']), ...patterns.filter((pattern) => pattern.startsWith('!'))].flatMap(
      excludedFormats,
    ),
  );
  const formats = patterns.filter((pattern) => !pattern.startsWith('!')).flatMap(patternFormats);
  return flowOf(formats.filter((format) => format === undefined || !excluded.has(format)));
}

function stringsOf(value: Task['options'][string] | undefined): readonly string[] {
  const list = isJsonList(value) ? value : [value];
  return list.filter((item) => typeof item === 'string');
}

/** Only a pattern that takes out every file of a format takes the format out. */
function excludedFormats(pattern: string): readonly string[] {
  const bare = pattern.replace(/^!/, '');
  if (bare.length > maxPatternLength || !/^\*\*\/\*\.[^*?/]+$/.test(bare)) return [];
  return patternFormats(bare).filter((format) => format !== undefined);
}

/** One for each alternative of `{a,b}`; undefined for those whose extension is not fixed. */
function patternFormats(pattern: string): readonly (string | undefined)[] {
  if (pattern.length > maxPatternLength) return [undefined];
  return expandBraces(pattern).map((path) => {
    const extension = fileExtension(path.slice(path.lastIndexOf('/') + 1));
    return extension === '' || /[*?[\]{}()|!@+\\]/.test(extension) ? undefined : canonicalFormat(extension);
  });
}

/** `a.{b,{c,d}}` → `a.b`, `a.c`, `a.d`. Ranges (`{1..3}`) and unbalanced braces stay as they are. */
function expandBraces(pattern: string): readonly string[] {
  const done: string[] = [];
  const open = [pattern];
  while (open.length > 0 && done.length + open.length < maxAlternatives) {
    const text = open.pop() ?? '';
    // The innermost first: it has no braces inside.
    const found = [...text.matchAll(/\{([^{}]*)\}/g)].find(([, inside = '']) => inside.includes(','));
    if (found === undefined) done.push(text);
    else {
      const [whole, inside = ''] = found;
      const before = text.slice(0, found.index);
      const after = text.slice(found.index + whole.length);
      const choices = inside.split(',', maxAlternatives);
      for (const choice of choices.toReversed()) open.push(`${before}${choice}${after}`);
    }
  }
  // Too many to look at: what is left counts as not known.
  return open.length > 0 ? [...done, ''] : done;
}
