/**
 * Whether a document is under a password, told by its own marks: LibreOffice as wasm says of it only that it does not open.
 * It decrypts nothing.
 */
import { readFile } from 'node:fs/promises';
import { CFB } from '@e965/xlsx';
import { isLockedOffice } from '../../files/locked-office.ts';
import { readZipTexts } from '../archives/zip-check.ts';

export async function isLockedDocument(path: string, from: string): Promise<boolean> {
  try {
    if (openDocument.has(from)) return await isLockedOpenDocument(path);
    if (compound.has(from)) return isLockedCompound(await readFile(path));
    return await isLockedOffice(path);
  } catch {
    // Broken: not for this reason.
    return false;
  }
}

const openDocument: ReadonlySet<string> = new Set(['odt', 'ods', 'odp', 'odg']);
const compound: ReadonlySet<string> = new Set(['doc', 'xls', 'ppt', 'pps']);

const isLockedOpenDocument = async (path: string): Promise<boolean> =>
  (await readZipTexts(path, /^META-INF\/manifest\.xml$/)).some((text) =>
    /<(?:\w+:)?encryption-data\b/.test(text),
  );

function isLockedCompound(file: Buffer): boolean {
  const container = CFB.read(file, { type: 'buffer' });
  const stream = (name: string): Buffer => Buffer.from(CFB.find(container, name)?.content ?? []);
  if (stream('EncryptedPackage').length > 0) return true;
  const word = stream('WordDocument');
  // [MS-DOC] FibBase, bit fEncrypted.
  if (word.length > 12) return (word.readUInt16LE(10) & 0x01_00) !== 0;
  const user = stream('Current User');
  // [MS-PPT] CurrentUserAtom, headerToken.
  if (user.length > 16) return user.readUInt32LE(12) === 0xf3_d1_c4_df;
  return hasFilePass(stream('Workbook'));
}

/** [MS-XLS]: a record FilePass among the first, which are never encrypted. */
function hasFilePass(book: Buffer): boolean {
  for (let at = 0, count = 0; at + 4 <= book.length && count < 20; count += 1) {
    const type = book.readUInt16LE(at);
    if (type === 0x00_2f) return true;
    at += 4 + book.readUInt16LE(at + 2);
  }
  return false;
}
