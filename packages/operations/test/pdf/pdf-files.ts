/** PDFs that the tests make themselves, and a way to run an operation on one as the engine would. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PDFDocument, PDFHexString, PDFName, PDFNumber, StandardFonts, rgb } from '@cantoo/pdf-lib';
import { PDFiumLibrary } from '@hyzyla/pdfium';
import type { Artifact, Failure, Operation, OperationResult } from '@pipeline/engine';
import type { JsonObject, OperationName } from '@pipeline/schema';
import sharp from 'sharp';
import { action, artifact, contextOf, newFolder } from '../places/action.ts';

export interface PageSettings {
  readonly pages?: number;
  readonly size?: [number, number];
  /** `/Rotate` of every page. */
  readonly rotate?: number;
  readonly crop?: readonly [number, number, number, number];
  /** A text field with this value on page 2. */
  readonly field?: string;
  /** An entry of the outline for each page. */
  readonly hasOutline?: boolean;
  readonly word?: string;
}

/** `Page 1`, `Page 2`, … in Helvetica. */
export async function pdfOf(settings: PageSettings = {}): Promise<Buffer> {
  const { pages = 4, size = [300, 200], word = 'Page', rotate, crop, field } = settings;
  const document = await PDFDocument.create({ updateMetadata: false });
  const font = await document.embedFont(StandardFonts.Helvetica);
  for (let number = 1; number <= pages; number += 1) {
    const page = document.addPage(size);
    page.drawText(`${word} ${number}`, { x: 50, y: size[1] / 2, size: 24, font });
    page.drawRectangle({ x: 0, y: 0, width: 10, height: 10, color: rgb(1, 0, 0) });
    if (rotate !== undefined) page.node.set(PDFName.of('Rotate'), PDFNumber.of(rotate));
    if (crop !== undefined) page.setCropBox(...crop);
  }
  if (field !== undefined) {
    const text = document.getForm().createTextField('name');
    text.setText(field);
    text.addToPage(document.getPage(Math.min(1, pages - 1)), { x: 50, y: 20, width: 100, height: 20 });
  }
  if (settings.hasOutline === true) addOutline(document);
  return Buffer.from(await document.save());
}

function addOutline(document: PDFDocument): void {
  const { context } = document;
  const root = context.nextRef();
  const refs = document.getPages().map(() => context.nextRef());
  for (const [index, ref] of refs.entries()) {
    const previous = refs[index - 1];
    const next = refs[index + 1];
    const item = context.obj({ Parent: root, Dest: [document.getPage(index).ref, PDFName.of('Fit')] });
    item.set(PDFName.of('Title'), PDFHexString.fromText(`To page ${index + 1}`));
    if (previous !== undefined) item.set(PDFName.of('Prev'), previous);
    if (next !== undefined) item.set(PDFName.of('Next'), next);
    context.assign(ref, item);
  }
  const [first] = refs;
  const last = refs.at(-1);
  if (first === undefined || last === undefined) return;
  context.assign(root, context.obj({ Type: 'Outlines', First: first, Last: last, Count: refs.length }));
  document.catalog.set(PDFName.of('Outlines'), root);
}

/** A page that is nothing but a picture of a text, as a scanner makes it. */
export async function scanOf(
  lines: readonly string[],
  { turned = 0, pages = 1 }: { readonly turned?: number; readonly pages?: number } = {},
): Promise<Buffer> {
  const document = await PDFDocument.create({ updateMetadata: false });
  for (let page = 1; page <= pages; page += 1) {
    const drawn = await sharp({
      text: { text: lines.join('\n').replace('%d', String(page)), font: 'Arimo 44', dpi: 72, rgba: true },
    })
      .flatten({ background: '#fff' })
      .extend({ top: 80, bottom: 80, left: 80, right: 80, background: '#fff' })
      .rotate(turned)
      .jpeg({ quality: 90 })
      .toBuffer({ resolveWithObject: true });
    const image = await document.embedJpg(drawn.data);
    const size = { width: drawn.info.width / 2, height: drawn.info.height / 2 };
    document.addPage([size.width, size.height]).drawImage(image, { x: 0, y: 0, ...size });
  }
  return Buffer.from(await document.save());
}

export async function locked(input: Buffer, passwords: { user: string; owner: string }): Promise<Buffer> {
  const document = await PDFDocument.load(input);
  document.encrypt({ userPassword: passwords.user, ownerPassword: passwords.owner, permissions: {} });
  return Buffer.from(await document.save());
}

/**
 * With a signature that is seen: a blue box with a field over it, and a value that holds for all bytes but its own, as
 * signatures do. Nobody made it: it is zeros.
 */
export async function signedPdf(pages: number): Promise<Buffer> {
  const document = await PDFDocument.load(await pdfOf({ pages }));
  const { context } = document;
  const box = { Type: 'XObject', Subtype: 'Form', BBox: [0, 0, 50, 20] };
  const look = context.register(context.flateStream('0 0 1 rg 0 0 50 20 re f', box));
  const value = context.register(
    context.obj({
      Type: 'Sig',
      Filter: 'Adobe.PPKLite',
      ByteRange: [0, 1_111_111, 2_222_222, 3_333_333],
      Contents: PDFHexString.of('00'.repeat(200)),
    }),
  );
  const page = document.getPage(0);
  const field = context.register(
    context.obj({
      Type: 'Annot',
      Subtype: 'Widget',
      FT: 'Sig',
      T: PDFHexString.fromText('approval'),
      V: value,
      Rect: [150, 20, 250, 60],
      P: page.ref,
      AP: { N: look },
      F: 4,
    }),
  );
  page.node.addAnnot(field);
  document.catalog.set(PDFName.of('AcroForm'), context.obj({ Fields: [field], SigFlags: 3 }));
  const text = Buffer.from(await document.save({ useObjectStreams: false })).toString('latin1');
  const start = text.indexOf(`<${'0'.repeat(400)}>`);
  const end = start + 402;
  const places = { 1_111_111: start, 2_222_222: end, 3_333_333: text.length - end };
  const filled = Object.entries(places).reduce(
    (result, [blank, at]) => result.replace(blank, String(at).padStart(blank.length)),
    text,
  );
  return Buffer.from(filled, 'latin1');
}

export interface PdfAction {
  readonly operation: OperationName;
  readonly input: Buffer | string;
  readonly name?: string;
  readonly options?: JsonObject;
  /** The file of the `image` option. */
  readonly image?: { readonly name: string; readonly input: Buffer | string };
}

export interface Ran {
  readonly planned: Awaited<ReturnType<Operation['plan']>>;
  readonly result: Awaited<ReturnType<Operation['run']>>;
  readonly percents: readonly (number | null)[];
}

async function perform(operation: Operation, given: PdfAction): Promise<Ran> {
  const input = fileOf(given.name ?? 'report.pdf', given.input);
  const request = {
    ...action({ operation: given.operation, options: given.options ?? {}, inputs: [input] }),
    fileInputs: given.image === undefined ? {} : { image: [fileOf(given.image.name, given.image.input)] },
  };
  const context = contextOf(newFolder());
  const planned = await operation.plan(request, context);
  const result = await operation.run(request, context);
  return { planned, result, percents: context.reports.map(([percent]) => percent) };
}

function fileOf(name: string, content: Buffer | string): Artifact {
  // What an artifact is called on the disk tells nothing.
  const file = path.join(newFolder(), 'artifact');
  writeFileSync(file, content);
  return artifact(file, { name, dir: 'docs', sizeBytes: content.length });
}

export interface Done extends OperationResult, Pick<Ran, 'planned' | 'percents'> {
  readonly names: readonly string[];
  /** Of the first output. */
  readonly bytes: Buffer;
  readonly files: readonly Buffer[];
}

export async function done(operation: Operation, given: PdfAction): Promise<Done> {
  const { planned, result, percents } = await perform(operation, given);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  const files = result.value.outputs.map((output) => readFileSync(output.path));
  const names = result.value.outputs.map(({ name }) => name);
  return { ...result.value, planned, percents, names, files, bytes: files[0] ?? Buffer.alloc(0) };
}

export async function failed(
  operation: Operation,
  given: PdfAction,
): Promise<Failure & { readonly isPlanned: boolean }> {
  const { planned, result } = await perform(operation, given);
  if (result.ok) throw new Error('it went well, and should not have');
  return { ...result.error, isPlanned: planned.ok };
}

let library: Promise<PDFiumLibrary> | undefined;

export interface SeenPage {
  readonly text: string;
  /** Points, as it is shown. */
  readonly size: readonly [number, number];
  /** `[r, g, b]` at a place in points from the upper left, as it is shown. */
  readonly pixel: (left: number, top: number) => readonly number[];
  readonly png: () => Promise<Buffer>;
}

/** The pages as PDFium sees them, which is no tool of the operations under test. */
export async function seen(bytes: Uint8Array, password?: string): Promise<readonly SeenPage[]> {
  library ??= PDFiumLibrary.init();
  const document = await (await library).loadDocument(bytes, password);
  const pages: SeenPage[] = [];
  for (let index = 0; index < document.getPageCount(); index += 1) {
    // A page that has been drawn is closed.
    const text = document.getPage(index).getText();
    const page = document.getPage(index);
    const { originalWidth, originalHeight } = page.getOriginalSize();
    const scale = 2;
    const { data, width, height } = await page.render({ scale, render: 'bitmap', renderFormFields: true });
    const pixels = Buffer.from(data);
    pages.push({
      text,
      size: [Math.round(originalWidth), Math.round(originalHeight)],
      pixel: (left, top) => {
        const at = (Math.round(top * scale) * width + Math.round(left * scale)) * 4;
        return [...pixels.subarray(at, at + 3)];
      },
      png: () =>
        sharp(pixels, { raw: { width, height, channels: 4 } })
          .removeAlpha()
          .png()
          .toBuffer(),
    });
  }
  document.destroy();
  return pages;
}

export const texts = async (bytes: Uint8Array, password?: string): Promise<readonly string[]> =>
  (await seen(bytes, password)).map(({ text }) => text.trim());
