/**
 * Makes the picture that is laid over another one: a text or an image, sized, turned and made transparent as
 * CloudConvert's options say. It does not know where it will lie. Inside a host.
 */
import sharp from 'sharp';
import type { JsonObject } from '@pipeline/schema';
import { fontDescription, fontOf } from '../../font-names.ts';
import type { Font } from '../../font-names.ts';
import { ConversionError } from '../../host/protocol.ts';
import { numberOption } from '../../host/read-job.ts';
import { textOption } from '../../read-options.ts';
import { loadFonts } from '../fonts/load-fonts.ts';
import { openPicture } from './open-picture.ts';
import { pictureError } from './picture-errors.ts';
import { checkOutputPixels, fittedSize } from './picture-fit.ts';
import type { Size } from './picture-fit.ts';

export interface Layer extends Size {
  /** PNG with transparency. */
  readonly png: Buffer;
}

const defaultFontSize = 40;
const maxTextLength = 10_000;

export async function textLayer(text: string, page: Size, options: JsonObject): Promise<Layer> {
  if (text.trim() === '')
    throw new ConversionError('unsupported', 'The watermark has no text.', 'Set `text`, or `image`.');
  if (text.length > maxTextLength) {
    throw new ConversionError(
      'too-large',
      `The text of the watermark is longer than ${maxTextLength} characters.`,
    );
  }
  await loadFonts();
  const font = fontOf(textOption(options, 'font_name'));
  const size = await fontSize({ text, font, page, options });
  const color = textOption(options, 'font_color') ?? '#000000';
  const drawn = await drawText(text, {
    font: fontDescription(font, size),
    color,
    align: textOption(options, 'font_align'),
  });
  return finished(drawn, options);
}

/** Pixels. A width in percent of the page wins; the default size shrinks when the page is too small for it. */
async function fontSize(text: {
  readonly text: string;
  readonly font: Font;
  readonly page: Size;
  readonly options: JsonObject;
}): Promise<number> {
  const measureAt = 100;
  const measured = await drawText(text.text, {
    font: fontDescription(text.font, measureAt),
    color: '#000000',
  });
  const sizeForWidth = (width: number): number => (measureAt * width) / measured.width;
  const percent = numberOption(text.options, 'font_width_percent');
  const asked = numberOption(text.options, 'font_size');
  const size =
    percent === undefined
      ? (asked ?? Math.min(defaultFontSize, sizeForWidth(text.page.width)))
      : sizeForWidth((text.page.width * percent) / 100);
  const factor = size / measureAt;
  const drawn = { width: measured.width * factor, height: measured.height * factor, frames: 1 };
  checkOutputPixels(drawn, { name: 'the text of the watermark', format: 'png' });
  return Math.max(1, Math.round(size * 100) / 100);
}

async function drawText(
  text: string,
  style: { readonly font: string; readonly color: string; readonly align?: string | undefined },
): Promise<Layer> {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const align = style.align === 'center' || style.align === 'right' ? style.align : 'left';
  const { data, info } = await sharp({
    text: {
      text: `<span foreground="${style.color}">${escaped}</span>`,
      font: style.font,
      dpi: 72,
      rgba: true,
      align,
      wrap: 'none',
    },
    limitInputPixels: false,
  })
    .png()
    .toBuffer({ resolveWithObject: true });
  return { png: data, width: info.width, height: info.height };
}

export async function imageLayer(
  image: { readonly path: string; readonly name: string },
  page: Size,
  options: JsonObject,
): Promise<Layer> {
  const picture = await openPicture(image.path, { name: image.name });
  if (picture.isVector) await loadFonts();
  const percent = numberOption(options, 'image_width_percent');
  const width =
    percent === undefined ? numberOption(options, 'image_width') : Math.round((page.width * percent) / 100);
  const height = numberOption(options, 'image_height');
  const isSized = width !== undefined || height !== undefined;
  const natural = picture.metadata.autoOrient;
  // A picture that nobody gave a size keeps its own, but not beyond the page.
  const fit = isSized ? { width, height, mode: 'scale' as const } : { ...page, mode: 'max' as const };
  const size = fittedSize(natural, { ...fit, isVector: false });
  checkOutputPixels({ ...size, frames: 1 }, { name: image.name, format: 'png' });
  try {
    const { data, info } = await picture
      .open(0)
      .autoOrient()
      .resize({ ...size, fit: 'fill' })
      .png()
      .toBuffer({ resolveWithObject: true });
    return await finished({ png: data, width: info.width, height: info.height }, options);
  } catch (error) {
    throw pictureError(error, picture);
  }
}

async function finished(layer: Layer, options: JsonObject): Promise<Layer> {
  const opacity = (numberOption(options, 'opacity') ?? 100) / 100;
  const rotation = numberOption(options, 'rotation') ?? 0;
  if (opacity === 1 && rotation % 360 === 0) return layer;
  const opaque = sharp(layer.png, { limitInputPixels: false }).toColourspace('srgb').ensureAlpha();
  const turned = rotation % 360 === 0 ? opaque : opaque.rotate(rotation, { background: '#00000000' });
  const raw = await turned.raw().toBuffer({ resolveWithObject: true });
  const { width, height } = raw.info;
  // Of the four channels only alpha is scaled.
  const png = await sharp(raw.data, { raw: { width, height, channels: 4 } })
    .linear([1, 1, 1, opacity], [0, 0, 0, 0])
    .png()
    .toBuffer();
  return { png, width, height };
}
