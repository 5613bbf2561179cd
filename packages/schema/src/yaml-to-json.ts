/**
 * YAML nodes → plain JSON: aliases and merge keys resolved, duplicate keys and values that JSON does not have reported.
 * An aliased value is shared, not copied, and what all aliases together expand to is bounded. It knows no pipelines.
 */
import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { Diagnostic } from './diagnostic.ts';
import { isJsonList, isJsonObject, type JsonValue } from './json.ts';
import { asNode, keyText, rangeOf } from './places.ts';
import type { Range, Source } from './source.ts';
import {
  bracesWithoutDollar,
  circularAlias,
  duplicateKey,
  keyNotText,
  notJson,
  tooManyAliases,
  unresolvedAlias,
} from './syntax-diagnostics.ts';
import { isTemplateBraces } from './traps.ts';

const maximumAliasedValues = 1_000_000;

export interface JsonOfYaml {
  readonly value: JsonValue;
  /** What each resolved alias stands for. */
  readonly aliases: ReadonlyMap<Alias, Node>;
  readonly diagnostics: readonly Diagnostic[];
}

export function yamlToJson(root: Node | null, source: Source): JsonOfYaml {
  const walk = new Walk(source);
  const value = walk.node(root);
  return { value, aliases: walk.aliases, diagnostics: walk.diagnostics };
}

interface Anchor {
  readonly node: Node;
  readonly value: JsonValue;
  /** Values in it, everything that its own aliases expand to included. */
  readonly size: number;
}

type MutableObject = Record<string, JsonValue>;

class Walk {
  readonly aliases = new Map<Alias, Node>();
  readonly diagnostics: Diagnostic[] = [];
  readonly #source: Source;
  /** Undefined while the anchored value is still being read. */
  readonly #anchors = new Map<string, Anchor | undefined>();
  #size = 0;
  #aliasedSize = 0;

  constructor(source: Source) {
    this.#source = source;
  }

  node(node: Node | null): JsonValue {
    this.#size += 1;
    if (node === null) return null;
    if (isAlias(node)) return this.#alias(node);
    const anchor = node.anchor;
    if (anchor === undefined) return this.#plain(node);
    const before = this.#size;
    this.#anchors.set(anchor, undefined);
    const value = this.#plain(node);
    this.#anchors.set(anchor, { node, value, size: this.#size - before + 1 });
    return value;
  }

  #plain(node: Node): JsonValue {
    if (isScalar(node)) return this.#scalar(node);
    if (isMap(node)) return this.#map(node);
    return isSeq(node) ? this.#list(node) : null;
  }

  #scalar(node: Scalar): JsonValue {
    const { value } = node;
    if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    const range = rangeOf(node);
    this.diagnostics.push(notJson(range, this.#text(range)));
    return null;
  }

  #list(node: YAMLSeq): JsonValue {
    return node.items.map((item) => this.node(asNode(item)));
  }

  #map(map: YAMLMap): JsonValue {
    const range = rangeOf(map);
    if (isTemplateBraces(map)) {
      this.diagnostics.push(bracesWithoutDollar(range, this.#text(range)));
      return null;
    }
    const object: MutableObject = {};
    // Keys that came by `<<` and that an own key may still replace.
    let merged: Set<string> | undefined;
    for (const pair of map.items) {
      const key = keyText(pair.key);
      if (key === undefined) {
        this.diagnostics.push(keyNotText(rangeOf(asNode(pair.key))));
      } else if (key === '<<') {
        merged = this.#merge({ object, merged: merged ?? new Set(), node: asNode(pair.value) });
      } else {
        if (Object.hasOwn(object, key) && merged?.delete(key) !== true)
          this.#duplicate(map, key, rangeOf(asNode(pair.key)));
        put(object, key, this.node(asNode(pair.value)));
      }
    }
    return object;
  }

  #merge(into: { object: MutableObject; merged: Set<string>; node: Node | null }): Set<string> {
    const value = this.node(into.node);
    for (const source of isJsonList(value) ? value : [value]) {
      if (!isJsonObject(source)) {
        const range = rangeOf(into.node);
        this.diagnostics.push(notJson(range, `<<: ${this.#text(range)}`));
        continue;
      }
      for (const [key, item] of Object.entries(source)) {
        if (Object.hasOwn(into.object, key)) continue;
        put(into.object, key, item);
        into.merged.add(key);
      }
    }
    return into.merged;
  }

  #duplicate(map: YAMLMap, key: string, range: Range): void {
    const first = map.items.find((pair) => keyText(pair.key) === key);
    this.diagnostics.push(duplicateKey(range, key, rangeOf(asNode(first?.key))));
  }

  #alias(alias: Alias): JsonValue {
    const range = rangeOf(alias);
    const anchor = this.#anchors.get(alias.source);
    if (anchor === undefined) {
      this.diagnostics.push(
        this.#anchors.has(alias.source)
          ? circularAlias(range, alias.source)
          : unresolvedAlias(range, this.#text(range), this.#anchors.keys()),
      );
      return null;
    }
    const isBelow = this.#aliasedSize <= maximumAliasedValues;
    this.#aliasedSize += anchor.size;
    this.#size += anchor.size;
    if (this.#aliasedSize > maximumAliasedValues) {
      if (isBelow) this.diagnostics.push(tooManyAliases(range, maximumAliasedValues));
      return null;
    }
    this.aliases.set(alias, anchor.node);
    return anchor.value;
  }

  #text(range: Range): string {
    return this.#source.text.slice(range.start, range.end);
  }
}

function put(object: MutableObject, key: string, value: JsonValue): void {
  if (key === '__proto__') {
    // Assigning would set the prototype instead of a key.
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  } else object[key] = value;
}
