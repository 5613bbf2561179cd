/**
 * `optimize` for pictures: the same format with fewer bytes. PNG keeps every pixel and GIF its colours unless a quality
 * is given; JPEG and WebP are lossy and lose what nobody sees. What did not get smaller stays as it was. In a host.
 */
import { copyFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GifOptions, Sharp } from 'sharp';
import sharp from 'sharp';
import type { JsonObject } from '@pipeline/schema';
import { ConversionError } from '../../host/protocol.ts';
import { jobObject, jobText, numberOption } from '../../host/read-job.ts';
import { openPicture } from './open-picture.ts';
import type { OpenPicture } from './open-picture.ts';
import { pictureError } from './picture-errors.ts';

/** Above, looking for a lossless palette takes longer than it is worth. */
const maxPalettePixels = 16e6;
/** Where a difference to the original is not seen any more. */
const invisibleLoss: Readonly<Record<string, number>> = { jpg: 85, webp: 85 };
const sharpFormats: Readonly<Record<string, string>> = { jpg: 'jpeg', png: 'png', webp: 'webp', gif: 'gif' };

/** Job: `inputPath inputName format outputDir outputName options`; answer: `files`, `bytesBefore`, `bytesAfter`. */
export async function optimizePicture(job: JsonObject): Promise<JsonObject> {
  const inputPath = jobText(job, 'inputPath');
  const format = jobText(job, 'format');
  const name = jobText(job, 'outputName');
  const outputPath = join(jobText(job, 'outputDir'), name);
  const picture = await openPicture(inputPath, { name: jobText(job, 'inputName') });
  if (picture.format !== sharpFormats[format]) {
    const found = picture.format.toUpperCase();
    const message = `"${picture.name}" is not ${format.toUpperCase()} but ${found}, and would change its format.`;
    throw new ConversionError('bad-input', message, 'Rename it, or set `input_format`.');
  }
  try {
    const smaller = await smallest(picture, {
      format,
      quality: numberOption(jobObject(job, 'options'), 'quality'),
    });
    const bytesBefore = (await stat(inputPath)).size;
    if (smaller.length < bytesBefore) await writeFile(outputPath, smaller);
    else await copyFile(inputPath, outputPath);
    return { files: [name], bytesBefore, bytesAfter: Math.min(smaller.length, bytesBefore) };
  } catch (error) {
    throw pictureError(error, picture);
  }
}

async function smallest(
  picture: OpenPicture,
  goal: { readonly format: string; readonly quality: number | undefined },
): Promise<Buffer> {
  const quality = goal.quality ?? invisibleLoss[goal.format] ?? 100;
  // Upright first: the orientation goes with the metadata. The colour profile stays, or colours would change.
  const open = (): Sharp =>
    picture
      .open(picture.frames > 1 ? 'all' : 0)
      .autoOrient()
      .keepIccProfile();
  if (goal.format === 'jpg') return open().jpeg({ quality, mozjpeg: true }).toBuffer();
  if (goal.format === 'webp') return open().webp({ quality, effort: 6, smartSubsample: true }).toBuffer();
  if (goal.format === 'gif') return open().gif(gifOptions(goal.quality)).toBuffer();
  if (quality < 100)
    return open().png({ quality, palette: true, effort: 10, compressionLevel: 9 }).toBuffer();
  return losslessPng(picture, open);
}

/** GIF has no quality but the number of its colours. */
function gifOptions(quality: number | undefined): GifOptions {
  if (quality === undefined) return { effort: 10 };
  return { effort: 10, reuse: false, colours: Math.max(2, Math.round(256 * (quality / 100))) };
}

async function losslessPng(picture: OpenPicture, open: () => Sharp): Promise<Buffer> {
  const { depth, channels } = picture.metadata;
  const deep = (image: Sharp): Sharp =>
    depth === 'ushort' ? image.toColourspace(channels < 3 ? 'grey16' : 'rgb16') : image;
  const plain = await deep(open()).png({ compressionLevel: 9 }).toBuffer();
  const filtered = await deep(open()).png({ compressionLevel: 9, adaptiveFiltering: true }).toBuffer();
  const best = plain.length <= filtered.length ? plain : filtered;
  if (depth === 'ushort' || picture.size.width * picture.size.height > maxPalettePixels) return best;
  const palette = await open()
    .png({ palette: true, quality: 100, dither: 0, effort: 10, compressionLevel: 9 })
    .toBuffer();
  return palette.length < best.length && (await samePixels(palette, best)) ? palette : best;
}

/** A palette holds 256 colours: only a picture with no more than that comes out unchanged. */
async function samePixels(left: Buffer, right: Buffer): Promise<boolean> {
  const [one, other] = await Promise.all(
    [left, right].map((png) => sharp(png).ensureAlpha().toColourspace('srgb').raw().toBuffer()),
  );
  return one !== undefined && other !== undefined && one.equals(other);
}
