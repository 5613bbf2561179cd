/**
 * What a document points to: classifies references, and finds those in HTML, SVG and XML text. Nothing is opened here.
 * It does not judge: `reference-policy.ts` says what may be read.
 */

/** inline: needs nothing (`data:`, `#top`). local: a place on this machine by absolute path. remote: anything with a host. */
export type ReferenceKind = 'inline' | 'relative' | 'local' | 'remote';

export interface Reference {
  readonly url: string;
  readonly kind: ReferenceKind;
  /** `img`, `iframe`, `css`: where it stands. */
  readonly place: string;
  /** Shown as a part of the page; style sheets and scripts are not, and are never loaded. */
  readonly isContent: boolean;
}

const inlineSchemes = new Set(['data', 'about', 'javascript', 'blob', 'cid', 'mailto', 'tel']);

export function referenceKind(url: string): ReferenceKind {
  // As URL parsers do: blanks around and line breaks within are nothing.
  const clean = url.replaceAll(/[\t\n\r]/g, '').trim();
  if (clean === '' || clean.startsWith('#')) return 'inline';
  if (/^[\\/]{2}/.test(clean)) return 'remote';
  if (/^[\\/]/.test(clean) || /^[a-z]:[\\/]/i.test(clean) || clean.startsWith('~/')) return 'local';
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(clean)?.[1]?.toLowerCase();
  if (scheme === undefined) return 'relative';
  if (scheme === 'file') return 'local';
  return inlineSchemes.has(scheme) ? 'inline' : 'remote';
}

const everyTag: readonly string[] = ['background', 'src', 'srcset', 'poster', 'xlink:href'];
const byTag: Readonly<Record<string, readonly string[]>> = {
  object: ['data', 'codebase', 'classid'],
  applet: ['code', 'archive', 'codebase'],
  image: ['href'],
  use: ['href'],
  feimage: ['href'],
  link: ['href'],
  'xi:include': ['href'],
};
const notContent = new Set(['link', 'script']);

/** Every reference of markup that a renderer might load; links to follow (`<a href>`) are none. */
export function markupReferences(markup: string): readonly Reference[] {
  const found: Reference[] = [];
  const add = (url: string, place: string): void => {
    found.push({ url: url.trim(), kind: referenceKind(url), place, isContent: !notContent.has(place) });
  };
  for (const match of markup.matchAll(/<!ENTITY\s[^>]*?\bSYSTEM\s+["']([^"']*)["']/gi))
    add(match[1] ?? '', 'entity');
  for (const tag of tags(markup)) addTag(tag, add);
  for (const match of markup.matchAll(/<style\b[^>]*>([^]*?)(?:<\/style|$)/gi)) addCss(match[1] ?? '', add);
  return found;
}

type Add = (url: string, place: string) => void;

function addTag(tag: Tag, add: Add): void {
  for (const [name, value] of tag.attributes) {
    if (name === 'style') addCss(value, add);
    else if (name === 'srcset')
      for (const part of value.split(',')) add(part.trim().split(/\s/)[0] ?? '', tag.name);
    else if (name === 'srcdoc') for (const inner of markupReferences(value)) add(inner.url, inner.place);
    else if (tag.name !== 'a' && (everyTag.includes(name) || byTag[tag.name]?.includes(name) === true))
      add(value, tag.name);
  }
}

function addCss(css: string, add: Add): void {
  for (const match of css.matchAll(/url\(\s*(?:"([^"]*)"|'([^']*)'|([^)"']*))\s*\)/gi))
    add(match[1] ?? match[2] ?? match[3] ?? '', 'css');
  for (const match of css.matchAll(/@import\s+(?:"([^"]*)"|'([^']*)')/gi))
    add(match[1] ?? match[2] ?? '', 'css');
}

interface Tag {
  readonly name: string;
  readonly attributes: readonly (readonly [name: string, value: string])[];
}

/** Start tags outside of comments. Linear: a hostile page must not make it slow. */
function* tags(markup: string): Generator<Tag> {
  let at = 0;
  for (;;) {
    at = markup.indexOf('<', at);
    if (at < 0) return;
    if (markup.startsWith('<!--', at)) {
      const end = markup.indexOf('-->', at + 4);
      at = end < 0 ? markup.length : end + 3;
      continue;
    }
    const name = /[a-z][\w:-]*/iy;
    name.lastIndex = at + 1;
    const found = name.exec(markup)?.[0];
    if (found === undefined) {
      at += 1;
      continue;
    }
    const { attributes, end } = readAttributes(markup, name.lastIndex);
    yield { name: found.toLowerCase(), attributes };
    at = end;
  }
}

function readAttributes(
  markup: string,
  from: number,
): { readonly attributes: Tag['attributes']; readonly end: number } {
  const attributes: (readonly [string, string])[] = [];
  const attribute = /[\s/]*([^\s=>/<"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+)))?/y;
  attribute.lastIndex = from;
  let end = from;
  for (let match = attribute.exec(markup); match !== null; match = attribute.exec(markup)) {
    attributes.push([(match[1] ?? '').toLowerCase(), decodeEntities(match[2] ?? match[3] ?? match[4] ?? '')]);
    end = attribute.lastIndex;
  }
  return { attributes, end };
}

const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  colon: ':',
  sol: '/',
  tab: '\t',
  newline: '\n',
};

function decodeEntities(text: string): string {
  return text
    .replaceAll(
      /&#x([0-9a-f]{1,6});?/gi,
      (whole, hex: string) => character(Number.parseInt(hex, 16)) ?? whole,
    )
    .replaceAll(/&#(\d{1,7});?/g, (whole, decimal: string) => character(Number(decimal)) ?? whole)
    .replaceAll(/&([a-z]+);?/gi, (whole, name: string) => named[name.toLowerCase()] ?? whole);
}

const character = (code: number): string | undefined =>
  code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
