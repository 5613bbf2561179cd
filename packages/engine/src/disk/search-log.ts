/**
 * Looks for one line in a long file of lines without keeping the file: piece by piece from the end, through one buffer
 * that stays in the processor's cache. Throws what the file system throws.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const pieceBytes = 256 * 1024;
const lineBreak = 0x0a;

/**
 * The last line that holds `wanted` as many bytes behind its start as `offset` says, without its line break. Undefined:
 * there is none.
 */
export function lastLineWith(
  path: string,
  { wanted, offset }: { readonly wanted: Buffer; readonly offset: number },
): Buffer | undefined {
  const file = openSync(path, 'r');
  try {
    const room = Buffer.allocUnsafe(Math.max(pieceBytes, 2 * wanted.length));
    for (let end = fstatSync(file).size; end > 0;) {
      const from = Math.max(0, end - room.length);
      const piece = room.subarray(0, readSync(file, room, 0, end - from, from));
      for (
        let at = piece.lastIndexOf(wanted);
        at >= 0;
        at = at === 0 ? -1 : piece.lastIndexOf(wanted, at - 1)
      ) {
        const start = from + at - offset;
        if (isLineStart(file, start)) return lineAt(file, start);
      }
      // What the cut went through is looked at again.
      end = from === 0 ? 0 : from + wanted.length - 1;
    }
    return undefined;
  } finally {
    closeSync(file);
  }
}

function isLineStart(file: number, at: number): boolean {
  if (at <= 0) return at === 0;
  const before = Buffer.alloc(1);
  return readSync(file, before, 0, 1, at - 1) === 1 && before[0] === lineBreak;
}

function lineAt(file: number, start: number): Buffer {
  for (let size = 4096; ; size *= 4) {
    const bytes = Buffer.allocUnsafe(size);
    const read = readSync(file, bytes, 0, size, start);
    const end = bytes.subarray(0, read).indexOf(lineBreak);
    if (end >= 0 || read < size) return bytes.subarray(0, end < 0 ? read : end);
  }
}
