/** `watermark` for pictures: where the layer lies, on every frame, and the picture written in its own format. In a host. */
import { join } from 'node:path';
import sharp from 'sharp';
import type { OverlayOptions } from 'sharp';
import type { JsonObject } from '@pipeline/schema';
import { ConversionError } from '../../host/protocol.ts';
import { jobObject, jobText, numberOption } from '../../host/read-job.ts';
import { textOption } from '../../read-options.ts';
import { encodePicture } from './encode-picture.ts';
import { openPicture } from './open-picture.ts';
import type { OpenPicture } from './open-picture.ts';
import { pictureError } from './picture-errors.ts';
import type { Size } from './picture-fit.ts';
import { imageLayer, textLayer } from './watermark-layer.ts';
import type { Layer } from './watermark-layer.ts';

const defaultMargin = 25;
/** A watermark should not cost the picture what its own encoder would take by default. */
const quality = 90;
const lossy: ReadonlySet<string> = new Set(['jpg', 'webp', 'avif']);

/** Job: `inputPath inputName format outputDir outputName options imagePath? imageName?`; answer: `files`. */
export async function watermarkPicture(job: JsonObject): Promise<JsonObject> {
  const options = jobObject(job, 'options');
  const format = jobText(job, 'format');
  const name = jobText(job, 'outputName');
  const picture = await openPicture(jobText(job, 'inputPath'), { name: jobText(job, 'inputName') });
  if (picture.isVector)
    throw new ConversionError('unsupported', `"${picture.name}" is a drawing.`, 'Convert it to png first.');
  const page = { width: picture.metadata.autoOrient.width, height: frameHeight(picture) };
  const layer = await layerOf(job, page, options);
  const overlay = await placed(layer, page, options);
  try {
    const frames = picture.frames > 1 ? 'all' : 0;
    const image = frames === 'all' ? picture.open(frames) : picture.open(frames).autoOrient();
    if (overlay !== undefined) image.composite(onEveryFrame(overlay, picture, blend(picture, options)));
    // Laying something over a picture gives it transparency, even where there is nothing to see through.
    if (!picture.metadata.hasAlpha) image.removeAlpha();
    const encoding = { format, options: lossy.has(format) ? { quality } : {}, metadata: picture.metadata };
    await encodePicture(image, encoding).toFile(join(jobText(job, 'outputDir'), name));
    return { files: [name] };
  } catch (error) {
    throw pictureError(error, picture);
  }
}

function frameHeight(picture: OpenPicture): number {
  return picture.metadata.pageHeight ?? picture.metadata.autoOrient.height;
}

function layerOf(job: JsonObject, page: Size, options: JsonObject): Promise<Layer> {
  const path = textOption(job, 'imagePath');
  if (path !== undefined) return imageLayer({ path, name: jobText(job, 'imageName') }, page, options);
  return textLayer(textOption(options, 'text') ?? '', page, options);
}

/** `below` shows only where the picture lets it through. */
function blend(picture: OpenPicture, options: JsonObject): 'over' | 'dest-over' {
  if (options['layer'] !== 'below') return 'over';
  if (picture.metadata.hasAlpha) return 'dest-over';
  throw new ConversionError(
    'unsupported',
    `"layer: below" would hide the watermark: "${picture.name}" has no transparent parts.`,
    'Leave `layer` away, or set it to "above".',
  );
}

type Overlay = Pick<OverlayOptions, 'input'> & { readonly left: number; readonly top: number };

/** Undefined when nothing of the layer lies on the page. */
async function placed(layer: Layer, page: Size, options: JsonObject): Promise<Overlay | undefined> {
  const left = offset(layer.width, page.width, {
    position: options['position_horizontal'],
    margin: numberOption(options, 'margin_horizontal') ?? defaultMargin,
  });
  const top = offset(layer.height, page.height, {
    position: options['position_vertical'],
    margin: numberOption(options, 'margin_vertical') ?? defaultMargin,
  });
  const seen = {
    left: Math.max(0, -left),
    top: Math.max(0, -top),
    width: Math.min(layer.width, page.width - left) - Math.max(0, -left),
    height: Math.min(layer.height, page.height - top) - Math.max(0, -top),
  };
  if (seen.width <= 0 || seen.height <= 0) return undefined;
  const isWhole = seen.width === layer.width && seen.height === layer.height;
  const input = isWhole
    ? layer.png
    : await sharp(layer.png, { limitInputPixels: false }).extract(seen).png().toBuffer();
  return { input, left: Math.max(0, left), top: Math.max(0, top) };
}

/** A margin holds from the edge that the layer stands at; in the middle there is none. */
function offset(
  length: number,
  room: number,
  place: { readonly position: JsonObject[string] | undefined; readonly margin: number },
): number {
  if (place.position === 'left' || place.position === 'top') return place.margin;
  if (place.position === 'right' || place.position === 'bottom') return room - length - place.margin;
  return Math.round((room - length) / 2);
}

/** Frames of an animation lie below each other in one tall picture. */
function onEveryFrame(overlay: Overlay, picture: OpenPicture, blend: 'over' | 'dest-over'): OverlayOptions[] {
  return Array.from({ length: picture.frames }, (_, frame) => ({
    ...overlay,
    blend,
    top: overlay.top + frame * frameHeight(picture),
  }));
}
