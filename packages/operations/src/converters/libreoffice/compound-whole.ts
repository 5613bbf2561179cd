/**
 * Whether a compound file (doc, xls, ppt) is all there. LibreOffice takes one that is cut off for a plain text, and prints
 * its bytes. It looks at the table of sectors, and at no stream.
 */
const free = 0xff_ff_ff_ff;
const headerBytes = 512;
const listedAt = 76;
/** Tables that the header lists itself; of larger files, their first 7 MB are judged. */
const listed = 109;

export function isWholeCompound(file: Buffer): boolean {
  if (file.length < headerBytes || file.readUInt32BE(0) !== 0xd0_cf_11_e0) return false;
  const sectorBytes = 2 ** Math.min(file.readUInt16LE(30), 12);
  const tables = Math.min(file.readUInt32LE(44), listed);
  for (let table = 0; table < tables; table += 1) {
    const start = (file.readUInt32LE(listedAt + 4 * table) + 1) * sectorBytes;
    if (start + sectorBytes > file.length) return false;
    const perTable = sectorBytes / 4;
    for (let entry = 0; entry < perTable; entry += 1) {
      const sector = table * perTable + entry;
      const isUsed = file.readUInt32LE(start + 4 * entry) !== free;
      // Of the last one, writers leave out what is empty.
      if (isUsed && (sector + 1) * sectorBytes >= file.length) return false;
    }
  }
  return true;
}
