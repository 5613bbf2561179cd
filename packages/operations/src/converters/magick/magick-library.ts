/** ImageMagick's library, loaded once for each host and bound before it sees a file; and the colours of the screen. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { ColorProfile, ResourceLimits, initializeImageMagick } from '@imagemagick/magick-wasm';

/** All frames of a file together. One pixel takes four bytes, and work on a picture takes copies. */
export const maxMagickPixels = 128_000_000;
const maxEdge = 65_535n;
const maxFrames = 2000n;

let loading: Promise<void> | undefined;

export function loadMagick(): Promise<void> {
  loading ??= load();
  return loading;
}

async function load(): Promise<void> {
  const wasm = createRequire(import.meta.url).resolve('@imagemagick/magick-wasm/magick.wasm');
  await initializeImageMagick(await readFile(wasm));
  ResourceLimits.width = maxEdge;
  ResourceLimits.height = maxEdge;
  ResourceLimits.area = BigInt(maxMagickPixels);
  ResourceLimits.memory = 2n * 2n ** 30n;
  ResourceLimits.disk = 0n;
  ResourceLimits.listLength = maxFrames;
}

let srgb: Promise<ColorProfile> | undefined;

/** The library brings no profiles; libvips does. */
export function srgbProfile(): Promise<ColorProfile> {
  srgb ??= makeProfile();
  return srgb;
}

async function makeProfile(): Promise<ColorProfile> {
  const { default: sharp } = await import('sharp');
  const dot = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#000' } })
    .withIccProfile('srgb')
    .png()
    .toBuffer();
  const { icc } = await sharp(dot).metadata();
  if (icc === undefined) throw new Error('sharp wrote no sRGB profile');
  return new ColorProfile(icc);
}
