// Small files that real converters take, made here.
import sharp from 'sharp';

/** A red picture with a blue corner. */
export async function png(width = 60, height = 40): Promise<Uint8Array> {
  const corner = await sharp({ create: { width: 10, height: 10, channels: 3, background: '#00f' } })
    .png()
    .toBuffer();
  const picture = await sharp({ create: { width, height, channels: 3, background: '#f00' } })
    .composite([{ input: corner, left: 0, top: 0 }])
    .png()
    .toBuffer();
  return new Uint8Array(picture);
}

/** What must be there. */
export function at<T>(list: readonly T[], index: number): T {
  const found = list.at(index);
  if (found === undefined) throw new Error(`nothing at ${index} of ${list.length}`);
  return found;
}
