/**
 * Pictures into an OpenDocument drawing (`odd`, the same as `odg`): a page as large as the picture, and the picture on it.
 * Nothing of the picture is read but its size.
 */
import { createWriteStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Failure, OutputFile } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { outputDateOfZip } from '../../files/output-date.ts';
import { nameOf } from '../../files/output-name.ts';
import type { Conversion, Converter } from '../converter.ts';
import { pixelSize } from '../pictures/picture-size.ts';

export const odd: Converter = {
  name: 'odd',
  standsFor: ['imagemagick', 'graphicsmagick'],
  version: async () => '1.2',
  license: 'MIT',
  kind: 'embedded',
  needs: [],
  pairs: { png: ['odd'], jpg: ['odd'] },
  options: () => [],
  rank: () => 60,
  note: () => 'the picture, on a page of its size',
  convert,
};

const mediaType = 'application/vnd.oasis.opendocument.graphics';
/** Of a JPEG, its size may stand behind metadata and a preview. */
const headBytes = 512 * 1024;

async function convert(conversion: Conversion): Promise<Result<readonly OutputFile[], Failure>> {
  const { inputPath, inputName, from, workDir, dir } = conversion;
  const size = pixelSize(await readHead(inputPath));
  if (size === undefined) {
    return err(failure('bad-input', `${JSON.stringify(inputName)} does not tell its size: it is damaged`));
  }
  const picture = `Pictures/picture.${from}`;
  const { ZipFile } = await import('yazl');
  const zip = new ZipFile();
  const about = { mtime: outputDateOfZip() };
  // Readers tell the format by it: it comes first, and as it is.
  zip.addBuffer(Buffer.from(mediaType), 'mimetype', { ...about, compress: false });
  zip.addBuffer(Buffer.from(contentXml({ ...size, picture })), 'content.xml', about);
  zip.addBuffer(Buffer.from(stylesXml(size)), 'styles.xml', about);
  zip.addBuffer(Buffer.from(manifestXml(picture, from)), 'META-INF/manifest.xml', about);
  zip.addBuffer(await readFile(inputPath), picture, { ...about, compress: false });
  zip.end();
  const outputPath = path.join(workDir, 'drawing.odg');
  await pipeline(zip.outputStream, createWriteStream(outputPath));
  return ok([{ dir, name: nameOf(conversion.outputName, { number: 1, count: 1 }), path: outputPath }]);
}

async function readHead(inputPath: string): Promise<Buffer> {
  const file = await open(inputPath);
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

const spaces = ['office', 'style', 'drawing', 'xsl-fo-compatible', 'svg-compatible'] as const;
const prefixes = {
  office: 'office',
  style: 'style',
  drawing: 'draw',
  'xsl-fo-compatible': 'fo',
  'svg-compatible': 'svg',
};
const namespaces = `${spaces
  .map((space) => `xmlns:${prefixes[space]}="urn:oasis:names:tc:opendocument:xmlns:${space}:1.0"`)
  .join(' ')} xmlns:xlink="http://www.w3.org/1999/xlink" office:version="1.2"`;
const declaration = '<?xml version="1.0" encoding="UTF-8"?>';

/** CSS has 96 pixels to the inch. */
const inches = (pixels: number): string => `${(pixels / 96).toFixed(4)}in`;

interface Placed {
  readonly width: number;
  readonly height: number;
}

function contentXml({ width, height, picture }: Placed & { readonly picture: string }): string {
  const box = `svg:x="0in" svg:y="0in" svg:width="${inches(width)}" svg:height="${inches(height)}"`;
  const image = `<draw:image xlink:href="${picture}" xlink:type="simple" xlink:show="embed" xlink:actuate="onLoad"/>`;
  return `${declaration}<office:document-content ${namespaces}><office:body><office:drawing><draw:page draw:name="page1" draw:master-page-name="Default"><draw:frame ${box}>${image}</draw:frame></draw:page></office:drawing></office:body></office:document-content>`;
}

function stylesXml({ width, height }: Placed): string {
  const page = `fo:margin-top="0in" fo:margin-bottom="0in" fo:margin-left="0in" fo:margin-right="0in" fo:page-width="${inches(width)}" fo:page-height="${inches(height)}"`;
  return `${declaration}<office:document-styles ${namespaces}><office:styles/><office:automatic-styles><style:page-layout style:name="PM0"><style:page-layout-properties ${page}/></style:page-layout></office:automatic-styles><office:master-styles><style:master-page style:name="Default" style:page-layout-name="PM0"/></office:master-styles></office:document-styles>`;
}

const entry = (file: string, type: string): string =>
  `<manifest:file-entry manifest:full-path="${file}" manifest:media-type="${type}"/>`;

function manifestXml(picture: string, format: string): string {
  const pictureType = format === 'jpg' ? 'image/jpeg' : 'image/png';
  return `${declaration}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">${entry('/', mediaType)}${entry('content.xml', 'text/xml')}${entry('styles.xml', 'text/xml')}${entry(picture, pictureType)}</manifest:manifest>`;
}
