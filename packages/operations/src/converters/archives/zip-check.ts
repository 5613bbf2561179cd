/**
 * Looks into a zip-based file (docx, odt, epub, xlsx, pptx) before a converter does: is it a real zip, how many entries
 * has it, and how large does it become? Declared sizes can lie, so every entry is inflated for real, with a cap, and
 * thrown away. It knows nothing of what the entries mean.
 */
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createInflateRaw, inflateRawSync } from 'node:zlib';
import { ConversionError } from '../../host/protocol.ts';

export interface ZipLimits {
  readonly maxEntries: number;
  readonly maxExpandedBytes: number;
  /** Expanded to packed size; judged only above `ratioFromBytes`, because small XML shrinks a lot. */
  readonly maxRatio: number;
  readonly ratioFromBytes: number;
}

const documentLimits: ZipLimits = {
  maxEntries: 20_000,
  maxExpandedBytes: 512 * 2 ** 20,
  maxRatio: 200,
  ratioFromBytes: 64 * 2 ** 20,
};

export interface ZipEntry {
  readonly name: string;
  /** 0 stored, 8 deflated; others are not known to documents. */
  readonly method: number;
  readonly packedBytes: number;
  readonly isEncrypted: boolean;
  readonly headerOffset: number;
}

const endSignature = 0x06054b50;
const centralSignature = 0x02014b50;
const localSignature = 0x04034b50;

/** Throws `ConversionError`; `name` is what messages call the file. */
export async function checkZip(
  path: string,
  name: string,
  limits: ZipLimits = documentLimits,
): Promise<void> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const entries = await readEntries(file, { size, name, limits });
    let expanded = 0;
    for (const entry of entries) {
      if (entry.isEncrypted) {
        throw new ConversionError(
          'bad-input',
          `${quoted(name)} is encrypted`,
          'Remove its password and try again.',
        );
      }
      const budget = budgetOf(limits, size) - expanded;
      expanded += await expandedBytes(file, entry, { budget, name });
      if (expanded > budgetOf(limits, size)) throw tooLarge(name, limits, size);
    }
  } finally {
    await file.close();
  }
}

/** The texts of the entries whose name matches, each cut at `maxBytes`; none of a file that is no good zip. */
export async function readZipTexts(
  path: string,
  wanted: RegExp,
  maxBytes: number = 4 * 2 ** 20,
): Promise<readonly string[]> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const entries = await readEntries(file, { size, name: path, limits: documentLimits });
    const texts: string[] = [];
    for (const { method, headerOffset, packedBytes } of entries.filter(({ name }) => wanted.test(name))) {
      const header = await bytesAt(file, headerOffset, 30);
      const start = headerOffset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
      const packed = await bytesAt(file, start, Math.min(packedBytes, maxBytes));
      texts.push(
        (method === 8 ? inflateRawSync(packed, { maxOutputLength: maxBytes }) : packed).toString('utf8'),
      );
    }
    return texts;
  } catch {
    return [];
  } finally {
    await file.close();
  }
}

const quoted = (name: string): string => JSON.stringify(name);
const budgetOf = (limits: ZipLimits, size: number): number =>
  Math.min(limits.maxExpandedBytes, Math.max(limits.ratioFromBytes, size * limits.maxRatio));

function tooLarge(name: string, limits: ZipLimits, size: number): ConversionError {
  const budget = Math.round(budgetOf(limits, size) / 2 ** 20);
  return new ConversionError(
    'too-large',
    `${quoted(name)} expands to more than ${budget} MiB, from ${Math.ceil(size / 1024)} KiB: this looks like a zip bomb`,
    'Nothing of it was converted. If the file is right, make it smaller first.',
  );
}

const broken = (name: string, why: string): ConversionError =>
  new ConversionError(
    'bad-input',
    `${quoted(name)} is a broken zip file: ${why}`,
    'Copy or download it again from its source.',
  );

async function readEntries(
  file: FileHandle,
  about: { readonly size: number; readonly name: string; readonly limits: ZipLimits },
): Promise<readonly ZipEntry[]> {
  const { size, name, limits } = about;
  const tailBytes = Math.min(size, 65_557);
  const tail = await bytesAt(file, size - tailBytes, tailBytes);
  const end = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0 || end + 22 > tail.length || tail.readUInt32LE(end) !== endSignature)
    throw broken(name, 'its end is missing');
  const count = tail.readUInt16LE(end + 10);
  const directoryBytes = tail.readUInt32LE(end + 12);
  const directoryOffset = tail.readUInt32LE(end + 16);
  if (count > limits.maxEntries || count === 0xffff || directoryBytes > 64 * 2 ** 20) {
    throw new ConversionError('too-large', `${quoted(name)} has more than ${limits.maxEntries} entries`);
  }
  if (directoryOffset + directoryBytes > size) throw broken(name, 'its directory is missing');
  return parseEntries(await bytesAt(file, directoryOffset, directoryBytes), { count, name });
}

function parseEntries(
  directory: Buffer,
  about: { readonly count: number; readonly name: string },
): readonly ZipEntry[] {
  const entries: ZipEntry[] = [];
  let at = 0;
  for (let index = 0; index < about.count; index += 1) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== centralSignature) {
      throw broken(about.name, 'its directory is damaged');
    }
    const nameBytes = directory.readUInt16LE(at + 28);
    entries.push({
      name: directory.toString('utf8', at + 46, at + 46 + nameBytes),
      isEncrypted: (directory.readUInt16LE(at + 8) & 1) === 1,
      method: directory.readUInt16LE(at + 10),
      packedBytes: directory.readUInt32LE(at + 20),
      headerOffset: directory.readUInt32LE(at + 42),
    });
    at += 46 + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

async function expandedBytes(
  file: FileHandle,
  entry: ZipEntry,
  about: { readonly budget: number; readonly name: string },
): Promise<number> {
  const header = await bytesAt(file, entry.headerOffset, 30);
  if (header.length < 30 || header.readUInt32LE(0) !== localSignature) {
    throw broken(about.name, `${quoted(entry.name)} in it cannot be found`);
  }
  const start = entry.headerOffset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  if (entry.packedBytes === 0) return 0;
  if (entry.method === 0) return entry.packedBytes;
  if (entry.method !== 8) throw broken(about.name, `${quoted(entry.name)} in it is packed in an unknown way`);
  const packed = Readable.from(chunks(file, { start, end: start + entry.packedBytes }));
  return inflatedBytes(packed, { ...about, entry: entry.name });
}

/** By hand: a stream of a file handle closes the handle. */
async function* chunks(
  file: FileHandle,
  range: { readonly start: number; readonly end: number },
): AsyncGenerator<Buffer> {
  for (let at = range.start; at < range.end;) {
    const chunk = await bytesAt(file, at, Math.min(65_536, range.end - at));
    if (chunk.length === 0) return;
    at += chunk.length;
    yield chunk;
  }
}

async function inflatedBytes(
  packed: Readable,
  about: { readonly budget: number; readonly name: string; readonly entry: string },
): Promise<number> {
  const inflate = createInflateRaw();
  packed.on('error', (error) => inflate.destroy(error)).pipe(inflate);
  let bytes = 0;
  try {
    for await (const chunk of inflate) {
      if (chunk instanceof Uint8Array) bytes += chunk.length;
      if (bytes > about.budget) return bytes;
    }
    return bytes;
  } catch {
    throw broken(about.name, `${quoted(about.entry)} in it is damaged`);
  } finally {
    packed.destroy();
    inflate.destroy();
  }
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}
