/**
 * Opens a picture that nobody vouches for: looks at its bytes and not at its name, bounds its pixels, and lets an SVG
 * through only when it loads nothing from outside. What it gives opens as many pipelines as are wanted. Inside a host.
 */
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import type { Metadata, Sharp, SharpOptions } from 'sharp';
import { ConversionError } from '../../host/protocol.ts';
import { loadFonts } from '../fonts/load-fonts.ts';
import { readStart } from '../../files/magic.ts';
import { pictureError } from './picture-errors.ts';
import type { Picture } from './picture-errors.ts';
import { checkInputPixels, maxPixels } from './picture-fit.ts';
import type { Size } from './picture-fit.ts';
import { looksLikeSvg, prepareSvg } from './prepare-svg.ts';

// One picture after the other comes by: nothing is ever asked for twice.
sharp.cache(false);
// Hosts work side by side, one for each CPU: threads inside of them would only stand in each other's way.
sharp.concurrency(1);

export interface OpenPicture extends Picture {
  /** `jpeg`, `png`, `webp`, `gif`, `tiff`, `heif`, `svg` */
  readonly format: string;
  readonly metadata: Metadata;
  readonly isVector: boolean;
  /** Of one frame, before it is turned upright. */
  readonly size: Size;
  /** Frames of an animation, pages of a TIFF. */
  readonly frames: number;
  /** To be written with the metadata, where the pixels come without it: else that would be 25.4. */
  readonly density?: number;
  /** A new pipeline: all frames, or one (from 0). */
  readonly open: (frames: 'all' | number) => Sharp;
}

const readable: ReadonlySet<string> = new Set(['jpeg', 'png', 'webp', 'gif', 'tiff', 'heif', 'svg']);

/** Throws a `ConversionError` that says why it cannot be read. */
export async function openPicture(
  path: string,
  file: { readonly name: string; readonly pixelDensity?: number | undefined },
): Promise<OpenPicture> {
  const { head, sizeBytes } = await readStart(path);
  if (sizeBytes === 0) {
    throw new ConversionError(
      'bad-input',
      `"${file.name}" is empty (0 bytes).`,
      'Copy or download it again from its source.',
    );
  }
  const picture = { name: file.name, head };
  const isVector = looksLikeSvg(Buffer.from(head.subarray(0, 1024)));
  const input = isVector ? prepareSvg(await readFile(path), file.name) : await readInput(path);
  // Those of a text that was drawn here before stay known: a drawing must look the same before it and after it.
  if (isVector && input.includes('text')) await loadFonts();
  // CSS has 96 pixels to the inch, sharp counts from 72.
  const density = isVector && file.pixelDensity !== undefined ? { density: file.pixelDensity * 0.75 } : {};
  const options: SharpOptions = {
    failOn: 'error',
    limitInputPixels: false,
    sequentialRead: true,
    ...density,
  };
  const metadata = await readMetadata(() => sharp(input, options).metadata(), picture);
  const size = { width: metadata.width, height: metadata.height };
  return {
    ...picture,
    format: metadata.format,
    metadata,
    isVector,
    size,
    frames: metadata.pages ?? 1,
    open: (frames) => {
      // A drawing is drawn at the size that is asked for: only that one counts, and `checkOutputPixels` looks at it.
      if (isVector) return sharp(input, { ...options, limitInputPixels: false });
      checkInputPixels({ ...size, frames: frames === 'all' ? (metadata.pages ?? 1) : 1 }, file.name);
      const range = frames === 'all' ? { pages: -1 } : { page: frames };
      return sharp(input, { ...options, ...range, limitInputPixels: maxPixels });
    },
  };
}

/** libvips takes `[…]` at the end of a path for options: such a file comes by its bytes. */
async function readInput(path: string): Promise<string | Buffer> {
  return path.endsWith(']') ? readFile(path) : path;
}

async function readMetadata(read: () => Promise<Metadata>, picture: Picture): Promise<Metadata> {
  try {
    const metadata = await read();
    if (!readable.has(metadata.format)) throw new Error('unsupported image format');
    return metadata;
  } catch (error) {
    throw pictureError(error, picture);
  }
}
