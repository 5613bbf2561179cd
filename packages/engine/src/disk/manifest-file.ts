/**
 * The manifest as a file that loads in a few milliseconds, whatever it holds: one line of JSON that says how long the
 * parts are, the marks as bare numbers, the paths as text, and the ledger, which is read only when somebody asks: its
 * long columns as text, and the rest as JSON. What is cut off, garbage or written by another version is as good as not
 * there. Written beside and renamed, so that nobody ever reads half of one.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  emptyLedger,
  type Ledger,
  type Manifest,
  type MarkedFiles,
  marksPerFile,
  type OutputColumns,
} from '../manifest.ts';
import { putInPlace } from './put-in-place.ts';

/** Raised when a part changes its meaning. */
const formatVersion = 4;

interface Header extends Omit<Manifest, 'inputs' | 'watched' | 'outputs' | 'ledger'> {
  readonly v: typeof formatVersion;
  /** Numbers of files: inputs, watched, outputs. */
  readonly files: readonly [number, number, number];
  readonly pathBytes: number;
  /** Of the parts of the ledger: addresses, hashes, keys, and the rest. */
  readonly ledgerBytes: readonly [number, number, number, number];
  /** CRC-32 of all of it. */
  readonly ledgerCheck: number;
}

/** Undefined: there is none that can be read. */
export function readManifest(path: string): Manifest | undefined {
  try {
    return decodeManifest(readFileSync(path));
  } catch {
    return undefined;
  }
}

/** What `encodeManifest` made. Throws what the file system throws. */
export function writeManifest(path: string, parts: readonly Buffer[]): void {
  mkdirSync(dirname(path), { recursive: true });
  putInPlace(path, (temporary) => writeFileSync(temporary, Buffer.concat(parts)));
}

/** The file in parts. The marks among them are the manifest's own memory: until it is written, they may be set. */
export function encodeManifest({ inputs, watched, outputs, ledger, ...facts }: Manifest): readonly Buffer[] {
  const tables = [inputs, watched, outputs];
  const texts = tables.filter(({ paths }) => paths.length > 0).map(({ paths }) => paths.join('\0'));
  const paths = Buffer.from(texts.join('\0'));
  const own = encodeLedger(ledger());
  const [addresses, hashes, keys, rest] = own;
  const header: Header = {
    ...facts,
    v: formatVersion,
    files: [inputs.paths.length, watched.paths.length, outputs.paths.length],
    pathBytes: paths.length,
    ledgerBytes: [addresses.length, hashes.length, keys.length, rest.length],
    ledgerCheck: checksum(...own),
  };
  const marks = tables.map(({ marks: { buffer, byteOffset, byteLength } }) =>
    Buffer.from(buffer, byteOffset, byteLength),
  );
  return [Buffer.from(`${JSON.stringify(header)}\n`), ...marks, paths, ...own];
}

function encodeLedger({ outputs, keys, ...rest }: Ledger): readonly [Buffer, Buffer, Buffer, Buffer] {
  const { addresses, hashes, ...short } = outputs;
  return [
    Buffer.from(addresses.join('\0')),
    Buffer.from(hashes),
    Buffer.from(keys),
    Buffer.from(JSON.stringify({ ...rest, outputs: short })),
  ];
}

/** Throws on what is no manifest. */
export function decodeManifest(bytes: Buffer): Manifest | undefined {
  const end = bytes.indexOf('\n') + 1;
  const header: Partial<Header> = JSON.parse(bytes.toString('utf8', 0, end));
  if (!isHeader(header)) return undefined;
  const { v: _, files, pathBytes, ledgerBytes, ledgerCheck, ...facts } = header;
  const count = files[0] + files[1] + files[2];
  const markBytes = count * marksPerFile * Float64Array.BYTES_PER_ELEMENT;
  const pathsAt = end + markBytes;
  const ledgerAt = pathsAt + pathBytes;
  if (bytes.length !== ledgerAt + ledgerBytes.reduce((sum, part) => sum + part, 0)) return undefined;
  const marks = new Float64Array(count * marksPerFile);
  bytes.copy(new Uint8Array(marks.buffer), 0, end, pathsAt);
  const paths = splitText(bytes.toString('utf8', pathsAt, ledgerAt));
  if (paths.length !== count) return undefined;
  const cut = (from: number, length: number): MarkedFiles => ({
    paths: paths.slice(from, from + length),
    marks: marks.subarray(from * marksPerFile, (from + length) * marksPerFile),
  });
  let ledger: Ledger | undefined;
  return {
    ...facts,
    inputs: cut(0, files[0]),
    watched: cut(files[0], files[1]),
    outputs: cut(files[0] + files[1], files[2]),
    ledger: () => (ledger ??= decodeLedger(bytes.subarray(ledgerAt), { ledgerBytes, ledgerCheck })),
  };
}

function isHeader(header: Partial<Header>): header is Header {
  const { v, files, ledgerBytes, key, basis } = header;
  return (
    v === formatVersion &&
    Array.isArray(files) &&
    files.length === 3 &&
    Array.isArray(ledgerBytes) &&
    ledgerBytes.length === 4 &&
    key !== undefined &&
    basis !== undefined
  );
}

/** What is not among the columns that are text. */
type LedgerRest = Omit<Ledger, 'keys' | 'outputs'> & {
  readonly outputs: Omit<OutputColumns, 'addresses' | 'hashes'>;
};

/** A damaged one knows of no file: nothing is removed, and nothing is taken to be unchanged. */
function decodeLedger(
  bytes: Buffer,
  { ledgerBytes, ledgerCheck }: Pick<Header, 'ledgerBytes' | 'ledgerCheck'>,
): Ledger {
  if (checksum(bytes) !== ledgerCheck) return emptyLedger;
  const [addresses, hashes, keys] = ledgerBytes;
  const keysAt = addresses + hashes;
  try {
    const rest: LedgerRest = JSON.parse(bytes.toString('utf8', keysAt + keys));
    return {
      ...rest,
      outputs: {
        ...rest.outputs,
        addresses: splitText(bytes.toString('utf8', 0, addresses)),
        hashes: bytes.toString('latin1', addresses, keysAt),
      },
      keys: bytes.toString('utf8', keysAt, keysAt + keys),
    };
  } catch {
    return emptyLedger;
  }
}

const splitText = (text: string): readonly string[] => (text === '' ? [] : text.split('\0'));

/** Loaded when it is needed: a run with nothing to do reads no ledger. */
function checksum(...parts: readonly Buffer[]): number {
  const { crc32 } = process.getBuiltinModule('node:zlib');
  return parts.reduce((sum, part) => crc32(part, sum), 0);
}
