/**
 * Makes a one-page PDF that holds nothing but the watermark: a text in real letters, or an image, at a size of its own.
 * Typst typesets it, which shapes any script; it sees no file but the image. It does not know where it will lie.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { decodePDFRawStream, PDFArray, PDFDocument, PDFRawStream } from '@cantoo/pdf-lib';
import type { NodeCompiler } from '@myriaddreamin/typst-ts-node-compiler';
import type { JsonObject } from '@pipeline/schema';
import sharp from 'sharp';
import { fontOf } from '../../font-names.ts';
import { ConversionError } from '../../host/protocol.ts';
import { formatOfBytes } from '../../files/magic.ts';
import { textOption } from '../../read-options.ts';
import { openPicture } from '../pictures/open-picture.ts';
import { pixelSize } from '../pictures/picture-size.ts';
import { markupReferences } from '../references.ts';

/** Points at which text is typeset; it is scaled when it is drawn. */
const stampFontSize = 100;
const maxTextLength = 10_000;

export interface Stamp {
  readonly document: PDFDocument;
  /** An image at one point a pixel; a text at `stampFontSize`. */
  readonly natural: { readonly width: number; readonly height: number };
}

export async function textStamp(text: string, options: JsonObject): Promise<Stamp> {
  if (text.trim() === '')
    throw new ConversionError('unsupported', 'The watermark has no text.', 'Set `text`, or `image`.');
  if (text.length > maxTextLength) {
    throw new ConversionError(
      'too-large',
      `The text of the watermark is longer than ${maxTextLength} characters.`,
    );
  }
  const document = await typeset(textSource(text, options), {});
  if (hasMissingLetters(document)) {
    throw new ConversionError(
      'unsupported',
      `No font that is here has all the letters of the watermark ${JSON.stringify(text)}.`,
      'Install a font with these letters (for Chinese, Japanese and Korean: fonts-noto-cjk), or use `image`.',
    );
  }
  return { document, natural: document.getPage(0).getSize() };
}

/** Pure. The text is a string of the language, so that nothing in it is markup. */
export function textSource(text: string, options: JsonObject): string {
  const font = fontOf(textOption(options, 'font_name'));
  const align = textOption(options, 'font_align') ?? 'left';
  const lines = text.split(/\r\n?|\n/).map((line) => `#text(${typstString(line)})`);
  return `#set page(width: auto, height: auto, margin: 0pt, fill: none)
#set text(font: ${typstString(font.family)}, size: ${stampFontSize}pt, weight: ${font.isBold ? 700 : 400}, style: "${font.isItalic ? 'italic' : 'normal'}", fill: rgb("${textOption(options, 'font_color') ?? '#000000'}"), top-edge: "ascender", bottom-edge: "descender", hyphenate: false)
#set par(leading: 0em, spacing: 0em)
#set align(${align === 'center' || align === 'right' ? align : 'left'})
${lines.join('#linebreak()')}
`;
}

const typstString = (text: string): string =>
  `"${text.replaceAll(/[\\"]/g, String.raw`\$&`).replaceAll(/\p{Cc}/gu, ' ')}"`;

export async function imageStamp(image: { readonly path: string; readonly name: string }): Promise<Stamp> {
  const bytes = await readFile(image.path);
  const found = formatOfBytes(bytes.subarray(0, 8192));
  const isSvg = found === undefined || found === 'txt';
  if (isSvg) refuseReferences(bytes, image.name);
  const isTaken = isSvg || found === 'png' || found === 'jpg';
  const picture = isTaken ? bytes : await asPng(image);
  const name = isSvg ? 'stamp.svg' : isTaken && found === 'jpg' ? 'stamp.jpg' : 'stamp.png';
  const source = `#set page(width: auto, height: auto, margin: 0pt, fill: none)\n#image("${name}", width: 1000pt)\n`;
  try {
    const document = await typeset(source, { [name]: picture });
    const { width, height } = document.getPage(0).getSize();
    return { document, natural: await naturalSize({ picture, isSvg }, width / height) };
  } catch (error) {
    if (error instanceof ConversionError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new ConversionError('bad-input', `The image "${image.name}" cannot be read: ${why}`);
  }
}

/** One point a pixel. */
async function naturalSize(
  { picture, isSvg }: { readonly picture: Buffer; readonly isSvg: boolean },
  ratio: number,
): Promise<{ width: number; height: number }> {
  if (isSvg) {
    const { width } = await sharp(picture).metadata();
    return { width, height: width / ratio };
  }
  const size = pixelSize(picture) ?? { width: 1000, height: 1000 / ratio };
  const longer = Math.max(size.width, size.height);
  return ratio >= 1 ? { width: longer, height: longer / ratio } : { width: longer * ratio, height: longer };
}

function refuseReferences(bytes: Buffer, name: string): void {
  const reference = markupReferences(new TextDecoder().decode(bytes)).find(({ kind }) => kind !== 'inline');
  if (reference === undefined) return;
  throw new ConversionError(
    'refused',
    `"${name}" refers to another file, ${JSON.stringify(reference.url)}: an SVG must be complete in itself`,
    'Embed that image into the SVG (in Inkscape: Extensions, Images, Embed Images).',
  );
}

async function asPng(image: { readonly path: string; readonly name: string }): Promise<Buffer> {
  const picture = await openPicture(image.path, { name: image.name });
  return picture.open(0).autoOrient().png().toBuffer();
}

const families = ['arimo', 'tinos', 'cousine'];

async function typeset(source: string, files: Readonly<Record<string, Buffer>>): Promise<PDFDocument> {
  const compiler = await loadCompiler();
  const main = path.join(root, 'stamp.typ');
  compiler.mapShadow(main, Buffer.from(source));
  for (const [name, bytes] of Object.entries(files)) compiler.mapShadow(path.join(root, name), bytes);
  try {
    const { result } = compiler.compile({ mainFilePath: main, resetRead: true });
    if (result === null) throw new Error('it is broken, or of a kind that is not known here');
    const document = await PDFDocument.load(compiler.pdf(result, { creationTimestamp: 0 }), {
      updateMetadata: false,
    });
    compiler.evictCache(5);
    return document;
  } finally {
    compiler.resetShadow();
  }
}

/** A folder that is nowhere: Typst reads what it is handed, and nothing else. */
const root: string = path.resolve('/nonexistent-pipeline-stamp');

let loaded: Promise<NodeCompiler> | undefined;

function loadCompiler(): Promise<NodeCompiler> {
  loaded ??= (async () => {
    const { NodeCompiler: Compiler } = await import('@myriaddreamin/typst-ts-node-compiler');
    const { resolve } = createRequire(import.meta.url);
    const fontPaths = families.map((family) =>
      path.dirname(resolve(`@expo-google-fonts/${family}/package.json`)),
    );
    return Compiler.create({ workspace: root, fontArgs: [{ fontPaths }] });
  })();
  return loaded;
}

/** Glyph 0 of a font is the box that stands for what it does not have. */
function hasMissingLetters(document: PDFDocument): boolean {
  const contents = document.getPage(0).node.Contents();
  const streams =
    contents instanceof PDFArray ? contents.asArray().map((ref) => document.context.lookup(ref)) : [contents];
  return streams.some((stream) => {
    if (!(stream instanceof PDFRawStream)) return false;
    const text = Buffer.from(decodePDFRawStream(stream).decode()).toString('latin1');
    return stringsOf(text).some((codes) => /^(?:[^]{2})*?\0\0/.test(codes));
  });
}

/** What a content stream shows, two bytes a glyph: strings in brackets with escapes, or in hexadecimal. */
function stringsOf(content: string): readonly string[] {
  const found = content.matchAll(/\(((?:\\[^]|[^\\)])*)\)|<((?:[0-9a-f]{4})+)>/gi);
  return [...found].map(([, literal, hex]) =>
    hex === undefined ? unescaped(literal ?? '') : Buffer.from(hex, 'hex').toString('latin1'),
  );
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

const unescaped = (literal: string): string =>
  literal.replaceAll(/\\([0-7]{1,3}|[^])/g, (_, code: string) =>
    /^[0-7]/.test(code) ? String.fromCodePoint(Number.parseInt(code, 8)) : (escapes[code] ?? code),
  );
