/**
 * Lzip files in the clothes of .lzma files, which 7-Zip knows: the same packed data under another header.
 * Format: the manual of lzip, "File format". Pure; it unpacks nothing.
 */

const magic = 'LZIP';
const headerBytes = 6;
/** CRC, size of the data, size of the member. */
const trailerBytes = 20;

/** The .lzma file of each member; the data of all of them, one after the other, is the file. Throws `Error`s that say what is wrong. */
export function lzipToLzma(file: Buffer): readonly Buffer[] {
  const members: Buffer[] = [];
  // Only the end of a member tells where it begins.
  for (let end = file.length; end > 0;) {
    const size = end < headerBytes + trailerBytes ? 0 : Number(file.readBigUInt64LE(end - 8));
    if (size < headerBytes + trailerBytes || size > end)
      throw new Error('it is cut off, or damaged at its end');
    members.unshift(lzmaOf(file.subarray(end - size, end)));
    end -= size;
  }
  if (members.length === 0) throw new Error('it is empty');
  return members;
}

function lzmaOf(member: Buffer): Buffer {
  if (member.toString('latin1', 0, 4) !== magic || member[4] !== 1) throw new Error('it has no lzip header');
  const coded = member[5] ?? 0;
  const base = 2 ** (coded & 31);
  const dictionaryBytes = base - (base / 16) * (coded >> 5);
  if (base < 2 ** 12 || base > 2 ** 29) throw new Error('its header asks for an impossible dictionary');
  const header = Buffer.alloc(13);
  // lc 3, lp 0, pb 2: lzip knows no others.
  header[0] = 0x5d;
  header.writeUInt32LE(dictionaryBytes, 1);
  header.writeBigUInt64LE(member.readBigUInt64LE(member.length - 16), 5);
  return Buffer.concat([header, member.subarray(headerBytes, member.length - trailerBytes)]);
}
