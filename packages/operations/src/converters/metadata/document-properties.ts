/**
 * Where office files and ebooks keep what they say about themselves: one small XML file inside, and which element of it
 * holds what. Reads and changes its text, and nothing else of it. Pure.
 */

export interface PropertyFile {
  /** Below the zip; for an ebook found in its container file. */
  readonly path: string;
  /** Name → element. */
  readonly elements: Readonly<Record<string, string>>;
  /** New elements go in front of the end of this one. */
  readonly parent: RegExp;
  /** Where the file has none yet; undefined: it must be there. */
  readonly empty?: string;
}

const officeOpen: PropertyFile = {
  path: 'docProps/core.xml',
  elements: {
    Title: 'dc:title',
    Subject: 'dc:subject',
    Author: 'dc:creator',
    Creator: 'dc:creator',
    Keywords: 'cp:keywords',
    Description: 'dc:description',
    Category: 'cp:category',
    LastModifiedBy: 'cp:lastModifiedBy',
    Language: 'dc:language',
    ContentStatus: 'cp:contentStatus',
    Version: 'cp:version',
    CreateDate: 'dcterms:created',
    ModifyDate: 'dcterms:modified',
  },
  parent: /<\/cp:coreProperties\s*>/,
};

const openDocument: PropertyFile = {
  path: 'meta.xml',
  elements: {
    Title: 'dc:title',
    Subject: 'dc:subject',
    Author: 'meta:initial-creator',
    Creator: 'dc:creator',
    Keywords: 'meta:keyword',
    Description: 'dc:description',
    Language: 'dc:language',
    Producer: 'meta:generator',
    CreateDate: 'meta:creation-date',
    ModifyDate: 'dc:date',
  },
  parent: /<\/office:meta\s*>/,
};

const ebook: PropertyFile = {
  path: 'META-INF/container.xml',
  elements: {
    Title: 'dc:title',
    Author: 'dc:creator',
    Creator: 'dc:creator',
    Publisher: 'dc:publisher',
    Subject: 'dc:subject',
    Keywords: 'dc:subject',
    Description: 'dc:description',
    Language: 'dc:language',
    Rights: 'dc:rights',
    Copyright: 'dc:rights',
    Date: 'dc:date',
    Identifier: 'dc:identifier',
  },
  parent: /<\/(?:opf:)?metadata\s*>/,
};

const byFormat: Readonly<Record<string, PropertyFile>> = {
  ...Object.fromEntries(
    ['docx', 'docm', 'dotx', 'xlsx', 'xlsm', 'xlsb', 'pptx', 'pptm', 'ppsx', 'potx'].map((format) => [
      format,
      officeOpen,
    ]),
  ),
  ...Object.fromEntries(['odt', 'ods', 'odp', 'odg'].map((format) => [format, openDocument])),
  epub: ebook,
};

export const propertyFormats: readonly string[] = Object.keys(byFormat);

export function propertyFile(format: string): PropertyFile {
  const found = byFormat[format];
  if (found === undefined) throw new Error(`no properties are known of ${format}`);
  return found;
}

/** The element of a name, whatever its case; undefined: the format has no place for it. */
export function elementOf(file: PropertyFile, name: string): string | undefined {
  const known = Object.keys(file.elements).find((each) => each.toLowerCase() === name.toLowerCase());
  return known === undefined ? undefined : file.elements[known];
}

/** Every element that is there under the first of its names; several of one kind as one text. */
export function readProperties(xml: string, file: PropertyFile): Readonly<Record<string, string>> {
  const seen = new Set<string>();
  return Object.fromEntries(
    Object.entries(file.elements).flatMap(([name, element]) => {
      if (seen.has(element)) return [];
      seen.add(element);
      const texts = [...xml.matchAll(pattern(element))].map((match) => unescaped(match[1] ?? '').trim());
      const text = texts.filter((each) => each !== '').join(', ');
      return text === '' ? [] : [[name, text]];
    }),
  );
}

/** One element with this text in place of all of its kind; an empty text removes them. */
export function writeProperty(
  xml: string,
  file: PropertyFile,
  { element, text }: { readonly element: string; readonly text: string },
): string {
  const made = text === '' ? '' : `<${element}${attributes(element, file)}>${escaped(text)}</${element}>`;
  let isPlaced = false;
  const replaced = xml.replaceAll(pattern(element), (whole) => {
    if (isPlaced || text === '') return '';
    isPlaced = true;
    // Its attributes stay: an identifier that others refer to.
    const start = /^<[^>]*?(?=\/?>)/.exec(whole)?.[0] ?? `<${element}`;
    return `${start.trimEnd()}>${escaped(text)}</${element}>`;
  });
  if (isPlaced || text === '') return replaced;
  if (!file.parent.test(replaced)) throw new Error('there is no place for properties in it');
  return replaced.replace(file.parent, (end) => made + end);
}

/** Office files want to be told that a date is one. */
const attributes = (element: string, file: PropertyFile): string =>
  file === officeOpen && element.startsWith('dcterms:') ? ' xsi:type="dcterms:W3CDTF"' : '';

/** Bounded: an element of text alone. */
const pattern = (element: string): RegExp =>
  new RegExp(String.raw`<${element}(?:\s[^<>]*)?(?:/>|>([^<]*)</${element}\s*>)`, 'g');

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function unescaped(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll(/&#(\d{1,7});/g, (_, code: string) => String.fromCodePoint(Math.min(Number(code), 0x10ffff)))
    .replaceAll('&amp;', '&');
}
