/**
 * CloudConvert's `fit`: how a picture of one size is brought into `width` × `height`. Pure arithmetic; the bounds on
 * pixels are here too. It knows no image library.
 */
import type { JsonObject } from '@pipeline/schema';
import { ConversionError } from '../../host/protocol.ts';
import { numberOption } from '../../host/read-job.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Fit {
  readonly width: number | undefined;
  readonly height: number | undefined;
  /** `max`: inside the box, never enlarged. `crop`: the box is filled and the rest cut off. `scale`: exactly the box. */
  readonly mode: 'max' | 'crop' | 'scale';
}

/** What is read or written at most: 16,383 × 16,383. */
export const maxPixels: number = 16_383 ** 2;

/** Largest edge that a format can store. */
const maxEdges: Readonly<Record<string, number>> = { webp: 16_383, jpg: 65_535, gif: 65_535, avif: 16_384 };

export function readFit(options: JsonObject): Fit {
  const mode = options['fit'];
  return {
    width: numberOption(options, 'width'),
    height: numberOption(options, 'height'),
    mode: mode === 'crop' || mode === 'scale' ? mode : 'max',
  };
}

/** The size that comes out. A drawing has no pixels of its own, so `max` enlarges it to its box (`isVector`). */
export function fittedSize(size: Size, fit: Fit & { readonly isVector: boolean }): Size {
  const { width, height } = fit;
  if (width === undefined && height === undefined) return size;
  if (fit.mode !== 'max' && width !== undefined && height !== undefined) return { width, height };
  const factor = Math.min(
    (width ?? Number.POSITIVE_INFINITY) / size.width,
    (height ?? Number.POSITIVE_INFINITY) / size.height,
  );
  const bounded = fit.mode === 'max' && !fit.isVector ? Math.min(1, factor) : factor;
  return { width: atLeastOne(size.width * bounded), height: atLeastOne(size.height * bounded) };
}

/** Throws when a picture is larger than what is read. `frames` of an animation count together. */
export function checkInputPixels(size: Size & { readonly frames: number }, name: string): void {
  if (size.width * size.height * size.frames <= maxPixels) return;
  const frames = size.frames > 1 ? ` in ${count(size.frames)} frames` : '';
  throw new ConversionError(
    'too-large',
    `"${name}" is ${count(size.width)} × ${count(size.height)} pixels${frames}; at most ${megapixels(maxPixels)} are read.`,
    'Scale it down in the program that made it.',
  );
}

/** Throws when a picture is larger than what is written, or than its format can hold. */
export function checkOutputPixels(
  size: Size & { readonly frames: number },
  output: { name: string; format: string },
): void {
  const shown = `"${output.name}" would be ${count(size.width)} × ${count(size.height)} pixels`;
  const hint = 'Ask for a smaller size with `width`, `height` or `pixel_density`.';
  if (size.width * size.height * size.frames > maxPixels) {
    throw new ConversionError('too-large', `${shown}; at most ${megapixels(maxPixels)} are written.`, hint);
  }
  const edge = maxEdges[output.format];
  if (edge !== undefined && Math.max(size.width, size.height) > edge) {
    const format = output.format.toUpperCase();
    throw new ConversionError(
      'too-large',
      `${shown}, but ${format} holds at most ${count(edge)} on an edge.`,
      hint,
    );
  }
}

const atLeastOne = (length: number): number => Math.max(1, Math.round(length));
const count = (value: number): string => value.toLocaleString('en-US');
const megapixels = (pixels: number): string => `${Math.floor(pixels / 1e6)} megapixels`;
