/**
 * The manifest as a file that loads in a few milliseconds, whatever it holds: one line of JSON that says how long the
 * parts are, the marks as bare numbers, the paths as text, and the ledger, which is read only when somebody asks: its
 * long columns as text, and the rest as JSON. What is cut off, garbage or written by another version is as good as not
 * there. Written beside and renamed, so that nobody ever reads half of one.
 */
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  emptyLedger,
  type Ledger,
  type Manifest,
  type MarkedFiles,
  marksPerFile,
  noBytes,
  type OutputColumns,
} from '../manifest.ts';
import { namesIn } from './names-in.ts';
import { putInPlace } from './put-in-place.ts';

/** Raised when a part changes its meaning. */
const formatVersion = 5;

interface Header extends Omit<Manifest, 'inputs' | 'watched' | 'outputs' | 'ledger'> {
  readonly v: typeof formatVersion;
  /** Numbers of files: inputs, watched, outputs. */
  readonly files: readonly number[];
  /** Of the names of each table. */
  readonly pathBytes: readonly number[];
  /** Of the parts of the ledger: addresses, hashes, ours, keys, the pipeline, and the rest. */
  readonly ledgerBytes: readonly number[];
  /** CRC-32 of all of it. */
  readonly ledgerCheck: number;
}

/** Undefined: there is none that can be read. */
export function readManifest(path: string): Manifest | undefined {
  return decoded(path) ?? decoded(before(path));
}

/** Where the one before lies: what it says of files is true of them as they were, and compared with what they are. */
const before = (path: string): string => `${path}${suffix}`;

const suffix = '.before';

/** Of a folder, each one that can be read. */
export function manifestPlaces(folder: string): readonly string[] {
  const names = namesIn(folder).filter((name) => !name.endsWith('.tmp'));
  const places = names.map((name) => (name.endsWith(suffix) ? name.slice(0, -suffix.length) : name));
  return [...new Set(places)].map((name) => join(folder, name));
}

function decoded(path: string): Manifest | undefined {
  try {
    return decodeManifest(readFileSync(path));
  } catch {
    return undefined;
  }
}

/**
 * What `encodeManifest` made. Throws what the file system throws. The older one is put aside: ext4 writes a file to the disk
 * at once that takes the place of another, which takes longer than all the rest; and a power cut leaves one of the two.
 */
export function writeManifest(path: string, parts: readonly Buffer[]): void {
  mkdirSync(dirname(path), { recursive: true });
  putInPlace(path, (temporary) => {
    const file = openSync(temporary, 'w');
    try {
      for (const part of parts) writeFileSync(file, part);
    } finally {
      closeSync(file);
    }
    putAside(path);
  });
}

function putAside(path: string): void {
  for (const move of [() => unlinkSync(before(path)), () => renameSync(path, before(path))]) {
    try {
      move();
    } catch {
      // There is none.
    }
  }
}

/** The file in parts. */
export function encodeManifest({ inputs, watched, outputs, ledger, ...facts }: Manifest): readonly Buffer[] {
  const tables = [inputs, watched, outputs];
  const paths = tables.map(({ paths, encoded }) => encoded ?? bytesOf(paths));
  const own = encodeLedger(ledger());
  const header: Header = {
    ...facts,
    v: formatVersion,
    files: [inputs.paths.length, watched.paths.length, outputs.paths.length],
    pathBytes: lengthsOf(paths),
    ledgerBytes: lengthsOf(own),
    ledgerCheck: checksum(...own),
  };
  const marks = tables.map(({ marks: { buffer, byteOffset, byteLength } }) =>
    Buffer.from(buffer, byteOffset, byteLength),
  );
  return [Buffer.from(`${JSON.stringify(header)}\n`), ...marks, ...paths, ...own];
}

function encodeLedger({ outputs, keys, checked, ...rest }: Ledger): readonly Buffer[] {
  const { addresses, encoded, hashes, ours, sources } = outputs;
  return [
    encoded ?? bytesOf(addresses),
    hashes,
    ours,
    keys,
    checked,
    Buffer.from(JSON.stringify({ ...rest, sources })),
  ];
}

/** Throws on what is no manifest. */
export function decodeManifest(bytes: Buffer): Manifest | undefined {
  const end = bytes.indexOf('\n') + 1;
  const header: Partial<Header> = JSON.parse(bytes.toString('utf8', 0, end));
  if (!isHeader(header)) return undefined;
  const { v: _, files, pathBytes, ledgerBytes, ledgerCheck, ...facts } = header;
  const count = sum(files);
  const markBytes = count * marksPerFile * Float64Array.BYTES_PER_ELEMENT;
  const pathsAt = end + markBytes;
  const ledgerAt = pathsAt + sum(pathBytes);
  if (bytes.length !== ledgerAt + sum(ledgerBytes)) return undefined;
  const marks = new Float64Array(count * marksPerFile);
  bytes.copy(new Uint8Array(marks.buffer), 0, end, pathsAt);
  const paths = cut(bytes.subarray(pathsAt, ledgerAt), pathBytes);
  let from = 0;
  const tables = files.map((length, index): MarkedFiles => {
    const own = marks.subarray(from * marksPerFile, (from + length) * marksPerFile);
    from += length;
    const encoded = paths[index] ?? noBytes;
    return { paths: textsOf(encoded), marks: own, encoded };
  });
  const [inputs, watched, outputs] = tables;
  if (inputs === undefined || watched === undefined || outputs === undefined) return undefined;
  if (tables.some((table, index) => table.paths.length !== files[index])) return undefined;
  let ledger: Ledger | undefined;
  return {
    ...facts,
    inputs,
    watched,
    outputs,
    ledger: () => (ledger ??= decodeLedger(bytes.subarray(ledgerAt), { ledgerBytes, ledgerCheck })),
  };
}

function isHeader(header: Partial<Header>): header is Header {
  const { v, files, pathBytes, ledgerBytes, key, basis } = header;
  return (
    v === formatVersion &&
    [files, pathBytes].every((three) => Array.isArray(three) && three.length === 3) &&
    Array.isArray(ledgerBytes) &&
    ledgerBytes.length === 6 &&
    key !== undefined &&
    basis !== undefined
  );
}

/** What is not among the columns that are bytes. */
type LedgerRest = Omit<Ledger, 'keys' | 'checked' | 'outputs'> & Pick<OutputColumns, 'sources'>;

/** A damaged one knows of no file: nothing is removed, and nothing is taken to be unchanged. */
function decodeLedger(
  bytes: Buffer,
  { ledgerBytes, ledgerCheck }: Pick<Header, 'ledgerBytes' | 'ledgerCheck'>,
): Ledger {
  if (checksum(bytes) !== ledgerCheck) return emptyLedger;
  const [addresses, hashes, ours, keys, checked, own] = cut(bytes, ledgerBytes);
  if (own === undefined || !addresses || !hashes || !ours || !keys || !checked) return emptyLedger;
  try {
    const { sources, ...rest }: LedgerRest = JSON.parse(String(own));
    return {
      ...rest,
      outputs: { addresses: textsOf(addresses), encoded: addresses, hashes, sources, ours },
      keys,
      checked,
    };
  } catch {
    return emptyLedger;
  }
}

const textsOf = (bytes: Buffer): readonly string[] =>
  bytes.length === 0 ? [] : bytes.toString().split('\0');

const bytesOf = (texts: readonly string[]): Buffer => Buffer.from(texts.join('\0'));

function cut(bytes: Buffer, lengths: readonly number[]): readonly Buffer[] {
  let at = 0;
  return lengths.map((length) => bytes.subarray(at, (at += length)));
}

const lengthsOf = (parts: readonly Buffer[]): number[] => parts.map(({ length }) => length);

const sum = (numbers: readonly number[]): number => numbers.reduce((all, number) => all + number, 0);

/** Loaded when it is needed: a run with nothing to do reads no ledger. */
function checksum(...parts: readonly Buffer[]): number {
  const { crc32 } = process.getBuiltinModule('node:zlib');
  return parts.reduce((check, part) => crc32(part, check), 0);
}
