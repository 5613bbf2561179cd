/** What is remembered of an action that has finished, and its text in a cache. The text is checked by who keeps it. */
import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from '@pipeline/schema';
import type { Ingredient } from './fingerprint.ts';

export interface ActionRecord {
  readonly key: string;
  /** Who made it: another action may have the same fingerprint. */
  readonly address: string;
  readonly ingredients: readonly Ingredient[];
  readonly outputs: readonly StoredFile[];
  /** Files that were read beside the inputs; `sha256` null: it was looked for, and was not there. */
  readonly dependsOn: readonly { readonly path: string; readonly sha256: string | null }[];
  readonly converter?: { readonly name: string; readonly version: string };
  readonly message?: string;
  readonly result?: JsonObject;
  /** How long it took. */
  readonly actionMs: number;
}

export interface StoredFile {
  readonly dir: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Undefined: it is not such a text. */
export function parseRecord(key: string, text: string): ActionRecord | undefined {
  const value = parseJson(text);
  if (!isJsonObject(value)) return undefined;
  const { address, ingredients, outputs, dependsOn, converter, message, result, actionMs } = value;
  if (typeof address !== 'string' || !isJsonList(outputs)) return undefined;
  const stored = outputs.flatMap((file) => storedFile(file));
  // A result that lacks a file is none.
  if (stored.length !== outputs.length) return undefined;
  return {
    key,
    address,
    ingredients: objects(ingredients).map(({ name, value }) => ({
      name: textOf(name),
      value: textOf(value),
    })),
    outputs: stored,
    dependsOn: objects(dependsOn).map(({ path, sha256 }) => ({
      path: textOf(path),
      sha256: typeof sha256 === 'string' ? sha256 : null,
    })),
    ...(isJsonObject(converter) && {
      converter: { name: textOf(converter['name']), version: textOf(converter['version']) },
    }),
    ...(typeof message === 'string' && { message }),
    ...(isJsonObject(result) && { result }),
    actionMs: typeof actionMs === 'number' ? actionMs : 0,
  };
}

function storedFile(value: JsonValue): readonly StoredFile[] {
  if (!isJsonObject(value)) return [];
  const { dir, name, sizeBytes, sha256 } = value;
  const isFile =
    typeof dir === 'string' &&
    typeof name === 'string' &&
    typeof sizeBytes === 'number' &&
    typeof sha256 === 'string';
  return isFile ? [{ dir, name, sizeBytes, sha256 }] : [];
}

function parseJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const objects = (value: JsonValue | undefined): readonly JsonObject[] =>
  isJsonList(value) ? value.filter((item) => isJsonObject(item)) : [];

const textOf = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');
