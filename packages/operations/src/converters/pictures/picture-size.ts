/**
 * How large a picture stands on a printed page: as large as its document says, else one pixel as 1/96 inch, and never
 * larger than the space between the margins. Reads sizes out of the first bytes of an image. Pure.
 */
import type { ImageNode } from '../pandoc/document-tree.ts';
import type { PageSetup } from '../typst/typst-template.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

const inchPerUnit: Readonly<Record<string, number>> = {
  '': 1 / 96,
  px: 1 / 96,
  in: 1,
  cm: 1 / 2.54,
  mm: 1 / 25.4,
  pt: 1 / 72,
  em: 11 / 72,
  rem: 11 / 72,
  inch: 1,
};

/** The image with a width that fits the page. Sizes in percent are left as they are: they fit by nature. */
export function fitted(node: ImageNode, bytes: Uint8Array | undefined, page: PageSetup): ImageNode {
  const natural =
    bytes === undefined
      ? undefined
      : pixelSize(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const [id, classes, pairs] = attributesOf(node.attributes);
  const given = {
    width: pairs.find(([key]) => key === 'width')?.[1],
    height: pairs.find(([key]) => key === 'height')?.[1],
  };
  if (given.width?.endsWith('%') === true || given.height?.endsWith('%') === true) return node;
  const wanted = inches({ width: length(given.width), height: length(given.height) }, natural);
  if (wanted === undefined) return node;
  const space = spaceOf(page);
  const scale = Math.min(1, space.width / wanted.width, space.height / wanted.height);
  const rest = pairs.filter(([key]) => key !== 'width' && key !== 'height');
  const size = [
    ['width', `${round(wanted.width * scale)}in`],
    ...(given.height === undefined ? [] : [['height', `${round(wanted.height * scale)}in`]]),
  ];
  return { ...node, attributes: [id, classes, [...rest, ...size]] };
}

const round = (value: number): number => Math.round(value * 1000) / 1000;

/** Inches between the margins, with room for a caption. */
function spaceOf(page: PageSetup): Size {
  return {
    width: (page.widthCm * 10 - page.marginMm.left - page.marginMm.right) / 25.4,
    height: ((page.heightCm * 10 - page.marginMm.top - page.marginMm.bottom) / 25.4) * 0.9,
  };
}

function inches(
  given: { readonly width: number | undefined; readonly height: number | undefined },
  natural: Size | undefined,
): Size | undefined {
  const ratio = natural === undefined ? undefined : natural.width / natural.height;
  if (given.width !== undefined && given.height !== undefined)
    return { width: given.width, height: given.height };
  if (given.width !== undefined)
    return { width: given.width, height: ratio === undefined ? 0.01 : given.width / ratio };
  if (given.height !== undefined)
    return ratio === undefined ? undefined : { width: given.height * ratio, height: given.height };
  return natural === undefined ? undefined : { width: natural.width / 96, height: natural.height / 96 };
}

function length(text: string | undefined): number | undefined {
  const found = /^\s*(\d*\.?\d+)\s*([a-z]*)\s*$/i.exec(text ?? '');
  const unit = inchPerUnit[found?.[2]?.toLowerCase() ?? ''];
  const value = Number(found?.[1]);
  return found === null || unit === undefined || value <= 0 ? undefined : value * unit;
}

type Attributes = readonly [
  id: string,
  classes: readonly unknown[],
  pairs: readonly (readonly [string, string])[],
];

function attributesOf(value: unknown): Attributes {
  if (!Array.isArray(value)) return ['', [], []];
  const [id, classes, pairs]: readonly unknown[] = value;
  return [
    typeof id === 'string' ? id : '',
    Array.isArray(classes) ? classes : [],
    Array.isArray(pairs)
      ? pairs.filter(
          (pair): pair is [string, string] =>
            Array.isArray(pair) && typeof pair[0] === 'string' && typeof pair[1] === 'string',
        )
      : [],
  ];
}

/** Of PNG, GIF, JPEG and WebP; undefined for others and for broken ones. */
export function pixelSize(bytes: Buffer): Size | undefined {
  const size = rawSize(bytes);
  return size === undefined || size.width === 0 || size.height === 0 ? undefined : size;
}

function rawSize(bytes: Buffer): Size | undefined {
  if (bytes.length < 30) return undefined;
  const start = bytes.toString('latin1', 0, 16);
  if (start.startsWith('\x89PNG')) return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  if (start.startsWith('GIF8')) return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
  if (start.startsWith('\xff\xd8')) return jpegSize(bytes);
  if (start.slice(8) === 'WEBPVP8 ')
    return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
  if (start.slice(8) === 'WEBPVP8X')
    return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
  return undefined;
}

function jpegSize(bytes: Buffer): Size | undefined {
  for (let at = 2; at + 9 < bytes.length;) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] ?? 0;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}
