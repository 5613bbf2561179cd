/**
 * Which frames of a file become the picture: pages stand for themselves, an animation stays one where it can, of several
 * sizes the largest counts, and layers become one. What is left out is said. Inside a host.
 */
import { MagickColor, MagickReadSettings } from '@imagemagick/magick-wasm';
import type { IMagickImage, IMagickImageCollection } from '@imagemagick/magick-wasm';
import type { JsonValue } from '@pipeline/schema';
import { askedPages } from '../pdf/asked-pages.ts';
import { animations, layeredInputs, pagedInputs, pagedOutputs, sizedInputs } from './magick-formats.ts';

export interface ChosenFrames {
  /** All that is left in the collection goes into one file; else each into its own. */
  readonly isOneFile: boolean;
  readonly notes: readonly string[];
}

export interface FrameRequest {
  readonly name: string;
  readonly format: string;
  readonly to: string;
  readonly pages: JsonValue | undefined;
}

/** Removes the others from the collection. */
export function chooseFrames(images: IMagickImageCollection, request: FrameRequest): ChosenFrames {
  const { format, to, name, pages } = request;
  const isOneFile = animations.has(to) || pagedOutputs.has(to);
  if (animations.has(format)) images.coalesce();
  if (images.length === 1 && pages === undefined) return { isOneFile: false, notes: [] };
  if (layeredInputs.has(format)) {
    join(images);
    return { isOneFile: false, notes: [] };
  }
  if (sizedInputs.has(format)) {
    const largest = images.reduce((best, image) => (image.width > best.width ? image : best));
    keep(images, [largest]);
    return { isOneFile: false, notes: [] };
  }
  if (pages !== undefined) {
    const asked = askedPages(pages, { name, count: images.length });
    keep(
      images,
      images.filter((_, index) => asked.includes(index + 1)),
    );
    return { isOneFile, notes: [] };
  }
  if (pagedInputs.has(format) || (animations.has(format) && animations.has(to))) {
    return { isOneFile, notes: [] };
  }
  return firstOnly(images, request);
}

function firstOnly(images: IMagickImageCollection, { name, format }: FrameRequest): ChosenFrames {
  const count = images.length;
  keep(images, images.slice(0, 1));
  // The first of a Photoshop file is the whole picture, then come its layers.
  if (format === 'psd' || format === 'psb') return { isOneFile: false, notes: [] };
  return {
    isOneFile: false,
    notes: [`${JSON.stringify(name)} holds ${count} pictures: the first was taken`],
  };
}

/** The result of a merge lives only as long as the call: it is carried over as bytes. */
function join(images: IMagickImageCollection): void {
  for (const image of images) image.backgroundColor = new MagickColor('transparent');
  const bytes = images.merge((image) => image.write('MIFF', (data) => Uint8Array.from(data)));
  keep(images, []);
  images.read(bytes, new MagickReadSettings({ format: 'MIFF' }));
}

function keep(images: IMagickImageCollection, kept: readonly IMagickImage[]): void {
  const dropped = images.filter((image) => !kept.includes(image));
  images.length = 0;
  images.push(...kept);
  for (const image of dropped) image.dispose();
}
