/** XML answers of stores: lists and errors. Everything is text; what may repeat is always a list. Pure. */
import { XMLParser } from 'fast-xml-parser';

export type XmlNode = ReadonlyMap<string, readonly XmlValue[]>;
export type XmlValue = string | XmlNode;

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  processEntities: true,
  // Those with numbers count as such.
  htmlEntities: true,
});

/** Undefined: it is no XML. */
export function parseXml(text: string): XmlNode | undefined {
  try {
    const value = nodeOf(parser.parse(text.replace(/^\uFEFF/, '').trim()));
    return typeof value === 'string' ? undefined : value;
  } catch {
    return undefined;
  }
}

function nodeOf(value: unknown): XmlValue {
  if (typeof value !== 'object' || value === null) return typeof value === 'string' ? value : '';
  return new Map(
    Object.entries(value).map(([key, child]) => [
      key,
      Array.isArray(child) ? child.map(nodeOf) : [nodeOf(child)],
    ]),
  );
}

/** `childrenOf(root, 'ListBucketResult', 'Contents')`: every node at the end of that way. */
export function childrenOf(node: XmlValue | undefined, ...names: readonly string[]): readonly XmlValue[] {
  let current: readonly XmlValue[] = node === undefined ? [] : [node];
  for (const name of names) {
    current = current.flatMap((one) => (typeof one === 'string' ? [] : (one.get(name) ?? [])));
  }
  return current;
}

/** The text of the first of them; of an element with attributes too. */
export function textOf(node: XmlValue | undefined, ...names: readonly string[]): string | undefined {
  const [first] = childrenOf(node, ...names);
  if (first === undefined || typeof first === 'string') return first;
  const [own = ''] = first.get('#text') ?? [];
  return typeof own === 'string' ? own : undefined;
}
