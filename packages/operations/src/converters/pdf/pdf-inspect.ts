/**
 * What is inside a PDF, as far as standards and programs care: fonts, transparency, output intents, metadata, boxes,
 * signatures. Inside a converter host. It judges nothing.
 */
import {
  decodePDFRawStream,
  PDFArray,
  PDFDict,
  PDFHexString,
  PDFName,
  PDFNumber,
  PDFRawStream,
  PDFStream,
  PDFString,
} from '@cantoo/pdf-lib';
import type { PDFContext, PDFDocument, PDFObject } from '@cantoo/pdf-lib';
import type { JsonObject } from '@pipeline/schema';

export function inspect(document: PDFDocument): JsonObject {
  const { context, catalog } = document;
  const found = walk(context);
  const info = dictAt(context, context.trailerInfo.Info);
  return {
    pages: document.getPageCount(),
    version: context.header.toString().slice(5, 8),
    isTransparent: found.isTransparent,
    hasRgb: found.hasRgb,
    openFonts: [...found.openFonts],
    hasScript: found.hasScript,
    annotations: found.annotations,
    signatures: found.signatures,
    attachments: found.attachments,
    hasForm: catalog.has(PDFName.of('AcroForm')),
    intents: intentsOf(catalog, context),
    xmp: xmpOf(catalog),
    title: textAt(info, 'Title') ?? null,
    pdfX: textAt(info, 'GTS_PDFXVersion') ?? null,
    trapped: info?.lookup(PDFName.of('Trapped'))?.toString() ?? null,
    hasId: context.trailerInfo.ID !== undefined,
    pagesWithoutTrim: document
      .getPages()
      .filter(({ node }) => !['TrimBox', 'ArtBox'].some((box) => node.has(PDFName.of(box)))).length,
  };
}

interface Found {
  isTransparent: boolean;
  hasRgb: boolean;
  hasScript: boolean;
  annotations: number;
  signatures: number;
  attachments: number;
  readonly openFonts: Set<string>;
}

function walk(context: PDFContext): Found {
  const found: Found = {
    isTransparent: false,
    hasRgb: false,
    hasScript: false,
    annotations: 0,
    signatures: 0,
    attachments: 0,
    openFonts: new Set(),
  };
  for (const [, object] of context.enumerateIndirectObjects()) visit(object, found, 0);
  return found;
}

/** Objects that stand by themselves are visited once; direct ones inside of them, some levels deep. */
function visit(object: PDFObject, found: Found, depth: number): void {
  if (depth > 20) return;
  if (object instanceof PDFStream) visit(object.dict, found, depth);
  else if (object instanceof PDFArray) for (const item of object.asArray()) visit(item, found, depth + 1);
  else if (object instanceof PDFName) found.hasRgb ||= object.toString() === '/DeviceRGB';
  else if (object instanceof PDFDict) {
    look(object, found);
    for (const value of object.values()) visit(value, found, depth + 1);
  }
}

const fontTypes: ReadonlySet<string> = new Set([
  '/Type1',
  '/MMType1',
  '/TrueType',
  '/CIDFontType0',
  '/CIDFontType2',
]);

function look(dict: PDFDict, found: Found): void {
  const type = nameAt(dict, 'Type');
  const subtype = nameAt(dict, 'Subtype');
  if (isTransparent(dict)) found.isTransparent = true;
  if (type === '/Font' && fontTypes.has(subtype) && !isEmbedded(dict)) {
    found.openFonts.add(nameAt(dict, 'BaseFont').slice(1));
  }
  if (nameAt(dict, 'S') === '/JavaScript') found.hasScript = true;
  if (dict.has(PDFName.of('Rect')) && (type === '/Annot' || subtype !== '')) found.annotations += 1;
  if (nameAt(dict, 'FT') === '/Sig' && dict.has(PDFName.of('V'))) found.signatures += 1;
  if (type === '/EmbeddedFile') found.attachments += 1;
}

function isTransparent(dict: PDFDict): boolean {
  const mask = dict.get(PDFName.of('SMask'));
  if (mask !== undefined && mask.toString() !== '/None') return true;
  for (const key of ['ca', 'CA']) {
    const value = dict.get(PDFName.of(key));
    if (value instanceof PDFNumber && value.asNumber() < 1) return true;
  }
  return !['', '/Normal', '/Compatible'].includes(nameAt(dict, 'BM'));
}

function isEmbedded(font: PDFDict): boolean {
  const descriptor = font.lookup(PDFName.of('FontDescriptor'));
  return (
    descriptor instanceof PDFDict &&
    ['FontFile', 'FontFile2', 'FontFile3'].some((key) => descriptor.has(PDFName.of(key)))
  );
}

function intentsOf(catalog: PDFDict, context: PDFContext): JsonObject[] {
  const intents = catalog.lookup(PDFName.of('OutputIntents'));
  if (!(intents instanceof PDFArray)) return [];
  return intents.asArray().flatMap((item) => {
    const intent = context.lookup(item);
    if (!(intent instanceof PDFDict)) return [];
    const profile = intent.lookup(PDFName.of('DestOutputProfile'));
    return [
      {
        type: nameAt(intent, 'S').slice(1),
        condition: textAt(intent, 'OutputConditionIdentifier') ?? null,
        channels: profile instanceof PDFStream ? numberAt(profile.dict, 'N') : null,
      },
    ];
  });
}

function xmpOf(catalog: PDFDict): string | null {
  const stream = catalog.lookup(PDFName.of('Metadata'));
  if (!(stream instanceof PDFRawStream)) return null;
  return Buffer.from(decodePDFRawStream(stream).decode()).toString('utf8');
}

const dictAt = (context: PDFContext, object: PDFObject | undefined): PDFDict | undefined => {
  const value = object === undefined ? undefined : context.lookup(object);
  return value instanceof PDFDict ? value : undefined;
};

function nameAt(dict: PDFDict, key: string): string {
  const value = dict.get(PDFName.of(key));
  return value instanceof PDFName ? value.toString() : '';
}

function numberAt(dict: PDFDict, key: string): number | null {
  const value = dict.lookup(PDFName.of(key));
  return value instanceof PDFNumber ? value.asNumber() : null;
}

function textAt(dict: PDFDict | undefined, key: string): string | undefined {
  const value = dict?.lookup(PDFName.of(key));
  return value instanceof PDFString || value instanceof PDFHexString ? value.decodeText() : undefined;
}
