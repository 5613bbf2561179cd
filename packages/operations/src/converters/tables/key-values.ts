/** Flat files of names and texts ↔ plain JSON: Java's `.properties`, and `.env`. `a.b = 1` is a name within a name. Pure. */
import type { JsonObject, JsonValue } from '@pipeline/schema';
import { isObject, scalarOf } from './table-model.ts';

/** Java's rules: `=`, `:` or a blank parts name and text, `\` at the end continues, `\uXXXX` is a character. */
export function readProperties(text: string): JsonObject {
  const entries: [string, string][] = [];
  for (const line of logicalLines(text)) {
    const found = /^((?:[^\\=:\s]|\\[^])*)[ \t\f]*[=:]?[ \t\f]*([^]*)$/.exec(line);
    entries.push([unescaped(found?.[1] ?? ''), unescaped(found?.[2] ?? '')]);
  }
  return nested(entries.map(([name, value]) => [name, scalarOf(value)]));
}

function logicalLines(text: string): readonly string[] {
  const lines: string[] = [];
  let open: string | undefined;
  for (const raw of text.replace(/^\uFEFF/, '').split('\n')) {
    const line = raw.replace(/^[ \t\f]+/, '');
    if (open === undefined && (line === '' || line.startsWith('#') || line.startsWith('!'))) continue;
    const whole = (open ?? '') + line;
    const isContinued = (/\\*$/.exec(whole)?.[0].length ?? 0) % 2 === 1;
    open = isContinued ? whole.slice(0, -1) : undefined;
    if (!isContinued) lines.push(whole);
  }
  return open === undefined ? lines : [...lines, open];
}

const letters: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f' };

const unescaped = (text: string): string =>
  text.replaceAll(/\\u([0-9a-f]{4})|\\([^])/gi, (_, hex: string | undefined, letter: string | undefined) =>
    hex === undefined
      ? (letters[letter ?? ''] ?? letter ?? '')
      : String.fromCodePoint(Number.parseInt(hex, 16)),
  );

export function writeProperties(value: JsonValue): string {
  return flat(value, 'properties')
    .map(
      ([name, text]) =>
        `${escapedProperty(name).replaceAll(/[=: ]/g, String.raw`\$&`)}=${escapedProperty(text).replace(/^ /, String.raw`\ `)}\n`,
    )
    .join('');
}

const escapedProperty = (text: string): string =>
  text
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', String.raw`\n`)
    .replaceAll('\r', String.raw`\r`)
    .replaceAll('\t', String.raw`\t`)
    .replace(/^[#!]/, String.raw`\$&`);

/** `export NAME="text"`: in double quotes `\n` is a line break, in single ones everything stays. */
export function readEnv(text: string): JsonObject {
  const entries: [string, JsonValue][] = [];
  const line =
    /^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*=[ \t]*("(?:[^"\\]|\\[^])*"|'[^']*'|[^\n]*?)[ \t]*(?:#[^\n]*)?$/gm;
  const rest = text.replace(/^\uFEFF/, '').replaceAll(line, (_, name: string, value: string) => {
    entries.push([name, envValue(value)]);
    return '';
  });
  const odd = rest.split('\n').find((each) => each.trim() !== '' && !each.trim().startsWith('#'));
  if (odd !== undefined) throw new Error(`"${odd.trim().slice(0, 60)}" is no NAME=value`);
  return Object.fromEntries(entries);
}

function envValue(value: string): JsonValue {
  if (value.startsWith("'")) return value.slice(1, -1);
  if (value.startsWith('"')) return unescaped(value.slice(1, -1));
  return scalarOf(value.trim());
}

export function writeEnv(value: JsonValue): string {
  return flat(value, 'env')
    .map(([name, text]) => {
      const clean = name.replaceAll(/[^\w]/g, '_').replace(/^(\d)/, '_$1');
      return `${clean}=${/^[\w./:@%+,-]*$/.test(text) ? text : quoted(text)}\n`;
    })
    .join('');
}

const quoted = (text: string): string =>
  `"${text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', String.raw`\"`)
    .replaceAll('\n', String.raw`\n`)}"`;

/** `{ 'a.b': 1 }` → `{ a: { b: 1 } }`, unless `a` is a value of its own. */
function nested(entries: readonly (readonly [string, JsonValue])[]): JsonObject {
  const names = new Set(entries.map(([name]) => name));
  const groups = new Map<string, [string, JsonValue][]>();
  for (const [name, value] of entries) {
    const [first = '', ...others] = name.split('.');
    const isInner = others.length > 0 && !names.has(first) && !others.includes('') && first !== '';
    const key = isInner ? first : name;
    groups.set(key, [...(groups.get(key) ?? []), [isInner ? others.join('.') : '', value]]);
  }
  return Object.fromEntries(
    [...groups].map(([key, inner]) => {
      const own = inner.findLast(([name]) => name === '');
      return [key, own === undefined ? nested(inner) : own[1]];
    }),
  );
}

/** Inner names joined by dots; lists by their numbers. */
function flat(value: JsonValue, format: string, prefix = ''): readonly (readonly [string, string])[] {
  if (value === null) return prefix === '' ? [] : [[prefix, '']];
  if (typeof value !== 'object') {
    if (prefix === '') throw new Error(`${format} holds names with values, and this is a single value`);
    return [[prefix, String(value)]];
  }
  if (!isObject(value) && prefix === '') {
    throw new Error(`${format} holds names with values, and this is a list: choose json, yaml or csv`);
  }
  return Object.entries(value).flatMap(([key, item]) =>
    flat(item, format, prefix === '' ? key : `${prefix}.${key}`),
  );
}
