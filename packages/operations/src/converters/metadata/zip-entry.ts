/**
 * Entries of a zip, read or replaced; all others stay as they are, byte by byte and in their order: the first entry of
 * an ebook must be the first. For files that `zip-check.ts` has looked at, or that we made. Pure.
 */
import { outputDateMs } from '../../files/output-date.ts';
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';

interface Entry {
  readonly name: string;
  /** Its record in the directory at the end. */
  readonly record: Buffer;
  readonly offset: number;
}

const recordBytes = 46;
const localBytes = 30;
/** Properties are small. */
const maxEntryBytes: number = 16 * 2 ** 20;

interface Directory {
  readonly entries: readonly Entry[];
  readonly start: number;
  readonly end: Buffer;
}

/** Undefined: it is not there. */
export function readZipEntry(zip: Buffer, name: string): Buffer | undefined {
  const entry = directoryOf(zip).entries.find((each) => each.name === name);
  if (entry === undefined) return undefined;
  return contentOf(zip, entry);
}

function contentOf(zip: Buffer, { record, offset }: Entry): Buffer {
  const start = offset + localBytes + zip.readUInt16LE(offset + 26) + zip.readUInt16LE(offset + 28);
  const packed = zip.subarray(start, start + record.readUInt32LE(20));
  return record.readUInt16LE(10) === 0 ? packed : inflateRawSync(packed, { maxOutputLength: maxEntryBytes });
}

/** The zip with other bytes in this entry, which must be there. */
export function replaceZipEntry(zip: Buffer, name: string, bytes: Buffer): Buffer {
  return replaceZipEntries(zip, new Map([[name, bytes]]));
}

type Change = (text: string, name: string) => string;

/** `changeFor`: undefined for entries that stay. They are texts of moderate size. */
export function changedZip(zip: Buffer, changeFor: (name: string) => Change | undefined): Buffer {
  const changed = new Map<string, Buffer>();
  for (const entry of directoryOf(zip).entries) {
    const change = changeFor(entry.name);
    if (change === undefined || entry.record.readUInt32LE(24) > maxEntryBytes) continue;
    // Also where nothing has changed: packed by us, and not by whoever made it, it is the same in any case.
    changed.set(entry.name, Buffer.from(change(contentOf(zip, entry).toString(), entry.name)));
  }
  return changed.size === 0 ? zip : replaceZipEntries(zip, changed);
}

/** Every entry gets the one date of outputs, in place. */
export function settleZipTimes(zip: Buffer): void {
  const date = new Date(outputDateMs());
  const day = ((date.getUTCFullYear() - 1980) << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate();
  const time = (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1);
  for (const { record, offset } of directoryOf(zip).entries) {
    for (const at of [record.byteOffset - zip.byteOffset + 12, offset + 10]) {
      zip.writeUInt16LE(time, at);
      zip.writeUInt16LE(Math.max(33, day), at + 2);
    }
  }
}

/** The zip with other bytes in these entries, which must be there. */
function replaceZipEntries(zip: Buffer, changed: ReadonlyMap<string, Buffer>): Buffer {
  const { entries, start, end } = directoryOf(zip);
  const byOffset = entries.toSorted((left, right) => left.offset - right.offset);
  const locals: Buffer[] = [];
  const records = new Map<Entry, Buffer>();
  let at = 0;
  for (const [index, entry] of byOffset.entries()) {
    const until = byOffset[index + 1]?.offset ?? start;
    const bytes = changed.get(entry.name);
    const made =
      bytes !== undefined
        ? packedEntry(zip, entry, bytes)
        : { local: zip.subarray(entry.offset, until), record: entry.record };
    const record = Buffer.from(made.record);
    record.writeUInt32LE(at, 42);
    locals.push(made.local);
    records.set(entry, record);
    at += made.local.length;
  }
  const directory = Buffer.concat(entries.map((entry) => records.get(entry) ?? entry.record));
  const last = Buffer.from(end);
  last.writeUInt32LE(directory.length, 12);
  last.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, directory, last]);
}

function packedEntry(
  zip: Buffer,
  { record, offset }: Entry,
  bytes: Buffer,
): { local: Buffer; record: Buffer } {
  const packed = deflateRawSync(bytes);
  const nameBytes = zip.readUInt16LE(offset + 26);
  const local = Buffer.from(zip.subarray(offset, offset + localBytes + nameBytes));
  const changed = Buffer.from(record);
  for (const [header, shift] of [
    [local, 0],
    [changed, 2],
  ] satisfies [Buffer, number][]) {
    // No sizes behind the data: they stand here.
    header.writeUInt16LE(header.readUInt16LE(6 + shift) & ~8, 6 + shift);
    header.writeUInt16LE(8, 8 + shift);
    header.writeUInt32LE(crc32(bytes), 14 + shift);
    header.writeUInt32LE(packed.length, 18 + shift);
    header.writeUInt32LE(bytes.length, 22 + shift);
  }
  local.writeUInt16LE(0, 28);
  return { local: Buffer.concat([local, packed]), record: changed };
}

function directoryOf(zip: Buffer): Directory {
  const endAt = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (endAt < 0) throw new Error('it has no directory');
  const end = zip.subarray(endAt);
  const start = end.readUInt32LE(16);
  const entries: Entry[] = [];
  for (let at = start, index = 0; index < end.readUInt16LE(10); index += 1) {
    const length =
      recordBytes + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
    const record = zip.subarray(at, at + length);
    const name = record.toString('utf8', recordBytes, recordBytes + record.readUInt16LE(28));
    entries.push({ name, record, offset: record.readUInt32LE(42) });
    at += length;
  }
  return { entries, start, end };
}
