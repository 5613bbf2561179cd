/** A white picture with a watermark, and where the watermark lies on it. */
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { watermark } from '../../src/operations/watermark.ts';
import { done, requestOf } from './picture-action.ts';
import type { Done, PictureAction } from './picture-action.ts';

export const base: Sharp = sharp({ create: { width: 400, height: 200, channels: 3, background: '#ffffff' } });
export async function mark(
  options: PictureAction['options'],
  more: Partial<PictureAction> = {},
): Promise<Done> {
  const input = await base.clone().png().toBuffer();
  return done(watermark, requestOf('watermark', { name: 'a.png', input, options, ...more }));
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Where the picture is no longer white. */
export async function inkBox(picture: Buffer): Promise<Box> {
  const { data, info } = await sharp(picture)
    .flatten({ background: '#fff' })
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const inked = [...data.keys()].filter((index) => (data[index] ?? 255) < 250);
  const xs = inked.map((index) => index % info.width);
  const ys = inked.map((index) => Math.floor(index / info.width));
  const [left, right] = xs.reduce(
    ([low, high], x) => [Math.min(low, x), Math.max(high, x)],
    [Infinity, -Infinity],
  );
  const [top, bottom] = ys.reduce(
    ([low, high], y) => [Math.min(low, y), Math.max(high, y)],
    [Infinity, -Infinity],
  );
  return { left, top, width: right - left + 1, height: bottom - top + 1 };
}
