/** Apple's property lists, as XML ↔ plain JSON. Dates become ISO texts, data stays base64. Pure. */
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { JsonValue } from '@pipeline/schema';
import { ConversionError } from '../../host/protocol.ts';
import { isObject } from './table-model.ts';

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  processEntities: true,
  maxNestedTags: 400,
});

/** An element as the parser gives it: its name is its only key. */
interface Element {
  readonly name: string;
  readonly children: readonly unknown[];
}

export function readPlist(text: string): JsonValue {
  if (text.startsWith('bplist')) {
    throw new ConversionError(
      'unsupported',
      'it is a binary property list',
      'Make it XML first: plutil -convert xml1 file.plist',
    );
  }
  if (/<!ENTITY/i.test(text)) throw new ConversionError('refused', 'it declares entities');
  const valid = XMLValidator.validate(text);
  if (valid !== true) throw new Error(`line ${valid.err.line}: ${valid.err.msg}`);
  const parsed: unknown = parser.parse(text);
  const root = elements(Array.isArray(parsed) ? parsed : []).find(({ name }) => name === 'plist');
  const [value] = root === undefined ? [] : elements(root.children);
  if (value === undefined) throw new Error('there is no <plist> with a value in it');
  return valueOf(value);
}

function elements(nodes: readonly unknown[]): readonly Element[] {
  return nodes.flatMap((node) => {
    if (typeof node !== 'object' || node === null) return [];
    const [entry] = Object.entries(node);
    if (entry === undefined || entry[0].startsWith('#') || entry[0].startsWith('?')) return [];
    const children: unknown = entry[1];
    return [{ name: entry[0], children: Array.isArray(children) ? children : [] }];
  });
}

function textOf({ children }: Element): string {
  return children
    .map((node) =>
      typeof node === 'object' && node !== null && '#text' in node ? String(node['#text']) : '',
    )
    .join('');
}

function valueOf(element: Element): JsonValue {
  switch (element.name) {
    case 'dict':
      return dictOf(element);
    case 'array':
      return elements(element.children).map(valueOf);
    case 'string':
      return textOf(element);
    case 'integer':
    case 'real':
      return numberOf(textOf(element).trim());
    case 'true':
      return true;
    case 'false':
      return false;
    case 'date':
      return textOf(element).trim();
    case 'data':
      return textOf(element).replaceAll(/\s/g, '');
    default:
      throw new Error(`<${element.name}> is no value of a property list`);
  }
}

/** One that is too large for a number stays text. */
function numberOf(text: string): number | string {
  const number = Number(text);
  if (text === '' || !Number.isFinite(number)) throw new Error(`${JSON.stringify(text)} is no number`);
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? text : number;
}

function dictOf({ children }: Element): JsonValue {
  const parts = elements(children);
  const entries: [string, JsonValue][] = [];
  for (let at = 0; at < parts.length; at += 2) {
    const [key, value] = [parts[at], parts[at + 1]];
    if (key?.name !== 'key' || value === undefined) throw new Error('a <dict> has a key without a value');
    entries.push([textOf(key), valueOf(value)]);
  }
  return Object.fromEntries(entries);
}

/** Property lists know no null: it is left out. */
export function writePlist(value: JsonValue): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
${written(value, '')}
</plist>
`;
}

function written(value: JsonValue, indent: string): string {
  const inner = `${indent}\t`;
  if (typeof value === 'string') return `${indent}<string>${escaped(value)}</string>`;
  if (typeof value === 'boolean') return `${indent}<${String(value)}/>`;
  if (typeof value === 'number') {
    const name = Number.isInteger(value) ? 'integer' : 'real';
    return `${indent}<${name}>${value}</${name}>`;
  }
  if (isObject(value)) {
    const entries = Object.entries(value).filter(([, item]) => item !== null);
    if (entries.length === 0) return `${indent}<dict/>`;
    const lines = entries.map(([key, item]) => `${inner}<key>${escaped(key)}</key>\n${written(item, inner)}`);
    return `${indent}<dict>\n${lines.join('\n')}\n${indent}</dict>`;
  }
  const items = (value ?? []).filter((item) => item !== null);
  if (items.length === 0) return `${indent}<array/>`;
  return `${indent}<array>\n${items.map((item) => written(item, inner)).join('\n')}\n${indent}</array>`;
}

function escaped(text: string): string {
  // oxlint-disable-next-line no-control-regex
  const odd = /[\0-\x08\x0b\x0c\x0e-\x1f]/.exec(text);
  if (odd !== null) throw new Error('a text in it has control characters, which XML cannot hold');
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
