/** Opens what the examples make: the text of a PDF, the entries of a zip. */
import { readFileSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import { PDFiumLibrary } from '@hyzyla/pdfium';

/** All text, page after page, with runs of white space folded to one space. */
export async function pdfText(file: string): Promise<string> {
  const library = await PDFiumLibrary.init();
  try {
    const document = await library.loadDocument(readFileSync(file));
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
