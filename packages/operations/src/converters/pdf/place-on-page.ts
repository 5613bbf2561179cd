/**
 * How large a watermark is on a page, and where it lies: CloudConvert's options, as the reader sees the page, turned into
 * the coordinates of a page that may be rotated or cropped. Pure; lengths in points.
 */
import type { JsonObject } from '@pipeline/schema';
import { numberOption } from '../../host/read-job.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Box extends Size {
  readonly x: number;
  readonly y: number;
}

/** `a b c d e f` as PDF has it: x' = a·x + c·y + e, y' = b·x + d·y + f. */
export type Matrix = readonly [number, number, number, number, number, number];

const defaultFontSize = 40;
const defaultMargin = 25;
const measuredAt = 100;

/** `natural`: a text typeset at 100 points, an image at one point a pixel. `page`: as it is shown. */
export function stampSize(
  natural: Size,
  about: { readonly page: Size; readonly options: JsonObject; readonly isText: boolean },
): Size {
  const { page, options, isText } = about;
  const ratio = natural.height / natural.width;
  const percent = numberOption(options, isText ? 'font_width_percent' : 'image_width_percent');
  const wide = percent === undefined ? undefined : (page.width * percent) / 100;
  if (isText) {
    const asked = numberOption(options, 'font_size');
    // A text that nobody gave a size does not hang over.
    const factor =
      (asked ?? Math.min(defaultFontSize, (measuredAt * page.width) / natural.width)) / measuredAt;
    const width = wide ?? natural.width * factor;
    return { width, height: width * ratio };
  }
  const width = wide ?? numberOption(options, 'image_width');
  const height = numberOption(options, 'image_height');
  if (width !== undefined) return { width, height: height ?? width * ratio };
  if (height !== undefined) return { width: height / ratio, height };
  const fitted = Math.min(1, page.width / natural.width, page.height / natural.height);
  return { width: natural.width * fitted, height: natural.height * fitted };
}

export interface View {
  /** What is seen of the page, in its own coordinates. */
  readonly box: Box;
  /** Degrees by which the page is turned clockwise when it is shown. */
  readonly rotation: number;
  readonly options: JsonObject;
}

/** Takes a watermark that lies at the origin to its place. */
export function placeOnPage(size: Size, { box, rotation, options }: View): Matrix {
  const isLying = ((rotation % 360) + 360) % 180 === 90;
  const shown = isLying ? { width: box.height, height: box.width } : box;
  const angle = (-(numberOption(options, 'rotation') ?? 0) * Math.PI) / 180;
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  const bounds = {
    width: Math.abs(size.width * cosine) + Math.abs(size.height * sine),
    height: Math.abs(size.width * sine) + Math.abs(size.height * cosine),
  };
  const left = offset(bounds.width, shown.width, {
    position: options['position_horizontal'],
    margin: numberOption(options, 'margin_horizontal'),
  });
  const top = offset(bounds.height, shown.height, {
    position: options['position_vertical'],
    margin: numberOption(options, 'margin_vertical'),
  });
  const [centreX, centreY] = [left + bounds.width / 2, shown.height - top - bounds.height / 2];
  const [halfX, halfY] = [size.width / 2, size.height / 2];
  const turned: Matrix = [
    cosine,
    sine,
    -sine,
    cosine,
    centreX - cosine * halfX + sine * halfY,
    centreY - sine * halfX - cosine * halfY,
  ];
  return multiply(turned, shownToPage(box, rotation));
}

/** A margin holds from the edge that the watermark stands at; in the middle there is none. */
function offset(
  length: number,
  room: number,
  place: { readonly position: JsonObject[string] | undefined; readonly margin: number | undefined },
): number {
  const margin = place.margin ?? defaultMargin;
  if (place.position === 'left' || place.position === 'top') return margin;
  if (place.position === 'right' || place.position === 'bottom') return room - length - margin;
  return (room - length) / 2;
}

/** From the page as it is shown, with its origin at the lower left, to its own coordinates. */
export function shownToPage({ x, y, width, height }: Box, rotation: number): Matrix {
  switch (((rotation % 360) + 360) % 360) {
    case 90:
      return [0, 1, -1, 0, x + width, y];
    case 180:
      return [-1, 0, 0, -1, x + width, y + height];
    case 270:
      return [0, -1, 1, 0, x, y + height];
    default:
      return [1, 0, 0, 1, x, y];
  }
}

/** First the one, then the other. */
function multiply(first: Matrix, second: Matrix): Matrix {
  const [a, b, c, d, e, f] = first;
  const [g, h, i, j, k, l] = second;
  return [a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + l];
}
