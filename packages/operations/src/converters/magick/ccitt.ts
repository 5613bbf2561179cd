/**
 * One bit a pixel, packed as fax machines do (CCITT group 4), which PDF takes as it is. sharp writes it into a TIFF of one
 * tile, whose bytes are taken out here. Inside a converter host.
 */
import sharp from 'sharp';

interface Dimensions {
  readonly width: number;
  readonly height: number;
}

/** `bits`: 1 is ink. Tiles come in steps of 16 pixels: what is added at the right and below is no ink. */
export async function packBits(
  bits: Uint8Array,
  { width, height }: Dimensions,
): Promise<Dimensions & { readonly data: Buffer }> {
  const padded = { width: Math.ceil(width / 16) * 16, height: Math.ceil(height / 16) * 16 };
  const pixels = Buffer.alloc(padded.width * padded.height, 255);
  for (let at = 0; at < bits.length; at += 1) {
    if (bits[at] === 1) pixels[Math.floor(at / width) * padded.width + (at % width)] = 0;
  }
  const tiff = await sharp(pixels, { raw: { ...padded, channels: 1 } })
    .toColourspace('b-w')
    .tiff({
      compression: 'ccittfax4',
      bitdepth: 1,
      tile: true,
      tileWidth: padded.width,
      tileHeight: padded.height,
      miniswhite: true,
    })
    .toBuffer();
  return { ...padded, data: onlyTile(tiff) };
}

/** Tags of TIFF 6.0: 324 where the tiles lie, 325 how long they are. */
function onlyTile(tiff: Buffer): Buffer {
  const isLittle = tiff.toString('latin1', 0, 2) === 'II';
  const read16 = (at: number): number => (isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const read32 = (at: number): number => (isLittle ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at));
  const directory = read32(4);
  const values = new Map<number, { readonly count: number; readonly value: number }>();
  for (let entry = 0; entry < read16(directory); entry += 1) {
    const at = directory + 2 + entry * 12;
    values.set(read16(at), {
      count: read32(at + 4),
      value: read16(at + 2) === 3 ? read16(at + 8) : read32(at + 8),
    });
  }
  const [offset, length] = [values.get(324), values.get(325)];
  if (offset?.count !== 1 || length === undefined) throw new Error('the TIFF has not one tile');
  return tiff.subarray(offset.value, offset.value + length.value);
}
