/**
 * A picture as a drawing of OpenDocument (ODG): one page of its size with the picture on it, as it is. Only its size is
 * read, by sharp in its host; the drawing itself is a zip of a few lines.
 */
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Failure, OutputFile } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { ok } from '@pipeline/schema';
import { runInHost } from '../../host/host-pool.ts';
import { jobNumber } from '../../host/read-job.ts';
import { nameOf } from '../../files/output-name.ts';
import type { Conversion, Converter } from '../converter.ts';
import { sharpVersion } from './sharp.ts';

/** What drawing programs show inside of a drawing. */
const pictures: readonly string[] = ['png', 'jpg', 'gif', 'svg'];
/** What screens take for an inch of pixels. */
const pixelsPerInch = 96;

export const odgPictures: Converter = {
  name: 'odg-pictures',
  standsFor: ['libreoffice', 'office', 'imagemagick'],
  version: async () => sharpVersion,
  license: 'Apache-2.0',
  kind: 'embedded',
  needs: [],
  pairs: Object.fromEntries(pictures.map((from) => [from, ['odg']])),
  options: () => [],
  // Below what makes shapes of an SVG.
  rank: (from) => (from === 'svg' ? 40 : 70),
  note: () => 'the picture on a page of its size; it stays a picture',
  convert,
};

async function convert(conversion: Conversion): Promise<Result<readonly OutputFile[], Failure>> {
  const { inputPath, inputName, from, dir, outputName, workDir, signal } = conversion;
  const measured = await runInHost({
    host: 'sharp',
    job: { type: 'measure', inputPath, inputName },
    signal,
    about: inputName,
  });
  if (!measured.ok) return measured;
  const [width, height] = [jobNumber(measured.value, 'width'), jobNumber(measured.value, 'height')];
  const output = path.join(workDir, 'drawing.odg');
  const { ZipFile } = await import('yazl');
  const zip = new ZipFile();
  // The type comes first and unpacked: the bytes of the file tell it.
  zip.addBuffer(Buffer.from(mediaType), 'mimetype', { compress: false, ...stamp });
  const picture = `Pictures/picture.${from}`;
  for (const [name, text] of Object.entries(parts({ width, height, picture }))) {
    zip.addBuffer(Buffer.from(text), name, stamp);
  }
  zip.addFile(inputPath, picture, { compress: from === 'svg', ...stamp });
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(output), { signal });
  return ok([{ dir, name: nameOf(outputName, { number: 1, count: 1 }), path: output }]);
}

const mediaType = 'application/vnd.oasis.opendocument.graphics';
/** The same picture makes the same file. */
const stamp = { mtime: new Date(2000, 0, 1), mode: 0o100644, forceDosTimestamp: true };

interface Page {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly picture: string;
}

const inches = (pixels: number): string => `${Number((pixels / pixelsPerInch).toFixed(4))}in`;

function parts({ width, height, picture }: Page): Readonly<Record<string, string>> {
  const size = `svg:width="${inches(width)}" svg:height="${inches(height)}"`;
  const layout = `<style:page-layout style:name="Page"><style:page-layout-properties fo:margin-top="0in" fo:margin-bottom="0in" fo:margin-left="0in" fo:margin-right="0in" fo:page-width="${inches(width)}" fo:page-height="${inches(height)}"/></style:page-layout>`;
  return {
    'content.xml': `${head('document-content')}<office:body><office:drawing><draw:page draw:name="page1" draw:master-page-name="Default"><draw:frame ${size} svg:x="0in" svg:y="0in"><draw:image xlink:href="${picture}" xlink:type="simple" xlink:show="embed" xlink:actuate="onLoad"/></draw:frame></draw:page></office:drawing></office:body></office:document-content>`,
    // Without the empty element LibreOffice does not read the layout.
    'styles.xml': `${head('document-styles')}<office:styles/><office:automatic-styles>${layout}</office:automatic-styles><office:master-styles><style:master-page style:name="Default" style:page-layout-name="Page"/></office:master-styles></office:document-styles>`,
    'META-INF/manifest.xml': manifest(picture),
  };
}

const namespaces = {
  office: 'office',
  draw: 'drawing',
  style: 'style',
  fo: 'xsl-fo-compatible',
  svg: 'svg-compatible',
} as const;

function head(element: string): string {
  const named = Object.entries(namespaces).map(
    ([prefix, name]) => `xmlns:${prefix}="urn:oasis:names:tc:opendocument:xmlns:${name}:1.0"`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<office:${element} ${named.join(' ')} xmlns:xlink="http://www.w3.org/1999/xlink" office:version="1.2">`;
}

const entry = (name: string, type: string): string =>
  `<manifest:file-entry manifest:full-path="${name}" manifest:media-type="${type}"/>`;

function manifest(picture: string): string {
  const entries = [
    entry('/', mediaType),
    entry('content.xml', 'text/xml'),
    entry('styles.xml', 'text/xml'),
    entry(picture, ''),
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>\n<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">${entries.join('')}</manifest:manifest>`;
}
