/** Compares two files byte by byte, a chunk at a time. */
import { open, stat } from 'node:fs/promises';

const chunkBytes = 256 * 1024;

/** False as well when one of them cannot be read. */
export async function hasSameContent(one: string, two: string): Promise<boolean> {
  try {
    const [a, b] = await Promise.all([stat(one), stat(two)]);
    if (!a.isFile() || !b.isFile() || a.size !== b.size) return false;
    return await compare(one, two);
  } catch {
    return false;
  }
}

async function compare(one: string, two: string): Promise<boolean> {
  const a = await open(one, 'r');
  try {
    const b = await open(two, 'r');
    try {
      const [ofA, ofB] = [Buffer.allocUnsafe(chunkBytes), Buffer.allocUnsafe(chunkBytes)];
      for (let at = 0; ; at += chunkBytes) {
        const [readA, readB] = await Promise.all([
          a.read(ofA, 0, chunkBytes, at),
          b.read(ofB, 0, chunkBytes, at),
        ]);
        if (!ofA.subarray(0, readA.bytesRead).equals(ofB.subarray(0, readB.bytesRead))) return false;
        if (readA.bytesRead < chunkBytes) return true;
      }
    } finally {
      await b.close();
    }
  } finally {
    await a.close();
  }
}
