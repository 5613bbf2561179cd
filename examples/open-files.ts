/** Opens what the examples make: the text of a PDF, the entries of a zip, the tracks of an MP4. */
import { readFileSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import { PDFiumLibrary } from '@hyzyla/pdfium';

/** All text, page after page, with runs of white space folded to one space. */
export async function pdfText(file: string, password?: string): Promise<string> {
  const library = await PDFiumLibrary.init();
  try {
    const document = await library.loadDocument(readFileSync(file), password);
    const pages = [...document.pages()].map((page) => page.getText());
    document.destroy();
    return pages.join('\n').replace(/\s+/g, ' ');
  } finally {
    library.destroy();
  }
}

/** Name → content, read by way of the central directory (stored or deflated entries, no zip64). */
export function zipEntries(file: string): Readonly<Record<string, Buffer>> {
  const bytes = readFileSync(file);
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0) throw new Error(`${file} has no zip directory`);
  const entries: Record<string, Buffer> = {};
  let at = bytes.readUInt32LE(end + 16);
  for (let count = bytes.readUInt16LE(end + 10); count > 0; count--) {
    const method = bytes.readUInt16LE(at + 10);
    const size = bytes.readUInt32LE(at + 20);
    const nameLength = bytes.readUInt16LE(at + 28);
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    const local = bytes.readUInt32LE(at + 42);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const data = bytes.subarray(start, start + size);
    entries[name] = method === 0 ? Buffer.from(data) : inflateRawSync(data);
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return entries;
}

/** Seconds and, of its video track, the height in pixels: from the boxes `mvhd` and `tkhd` of ISO/IEC 14496-12, version 0. */
export function mp4Facts(file: string): { readonly seconds: number; readonly height: number } {
  const bytes = readFileSync(file);
  const movie = bytes.indexOf('mvhd', 0, 'latin1') + 4;
  const heights: number[] = [];
  for (let at = bytes.indexOf('tkhd', 0, 'latin1'); at > 0; at = bytes.indexOf('tkhd', at + 4, 'latin1')) {
    heights.push(bytes.readUInt32BE(at + 84) / 65_536);
  }
  return {
    seconds: bytes.readUInt32BE(movie + 16) / bytes.readUInt32BE(movie + 12),
    height: Math.max(...heights),
  };
}
