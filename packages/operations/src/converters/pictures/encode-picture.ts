/** Gives a sharp pipeline its output format, quality, colours and metadata, by CloudConvert's options. Inside a host. */
import type { Metadata, Sharp } from 'sharp';
import type { JsonObject } from '@pipeline/schema';
import { ConversionError } from '../../host/protocol.ts';
import { numberOption } from '../../host/read-job.ts';

export interface Encoding {
  /** Canonical name: `jpg`, `png`, `webp`, `avif`, `gif`, `tiff`. */
  readonly format: string;
  /** `quality`, `strip`, `alpha`, `colorspace` */
  readonly options: JsonObject;
  /** Of the input. */
  readonly metadata: Pick<Metadata, 'depth' | 'channels'>;
  /** See `OpenPicture`. */
  readonly density?: number;
}

export function encodePicture(image: Sharp, encoding: Encoding): Sharp {
  const kept = encoding.options['strip'] === true ? image : withMetadata(image, encoding);
  return encoded(colours(flattened(kept, encoding), encoding), encoding);
}

const withMetadata = (image: Sharp, { density }: Encoding): Sharp =>
  density === undefined ? image.keepMetadata() : image.keepMetadata().withDensity(density);

/** White is what a page, and a browser, show behind a picture. */
function flattened(image: Sharp, { format, options }: Encoding): Sharp {
  const alpha = options['alpha'] ?? 'keep';
  if (alpha !== 'keep' && alpha !== 'remove') {
    throw new ConversionError(
      'unsupported',
      `alpha: ${JSON.stringify(alpha)} is not known here.`,
      'Use "keep" or "remove".',
    );
  }
  const isLost = format === 'jpg' || (format === 'tiff' && options['quality'] !== undefined);
  return alpha === 'remove' || isLost ? image.flatten({ background: '#ffffff' }) : image;
}

const spaces: Readonly<Record<string, string>> = {
  srgb: 'srgb',
  rgb: 'srgb',
  gray: 'b-w',
  grey: 'b-w',
  grayscale: 'b-w',
  cmyk: 'cmyk',
};

function colours(image: Sharp, { format, options, metadata }: Encoding): Sharp {
  const wanted = options['colorspace'];
  const holdsDepth = format === 'png' || (format === 'tiff' && options['quality'] === undefined);
  if (wanted === undefined) {
    if (metadata.depth !== 'ushort' || !holdsDepth || options['quality'] !== undefined) return image;
    return image.toColourspace(metadata.channels < 3 ? 'grey16' : 'rgb16');
  }
  const space = typeof wanted === 'string' ? spaces[wanted.toLowerCase()] : undefined;
  if (space === undefined || (space === 'cmyk' && format !== 'jpg' && format !== 'tiff')) {
    const reason = space === undefined ? 'is not known here' : `cannot be stored in ${format.toUpperCase()}`;
    const hint = 'Use "sRGB" or "Gray"; "CMYK" for JPEG and TIFF.';
    throw new ConversionError('unsupported', `colorspace: ${JSON.stringify(wanted)} ${reason}.`, hint);
  }
  return image.toColourspace(space);
}

function encoded(image: Sharp, { format, options }: Encoding): Sharp {
  const quality = numberOption(options, 'quality');
  const lossy = quality === undefined ? {} : { quality };
  switch (format) {
    case 'jpg':
      return image.jpeg(lossy);
    case 'png':
      // PNG is lossless; a quality below 100 asks for fewer colours.
      return image.png(quality === undefined || quality === 100 ? {} : { quality, palette: true });
    case 'webp':
      return image.webp(lossy);
    case 'avif':
      return image.avif(lossy);
    case 'gif':
      return image.gif();
    case 'tiff':
      // sharp's own default is lossy.
      return image.tiff(quality === undefined ? { compression: 'lzw' } : { compression: 'jpeg', quality });
    default:
      throw new Error(`sharp does not write ${format}`);
  }
}
