// Reads a zip as far as checks need it: names and contents of its members.
import { inflateRawSync } from 'node:zlib';

/** Name → bytes; undefined when it is no zip. */
export function openZip(data) {
  const end = data.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  if (end < 0) return undefined;
  const files = new Map();
  let at = data.readUInt32LE(end + 16);
  for (let count = data.readUInt16LE(end + 10); count > 0; count--) {
    const nameLength = data.readUInt16LE(at + 28);
    const local = data.readUInt32LE(at + 42);
    const name = data.toString('utf8', at + 46, at + 46 + nameLength);
    const start = local + 30 + data.readUInt16LE(local + 26) + data.readUInt16LE(local + 28);
    const packed = data.subarray(start, start + data.readUInt32LE(at + 20));
    files.set(name, data.readUInt16LE(at + 10) === 0 ? packed : inflateRawSync(packed));
    at += 46 + nameLength + data.readUInt16LE(at + 30) + data.readUInt16LE(at + 32);
  }
  return files;
}
