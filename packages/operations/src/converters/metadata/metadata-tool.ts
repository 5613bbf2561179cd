/** What reads metadata of files, and what writes it: the shape that all tools share. No tool is known here. */
import type { Failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { isObject } from '../tables/table-model.ts';
import type { Need, Uses } from '../converter.ts';

/** Names and values; a list is one text, parted by `, `. */
export type Metadata = Readonly<Record<string, string | number | boolean>>;

export interface MetadataJob {
  readonly inputPath: string;
  readonly inputName: string;
  /** Canonical. */
  readonly format: string;
  /** New and empty. */
  readonly workDir: string;
  readonly signal: AbortSignal;
}

export interface MetadataWriting extends MetadataJob {
  readonly metadata: Metadata;
  /** A new file; the input is never touched. */
  readonly outputPath: string;
}

export interface MetadataTool {
  /** What `engine:` takes. */
  readonly name: string;
  readonly version: () => Promise<string>;
  readonly isThere: () => boolean;
  /** What brings it, when it is not there. */
  readonly needs: readonly Need[];
  /** As of converters. */
  readonly uses?: Uses;
  /** Undefined: any. */
  readonly reads: ReadonlySet<string> | undefined;
  readonly writes: ReadonlySet<string>;
  readonly read: (job: MetadataJob) => Promise<Result<Metadata, Failure>>;
  /** `ok` means that every name was written, and reads back. */
  readonly write: (job: MetadataWriting) => Promise<Result<undefined, Failure>>;
}

/** Any JSON as a flat map of scalars: `{ a: { b: 1 } }` → `{ 'a.b': 1 }`, lists as one text, nothing for null. */
export function flatMetadata(value: JsonObject, prefix = ''): Metadata {
  const entries = Object.entries(value).flatMap(([key, item]): [string, string | number | boolean][] => {
    const name = `${prefix}${key}`;
    if (item === null) return [];
    if (isObject(item)) return Object.entries(flatMetadata(item, `${name}.`));
    if (typeof item !== 'object') return [[name, item]];
    return [
      [name, item.map((one) => (typeof one === 'object' ? JSON.stringify(one) : String(one))).join(', ')],
    ];
  });
  return Object.fromEntries(entries);
}
