/** `convert` for pictures: opened, turned upright, fitted, encoded. Animations stay animated where they can. In a host. */
import { join } from 'node:path';
import type { Metadata, Sharp } from 'sharp';
import type { JsonObject } from '@pipeline/schema';
import { jobObject, jobText, numberOption } from '../../host/read-job.ts';
import { nameOf } from '../../files/output-name.ts';
import { askedPages } from '../pdf/asked-pages.ts';
import { encodePicture } from './encode-picture.ts';
import { loadFonts } from '../fonts/load-fonts.ts';
import { openPicture } from './open-picture.ts';
import type { OpenPicture } from './open-picture.ts';
import { pictureError } from './picture-errors.ts';
import { checkOutputPixels, fittedSize, readFit } from './picture-fit.ts';
import type { Fit, Size } from './picture-fit.ts';

const animated: ReadonlySet<string> = new Set(['gif', 'webp']);

/** Job: `inputPath inputName to outputDir outputName options isStill?`; answer: `files`, names inside `outputDir`, and `notes`. */
export async function convertPicture(job: JsonObject): Promise<JsonObject> {
  const pixelDensity = numberOption(jobObject(job, 'options'), 'pixel_density');
  const picture = await openPicture(jobText(job, 'inputPath'), {
    name: jobText(job, 'inputName'),
    pixelDensity,
  });
  if (picture.isVector) await loadFonts();
  return convertOpened(picture, job);
}

export async function convertOpened(picture: OpenPicture, job: JsonObject): Promise<JsonObject> {
  const options = jobObject(job, 'options');
  const to = jobText(job, 'to');
  const selection = job['isStill'] === true ? [0] : selectFrames(picture, { to, pages: options['pages'] });
  const names = selection.map((_, index) =>
    nameOf(jobText(job, 'outputName'), { number: index + 1, count: selection.length }),
  );
  for (const [index, frames] of selection.entries()) {
    const name = names[index] ?? '';
    try {
      const image = await fittedPicture(picture, { frames, options, output: { name, format: to } });
      const { metadata, density } = picture;
      const given = density === undefined ? {} : { density };
      const encoded = encodePicture(image, { format: to, options, metadata, ...given });
      await encoded.toFile(join(jobText(job, 'outputDir'), name));
    } catch (error) {
      throw pictureError(error, picture);
    }
  }
  return { files: names, notes: leftOut(picture, { selection, job }) };
}

/** A thumbnail is one picture by nature; there, and where pages are asked for, nothing needs to be said. */
function leftOut(
  picture: OpenPicture,
  { selection, job }: { readonly selection: readonly ('all' | number)[]; readonly job: JsonObject },
): readonly string[] {
  const isAsked = job['isStill'] === true || jobObject(job, 'options')['pages'] !== undefined;
  if (isAsked || picture.frames === 1 || selection.length > 1 || selection[0] === 'all') return [];
  return [`${JSON.stringify(picture.name)} is an animation of ${picture.frames} frames: the first was taken`];
}

/** Each entry makes one output. */
function selectFrames(
  picture: OpenPicture,
  request: { readonly to: string; readonly pages: JsonObject[string] | undefined },
): readonly ('all' | number)[] {
  if (request.pages !== undefined) {
    return askedPages(request.pages, { name: picture.name, count: picture.frames }).map((page) => page - 1);
  }
  if (picture.frames === 1) return [0];
  if (animated.has(picture.format) && animated.has(request.to)) return ['all'];
  if (picture.format === 'tiff' && request.to === 'tiff') return ['all'];
  // Pages of a scan belong to the document; of an animation, its first frame is the picture.
  if (picture.format === 'tiff') return Array.from({ length: picture.frames }, (_, index) => index);
  return [0];
}

async function fittedPicture(
  picture: OpenPicture,
  request: {
    readonly frames: 'all' | number;
    readonly options: JsonObject;
    readonly output: { readonly name: string; readonly format: string };
  },
): Promise<Sharp> {
  const image = picture.open(request.frames);
  const isUpright = request.options['auto_orient'] !== false;
  const isFirst = request.frames === 'all' || request.frames === 0;
  const natural = sizeOf(isFirst ? picture.metadata : await image.metadata(), isUpright);
  const fit = { ...readFit(request.options), isVector: picture.isVector };
  const frames = request.frames === 'all' ? picture.frames : 1;
  const size = fittedSize(natural, fit);
  checkOutputPixels({ ...size, frames }, request.output);
  const upright = isUpright ? image.autoOrient() : image;
  // libvips rounds by what its decoder could leave out; this is the size that is nearest, however the picture is read.
  const isCut = fit.mode === 'crop' && fit.width !== undefined && fit.height !== undefined;
  if (!isCut && !picture.isVector && frames === 1) return upright.resize({ ...size, fit: 'fill' });
  return resized(upright, fit);
}

/** Turned as its EXIF data says, or as it lies there. */
export function sizeOf(metadata: Metadata, isUpright: boolean): Size {
  const { width, height } = isUpright ? metadata.autoOrient : metadata;
  return { width, height: metadata.pageHeight ?? height };
}

function resized(image: Sharp, fit: Fit & { readonly isVector: boolean }): Sharp {
  const { width, height } = fit;
  if (width === undefined && height === undefined) return image;
  const size = { ...(width === undefined ? {} : { width }), ...(height === undefined ? {} : { height }) };
  if (fit.mode === 'max') return image.resize({ ...size, fit: 'inside', withoutEnlargement: !fit.isVector });
  // sharp would leave the edge that nobody gave as it is; here it follows in proportion.
  if (width === undefined || height === undefined) return image.resize({ ...size, fit: 'inside' });
  return image.resize({ ...size, fit: fit.mode === 'crop' ? 'cover' : 'fill' });
}
