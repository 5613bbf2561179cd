/**
 * The pictures inside a PDF: which of them are understood, their pixels, and how large they can stand on a page at most.
 * Inside a converter host. What is not understood (CMYK, palettes, masks, odd filters) is left alone by whoever asks here.
 */
import {
  decodePDFRawStream,
  PDFArray,
  PDFDict,
  PDFName,
  PDFNumber,
  PDFRawStream,
  PDFRef,
  PDFStream,
} from '@cantoo/pdf-lib';
import type { PDFContext, PDFDocument, PDFObject } from '@cantoo/pdf-lib';
import sharp from 'sharp';
import type { Sharp } from 'sharp';

export interface PdfImage {
  readonly ref: PDFRef;
  readonly stream: PDFRawStream;
  readonly width: number;
  readonly height: number;
  /** 1 grey, 3 RGB. */
  readonly channels: 1 | 3;
  readonly isJpeg: boolean;
  /** The longer side of the largest page that shows it, in inches: it never stands larger than that. */
  readonly inches: number;
  readonly sizeBytes: number;
}

export function imagesOf(document: PDFDocument): readonly PdfImage[] {
  const images = new Map<PDFRef, PdfImage>();
  for (const page of document.getPages()) {
    const { width, height } = page.getSize();
    const inches = Math.max(width, height) / 72;
    const resources = page.node.Resources();
    if (resources !== undefined) collect(resources, { context: document.context, inches, images, depth: 0 });
  }
  return [...images.values()];
}

interface Search {
  readonly context: PDFContext;
  readonly inches: number;
  readonly images: Map<PDFRef, PdfImage>;
  readonly depth: number;
}

function collect(resources: PDFDict, search: Search): void {
  const objects = resources.lookup(PDFName.of('XObject'));
  if (!(objects instanceof PDFDict) || search.depth > 5) return;
  for (const value of objects.values()) {
    const stream = search.context.lookup(value);
    if (!(stream instanceof PDFStream)) continue;
    const subtype = stream.dict.get(PDFName.of('Subtype'))?.toString();
    const inner = stream.dict.lookup(PDFName.of('Resources'));
    if (subtype === '/Form' && inner instanceof PDFDict)
      collect(inner, { ...search, depth: search.depth + 1 });
    if (subtype !== '/Image' || !(value instanceof PDFRef) || !(stream instanceof PDFRawStream)) continue;
    const known = search.images.get(value);
    const image = known ?? describe(value, stream);
    if (image !== undefined) {
      search.images.set(value, { ...image, inches: Math.max(image.inches, search.inches) });
    }
  }
}

/** Undefined: a kind of picture that is not understood. */
function describe(ref: PDFRef, stream: PDFRawStream): PdfImage | undefined {
  const { dict } = stream;
  const [width, height, depth] = ['Width', 'Height', 'BitsPerComponent'].map((key) => numberAt(dict, key));
  const channels = channelsOf(dict.lookup(PDFName.of('ColorSpace')));
  const filter = filterOf(dict);
  const isOdd = ['ImageMask', 'Mask', 'Decode', 'Alternates'].some((key) => dict.has(PDFName.of(key)));
  if (width === undefined || height === undefined || depth !== 8 || channels === undefined || isOdd)
    return undefined;
  if (filter === undefined || hasMatte(dict)) return undefined;
  const isJpeg = filter === '/DCTDecode';
  if (!isJpeg && hasPredictor(dict)) return undefined;
  return { ref, stream, width, height, channels, isJpeg, inches: 0, sizeBytes: stream.getContents().length };
}

function filterOf(dict: PDFDict): string | undefined {
  const filter = dict.lookup(PDFName.of('Filter'));
  const only = filter instanceof PDFArray && filter.size() === 1 ? filter.lookup(0) : filter;
  const name = only?.toString();
  return name === '/DCTDecode' || name === '/FlateDecode' ? name : undefined;
}

function channelsOf(space: PDFObject | undefined): 1 | 3 | undefined {
  const name = space?.toString();
  if (name === '/DeviceGray') return 1;
  if (name === '/DeviceRGB') return 3;
  if (!(space instanceof PDFArray) || space.get(0).toString() !== '/ICCBased') return undefined;
  const profile = space.lookup(1);
  const count = profile instanceof PDFStream ? numberAt(profile.dict, 'N') : undefined;
  return count === 1 || count === 3 ? count : undefined;
}

function hasMatte(dict: PDFDict): boolean {
  const mask = dict.lookup(PDFName.of('SMask'));
  return mask instanceof PDFStream && mask.dict.has(PDFName.of('Matte'));
}

function hasPredictor(dict: PDFDict): boolean {
  const given = dict.lookup(PDFName.of('DecodeParms'));
  const parameters = given instanceof PDFArray ? given.lookup(0) : given;
  return parameters instanceof PDFDict && (numberAt(parameters, 'Predictor') ?? 1) > 1;
}

function numberAt(dict: PDFDict, key: string): number | undefined {
  const value = dict.lookup(PDFName.of(key));
  return value instanceof PDFNumber ? value.asNumber() : undefined;
}

/** Its pixels as they are: what they mean says the colour space of the PDF. Undefined: they cannot be read. */
export function openImage({ stream, width, height, channels, isJpeg }: PdfImage): Sharp | undefined {
  if (isJpeg) return sharp(stream.getContents(), { ignoreIcc: true, failOn: 'error' });
  const pixels = decodePDFRawStream(stream).decode();
  if (pixels.length < width * height * channels) return undefined;
  return sharp(pixels.subarray(0, width * height * channels), { raw: { width, height, channels } });
}

/** A JPEG in place of what was there, with the same colour space and transparency. */
export function replaceByJpeg(
  document: PDFDocument,
  image: PdfImage,
  jpeg: { readonly data: Buffer; readonly width: number; readonly height: number },
): void {
  const dict = image.stream.dict.clone(document.context);
  for (const key of ['DecodeParms', 'Length']) dict.delete(PDFName.of(key));
  dict.set(PDFName.of('Filter'), PDFName.of('DCTDecode'));
  dict.set(PDFName.of('Width'), PDFNumber.of(jpeg.width));
  dict.set(PDFName.of('Height'), PDFNumber.of(jpeg.height));
  document.context.assign(image.ref, PDFRawStream.of(dict, jpeg.data));
}
