/**
 * One PDF page into one picture: how many pixels it gets, and the picture file. A page has no pixels of its own: it is
 * drawn at the size that is asked for, else at 150 pixels an inch, as CloudConvert does. Inside a host.
 */
import type { PDFiumPage } from '@hyzyla/pdfium';
import sharp from 'sharp';
import type { JsonObject } from '@pipeline/schema';
import { ConversionError } from '../../host/protocol.ts';
import { numberOption } from '../../host/read-job.ts';
import { encodePicture } from '../pictures/encode-picture.ts';
import { pictureError } from '../pictures/picture-errors.ts';
import { checkOutputPixels, fittedSize, readFit } from '../pictures/picture-fit.ts';
import type { Fit, Size } from '../pictures/picture-fit.ts';

export interface PageOutput {
  /** Name of the PDF and number of the page, for messages. */
  readonly document: string;
  readonly number: number;
  readonly path: string;
  readonly name: string;
  readonly format: string;
  readonly options: JsonObject;
}

const defaultDensity = 150;
const pointsPerInch = 72;

export async function writePage(page: PDFiumPage, output: PageOutput): Promise<void> {
  const { originalWidth, originalHeight } = page.getOriginalSize();
  if (!(originalWidth > 0 && originalHeight > 0)) {
    const message = `Page ${output.number} of "${output.document}" cannot be read.`;
    throw new ConversionError('bad-input', message, 'Leave it out with `pages`, or repair the document.');
  }
  const { drawn, cropped } = pageSize({ width: originalWidth, height: originalHeight }, output.options);
  for (const size of [drawn, cropped]) checkOutputPixels({ ...size, frames: 1 }, output);
  const { data } = await page.render({ ...drawn, render: 'bitmap', renderFormFields: true });
  const density = Math.round((pointsPerInch * drawn.width) / originalWidth);
  const image = sharp(data, { raw: { ...drawn, channels: 4 } })
    .removeAlpha()
    .resize({ ...cropped, fit: 'cover' })
    .withMetadata({ density });
  try {
    const encoding = { ...output, metadata: { depth: 'uchar' as const, channels: 3 as const } };
    await encodePicture(image, encoding).toFile(output.path);
  } catch (error) {
    throw pictureError(error, { name: output.document, head: Buffer.from('%PDF-') });
  }
}

/** `drawn`: the whole page in pixels; `cropped`: what is left of it, smaller only for `fit: crop`. */
function pageSize(points: Size, options: JsonObject): { readonly drawn: Size; readonly cropped: Size } {
  const density = numberOption(options, 'pixel_density');
  const scale = (density ?? defaultDensity) / pointsPerInch;
  const natural = { width: points.width * scale, height: points.height * scale };
  // A density that somebody asked for is the page's own size, which `max` does not enlarge.
  const fit: Fit & { isVector: boolean } = { ...readFit(options), isVector: density === undefined };
  const cropped = whole(fittedSize(natural, fit));
  if (fit.mode !== 'crop') return { drawn: cropped, cropped };
  const factor = Math.max(cropped.width / natural.width, cropped.height / natural.height);
  const drawn = whole({ width: natural.width * factor, height: natural.height * factor });
  return {
    drawn: { width: Math.max(cropped.width, drawn.width), height: Math.max(cropped.height, drawn.height) },
    cropped,
  };
}

function whole({ width, height }: Size): Size {
  return { width: Math.max(1, Math.round(width)), height: Math.max(1, Math.round(height)) };
}
