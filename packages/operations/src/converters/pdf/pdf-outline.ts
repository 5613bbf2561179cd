/**
 * The outline of a PDF and the names inside it: read from the files that are merged, written into what they became. A
 * merge by pages alone loses both, and with them the links that go by name. Inside a converter host.
 */
import { PDFArray, PDFDict, PDFHexString, PDFName, PDFNumber, PDFRef, PDFString } from '@cantoo/pdf-lib';
import type { PDFDocument, PDFObject } from '@cantoo/pdf-lib';

export interface OutlineItem {
  readonly title: string;
  /** Undefined: an entry that leads nowhere. */
  readonly target: Target | undefined;
  readonly items: readonly OutlineItem[];
}

/** A page from 0, and how it is shown: `/Fit`, or `/XYZ 0 700 null`. */
export interface Target {
  readonly page: number;
  readonly view: readonly (string | number | null)[];
}

/** More is no outline but an attack, or a mistake. */
const maxItems = 20_000;

export interface Destinations {
  readonly outline: readonly OutlineItem[];
  /** Where a destination leads, by name or by itself. */
  readonly resolve: (destination: PDFObject | undefined) => Target | undefined;
}

export function readDestinations(document: PDFDocument): Destinations {
  const pages = new Map(document.getPages().map((page, index) => [page.ref, index]));
  const names = readNames(document);
  const resolve = (destination: PDFObject | undefined): Target | undefined => {
    const found = destination instanceof PDFRef ? document.context.lookup(destination) : destination;
    const named =
      found instanceof PDFName || found instanceof PDFString || found instanceof PDFHexString
        ? names.get(found.decodeText())
        : found;
    const array = named instanceof PDFDict ? named.lookup(PDFName.of('D')) : named;
    return array instanceof PDFArray ? targetOf(array, pages) : undefined;
  };
  const seen = new Set<PDFDict>();
  const root = document.catalog.lookup(PDFName.of('Outlines'));
  return { outline: root instanceof PDFDict ? readItems(root, { resolve, seen }) : [], resolve };
}

function targetOf(array: PDFArray, pages: ReadonlyMap<PDFRef, number>): Target | undefined {
  const [first, ...rest] = array.asArray();
  const page = first instanceof PDFRef ? pages.get(first) : undefined;
  if (page === undefined) return undefined;
  const view = rest.map((value) => {
    if (value instanceof PDFNumber) return value.asNumber();
    return value instanceof PDFName ? value.decodeText() : null;
  });
  return { page, view: view.length === 0 ? ['Fit'] : view };
}

function readItems(
  parent: PDFDict,
  about: { readonly resolve: Destinations['resolve']; readonly seen: Set<PDFDict> },
): readonly OutlineItem[] {
  const items: OutlineItem[] = [];
  let item = parent.lookup(PDFName.of('First'));
  while (item instanceof PDFDict && !about.seen.has(item) && about.seen.size < maxItems) {
    about.seen.add(item);
    const title = item.lookup(PDFName.of('Title'));
    const action = item.lookup(PDFName.of('A'));
    const destination =
      item.get(PDFName.of('Dest')) ?? (action instanceof PDFDict ? action.get(PDFName.of('D')) : undefined);
    items.push({
      title: title instanceof PDFString || title instanceof PDFHexString ? title.decodeText() : '',
      target: about.resolve(destination),
      items: readItems(item, about),
    });
    item = item.lookup(PDFName.of('Next'));
  }
  return items;
}

/** Of PDF 1.1 as a dictionary, since then as a tree. */
function readNames(document: PDFDocument): ReadonlyMap<string, PDFObject> {
  const names = new Map<string, PDFObject>();
  const old = document.catalog.lookup(PDFName.of('Dests'));
  if (old instanceof PDFDict) {
    for (const [name] of old.entries()) {
      const value = old.lookup(name);
      if (value !== undefined) names.set(name.decodeText(), value);
    }
  }
  const all = document.catalog.lookup(PDFName.of('Names'));
  const tree = all instanceof PDFDict ? all.lookup(PDFName.of('Dests')) : undefined;
  if (tree instanceof PDFDict) readTree(tree, { names, seen: new Set() });
  return names;
}

function readTree(
  node: PDFDict,
  about: { readonly names: Map<string, PDFObject>; readonly seen: Set<PDFDict> },
): void {
  if (about.seen.has(node) || about.names.size > 100_000) return;
  about.seen.add(node);
  const leaves = itemsOf(node, 'Names');
  for (const [at, name] of leaves.entries()) {
    const value = leaves[at + 1];
    if (at % 2 === 0 && value !== undefined && (name instanceof PDFString || name instanceof PDFHexString)) {
      about.names.set(name.decodeText(), value);
    }
  }
  for (const kid of itemsOf(node, 'Kids')) if (kid instanceof PDFDict) readTree(kid, about);
}

function itemsOf(dict: PDFDict, key: string): readonly (PDFObject | undefined)[] {
  const array = dict.lookup(PDFName.of(key));
  return array instanceof PDFArray ? array.asArray().map((_, at) => array.lookup(at)) : [];
}

export function writeOutline(document: PDFDocument, items: readonly OutlineItem[]): void {
  if (items.length === 0) return;
  const root = document.context.nextRef();
  const ends = writeItems(items, { document, parent: root });
  document.context.assign(root, document.context.obj({ Type: 'Outlines', ...ends, Count: items.length }));
  document.catalog.set(PDFName.of('Outlines'), root);
}

/** Entries with others below them are shut at first. */
function writeItems(
  items: readonly OutlineItem[],
  { document, parent }: { readonly document: PDFDocument; readonly parent: PDFRef },
): Record<string, PDFRef> {
  const { context } = document;
  const refs = items.map(() => context.nextRef());
  for (const [index, item] of items.entries()) {
    const [ref, previous, next] = [refs[index], refs[index - 1], refs[index + 1]];
    if (ref === undefined) continue;
    const below =
      item.items.length === 0
        ? {}
        : { ...writeItems(item.items, { document, parent: ref }), Count: -item.items.length };
    const entry = context.obj({
      Parent: parent,
      ...(previous === undefined ? {} : { Prev: previous }),
      ...(next === undefined ? {} : { Next: next }),
      ...below,
    });
    entry.set(PDFName.of('Title'), PDFHexString.fromText(item.title));
    if (item.target !== undefined) entry.set(PDFName.of('Dest'), destinationOf(document, item.target));
    context.assign(ref, entry);
  }
  const [first] = refs;
  const last = refs.at(-1);
  return first === undefined || last === undefined ? {} : { First: first, Last: last };
}

export function destinationOf(document: PDFDocument, { page, view }: Target): PDFArray {
  const values = view.map((value) => (typeof value === 'string' ? PDFName.of(value) : value));
  return document.context.obj([document.getPage(page).ref, ...values]);
}
