/**
 * What the last run of one pipeline read and wrote, by the marks that a file system gives for nothing: with it, a run in
 * which nothing has changed need not plan, hash or open anything. It is also the ledger of outputs, so that a file that
 * no source makes any more is known as ours. Plain values; what they look like on a disk is not known here.
 */

import { fewSearches } from './places.ts';

/** Files with their marks. `marks` has four numbers for each: size, mtime, ctime (both in ms) and inode. */
export interface MarkedFiles {
  /** Relative to the root where they lie below it, else absolute. */
  readonly paths: readonly string[];
  readonly marks: Float64Array;
  /** The paths as they lie in the file, where they were read from one. */
  readonly encoded?: Buffer | undefined;
}

export const marksPerFile = 4;

/** What a mark says of a file that is not there. */
export const missingSize = -1;

export interface Manifest {
  /** Which pipeline, and which explicit params. */
  readonly key: string;
  /** Everything else that a plan depends on, by name, in short texts. */
  readonly basis: Basis;
  /** Environment variables that `basis` speaks of. */
  readonly variables: readonly string[];
  /** Absent: where nothing has changed, nothing is to be done. Else why nobody can tell without a plan. */
  readonly obstacle?: string;
  /** Which kinds of warm processes worked in the last run that needed any, the first one first. */
  readonly hosts?: readonly string[];
  /** What the summary counts: files of tasks that no other task takes from. */
  readonly filesOut: number;
  /** Files that imports yielded, in the order of `Ledger.imports`. */
  readonly inputs: MarkedFiles;
  /** The pipeline file, listed folders, programs, files that were read beside the inputs. */
  readonly watched: MarkedFiles;
  /** Files that exports left behind, in the order of `Ledger.outputs`. */
  readonly outputs: MarkedFiles;
  /** Read when it is first asked for: only a run in which something has changed needs it. */
  readonly ledger: () => Ledger;
}

export type Basis = Readonly<Record<string, string>>;

export interface Ledger {
  /** The pipeline as it was when it had been checked; whoever has checked it knows the form. */
  readonly checked: Buffer;
  /** Which of `inputs` belong to each action of an import, one after the other. */
  readonly imports: readonly LedgerImport[];
  /** How many of `watched`, from the first on, are what imports looked at to find their files. */
  readonly listed: number;
  readonly outputs: OutputColumns;
  /** Files that an earlier run wrote and the last one did not: see `orphans`. */
  readonly leftOver: readonly LeftOver[];
  /** Folders that exports had to make. */
  readonly folders: readonly string[];
  /** The fingerprints: lines of an address, a tab and a key. Of several lines for one address the last counts. */
  readonly keys: Buffer;
  /** Task → number of its actions for each input, in the order of `inputs`: of those that take one file at a time. */
  readonly actions: Readonly<Record<string, readonly number[]>>;
}

/**
 * By number of output; columns, as ten thousand objects would take longer to read than all the rest. The long ones are
 * bytes, as they lie in the file: what is on V8's heap has to be moved about by it.
 */
export interface OutputColumns {
  readonly addresses: readonly string[];
  /** The addresses as they lie in the file, where they were read from one. */
  readonly encoded?: Buffer | undefined;
  /** 64 digits for each, or as many blanks. */
  readonly hashes: Buffer;
  /** -1: none. */
  readonly sources: readonly number[];
  /** A `1` or a `0` for each. */
  readonly ours: Buffer;
}

export interface LedgerImport {
  readonly address: string;
  readonly files: number;
  /** How many names at the end of each path are the file's place: 2 of `docs/guide/a.md` is `guide/a.md`. */
  readonly depths: readonly number[];
}

export interface LedgerEntry {
  /** The action that exported it. */
  readonly address: string;
  /** Absent: an export that promised nothing of the content, as one that keeps what is there. */
  readonly sha256?: string | undefined;
  /** Number of the input that it flows from; absent when it was made of a group, or of nothing. */
  readonly source?: number | undefined;
  /** An earlier or this run wrote it; false: it was there, with the same content, before anybody did. */
  readonly isOurs: boolean;
}

export interface LeftOver extends LedgerEntry {
  readonly path: string;
  /** Four numbers as in `MarkedFiles`. */
  readonly mark: readonly number[];
}

export const noBytes: Buffer = Buffer.alloc(0);

export const emptyLedger: Ledger = {
  checked: noBytes,
  imports: [],
  listed: 0,
  outputs: { addresses: [], hashes: noBytes, sources: [], ours: noBytes },
  leftOver: [],
  folders: [],
  keys: noBytes,
  actions: {},
};

export const hashLength = 64;

export function outputAt({ outputs }: Ledger, index: number): LedgerEntry {
  const sha256 = outputs.hashes.toString('latin1', index * hashLength, (index + 1) * hashLength).trim();
  const source = outputs.sources[index] ?? -1;
  return {
    address: outputs.addresses[index] ?? '',
    ...(sha256 !== '' && { sha256 }),
    ...(source >= 0 && { source }),
    isOurs: outputs.ours[index] === isOursByte,
  };
}

export function outputColumns(entries: readonly LedgerEntry[]): OutputColumns {
  return {
    addresses: entries.map(({ address }) => address),
    hashes: Buffer.from(entries.map(({ sha256 = '' }) => sha256.padEnd(hashLength)).join(''), 'latin1'),
    sources: entries.map(({ source = -1 }) => source),
    ours: Buffer.from(entries.map(({ isOurs }) => (isOurs ? '1' : '0')).join(''), 'latin1'),
  };
}

const isOursByte = 0x31;

/** Address → key of its fingerprint. */
export function keyLookUp({ keys }: Ledger): (address: string) => string | undefined {
  let table: Map<string, string> | undefined;
  let asked = 0;
  return (address) => {
    asked += 1;
    if (asked > fewSearches) return (table ??= new Map(keyEntries(keys))).get(address);
    const at = keyPosition(keys, address);
    return at === undefined ? undefined : keys.toString('latin1', at, at + hashLength);
  };
}

export function joinedKeys(...tables: readonly Buffer[]): Buffer {
  const lines = tables.filter(({ length }) => length > 0);
  const [only] = lines;
  if (only !== undefined && lines.length === 1) return only;
  return Buffer.concat(lines.flatMap((table, index) => (index === 0 ? table : [lineBreak, table])));
}

const lineBreak = Buffer.from('\n');

/** Where the last key of an address begins. */
export function keyPosition(keys: Buffer, address: string): number | undefined {
  const start = Buffer.from(`\n${address}\t`);
  const found = keys.lastIndexOf(start);
  if (found >= 0) return found + start.length;
  const first = start.subarray(1);
  return keys.subarray(0, first.length).equals(first) ? first.length : undefined;
}

/** A file may have a line break in its name, and then its address has one too. */
export function* keyEntries(keys: Buffer): Generator<[address: string, key: string]> {
  for (const [, address = '', key = ''] of keys.toString().matchAll(/([^]*?)\t([\da-f]{64})(?:\n|$)/g))
    yield [address, key];
}

/** Undefined: they are the same. Else the first difference, for people. */
export function basisDifference(then: Basis, now: Basis): string | undefined {
  for (const name of new Set([...Object.keys(then), ...Object.keys(now)])) {
    const [before, after] = [then[name], now[name]];
    if (before === after) continue;
    if (before === undefined) return `${name} is new`;
    if (after === undefined) return `${name} is gone`;
    return name.startsWith('env ') ? `${name} changed` : `${name} ${before} → ${after}`;
  }
  return undefined;
}

/** What of a manifest is not as it was. */
export interface Changes {
  /** Numbers of inputs: changed or gone. */
  readonly inputs: readonly number[];
  readonly watched: readonly number[];
  readonly outputs: readonly number[];
}

export const isUnchanged = ({ inputs, watched, outputs }: Changes): boolean =>
  inputs.length === 0 && watched.length === 0 && outputs.length === 0;

/** A short name for a long text; not for secrets, and two texts may share one. */
export function shortName(text: string): string {
  let [high, low] = [0xdeadbeef, 0x41c6ce57];
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return [high, low].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
}
