/**
 * Whether a file is an Office document under a password: such a docx, xlsx or pptx is no zip but a compound file with a
 * stream `EncryptedPackage` in its directory. It decrypts nothing.
 */
import { open } from 'node:fs/promises';

const compoundStart = Buffer.from('d0cf11e0a1b11ae1', 'hex');
const streamName = Buffer.from('EncryptedPackage', 'utf16le');

export async function isLockedOffice(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const header = Buffer.alloc(512);
    await file.read(header, 0, 512, 0);
    if (!header.subarray(0, 8).equals(compoundStart)) return false;
    const sectorBytes = 2 ** Math.min(header.readUInt16LE(30), 12);
    // The streams of an encrypted package are few: they stand in the first sectors of the directory.
    const directory = Buffer.alloc(4 * sectorBytes);
    await file.read(directory, 0, directory.length, (header.readUInt32LE(48) + 1) * sectorBytes);
    return directory.includes(streamName);
  } finally {
    await file.close();
  }
}
