/**
 * Parses the patterns of `import/local` into segments that a walk through folders can follow: `**`, `*`, `?`, `{a,b}`
 * and `[abc]`; a backslash takes the meaning away. Everything else stands for itself, parentheses too, as file names
 * are full of them. Pure: it knows no file system.
 */
import picomatch from 'picomatch';

export interface Glob {
  /** Before its first wildcard, as written: `docs` of `docs/**` + `/*.md`. The whole of a pattern that has none. */
  readonly fixed: string;
  /** After `fixed`; empty for a plain path. Braces around a `/` give one list for each alternative. */
  readonly alternatives: readonly (readonly Segment[])[];
  readonly isPlain: boolean;
}

export type Segment =
  | { readonly type: 'any-depth' }
  | { readonly type: 'name'; readonly name: string }
  | { readonly type: 'match'; readonly matches: (name: string) => boolean };

// `posix` makes `[!a]` mean what it does in a shell.
export const matchOptions = { posix: true, nonegate: true, noextglob: true } as const;
const magic = /[*?[\]{}]/;

export function parseGlob(pattern: string): Glob {
  const { fixed, rest } = splitFixed(pattern);
  return {
    fixed,
    isPlain: rest === '',
    alternatives: rest === '' ? [] : expandBraces(rest).map(segmentsOf),
  };
}

/** Tells whether a path relative to the pattern's `fixed` matches, hidden names included: what `exclude` needs. */
export function excludeMatcher(pattern: string): {
  readonly fixed: string;
  readonly matches: (rest: string) => boolean;
} {
  const { fixed, rest } = splitFixed(pattern);
  if (rest === '') return { fixed, matches: () => true };
  const matches = picomatch(quoteParentheses(rest), { ...matchOptions, dot: true });
  return { fixed, matches: (path) => path !== '' && matches(path) };
}

export function splitFixed(pattern: string): { readonly fixed: string; readonly rest: string } {
  const parts = splitSegments(pattern).filter((part, index) => part !== '.' && (part !== '' || index === 0));
  const first = parts.findIndex((part) => isMagic(part));
  const fixed = (first < 0 ? parts : parts.slice(0, first)).map(unescape);
  const isAtRoot = fixed.length === 1 && fixed[0] === '';
  return {
    fixed: isAtRoot ? '/' : fixed.join('/'),
    rest: first < 0 ? '' : parts.slice(first).join('/'),
  };
}

const isMagic = (part: string): boolean => magic.test(part.replaceAll(/\\./gs, ''));
const unescape = (part: string): string => part.replaceAll(/\\(.)/gs, '$1');

/** At each `/` outside of braces. */
function splitSegments(pattern: string): readonly string[] {
  const parts = [''];
  let depth = 0;
  for (const [token] of pattern.matchAll(/\\.|./gsu)) {
    if (token === '{') depth += 1;
    if (token === '}') depth = Math.max(0, depth - 1);
    if (token === '/' && depth === 0) parts.push('');
    else parts[parts.length - 1] += token;
  }
  return parts;
}

/** Only braces that hold a `/`: `{a/b,c}/*.md` is two walks, `*.{png,jpg}` is one. */
function expandBraces(pattern: string): readonly string[] {
  const brace = braceWithSlash(pattern);
  if (brace === undefined) return [pattern];
  const { start, end, options } = brace;
  return options.flatMap((option) => expandBraces(pattern.slice(0, start) + option + pattern.slice(end + 1)));
}

function braceWithSlash(
  pattern: string,
): { readonly start: number; readonly end: number; readonly options: readonly string[] } | undefined {
  for (const { 0: token, index: start } of pattern.matchAll(/\\.|\{/gs)) {
    if (token !== '{') continue;
    const options = [''];
    let depth = 0;
    for (const { 0: inner, index } of pattern.slice(start).matchAll(/\\.|./gs)) {
      if (inner === '{') depth += 1;
      if (inner === '}') depth -= 1;
      if (depth === 0) {
        if (options.length > 1 && options.some((option) => option.includes('/'))) {
          return { start, end: start + index, options };
        }
        break;
      }
      if (inner === ',' && depth === 1) options.push('');
      else if (index > 0) options[options.length - 1] += inner;
    }
  }
  return undefined;
}

function segmentsOf(pattern: string): readonly Segment[] {
  const segments = splitSegments(pattern)
    .filter((part) => part !== '' && part !== '.')
    .map((part): Segment => {
      if (part === '**') return { type: 'any-depth' };
      if (!isMagic(part)) return { type: 'name', name: unescape(part) };
      return { type: 'match', matches: nameMatcher(quoteParentheses(part)) };
    })
    .filter((segment, index, all) => segment.type !== 'any-depth' || all[index - 1]?.type !== 'any-depth');
  // `docs/**` means every file below `docs`.
  if (segments.at(-1)?.type !== 'any-depth') return segments;
  return [...segments, { type: 'match', matches: (name) => !name.startsWith('.') }];
}

/** As the matcher of picomatch, which tells far more of each name than whether it matches. */
function nameMatcher(pattern: string): (name: string) => boolean {
  const expression = picomatch.makeRe(pattern, matchOptions);
  return (name) => name === pattern || expression.test(name);
}

export const quoteParentheses = (text: string): string =>
  text.replaceAll(/\\.|[()|]/gs, (token) => (token.length === 1 ? `\\${token}` : token));
