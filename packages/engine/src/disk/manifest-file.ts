/**
 * The manifest as a file that loads in a few milliseconds, whatever it holds: one line of JSON that says how long the
 * parts are, the marks as bare numbers, the paths as text, and the ledger, which is parsed only when somebody asks. What
 * is cut off, garbage or written by another version is as good as not there. Written beside and renamed, so that nobody
 * ever reads half of one.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { emptyLedger, type Ledger, type Manifest, type MarkedFiles, marksPerFile } from '../manifest.ts';
import { putInPlace } from './put-in-place.ts';

/** Raised when a part changes its meaning. */
const formatVersion = 3;

interface Header extends Omit<Manifest, 'inputs' | 'watched' | 'outputs' | 'ledger'> {
  readonly v: typeof formatVersion;
  /** Numbers of files: inputs, watched, outputs. */
  readonly files: readonly [number, number, number];
  readonly pathBytes: number;
  readonly ledgerBytes: number;
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

/** Throws what the file system throws. */
export function writeManifest(path: string, manifest: Manifest): void {
  mkdirSync(dirname(path), { recursive: true });
  putInPlace(path, (temporary) => writeFileSync(temporary, encodeManifest(manifest)));
}

export function encodeManifest({ inputs, watched, outputs, ledger, ...facts }: Manifest): Buffer {
  const tables = [inputs, watched, outputs];
  const paths = Buffer.from(tables.flatMap((table) => table.paths).join('\0'));
  const own = Buffer.from(JSON.stringify(ledger()));
  const header: Header = {
    ...facts,
    v: formatVersion,
    files: [inputs.paths.length, watched.paths.length, outputs.paths.length],
    pathBytes: paths.length,
    ledgerBytes: own.length,
    ledgerCheck: checksum(own),
  };
  const marks = tables.map((table) =>
    Buffer.from(table.marks.buffer, table.marks.byteOffset, table.marks.byteLength),
  );
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), ...marks, paths, own]);
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
  if (bytes.length !== ledgerAt + ledgerBytes) return undefined;
  const marks = new Float64Array(count * marksPerFile);
  bytes.copy(new Uint8Array(marks.buffer), 0, end, pathsAt);
  const paths = pathBytes === 0 ? [] : bytes.toString('utf8', pathsAt, ledgerAt).split('\0');
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
    ledger: () => (ledger ??= parseLedger(bytes.subarray(ledgerAt), ledgerCheck)),
  };
}

function isHeader(header: Partial<Header>): header is Header {
  const { v, files, key, basis } = header;
  return (
    v === formatVersion &&
    Array.isArray(files) &&
    files.length === 3 &&
    key !== undefined &&
    basis !== undefined
  );
}

/** A damaged one knows of no file: nothing is removed, and nothing is taken to be unchanged. */
function parseLedger(bytes: Buffer, check: number): Ledger {
  if (checksum(bytes) !== check) return emptyLedger;
  try {
    const ledger: Ledger = JSON.parse(bytes.toString('utf8'));
    return ledger;
  } catch {
    return emptyLedger;
  }
}

/** Against damage, not against malice: `node:zlib` would cost more to load than this takes. */
function checksum(bytes: Buffer): number {
  let sum = bytes.length;
  // Not `for … of`, which takes ten times as long.
  for (let index = 0; index < bytes.length; index += 1) sum = Math.imul(sum ^ (bytes[index] ?? 0), 16777619);
  return sum;
}
