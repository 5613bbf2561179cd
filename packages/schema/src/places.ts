/**
 * Where the values of a parsed file stand in its text: JSON path → range. Looked up only for messages, except for the
 * names and options of tasks; so the index of a map is built when it is first asked. It knows YAML nodes, no pipelines.
 */
import { type Alias, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml';
import type { JsonPath } from './json.ts';
import type { Range, Source } from './source.ts';
import { scalarOffsets } from './scalar-offsets.ts';

export interface Places {
  /** Of the value; of its key when the value is empty; of the nearest thing around it when it is not there. */
  value(path: JsonPath): Range;
  /** Of the last key of the path; of the list item when it is an index. */
  key(path: JsonPath): Range;
  /** The value as it is written in the file, quotes included. */
  text(path: JsonPath): string;
  /** From an index in the value of a string to its offset in the file. */
  offsets(path: JsonPath): (index: number) => number;
  /** Ranges of all keys and values of the map at `path`, in one walk. */
  entries(path: JsonPath): ReadonlyMap<string, { readonly key: Range; readonly value: Range }>;
}

interface Found {
  readonly node: Node | null;
  readonly pair?: Pair | undefined;
  /** The path was followed to its end. */
  readonly isWhole: boolean;
}

export class YamlPlaces implements Places {
  readonly #source: Source;
  readonly #root: Node | null;
  readonly #aliases: ReadonlyMap<Alias, Node>;
  readonly #indexes = new WeakMap<YAMLMap, Map<string, Pair>>();

  constructor(source: Source, root: Node | null, aliases: ReadonlyMap<Alias, Node>) {
    this.#source = source;
    this.#root = root;
    this.#aliases = aliases;
  }

  value(path: JsonPath): Range {
    const found = this.#find(path);
    return found.isWhole ? valueRange(found) : keyRange(found);
  }

  key(path: JsonPath): Range {
    return keyRange(this.#find(path));
  }

  text(path: JsonPath): string {
    const { start, end } = this.value(path);
    return this.#source.text.slice(start, end);
  }

  offsets(path: JsonPath): (index: number) => number {
    const { node } = this.#find(path);
    if (!isScalar(node) || typeof node.value !== 'string') {
      const { start } = this.value(path);
      return () => start;
    }
    const range = rangeOf(node);
    return scalarOffsets({
      source: this.#source.text.slice(range.start, range.end),
      value: node.value,
      start: range.start,
    });
  }

  entries(path: JsonPath): ReadonlyMap<string, { readonly key: Range; readonly value: Range }> {
    const node = this.#resolve(this.#find(path).node);
    const entries = new Map<string, { key: Range; value: Range }>();
    if (!isMap(node)) return entries;
    for (const [name, pair] of this.#index(node)) {
      const found = { node: asNode(pair.value), pair, isWhole: true };
      entries.set(name, { key: keyRange(found), value: valueRange(found) });
    }
    return entries;
  }

  #find(path: JsonPath): Found {
    let found: Found = { node: this.#root, isWhole: true };
    for (const step of path) {
      const container = this.#resolve(found.node);
      if (isMap(container)) {
        const pair = this.#index(container).get(String(step));
        if (pair === undefined) return { ...found, isWhole: false };
        found = { node: asNode(pair.value), pair, isWhole: true };
      } else if (isSeq(container) && typeof step === 'number' && step < container.items.length) {
        found = { node: asNode(container.items[step]), isWhole: true };
      } else return { ...found, isWhole: false };
    }
    return found;
  }

  #resolve(node: Node | null): Node | null {
    return isAlias(node) ? (this.#aliases.get(node) ?? null) : node;
  }

  #index(map: YAMLMap): Map<string, Pair> {
    const known = this.#indexes.get(map);
    if (known !== undefined) return known;
    const index = new Map<string, Pair>();
    this.#indexes.set(map, index);
    const merged: Pair[] = [];
    for (const pair of map.items) {
      const key = keyText(pair.key);
      if (key === '<<') merged.push(pair);
      else if (key !== undefined) index.set(key, pair);
    }
    for (const pair of merged) this.#merge(index, asNode(pair.value));
    return index;
  }

  #merge(index: Map<string, Pair>, source: Node | null): void {
    const node = this.#resolve(source);
    if (isMap(node)) {
      for (const [key, pair] of this.#index(node)) if (!index.has(key)) index.set(key, pair);
    } else if (isSeq(node)) for (const item of node.items) this.#merge(index, asNode(item));
  }
}

/** The key as it is written: `007: x` is a task called `007`. Undefined when the key is no scalar. */
export function keyText(key: unknown): string | undefined {
  if (!isScalar(key)) return key === null ? '' : undefined;
  return typeof key.value === 'string' ? key.value : (key.source ?? '');
}

export function asNode(value: unknown): Node | null {
  return isScalar(value) || isMap(value) || isSeq(value) || isAlias(value) ? value : null;
}

export function rangeOf(node: Node | null): Range {
  const range = node?.range;
  return range ? { start: range[0], end: range[1] } : { start: 0, end: 0 };
}

function keyRange(found: Found): Range {
  const key = asNode(found.pair?.key);
  if (key !== null) return rangeOf(key);
  // A whole map would underline many lines: its first key says where it is.
  const first = isMap(found.node) ? asNode(found.node.items[0]?.key) : null;
  return rangeOf(first ?? found.node);
}

function valueRange(found: Found): Range {
  const range = rangeOf(found.node);
  return range.start === range.end && found.pair !== undefined ? keyRange(found) : range;
}
