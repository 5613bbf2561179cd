/**
 * Finds what an SVG would load from outside of itself: files, URLs, style sheets, XInclude. `data:` and `#fragment`
 * are inside. Hyperlinks (`<a href>`) load nothing and are left alone. It reads text only, and in one pass: a file of
 * brackets that never close costs no more than its length.
 */

export interface ExternalReference {
  /** `file:///etc/passwd` */
  readonly reference: string;
  /** `<image href>` */
  readonly where: string;
}

/** The first one, or undefined. The text has no entities of its own any more: see `prepareSvg`. */
export function externalReference(svg: string): ExternalReference | undefined {
  let isInStyle = false;
  for (const token of tokens(svg)) {
    if (token.type === 'text') {
      const found = isInStyle ? cssReference(token.text, '<style>') : undefined;
      if (found !== undefined) return found;
    } else if (token.type === 'instruction') {
      if (/^xml-stylesheet\b/u.test(token.text)) return stylesheetReference(token.text);
    } else {
      const found = tagReference(token.text);
      if (found !== undefined) return found;
      const name = /^\/?[^\s/>]*/u.exec(token.text)?.[0] ?? '';
      if (localName(name.replace('/', '')) === 'style')
        isInStyle = !name.startsWith('/') && !token.text.endsWith('/');
    }
  }
  return undefined;
}

type Token = { readonly type: 'text' | 'instruction' | 'tag'; readonly text: string };

function* tokens(svg: string): Generator<Token> {
  let position = 0;
  while (position < svg.length) {
    const start = svg.indexOf('<', position);
    if (start === -1) break;
    if (start > position) yield { type: 'text', text: svg.slice(position, start) };
    const bracket = brackets.find(({ open }) => svg.startsWith(open, start));
    const end =
      bracket === undefined ? tagEnd(svg, start) : svg.indexOf(bracket.close, start + bracket.open.length);
    // Not well-formed: no XML parser reads on from here.
    if (end === -1) return;
    const text = svg.slice(start + (bracket?.open.length ?? 1), end);
    if (bracket?.type !== 'comment') yield { type: bracket?.type ?? 'tag', text };
    position = end + (bracket?.close.length ?? 1);
  }
}

const brackets = [
  { open: '<!--', close: '-->', type: 'comment' },
  { open: '<![CDATA[', close: ']]>', type: 'text' },
  { open: '<?', close: '?>', type: 'instruction' },
] as const;

/** Index of the `>` that ends a tag: one inside a quoted value does not. */
function tagEnd(svg: string, start: number): number {
  const ends = /[>"']/gu;
  ends.lastIndex = start;
  for (let match = ends.exec(svg); match !== null; match = ends.exec(svg)) {
    if (match[0] === '>') return match.index;
    const close = svg.indexOf(match[0], match.index + 1);
    if (close === -1) return -1;
    ends.lastIndex = close + 1;
  }
  return -1;
}

function tagReference(tag: string): ExternalReference | undefined {
  const element = /^[^\s/>]*/u.exec(tag)?.[0] ?? '';
  for (const [, name = '', quoted = ''] of tag.matchAll(/([^\s=/"'<>]+)\s*=\s*("[^"]*"|'[^']*')/gu)) {
    const value = decodeCharacters(quoted.slice(1, -1));
    const attribute = localName(name);
    const isLoaded = (attribute === 'href' || attribute === 'src') && localName(element) !== 'a';
    if (isLoaded && !isInside(value)) return { reference: value.trim(), where: `<${element} ${name}>` };
    const found = isNamespace(name) ? undefined : cssReference(value, `<${element} ${name}>`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function cssReference(css: string, where: string): ExternalReference | undefined {
  if (!/url|@|\\/iu.test(css)) return undefined;
  const text = decodeCharacters(css)
    .replaceAll(/\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\//gu, '')
    .replaceAll(/\\([0-9a-f]{1,6})\s?/giu, (_, code: string) => characterOf(Number.parseInt(code, 16)))
    .replaceAll('\\', '');
  const imported = /@import\s*(?:url\(\s*)?["']?([^"')\s;]*)/iu.exec(text);
  if (imported !== null) return { reference: imported[1] ?? '', where: `@import in ${where}` };
  for (const [, reference = ''] of text.matchAll(/url\(\s*["']?([^"')]*)/giu)) {
    if (!isInside(reference)) return { reference: reference.trim(), where };
  }
  return undefined;
}

function stylesheetReference(instruction: string): ExternalReference {
  const reference = /href\s*=\s*["']([^"']*)/u.exec(instruction)?.[1] ?? 'a style sheet';
  return { reference, where: '<?xml-stylesheet?>' };
}

function isInside(reference: string): boolean {
  const trimmed = reference.trim();
  return trimmed === '' || trimmed.startsWith('#') || /^data:/iu.test(trimmed);
}

const isNamespace = (name: string): boolean => name === 'xmlns' || name.startsWith('xmlns:');

const localName = (name: string): string => name.slice(name.indexOf(':') + 1).toLowerCase();

function decodeCharacters(text: string): string {
  if (!text.includes('&')) return text;
  return text
    .replaceAll(/&#(?:x([0-9a-f]+)|(\d+));/giu, (_, hex: string | undefined, decimal: string | undefined) =>
      characterOf(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)),
    )
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

function characterOf(code: number): string {
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
}
