/**
 * Writes RAR archives (format 5.0, as RARLAB's technote describes it) whose members are stored as they are: how RAR packs
 * is not free, how it keeps files is. Folders, links, times and UTF-8 names are kept. Nothing is held in memory.
 */
import { createReadStream } from 'node:fs';
import type { Stats } from 'node:fs';
import { lstat, open, readdir, readlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';

const signature: Uint8Array = Buffer.from('Rar!\x1a\x07\x01\0', 'latin1');
const blocks = { main: 1, file: 2, end: 5 } as const;
/** Flags of a header: something follows it. */
const hasExtra = 1;
const hasData = 2;
/** Flags of a file. */
const isFolder = 1;
const hasTime = 2;
const hasSum = 4;

/** Everything below the folder, in the order of names. */
export async function writeRar(folder: string, target: string): Promise<void> {
  const archive = await open(target, 'wx');
  try {
    await archive.write(signature);
    await archive.write(block(blocks.main, { fields: [number(0)] }));
    for (const name of await namesBelow(folder)) await addMember(archive, { folder, name });
    await archive.write(block(blocks.end, { fields: [number(0)] }));
  } finally {
    await archive.close();
  }
}

async function namesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, encoding: 'utf8' });
  return entries.sort();
}

interface Member {
  readonly folder: string;
  readonly name: string;
}

async function addMember(archive: FileHandle, { folder, name }: Member): Promise<void> {
  const file = path.join(folder, name);
  const stats = await lstat(file);
  const shown = name.split(path.sep).join('/');
  if (stats.isFile()) return addFile(archive, { file, shown, stats });
  if (stats.isDirectory()) {
    const fields = fileFields({ shown, stats, sizeBytes: 0, flags: isFolder });
    await archive.write(block(blocks.file, { fields, data: 0 }));
  } else if (stats.isSymbolicLink()) {
    const fields = fileFields({ shown, stats, sizeBytes: 0, flags: 0 });
    await archive.write(block(blocks.file, { fields, data: 0, extra: linkRecord(await readlink(file)) }));
  }
}

/** The sum stands before the bytes, so a file is read twice. */
async function addFile(
  archive: FileHandle,
  { file, shown, stats }: { readonly file: string; readonly shown: string; readonly stats: Stats },
): Promise<void> {
  let sum = 0;
  for await (const chunk of createReadStream(file)) sum = crc32(Buffer.from(chunk), sum);
  const fields = fileFields({ shown, stats, sizeBytes: stats.size, flags: hasSum, sum });
  await archive.write(block(blocks.file, { fields, data: stats.size }));
  for await (const chunk of createReadStream(file)) await archive.write(Buffer.from(chunk));
}

interface FileFields {
  readonly shown: string;
  readonly stats: Stats;
  readonly sizeBytes: number;
  readonly flags: number;
  readonly sum?: number;
}

function fileFields({ shown, stats, sizeBytes, flags, sum }: FileFields): readonly Uint8Array[] {
  const name = Buffer.from(shown);
  return [
    number(flags | hasTime),
    number(sizeBytes),
    number(stats.mode),
    unsigned(Math.max(0, Math.floor(stats.mtimeMs / 1000))),
    ...(sum === undefined ? [] : [unsigned(sum)]),
    // Stored; by Unix.
    number(0),
    number(1),
    number(name.length),
    name,
  ];
}

/** A symbolic link of Unix. */
function linkRecord(target: string): Uint8Array {
  const name = Buffer.from(target);
  const record = Buffer.concat([number(5), number(1), number(0), number(name.length), name]);
  return Buffer.concat([number(record.length), record]);
}

interface Block {
  readonly fields: readonly Uint8Array[];
  /** Bytes that follow the header. */
  readonly data?: number;
  readonly extra?: Uint8Array;
}

/** Sum, size, type, flags, then what the type says. */
function block(type: number, { fields, data, extra }: Block): Uint8Array {
  const flags = (extra === undefined ? 0 : hasExtra) | (data === undefined ? 0 : hasData);
  const content = Buffer.concat([
    number(type),
    number(flags),
    ...(extra === undefined ? [] : [number(extra.length)]),
    ...(data === undefined ? [] : [number(data)]),
    ...fields,
    ...(extra === undefined ? [] : [extra]),
  ]);
  const summed = Buffer.concat([number(content.length), content]);
  return Buffer.concat([unsigned(crc32(summed)), summed]);
}

/** Seven bits a byte, the lowest first; the eighth says that more follow. */
function number(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low + 128 : low);
  } while (rest > 0);
  return Uint8Array.from(bytes);
}

function unsigned(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
