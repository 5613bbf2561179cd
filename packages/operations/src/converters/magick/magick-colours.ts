/**
 * The colours of a picture as its new format and the options want them: screens take sRGB, a profile goes along where the
 * format carries one, and what cannot be seen through becomes white. Inside a host.
 */
import { AlphaAction, ColorSpace, MagickColor } from '@imagemagick/magick-wasm';
import type { IMagickImage } from '@imagemagick/magick-wasm';
import type { JsonObject } from '@pipeline/schema';
import { ConversionError } from '../../host/protocol.ts';
import { cmykOutputs, opaqueOutputs, profiledOutputs } from './magick-formats.ts';
import { srgbProfile } from './magick-library.ts';

interface Target {
  readonly to: string;
  readonly options: JsonObject;
}

export async function prepareColours(image: IMagickImage, target: Target): Promise<void> {
  const wanted = wantedSpace(target);
  removeAlpha(image, target);
  await toScreen(image, target);
  if (wanted !== undefined && image.colorSpace !== wanted) image.colorSpace = wanted;
}

const spaces: Readonly<Record<string, ColorSpace>> = {
  srgb: ColorSpace.sRGB,
  rgb: ColorSpace.sRGB,
  gray: ColorSpace.Gray,
  grey: ColorSpace.Gray,
  grayscale: ColorSpace.Gray,
  cmyk: ColorSpace.CMYK,
};

function wantedSpace({ to, options }: Target): ColorSpace | undefined {
  const asked = options['colorspace'];
  if (asked === undefined) return undefined;
  const space = typeof asked === 'string' ? spaces[asked.toLowerCase()] : undefined;
  if (space !== undefined && (space !== ColorSpace.CMYK || cmykOutputs.has(to))) return space;
  const reason = space === undefined ? 'is not known here' : `cannot be stored in ${to.toUpperCase()}`;
  const hint = 'Use "sRGB" or "Gray"; "CMYK" for JPEG, TIFF, PSD, PDF and PostScript.';
  throw new ConversionError('unsupported', `colorspace: ${JSON.stringify(asked)} ${reason}.`, hint);
}

function removeAlpha(image: IMagickImage, { to, options }: Target): void {
  const alpha = options['alpha'] ?? 'keep';
  if (alpha !== 'keep' && alpha !== 'remove') {
    const message = `alpha: ${JSON.stringify(alpha)} is not known here.`;
    throw new ConversionError('unsupported', message, 'Use "keep" or "remove".');
  }
  if (!image.hasAlpha || (alpha === 'keep' && !opaqueOutputs.has(to))) return;
  image.backgroundColor = new MagickColor('white');
  image.alpha(AlphaAction.Remove);
  image.alpha(AlphaAction.Off);
}

/** By the profile of the file where there is one: numbers alone say nothing of the colours of paper. */
async function toScreen(image: IMagickImage, { to, options }: Target): Promise<void> {
  const profile = image.getColorProfile();
  const isPaper = image.colorSpace === ColorSpace.CMYK;
  const isKept = profiledOutputs.has(to) && options['strip'] !== true && options['colorspace'] === undefined;
  if (profile !== null && (isPaper || !isKept)) {
    image.transformColorSpace(await srgbProfile());
    image.removeProfile('icc');
  }
  const { colorSpace } = image;
  if (colorSpace !== ColorSpace.sRGB && colorSpace !== ColorSpace.Gray) {
    image.colorSpace = colorSpace === ColorSpace.LinearGray ? ColorSpace.Gray : ColorSpace.sRGB;
  }
}
