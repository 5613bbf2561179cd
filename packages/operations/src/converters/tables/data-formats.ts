/**
 * Data files as text ↔ plain JSON values: JSON, JSON Lines, YAML, TOML, XML, INI and their like. Every reader is bounded: YAML aliases,
 * XML entities and nesting cannot blow up. Throws plain `Error`s that say what is wrong with the text.
 */
import { XMLBuilder, XMLParser, XMLValidator } from 'fast-xml-parser';
import type { JsonObject, JsonValue } from '@pipeline/schema';
import json5 from 'json5';
import { parse as parseToml, stringify as stringifyToml } from 'smol-toml';
import { parse as parseYaml, stringify as stringifyYaml } from 'yaml';
import { ConversionError } from '../../host/protocol.ts';
import { readIni, writeIni } from './ini.ts';
import { readEnv, readProperties, writeEnv, writeProperties } from './key-values.ts';
import { readPlist, writePlist } from './plist.ts';
import { isObject, scalarOf } from './table-model.ts';

interface DataFormat {
  readonly read: (text: string) => JsonValue;
  readonly write: (value: JsonValue) => string;
}

const xmlParser = new XMLParser({
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
const xmlBuilder = new XMLBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  format: true,
  indentBy: '  ',
  suppressBooleanAttributes: false,
});

export const dataFormats: Readonly<Record<string, DataFormat>> = {
  json: { read: (text) => asJson(JSON.parse(text)), write: (value) => `${JSON.stringify(value, null, 2)}\n` },
  jsonl: { read: readLines, write: writeLines },
  yaml: {
    // 100 aliases: beyond that the parser takes a document for a bomb.
    read: (text) => asJson(parseYaml(text, { maxAliasCount: 100, logLevel: 'error' })),
    write: (value) => stringifyYaml(value, { lineWidth: 0, aliasDuplicateObjects: false }),
  },
  toml: { read: (text) => asJson(parseToml(text, { integersAsBigInt: 'asNeeded' })), write: writeToml },
  xml: { read: readXml, write: writeXml },
  ini: { read: readIni, write: (value) => writeIni(keyed(value)) },
  json5: {
    read: (text) => asJson(json5.parse(text)),
    write: (value) => `${json5.stringify(value, null, 2)}\n`,
  },
  plist: { read: readPlist, write: writePlist },
  properties: { read: readProperties, write: (value) => writeProperties(keyed(value)) },
  env: { read: readEnv, write: (value) => writeEnv(keyed(value)) },
};

/** Whatever a parser gives, as plain JSON: dates as texts, integers that are too large for a number, too. */
export function asJson(value: unknown, depth = 0): JsonValue {
  if (depth > 500) throw new Error('it is nested more than 500 levels deep');
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map((item) => asJson(item, depth + 1));
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, item]) => [String(key), asJson(item, depth + 1)]));
  if (typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asJson(item, depth + 1)]));
  return null;
}

/** Rows under their numbers, for formats of names and values; a single row by itself. */
function keyed(value: JsonValue): JsonValue {
  if (!Array.isArray(value) || !value.every(isObject)) return value;
  const [only, ...others] = value;
  if (only !== undefined && others.length === 0) return only;
  return Object.fromEntries(value.map((row, index) => [String(index + 1), row]));
}

function readLines(text: string): JsonValue {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      return [asJson(JSON.parse(line))];
    } catch (error) {
      throw new Error(`line ${index + 1}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  });
}

function writeLines(value: JsonValue): string {
  const items: readonly JsonValue[] = Array.isArray(value) ? value : [value];
  return items.map((item) => `${JSON.stringify(item)}\n`).join('');
}

/** TOML has tables at its top, and no null: what is null is left out. */
function writeToml(value: JsonValue): string {
  const table = isObject(value) ? value : { rows: value };
  return stringifyToml(withoutNulls(table));
}

function withoutNulls(object: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object).flatMap(([key, value]) => (value === null ? [] : [[key, withoutNull(value)]])),
  );
}

function withoutNull(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.filter((item) => item !== null).map(withoutNull);
  return isObject(value) ? withoutNulls(value) : value;
}

function readXml(text: string): JsonValue {
  if (/<!ENTITY/i.test(text)) {
    throw new ConversionError(
      'refused',
      'it declares entities, which could read files or grow without bound',
      'Remove the <!ENTITY …> declarations and write out what they stand for.',
    );
  }
  const valid = XMLValidator.validate(text);
  if (valid !== true) throw new Error(`line ${valid.err.line}: ${valid.err.msg}`);
  return typed(asJson(xmlParser.parse(text)));
}

/** XML has texts only. */
function typed(value: JsonValue): JsonValue {
  if (typeof value === 'string') return scalarOf(value);
  if (Array.isArray(value)) return value.map(typed);
  return isObject(value)
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, typed(item)]))
    : value;
}

function writeXml(value: JsonValue): string {
  const body: unknown = xmlBuilder.build(rooted(named(value)));
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
