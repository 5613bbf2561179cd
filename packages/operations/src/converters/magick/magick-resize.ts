/** CloudConvert's `width`, `height` and `fit` by ImageMagick. Inside a host. */
import { Gravity, MagickGeometry } from '@imagemagick/magick-wasm';
import type { IMagickImage } from '@imagemagick/magick-wasm';
import { ConversionError } from '../../host/protocol.ts';
import { fittedSize } from '../pictures/picture-fit.ts';
import type { Fit } from '../pictures/picture-fit.ts';

export function resizeTo(
  image: IMagickImage,
  fit: Fit,
  { name, maxPixels }: { readonly name: string; readonly maxPixels: number },
): void {
  if (fit.width === undefined && fit.height === undefined) return;
  const natural = { width: image.width, height: image.height };
  const size = fittedSize(natural, { ...fit, isVector: false });
  if (size.width * size.height > maxPixels) {
    throw new ConversionError(
      'too-large',
      `"${name}" would become ${size.width} × ${size.height} pixels; at most ${maxPixels / 1e6} megapixels are written here.`,
      'Ask for a smaller size with `width` or `height`.',
    );
  }
  if (size.width === natural.width && size.height === natural.height) return;
  if (fit.mode !== 'crop') {
    const exact = new MagickGeometry(size.width, size.height);
    exact.ignoreAspectRatio = true;
    image.resize(exact);
  } else {
    const filled = new MagickGeometry(size.width, size.height);
    filled.fillArea = true;
    image.resize(filled);
    image.crop(size.width, size.height, Gravity.Center);
  }
  image.resetPage();
}
