/**
 * Strips of a TIFF that end at an odd place are followed by a byte that nobody writes: ImageMagick leaves there what was in
 * memory, which is another byte each time. Pure.
 */
const firstDirectoryAt = 4;
const entryBytes = 12;
const stripOffsets = 273;
const stripByteCounts = 279;

/** In place. What is no TIFF of the classic kind stays as it is. */
export function withoutStrayBytes(bytes: Buffer): Buffer {
  const isLittle = bytes.toString('latin1', 0, 2) === 'II';
  const short = (at: number): number => (isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const long = (at: number): number => (isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  if (bytes.length < 8 || short(2) !== 42) return bytes;
  const seen = new Set<number>();
  for (let page = long(firstDirectoryAt); page > 0 && page + 2 <= bytes.length && !seen.has(page);) {
    seen.add(page);
    const end = page + 2 + entryBytes * short(page);
    if (end + 4 > bytes.length) break;
    const values = new Map<number, number>();
    for (let entry = page + 2; entry < end; entry += entryBytes) {
      const count = long(entry + 4);
      // Of several strips, the last one: shorts and longs lie elsewhere when there is more than one.
      const size = short(entry + 2) === 3 ? 2 : 4;
      const at = count * size <= 4 ? entry + 8 + (count - 1) * size : long(entry + 8) + (count - 1) * size;
      if (at + size <= bytes.length) values.set(short(entry), size === 2 ? short(at) : long(at));
    }
    const last = (values.get(stripOffsets) ?? 0) + (values.get(stripByteCounts) ?? 0);
    if (last % 2 === 1 && last === page - 1) bytes[last] = 0;
    page = long(end);
  }
  return bytes;
}
