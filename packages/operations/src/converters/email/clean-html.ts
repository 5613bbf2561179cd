/**
 * The HTML of a stranger → HTML that shows and does nothing else: known elements with known attributes are written anew,
 * all else is left out. No script, no form, no frame, no style sheet, and no address that would be loaded. Linear in the
 * length of the page. Pure.
 */

export interface CleanedHtml {
  readonly html: string;
  /** Without markup. */
  readonly plain: string;
  /** Pictures that were left out, as they lie elsewhere. */
  readonly left: number;
}

/** Their content goes with them. */
const dropped: ReadonlySet<string> = new Set(
  'script style title template noscript iframe object svg math select textarea'.split(' '),
);
const kept: ReadonlySet<string> = new Set(
  (
    'a abbr address article b blockquote br caption center cite code col colgroup dd del div dl dt em font h1 h2 h3 h4 h5 h6 ' +
    'hr i img ins kbd li mark ol p pre q s section small span strike strong sub sup table tbody td tfoot th thead tr tt u ul'
  ).split(' '),
);
const breaking: ReadonlySet<string> = new Set(
  'address article blockquote br dd div dl dt h1 h2 h3 h4 h5 h6 hr li ol p pre section table tr ul'.split(
    ' ',
  ),
);
const empty: ReadonlySet<string> = new Set(['br', 'hr', 'img', 'col']);
const attributes: ReadonlySet<string> = new Set(
  'align alt bgcolor border cellpadding cellspacing color colspan dir face height lang rowspan size start title valign width'.split(
    ' ',
  ),
);

/** Text up to their end, whatever it looks like. */
const rawText: ReadonlySet<string> = new Set(['script', 'style', 'title', 'textarea']);

/** What is not closed reaches to the end, as in browsers: no part of a page is looked at twice. */
const token = (): RegExp =>
  /<!--[^]*?(?:-->|$)|<[!?][^>]*(?:>|$)|<(\/?)([a-z][a-z0-9]*)((?:[^>"']+|"[^"]*(?:"|$)|'[^']*(?:'|$))*)(?:>|$)/gi;
const attribute = /([^\s=>/<"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g;

type PictureOf = (id: string) => string | undefined;

/** `pictureOf` gives the address of a picture by its content id: a `data:` URL. */
export function cleanHtml(html: string, pictureOf: PictureOf): CleanedHtml {
  const cleaner = new Cleaner(pictureOf);
  const tokens = token();
  let at = 0;
  for (let match = tokens.exec(html); match !== null; match = tokens.exec(html)) {
    cleaner.text(html.slice(at, match.index));
    at = tokens.lastIndex;
    const [, slash = '', written, rest = ''] = match;
    if (written === undefined) continue;
    const name = written.toLowerCase();
    if (slash === '' && rawText.has(name)) {
      const end = new RegExp(`</${name}`, 'gi');
      end.lastIndex = at;
      at = end.exec(html)?.index ?? html.length;
      tokens.lastIndex = at;
    } else if (slash === '/') cleaner.end(name);
    else cleaner.start(name, rest);
  }
  cleaner.text(html.slice(at));
  return cleaner.result();
}

/** Writes the page anew, piece by piece. */
class Cleaner {
  readonly #pictureOf: PictureOf;
  readonly #html: string[] = [];
  readonly #plain: string[] = [];
  #left = 0;
  /** The outermost element that is being left out, and how often it is open. */
  #skipped = { name: '', depth: 0 };

  constructor(pictureOf: PictureOf) {
    this.#pictureOf = pictureOf;
  }

  /** Entities stay as they are. */
  text(text: string): void {
    if (this.#skipped.depth > 0) return;
    this.#html.push(escapeAngles(text));
    this.#plain.push(decodeEntities(text.replaceAll(/\s+/g, ' ')));
  }

  start(name: string, rest: string): void {
    if (this.#skipped.depth > 0) {
      if (name === this.#skipped.name) this.#skipped.depth++;
      return;
    }
    if (dropped.has(name)) this.#skipped = { name, depth: 1 };
    if (!kept.has(name)) return;
    if (breaking.has(name)) this.#plain.push('\n');
    if (name === 'img') this.#picture(readAttributes(rest));
    else this.#html.push(`<${name}${keptAttributes(name, readAttributes(rest))}>`);
  }

  end(name: string): void {
    if (this.#skipped.depth > 0) {
      if (name === this.#skipped.name) this.#skipped.depth--;
      return;
    }
    if (!kept.has(name) || empty.has(name)) return;
    if (breaking.has(name)) this.#plain.push('\n');
    this.#html.push(`</${name}>`);
  }

  #picture(given: readonly NamedValue[]): void {
    const valueOf = (name: string): string => given.find(([key]) => key === name)?.[1] ?? '';
    const address = decodeEntities(valueOf('src')).trim();
    const found = /^cid:/i.test(address)
      ? this.#pictureOf(decodedAddress(address.slice(4)))
      : dataPicture(address);
    if (found !== undefined) this.#html.push(`<img src="${found}"${keptAttributes('img', given)}>`);
    else {
      this.#left++;
      this.#html.push(escapeAngles(valueOf('alt')));
    }
  }

  result(): CleanedHtml {
    const lines = this.#plain
      .join('')
      .split('\n')
      .map((line) => line.trim());
    // One blank line at the most.
    const plain = lines.filter((line, index) => line !== '' || lines[index - 1] !== '').join('\n');
    return { html: this.#html.join(''), plain, left: this.#left };
  }
}

type NamedValue = readonly [name: string, value: string];

const dataPicture = (address: string): string | undefined =>
  /^data:image\/(?:png|jpe?g|gif|webp);base64,[a-z0-9+/=\s]+$/i.test(address) ? address : undefined;

function decodedAddress(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const readAttributes = (rest: string): readonly NamedValue[] =>
  [...rest.matchAll(attribute)].map((match) => [
    (match[1] ?? '').toLowerCase(),
    match[2] ?? match[3] ?? match[4] ?? '',
  ]);

function keptAttributes(tag: string, given: readonly NamedValue[]): string {
  return given
    .map(([name, value]) => {
      if (name === 'style') {
        const style = safeStyle(decodeEntities(value));
        return style === '' ? '' : ` style="${escapeHtml(style)}"`;
      }
      const isLink =
        tag === 'a' && name === 'href' && /^(?:https?|mailto|tel):/i.test(decodeEntities(value).trim());
      return isLink || attributes.has(name) ? ` ${name}="${escapeQuoted(value)}"` : '';
    })
    .join('');
}

/** Declarations that load nothing: no address, no escape that could hide one, no function but a colour. */
const safeStyle = (style: string): string =>
  style
    .split(';')
    .map((declaration) => declaration.trim())
    .filter((declaration) => /^[a-z-]+\s*:/i.test(declaration))
    .filter((declaration) => !/[\\@<>{}]/.test(declaration) && !/(?<!\b(?:rgba?|hsla?))\(/i.test(declaration))
    // What is laid over all else would hide who wrote it.
    .filter((declaration) => !/^(?:position|z-index|behavior|-moz-binding)\b/i.test(declaration))
    .join('; ');

const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};

function decodeEntities(text: string): string {
  return text.replaceAll(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]+);?/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return named[name.toLowerCase()] ?? whole;
    const isHex = /^#x/i.test(name);
    const code = Number.parseInt(name.slice(isHex ? 2 : 1), isHex ? 16 : 10);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

export const escapeHtml = (text: string): string => escapeQuoted(text.replaceAll('&', '&amp;'));
const escapeQuoted = (text: string): string => escapeAngles(text).replaceAll('"', '&quot;');
const escapeAngles = (text: string): string => text.replaceAll('<', '&lt;').replaceAll('>', '&gt;');
