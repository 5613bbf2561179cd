/** What a compiled help file (CHM) tells of itself: its title, its language, and its pages in the order of its contents. Pure. */

export interface HelpSystem {
  readonly title?: string;
  /** Of its contents, by the name that decoders know. */
  readonly encoding: string;
}

export interface HelpPage {
  readonly title: string;
  /** Below the root of the file. */
  readonly file: string;
}

/** By the lower ten bits of Windows' number of a language; all others are written in Western Europe's letters. */
const encodings: Readonly<Record<number, string>> = {
  1: 'windows-1256',
  2: 'windows-1251',
  4: 'gbk',
  5: 'windows-1250',
  8: 'windows-1253',
  13: 'windows-1255',
  14: 'windows-1250',
  17: 'shift_jis',
  18: 'euc-kr',
  21: 'windows-1250',
  24: 'windows-1250',
  25: 'windows-1251',
  27: 'windows-1250',
  30: 'windows-874',
  31: 'windows-1254',
  34: 'windows-1251',
  35: 'windows-1251',
  42: 'windows-1258',
};
/** Written otherwise than in the rest of China. */
const traditionalChinese: ReadonlySet<number> = new Set([0x04_04, 0x0c_04, 0x14_04]);

const titleEntry = 3;
const languageEntry = 4;

/** `#SYSTEM`: a version, then entries of a number, a length and bytes. */
export function helpSystem(data: Buffer): HelpSystem {
  const entries = new Map<number, Buffer>();
  for (let at = 4; at + 4 <= data.length; at += 4 + data.readUInt16LE(at + 2)) {
    entries.set(data.readUInt16LE(at), data.subarray(at + 4, at + 4 + data.readUInt16LE(at + 2)));
  }
  const languageBytes = entries.get(languageEntry);
  const language =
    languageBytes === undefined || languageBytes.length < 4 ? 0 : languageBytes.readUInt32LE(0);
  const encoding = traditionalChinese.has(language)
    ? 'big5'
    : (encodings[language & 0x3_ff] ?? 'windows-1252');
  const title = decoded(entries.get(titleEntry) ?? Buffer.alloc(0), encoding)
    .replaceAll('\0', '')
    .trim();
  return { encoding, ...(title === '' ? {} : { title }) };
}

/** New tools write UTF-8, whatever the language. */
function decoded(data: Buffer, encoding: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(data);
  } catch {
    return new TextDecoder(encoding).decode(data);
  }
}

/** Those of the contents, each once; all there are, where there are no contents. */
export function helpPages({
  files,
  contents,
  system,
}: {
  readonly files: readonly string[];
  readonly contents: Buffer;
  readonly system: HelpSystem;
}): readonly HelpPage[] {
  // Windows does not tell large letters from small ones.
  const byName = new Map(files.map((file) => [file.toLowerCase(), file]));
  const listed = new Map<string, HelpPage>();
  for (const { title, target } of sitemap(decoded(contents, system.encoding))) {
    const file = byName.get(pathOf(target));
    if (file !== undefined && !listed.has(file)) listed.set(file, { title, file });
  }
  if (listed.size > 0) return [...listed.values()];
  return files.filter((file) => /\.x?html?$/i.test(file)).map((file) => ({ title: file, file }));
}

/** `other.chm::/Html\Page.htm#top` → `html/page.htm` */
const pathOf = (target: string): string =>
  (target.split('::').at(-1) ?? '')
    .split('#', 1)
    .join('')
    .replaceAll('\\', '/')
    .replace(/^\/+/, '')
    .toLowerCase();

/** `<object type="text/sitemap"><param name="Name" value="…"><param name="Local" value="…"></object>` */
function sitemap(html: string): readonly { readonly title: string; readonly target: string }[] {
  return html
    .split(/<object/i)
    .slice(1)
    .map((text) => {
      const [inside = ''] = text.split(/<\/object/i, 1);
      const params = new Map(
        [...inside.matchAll(/<param\b[^<>]*>/gi)].map(([tag]) => [
          valueIn(tag, 'name').toLowerCase(),
          valueIn(tag, 'value'),
        ]),
      );
      return { title: params.get('name') ?? '', target: params.get('local') ?? '' };
    });
}

function valueIn(tag: string, name: 'name' | 'value'): string {
  const found = new RegExp(String.raw`\s${name}\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]*))`, 'i').exec(tag);
  return plain(found?.[1] ?? found?.[2] ?? found?.[3] ?? '');
}

const plain = (html: string): string =>
  html
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const linkTo = (file: string): string => file.split('/').map(encodeURIComponent).join('/');

/** A page that links to all of them, in their order. */
export function contentsPage(title: string, pages: readonly HelpPage[]): string {
  const items = pages.map(
    (page) => `<li><a href="${linkTo(page.file)}">${escaped(page.title || page.file)}</a></li>`,
  );
  return `<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>${escaped(title)}</title></head><body><ul>\n${items.join('\n')}\n</ul></body></html>\n`;
}
