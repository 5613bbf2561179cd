/** XML text ↔ plain JSON: attributes are names with an `@`, entities that a file declares are refused. Pure. */
import { XMLBuilder, XMLParser, XMLValidator } from 'fast-xml-parser';
import type { JsonObject, JsonValue } from '@pipeline/schema';
import { ConversionError } from '../../host/protocol.ts';
import { asJson } from './as-json.ts';
import { isObject, scalarOf } from './table-model.ts';

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  parseAttributeValue: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  processEntities: true,
  htmlEntities: true,
  maxNestedTags: 200,
});
const builder = new XMLBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  format: true,
  indentBy: '  ',
  suppressBooleanAttributes: false,
});

export function readXml(text: string): JsonValue {
  if (/<!ENTITY/i.test(text)) {
    throw new ConversionError(
      'refused',
      'it declares entities, which could read files or grow without bound',
      'Remove the <!ENTITY …> declarations and write out what they stand for.',
    );
  }
  const valid = XMLValidator.validate(text);
  if (valid !== true) throw new Error(`line ${valid.err.line}: ${valid.err.msg}`);
  return typed(asJson(parser.parse(text)));
}

/** XML has texts only. */
function typed(value: JsonValue): JsonValue {
  if (typeof value === 'string') return scalarOf(value);
  if (Array.isArray(value)) return value.map(typed);
  return isObject(value)
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, typed(item)]))
    : value;
}

export function writeXml(value: JsonValue): string {
  const body: unknown = builder.build(rooted(named(value)));
  return `<?xml version="1.0" encoding="UTF-8"?>\n${String(body)}`;
}

/** A document has one root: what has none, or several, gets `<data>` around it. */
function rooted(value: JsonValue): JsonObject {
  if (!isObject(value)) return { data: { row: value } };
  const elements = Object.entries(value);
  const [only] = elements;
  const isRoot =
    elements.length === 1 &&
    only !== undefined &&
    !only[0].startsWith('@') &&
    only[0] !== '#text' &&
    !Array.isArray(only[1]);
  return isRoot ? value : { data: value };
}

/** `unit price` → `unit_price`: names must be such that XML takes them. */
function named(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(named);
  if (value === null) return '';
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [elementName(key), named(item)]));
}

function elementName(key: string): string {
  if (key === '#text') return key;
  const isAttribute = /^@[\p{L}_][\p{L}\p{N}_.:-]*$/u.test(key);
  if (isAttribute) return key;
  const name = key.replaceAll(/[^\p{L}\p{N}_.-]+/gu, '_');
  return /^[\p{L}_]/u.test(name) ? name : `_${name}`;
}
