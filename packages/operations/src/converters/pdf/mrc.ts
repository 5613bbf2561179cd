/**
 * Mixed raster content: a scanned page becomes a stencil of its letters in full resolution (one bit a pixel, CCITT G4),
 * the colour of the ink, and the paper below, both coarse. Inside a converter host. It knows one picture at a time.
 */
import { PDFName, PDFRawStream } from '@cantoo/pdf-lib';
import type { PDFDocument, PDFRef } from '@cantoo/pdf-lib';
import sharp from 'sharp';
import { packBits } from '../magick/ccitt.ts';
import { openImage } from './pdf-images.ts';
import type { PdfImage } from './pdf-images.ts';

/** Pixels of the scan to one of the paper, and to one of the ink. */
const paperStep = 4;
const inkStep = 8;
const minPixels = 300_000;
const maxPixels = 120e6;

/** False: no page of text, or nothing gained; the picture is as it was. */
export async function splitScan(document: PDFDocument, image: PdfImage): Promise<boolean> {
  const { width, height } = image;
  if (width * height < minPixels || width * height > maxPixels) return false;
  if (image.stream.dict.has(PDFName.of('SMask'))) return false;
  const pixels = await rgbOf(image);
  if (pixels === undefined) return false;
  const letters = await findLetters(pixels, { width, height });
  const share = letters.reduce((sum, bit) => sum + bit, 0) / letters.length;
  if (share < 0.001 || share > 0.3) return false;
  const scan = { pixels, letters, width, height };
  const paper = await coarse(scan, { step: paperStep, isInk: false });
  const ink = await coarse(scan, { step: inkStep, isInk: true });
  const stencil = await packBits(letters, { width, height });
  if (paper.data.length + ink.data.length + stencil.data.length > image.sizeBytes * 0.9) return false;
  assignLayers(document, image.ref, { paper, ink, stencil, width, height });
  return true;
}

async function rgbOf(image: PdfImage): Promise<Uint8Array | undefined> {
  const opened = openImage(image);
  if (opened === undefined) return undefined;
  try {
    const { data, info } = await opened
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    if (info.channels === 3) return data;
    return info.channels === 1
      ? Uint8Array.from({ length: data.length * 3 }, (_, at) => data[Math.floor(at / 3)] ?? 0)
      : undefined;
  } catch {
    return undefined;
  }
}

interface Dimensions {
  readonly width: number;
  readonly height: number;
}

/** 1 where it is clearly darker than around: ink. */
async function findLetters(pixels: Uint8Array, { width, height }: Dimensions): Promise<Uint8Array> {
  const raw = { raw: { width, height, channels: 3 as const } };
  const grey = await sharp(pixels, raw).toColourspace('b-w').raw().toBuffer();
  const around = await sharp(pixels, raw)
    .toColourspace('b-w')
    .blur(Math.max(8, width / 80))
    .raw()
    .toBuffer();
  return Uint8Array.from(grey, (value, at) => Number(value < (around[at] ?? 255) * 0.8 - 8));
}

interface Scan extends Dimensions {
  readonly pixels: Uint8Array;
  readonly letters: Uint8Array;
}

/** The mean colour of ink, or of paper, of each square; squares without any take it from what is near. */
async function coarse(
  { pixels, letters, width, height }: Scan,
  { step, isInk }: { readonly step: number; readonly isInk: boolean },
): Promise<Dimensions & { readonly data: Buffer }> {
  const size = { width: Math.ceil(width / step), height: Math.ceil(height / step) };
  const sums = new Float64Array(size.width * size.height * 4);
  const wanted = isInk ? 1 : 0;
  for (let at = 0; at < letters.length; at += 1) {
    if (letters[at] !== wanted) continue;
    const square =
      (Math.floor(Math.floor(at / width) / step) * size.width + Math.floor((at % width) / step)) * 4;
    for (let channel = 0; channel < 3; channel += 1)
      add(sums, square + channel, pixels[at * 3 + channel] ?? 0);
    add(sums, square + 3, 1);
  }
  const colours = fillHoles(sums, size);
  const data = await sharp(colours, { raw: { ...size, channels: 3 } })
    .jpeg({ quality: isInk ? 40 : 45, mozjpeg: true })
    .toBuffer();
  return { ...size, data };
}

function add(sums: Float64Array, at: number, value: number): void {
  sums[at] = (sums[at] ?? 0) + value;
}

/** From left to right and back: a square without a colour gets that of its neighbour, or of the row above. */
function fillHoles(sums: Float64Array, { width, height }: Dimensions): Uint8Array {
  const colours = new Uint8Array(width * height * 3);
  const isSet = new Uint8Array(width * height);
  for (let square = 0; square < isSet.length; square += 1) {
    const count = sums[square * 4 + 3] ?? 0;
    if (count === 0) continue;
    isSet[square] = 1;
    for (let channel = 0; channel < 3; channel += 1) {
      colours[square * 3 + channel] = Math.round((sums[square * 4 + channel] ?? 0) / count);
    }
  }
  const take = (to: number, from: number): void => {
    if (isSet[to] === 1 || isSet[from] !== 1) return;
    colours.copyWithin(to * 3, from * 3, from * 3 + 3);
    isSet[to] = 1;
  };
  const last = isSet.length - 1;
  for (let at = 1; at <= last; at += 1) if (at % width !== 0) take(at, at - 1);
  for (let at = last - 1; at >= 0; at -= 1) if ((at + 1) % width !== 0) take(at, at + 1);
  for (let at = width; at <= last; at += 1) take(at, at - width);
  for (let at = last - width; at >= 0; at -= 1) take(at, at + width);
  return colours;
}

interface Layers extends Dimensions {
  readonly paper: Dimensions & { readonly data: Buffer };
  readonly ink: Dimensions & { readonly data: Buffer };
  /** May be padded at its right and lower edges. */
  readonly stencil: Dimensions & { readonly data: Buffer };
}

/** In place of the picture stands a form that draws the same unit square: whoever shows it need not know. */
function assignLayers(
  document: PDFDocument,
  ref: PDFRef,
  { paper, ink, stencil, width, height }: Layers,
): void {
  const { context } = document;
  const jpeg = (layer: Layers['paper'], more: Record<string, PDFRef>): PDFRef =>
    context.register(
      PDFRawStream.of(
        context.obj({
          Type: 'XObject',
          Subtype: 'Image',
          Width: layer.width,
          Height: layer.height,
          BitsPerComponent: 8,
          ColorSpace: 'DeviceRGB',
          Filter: 'DCTDecode',
          Interpolate: true,
          ...more,
        }),
        layer.data,
      ),
    );
  const mask = context.register(
    PDFRawStream.of(
      context.obj({
        Type: 'XObject',
        Subtype: 'Image',
        ImageMask: true,
        BitsPerComponent: 1,
        Width: stencil.width,
        Height: stencil.height,
        Filter: 'CCITTFaxDecode',
        DecodeParms: { K: -1, Columns: stencil.width, Rows: stencil.height, BlackIs1: false },
      }),
      stencil.data,
    ),
  );
  const across = stencil.width / width;
  const down = stencil.height / height;
  // Squares at the edge of the coarse layers may hang over as well.
  const paperMatrix = cover(paper, { step: paperStep, width, height });
  const content = `q ${paperMatrix} cm /Paper Do Q q ${fixed([across, 0, 0, down, 0, 1 - down])} cm /Ink Do Q`;
  const form = context.flateStream(content, {
    Type: 'XObject',
    Subtype: 'Form',
    BBox: [0, 0, 1, 1],
    Resources: { XObject: { Paper: jpeg(paper, {}), Ink: jpeg(ink, { Mask: mask }) } },
  });
  context.assign(ref, form);
}

function cover(layer: Dimensions, about: Dimensions & { readonly step: number }): string {
  const across = (layer.width * about.step) / about.width;
  const down = (layer.height * about.step) / about.height;
  return fixed([across, 0, 0, down, 0, 1 - down]);
}

const fixed = (values: readonly number[]): string =>
  values.map((value) => Number(value.toFixed(8))).join(' ');
