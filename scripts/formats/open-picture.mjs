// Decodes a picture of nearly any format into rows of RGB: by sharp, else by ImageMagick's library.
import { readFileSync } from 'node:fs';
import { fromOperations } from './library.mjs';

const sharp = fromOperations('sharp');
const magick = await import(fromOperations.resolve('@imagemagick/magick-wasm').replace('.umd.cjs', '.js'));
const bySharp = new Set(['png', 'jpg', 'webp', 'gif', 'tiff', 'avif', 'svg', 'apng']);
/** Our name → ImageMagick's. */
const magickNames = {
  jpg: 'JPEG',
  tiff: 'TIFF',
  wbmp: 'WBMP',
  pict: 'PICT',
  sun: 'SUN',
  miff: 'MIFF',
  heif: 'HEIC',
};

let ready;

/** Width, height and bytes, three a pixel; throws when it cannot be read. */
export async function openPicture(file, format) {
  if (bySharp.has(format)) return openBytes(file);
  ready ??= magick.initializeImageMagick(
    readFileSync(fromOperations.resolve('@imagemagick/magick-wasm/magick.wasm')),
  );
  await ready;
  return byMagick(readFileSync(file), format);
}

/** What sharp reads: a path or bytes. */
export async function openBytes(input) {
  const { data, info } = await sharp(input, { limitInputPixels: 1e9 })
    .flatten({ background: '#fff' }).toColourspace('srgb').raw().toBuffer({ resolveWithObject: true }); // prettier-ignore
  return { width: info.width, height: info.height, rgb: info.channels === 1 ? triple(data) : data };
}

function byMagick(data, format) {
  const name = magickNames[format] ?? format.toUpperCase();
  const isKnown = Object.values(magick.MagickFormat).includes(name);
  const read = (callback) =>
    isKnown ? magick.ImageMagick.read(data, name, callback) : magick.ImageMagick.read(data, callback);
  return read((image) => {
    image.backgroundColor = magick.MagickColors.White;
    image.alpha(magick.AlphaAction.Remove);
    image.colorSpace = magick.ColorSpace.sRGB;
    image.depth = 8;
    const { width, height } = image;
    // The bytes live in the library's memory only as long as it holds the image.
    const rgb = image.write(magick.MagickFormat.Rgb, (bytes) => Buffer.from(bytes));
    return { width, height, rgb };
  });
}

const triple = (data) =>
  Buffer.from(Uint8Array.from({ length: data.length * 3 }, (_, at) => data[Math.floor(at / 3)]));
