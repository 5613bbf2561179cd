/** Signature fields become what they look like: their appearance is drawn on the page, and the field is gone. */
import { PDFArray, PDFDict, PDFName, PDFNumber, PDFRef, PDFStream } from '@cantoo/pdf-lib';
import type { PDFDocument, PDFPage } from '@cantoo/pdf-lib';

/** How many there were. */
export function flattenSignatures(document: PDFDocument): number {
  const widgets = document.getPages().flatMap((page) => widgetsOf(page));
  for (const widget of widgets) {
    drawAppearance(widget);
    remove(widget.page.node.Annots(), widget.ref);
  }
  const form = document.catalog.lookup(PDFName.of('AcroForm'));
  if (form instanceof PDFDict) {
    const fields = form.lookup(PDFName.of('Fields'));
    for (const { ref } of widgets) remove(fields instanceof PDFArray ? fields : undefined, ref);
    form.delete(PDFName.of('SigFlags'));
    if (fields instanceof PDFArray && fields.size() === 0) document.catalog.delete(PDFName.of('AcroForm'));
  }
  // Certification by a signature that is no more.
  if (widgets.length > 0) document.catalog.delete(PDFName.of('Perms'));
  return widgets.length;
}

interface Widget {
  readonly page: PDFPage;
  readonly ref: PDFRef;
  readonly dict: PDFDict;
}

function widgetsOf(page: PDFPage): readonly Widget[] {
  const annotations = page.node.Annots()?.asArray() ?? [];
  return annotations.flatMap((ref) => {
    const dict = page.doc.context.lookup(ref);
    if (!(ref instanceof PDFRef) || !(dict instanceof PDFDict)) return [];
    const parent = dict.lookup(PDFName.of('Parent'));
    const type =
      dict.get(PDFName.of('FT')) ?? (parent instanceof PDFDict ? parent.get(PDFName.of('FT')) : undefined);
    return type?.toString() === '/Sig' ? [{ page, ref, dict }] : [];
  });
}

/** The box of the appearance is fitted into the rectangle of the field, as viewers do. */
function drawAppearance({ page, dict }: Widget): void {
  const states = dict.lookup(PDFName.of('AP'));
  const appearance = states instanceof PDFDict ? states.lookup(PDFName.of('N')) : undefined;
  const reference = states instanceof PDFDict ? states.get(PDFName.of('N')) : undefined;
  const rect = numbersAt(dict, 'Rect');
  const [left = 0, bottom = 0, right = 0, top = 0] = rect;
  if (!(appearance instanceof PDFStream) || !(reference instanceof PDFRef) || right <= left || top <= bottom)
    return;
  const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = numbersAt(appearance.dict, 'BBox');
  if (x1 <= x0 || y1 <= y0) return;
  const [across, down] = [(right - left) / (x1 - x0), (top - bottom) / (y1 - y0)];
  const { context } = page.doc;
  appearance.dict.set(PDFName.of('Subtype'), PDFName.of('Form'));
  const name = page.node.newXObject('Signature', reference);
  const operators = `q ${across} 0 0 ${down} ${left - x0 * across} ${bottom - y0 * down} cm ${name.toString()} Do Q\n`;
  const [start, end] = ['q\n', '\nQ\n'].map((text) => context.register(context.flateStream(text)));
  page.node.normalize();
  if (start !== undefined && end !== undefined) page.node.wrapContentStreams(start, end);
  page.node.normalizedEntries().Contents?.push(context.register(context.flateStream(operators)));
}

function numbersAt(dict: PDFDict, key: string): readonly number[] {
  const values = dict.lookup(PDFName.of(key));
  if (!(values instanceof PDFArray)) return [];
  return values.asArray().map((value) => (value instanceof PDFNumber ? value.asNumber() : 0));
}

function remove(list: PDFArray | undefined, ref: PDFRef): void {
  const at = list?.asArray().indexOf(ref) ?? -1;
  if (at >= 0) list?.remove(at);
}
