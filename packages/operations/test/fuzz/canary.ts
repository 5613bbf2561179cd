/** Whether what must not be read is in what came out: as it is, inside of compressed parts, or as a colour. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { inflateRawSync, inflateSync, gunzipSync } from 'node:zlib';
import sharp from 'sharp';

/** A word that stands nowhere else. */
export const canaryWord = 'Xq7ZcanaryVw3';
/** No seed has it. */
export const canaryColour = { r: 203, g: 17, b: 139 };

export async function hasCanary(path: string): Promise<boolean> {
  const bytes = readFileSync(path);
  if (holdsWord(bytes) || inner(bytes).some(holdsWord) || holdsWord(pageText(path, bytes))) return true;
  return holdsColour(path);
}

/** Pages hold numbers of glyphs, not letters. */
function pageText(path: string, bytes: Buffer): Buffer {
  if (!bytes.subarray(0, 1024).includes('%PDF')) return Buffer.alloc(0);
  const limits = { timeout: 10_000, maxBuffer: 16 * 2 ** 20 };
  const { stdout } = spawnSync('pdftotext', [path, '-'], limits);
  return stdout ?? Buffer.alloc(0);
}

function holdsWord(bytes: Buffer): boolean {
  const hex = Buffer.from(canaryWord).toString('hex');
  return (
    bytes.includes(canaryWord) ||
    bytes.includes(Buffer.from(canaryWord, 'utf16le')) ||
    bytes.includes(Buffer.from(canaryWord).toString('base64').slice(0, 12)) ||
    bytes.includes(hex) ||
    bytes.includes(hex.toUpperCase())
  );
}

/** Entries of zips, streams of PDFs, gzip: what can be inflated. */
function inner(bytes: Buffer): readonly Buffer[] {
  const found: Buffer[] = [];
  const limit = { maxOutputLength: 16 * 2 ** 20 };
  const keep = (inflate: () => Buffer): void => {
    try {
      found.push(inflate());
    } catch {
      // Not one of these.
    }
  };
  if (bytes[0] === 0x1f) keep(() => gunzipSync(bytes, limit));
  for (
    let at = bytes.indexOf('PK\x03\x04');
    at >= 0 && found.length < 500;
    at = bytes.indexOf('PK\x03\x04', at + 4)
  ) {
    if (at + 30 > bytes.length) break;
    const start = at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28);
    keep(() => inflateRawSync(bytes.subarray(start), limit));
  }
  for (
    let at = bytes.indexOf('stream\n');
    at >= 0 && found.length < 500;
    at = bytes.indexOf('stream\n', at + 7)
  ) {
    keep(() => inflateSync(bytes.subarray(at + 7), limit));
  }
  return found;
}

async function holdsColour(path: string): Promise<boolean> {
  try {
    const { data, info } = await sharp(path, { limitInputPixels: 4_000_000 })
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const { r, g, b } = canaryColour;
    let count = 0;
    for (let at = 0; at + 2 < data.length; at += info.channels) {
      const isNear =
        Math.abs((data[at] ?? 0) - r) < 6 &&
        Math.abs((data[at + 1] ?? 0) - g) < 6 &&
        Math.abs((data[at + 2] ?? 0) - b) < 6;
      if (isNear) count += 1;
    }
    return count > 20;
  } catch {
    return false;
  }
}
