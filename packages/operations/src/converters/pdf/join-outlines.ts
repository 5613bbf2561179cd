/**
 * After a merge: an entry of the outline for each file with the file's own entries below it, and links that go by a name
 * of their file made to go by page. Inside a converter host.
 */
import { PDFDict, PDFName } from '@cantoo/pdf-lib';
import type { PDFDocument } from '@cantoo/pdf-lib';
import type { JsonObject, JsonValue } from '@pipeline/schema';
import { jobText } from '../../host/read-job.ts';
import { textOption } from '../../read-options.ts';
import { openPdf } from './open-pdf.ts';
import type { PdfFile } from './open-pdf.ts';
import { destinationOf, readDestinations, writeOutline } from './pdf-outline.ts';
import type { Destinations, OutlineItem } from './pdf-outline.ts';

/** `{ path, name, inputs: [{ path, name, title }] }`: the document with its outline, and how many pages it has. */
export async function joinOutlines(job: JsonObject): Promise<PDFDocument> {
  const merged = await openPdf({ path: jobText(job, 'path'), name: jobText(job, 'name') });
  const inputs = Array.isArray(job['inputs']) ? job['inputs'].filter(isObject) : [];
  const items: OutlineItem[] = [];
  let from = 0;
  for (const input of inputs) {
    const file = { path: jobText(input, 'path'), name: jobText(input, 'name') };
    const source = await openPdf(file);
    const destinations = readDestinations(source);
    const moved = destinations.outline.map((item) => movedBy(item, from));
    const first = { page: from, view: ['Fit'] };
    items.push(
      ...(inputs.length === 1 ? moved : [{ title: titleOf(input, file), target: first, items: moved }]),
    );
    linkByPage(merged, { from, count: source.getPageCount(), destinations });
    from += source.getPageCount();
  }
  writeOutline(merged, items);
  return merged;
}

const isObject = (value: JsonValue): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const titleOf = (input: JsonObject, file: PdfFile): string => textOption(input, 'title') ?? file.name;

function movedBy({ title, target, items }: OutlineItem, pages: number): OutlineItem {
  return {
    title,
    target: target === undefined ? undefined : { ...target, page: target.page + pages },
    items: items.map((item) => movedBy(item, pages)),
  };
}

interface Part {
  readonly from: number;
  readonly count: number;
  readonly destinations: Destinations;
}

/** Names belong to their file, and two files may use one for different places. */
function linkByPage(merged: PDFDocument, { from, count, destinations }: Part): void {
  for (const page of merged.getPages().slice(from, from + count)) {
    for (const ref of page.node.Annots()?.asArray() ?? []) {
      const annotation = merged.context.lookup(ref);
      if (!(annotation instanceof PDFDict)) continue;
      const action = annotation.lookup(PDFName.of('A'));
      const isJump = action instanceof PDFDict && action.get(PDFName.of('S'))?.toString() === '/GoTo';
      const [holder, key] = isJump ? [action, PDFName.of('D')] : [annotation, PDFName.of('Dest')];
      // What goes by page already is found by no name.
      const target = destinations.resolve(holder.get(key));
      if (target === undefined) continue;
      holder.set(key, destinationOf(merged, { ...target, page: target.page + from }));
    }
  }
}
