/** INI text ↔ plain JSON: sections, `key = value`, `;` and `#` comments, `key[] = value` for lists. Pure. */
import type { JsonObject, JsonScalar, JsonValue } from '@pipeline/schema';
import { isObject, scalarOf } from './table-model.ts';

export function readIni(text: string): JsonObject {
  const top = new Map<string, JsonValue>();
  const sections = new Map<string, Map<string, JsonValue>>();
  let current = top;
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith(';') || line.startsWith('#')) continue;
    const section = /^\[(.+)\]$/.exec(line)?.[1]?.trim();
    if (section === undefined) addValue(current, line, index + 1);
    else {
      current = sections.get(section) ?? new Map<string, JsonValue>();
      sections.set(section, current);
    }
  }
  return Object.fromEntries([
    ...top,
    ...[...sections].map(([name, values]): [string, JsonValue] => [name, Object.fromEntries(values)]),
  ]);
}

function addValue(values: Map<string, JsonValue>, line: string, number: number): void {
  const found = /^([^=]+?)\s*=\s*(.*)$/.exec(line) ?? /^([^:]+?)\s*:\s*(.*)$/.exec(line);
  if (found === null)
    throw new Error(`line ${number}: "${line.slice(0, 60)}" is neither a section nor "key = value"`);
  const [, key = '', text = ''] = found;
  const list = key.endsWith('[]') ? key.slice(0, -2) : undefined;
  if (list === undefined) values.set(key, valueOf(text));
  else {
    const before = values.get(list);
    values.set(list, [...(Array.isArray(before) ? before : []), valueOf(text)]);
  }
}

function valueOf(text: string): JsonScalar {
  const quoted = /^"((?:[^"\\]|\\.)*)"|^'([^']*)'/.exec(text);
  if (quoted !== null)
    return (
      quoted[2] ??
      (quoted[1] ?? '').replaceAll(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character))
    );
  return scalarOf(text.replace(/\s+[;#].*$/, '').trim());
}

/** Throws for what INI cannot hold: anything but sections of keys. */
export function writeIni(value: JsonValue): string {
  if (!isObject(value))
    throw new Error('INI holds sections of "key = value", and this is a list: choose json, yaml or csv');
  const lines: string[] = [];
  writeSection(value, '', lines);
  return `${lines.join('\n').trim()}\n`;
}

function writeSection(object: JsonObject, name: string, lines: string[]): void {
  const entries = Object.entries(object).map(([key, value]): [string, JsonValue] => [key, numbered(value)]);
  const own = entries.filter(([, value]) => !isObject(value));
  if (name !== '' && (own.length > 0 || entries.length === 0)) lines.push('', `[${name}]`);
  for (const [key, value] of own) {
    if (!Array.isArray(value)) lines.push(`${key} = ${iniText(value)}`);
    else for (const item of value) lines.push(`${key}[] = ${iniText(item)}`);
  }
  for (const [key, value] of entries)
    if (isObject(value)) writeSection(value, name === '' ? key : `${name}.${key}`, lines);
}

/** A list of objects becomes sections with numbers. */
function numbered(value: JsonValue): JsonValue {
  if (!Array.isArray(value) || value.length === 0 || !value.every(isObject)) return value;
  return Object.fromEntries(value.map((item, index) => [String(index + 1), item]));
}

function iniText(value: JsonValue): string {
  if (value === null) return '';
  if (typeof value === 'object') throw new Error('INI cannot hold lists of objects: choose json or yaml');
  const text = String(value);
  const isPlain =
    typeof value !== 'string' ||
    (text === text.trim() && !/[\n"';#]/.test(text) && scalarOf(text) === text && text !== '');
  return isPlain
    ? text
    : `"${text
        .replaceAll('\\', '\\\\')
        .replaceAll('"', String.raw`\"`)
        .replaceAll('\n', String.raw`\n`)}"`;
}
