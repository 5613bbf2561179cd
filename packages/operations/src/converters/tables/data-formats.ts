/**
 * Data files as text ↔ plain JSON values: JSON, JSON Lines, YAML, TOML, XML, INI and their like. Every reader is bounded:
 * YAML aliases, XML entities and nesting cannot blow up. Throws plain `Error`s that say what is wrong with the text. Each
 * format loads its parser when it is first asked for: all of them together take longer than most files.
 */
import type { JsonValue } from '@pipeline/schema';
import { asJson } from './as-json.ts';
import { isObject } from './table-model.ts';

export interface DataFormat {
  readonly read: (text: string) => JsonValue;
  readonly write: (value: JsonValue) => string;
}

export const dataFormats: Readonly<Record<string, () => Promise<DataFormat>>> = {
  json: async () => ({
    read: (text) => asJson(JSON.parse(text)),
    write: (value) => `${JSON.stringify(value, null, 2)}\n`,
  }),
  jsonl: async () => ({ read: readLines, write: writeLines }),
  yaml: async () => {
    const { parse, stringify } = await import('yaml');
    return {
      // 100 aliases: beyond that the parser takes a document for a bomb.
      read: (text) => asJson(parse(text, { maxAliasCount: 100, logLevel: 'error' })),
      write: (value) => stringify(value, { lineWidth: 0, aliasDuplicateObjects: false }),
    };
  },
  toml: async () => {
    const { readToml, writeToml } = await import('./toml.ts');
    return { read: readToml, write: writeToml };
  },
  xml: async () => {
    const { readXml, writeXml } = await import('./xml.ts');
    return { read: readXml, write: writeXml };
  },
  ini: async () => {
    const { readIni, writeIni } = await import('./ini.ts');
    return { read: readIni, write: (value) => writeIni(keyed(value)) };
  },
  json5: async () => {
    const { default: json5 } = await import('json5');
    return {
      read: (text) => asJson(json5.parse(text)),
      write: (value) => `${json5.stringify(value, null, 2)}\n`,
    };
  },
  plist: async () => {
    const { readPlist, writePlist } = await import('./plist.ts');
    return { read: readPlist, write: writePlist };
  },
  properties: async () => {
    const { readProperties, writeProperties } = await import('./key-values.ts');
    return { read: readProperties, write: (value) => writeProperties(keyed(value)) };
  },
  env: async () => {
    const { readEnv, writeEnv } = await import('./key-values.ts');
    return { read: readEnv, write: (value) => writeEnv(keyed(value)) };
  },
};

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
