/** Compares two files byte by byte: small ones in one go, large ones a chunk at a time. */
import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { statOf } from './stat-of.ts';

const chunkBytes = 256 * 1024;
/** Up to here both are read at once, which is quicker than asking another thread to. */
const smallBytes = 128 * 1024;

/** False as well when one of them cannot be read. */
export async function hasSameContent(one: string, two: string): Promise<boolean> {
  const [a, b] = [statOf(one), statOf(two)];
  if (a?.isFile() !== true || b?.isFile() !== true || a.size !== b.size) return false;
  try {
    return a.size <= smallBytes ? readFileSync(one).equals(readFileSync(two)) : await compare(one, two);
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
