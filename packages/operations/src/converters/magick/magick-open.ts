/**
 * Opens a picture by the coder of what its bytes show, else of what its name says; never by one of the library's own
 * choice. Looks at the sizes first, and decodes nothing that is too large. Inside a host.
 */
import { MagickImage, MagickImageCollection, MagickReadSettings } from '@imagemagick/magick-wasm';
import type { IMagickImageCollection, MagickFormat } from '@imagemagick/magick-wasm';
import { ConversionError } from '../../host/protocol.ts';
import { formatOfBytes } from '../../files/magic.ts';
import { damage, magickError } from './magick-errors.ts';
import {
  animations,
  layeredInputs,
  pagedInputs,
  rawFormats,
  readers,
  sizedInputs,
} from './magick-formats.ts';
import { maxMagickPixels } from './magick-library.ts';
import { checkPhotoshopLength } from './photoshop-length.ts';
import { checkLength } from './picture-length.ts';

export interface OpenedFrames {
  readonly images: IMagickImageCollection;
  /** What it really is. */
  readonly format: string;
}

export function openFrames(
  bytes: Uint8Array,
  { name, from }: { readonly name: string; readonly from: string },
): OpenedFrames {
  const head = bytes.subarray(0, 8192);
  if (bytes.length === 0) {
    const hint = 'Copy or download it again from its source.';
    throw new ConversionError('bad-input', `"${name}" is empty (0 bytes).`, hint);
  }
  const format = formatToRead(head, from);
  const coder = readers[format];
  if (coder === undefined) throw new Error(`no coder reads ${format}`);
  try {
    checkSizes(bytes, { coder, name });
    if (format === 'psd' || format === 'psb') checkPhotoshopLength(bytes, name);
    checkLength(bytes, { format, name });
    const images = read(bytes, { coder, isSingle: !severalFrames.has(format) });
    // A DDS that is cut off is no picture, and no error, to the library.
    if (images.length === 0) throw new Error('InsufficientImageData');
    return { images, format };
  } catch (error) {
    throw magickError(rawFormats.has(format) ? rawError(error, head) : error, { name, head });
  }
}

/** What raw photos look like, when not like themselves. */
const rawLooks: ReadonlySet<string | undefined> = new Set([undefined, 'tiff', 'mp4']);

/**
 * What LibRaw throws comes out of wasm as it is, neither an Error nor a text. In what may be a raw photo, it is that the
 * data ends early or makes no sense.
 */
function rawError(error: unknown, head: Uint8Array): unknown {
  const isRaw = rawLooks.has(formatOfBytes(head));
  return isRaw && !(error instanceof Error) ? new Error('CorruptRawData') : error;
}

const severalFrames: ReadonlySet<string> = new Set([
  ...animations,
  ...pagedInputs,
  ...sizedInputs,
  ...layeredInputs,
]);

/** Only a single picture tells its warnings, and a JPEG that is cut off is no more than that to the library. */
function read(
  bytes: Uint8Array,
  { coder, isSingle }: { readonly coder: MagickFormat; readonly isSingle: boolean },
): IMagickImageCollection {
  const images = MagickImageCollection.create();
  const settings = new MagickReadSettings({ format: coder });
  if (!isSingle) {
    images.read(bytes, settings);
    return images;
  }
  const image = MagickImage.create();
  images.push(image);
  let warning: Error | undefined;
  image.onWarning = ({ error }): void => {
    if (damage.test(error.message)) warning = error;
  };
  image.read(bytes, settings);
  if (warning !== undefined) throw warning;
  return images;
}

/** Formats whose bytes look like those of another. */
const lookAlikes: Readonly<Record<string, readonly string[]>> = {
  tiff: ['ptif'],
  png: ['apng'],
  jpg: ['jps'],
  psd: ['psb'],
  heic: ['heif', 'avif'],
  ico: ['cur'],
};

function formatToRead(head: Uint8Array, from: string): string {
  const found = formatOfBytes(head);
  if (found === undefined || found === from || readers[found] === undefined) return from;
  // Many cameras write their raw data into a TIFF.
  if (rawFormats.has(from) || lookAlikes[found]?.includes(from) === true) return from;
  return found;
}

function checkSizes(
  bytes: Uint8Array,
  { coder, name }: { readonly coder: MagickFormat; readonly name: string },
): void {
  const images = MagickImageCollection.create();
  try {
    images.ping(bytes, new MagickReadSettings({ format: coder }));
    const pixels = images.reduce((sum, { width, height }) => sum + width * height, 0);
    if (pixels <= maxMagickPixels) return;
    const [first] = images;
    const frames = images.length > 1 ? ` in ${images.length} frames` : '';
    throw new ConversionError(
      'too-large',
      `"${name}" is ${count(first?.width)} × ${count(first?.height)} pixels${frames}; at most ${maxMagickPixels / 1e6} megapixels of this format are read.`,
      'Scale it down in the program that made it.',
    );
  } finally {
    images.dispose();
  }
}

const count = (value = 0): string => value.toLocaleString('en-US');
