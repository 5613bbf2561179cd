/**
 * Lays a watermark over or under pages of a PDF, inside a converter host: it is held once and drawn on every page, as the
 * reader sees the page, whatever its rotation and boxes. The letters are letters: they can be searched, and stay sharp.
 */
import { writeFile } from 'node:fs/promises';
import { PDFName, PDFStream } from '@cantoo/pdf-lib';
import type { PDFDocument, PDFPage, PDFRef } from '@cantoo/pdf-lib';
import type { JsonObject } from '@pipeline/schema';
import { ConversionError } from '../../host/protocol.ts';
import type { HostModule } from '../../host/protocol.ts';
import { jobObject, jobText, numberOption } from '../../host/read-job.ts';
import { parsePageRange } from '../../page-range.ts';
import { textOption } from '../../read-options.ts';
import { openPdf } from './open-pdf.ts';
import { placeOnPage, stampSize } from './place-on-page.ts';
import type { Box } from './place-on-page.ts';
import { imageStamp, textStamp } from './stamp-pdf.ts';
import type { Stamp } from './stamp-pdf.ts';

export const host: HostModule = { run };

/** `{ inputPath, inputName, outputPath, options, imagePath?, imageName? }` → `{ pages }` */
async function run(job: JsonObject, report: (percent: number | null) => void): Promise<JsonObject> {
  const options = jobObject(job, 'options');
  const name = jobText(job, 'inputName');
  const document = await openPdf({ path: jobText(job, 'inputPath'), name });
  const pages = askedPages(document, { pages: options['pages'], name });
  const imagePath = textOption(job, 'imagePath');
  const stamp = await (imagePath === undefined
    ? textStamp(textOption(options, 'text') ?? '', options)
    : imageStamp({ path: imagePath, name: jobText(job, 'imageName') }));
  const form = await embed(document, stamp);
  const shade = graphicsState(document, (numberOption(options, 'opacity') ?? 100) / 100);
  for (const [index, page] of pages.entries()) {
    draw(page, { form, shade, stamp, options });
    if (index % 20 === 0) report((90 * index) / pages.length);
  }
  await writeFile(
    jobText(job, 'outputPath'),
    await document.save({ useObjectStreams: true, addDefaultPage: false }),
  );
  return { pages: pages.length };
}

function askedPages(
  document: PDFDocument,
  { pages, name }: { readonly pages: JsonObject[string] | undefined; readonly name: string },
): readonly PDFPage[] {
  const all = document.getPages();
  if (pages === undefined) return all;
  const ranges = parsePageRange(pages);
  if (!ranges.ok) throw new ConversionError('unsupported', `"pages": ${ranges.error}`);
  const last = Math.max(
    ...ranges.value.map((range) => (Number.isFinite(range.last) ? range.last : range.first)),
  );
  if (last > all.length) {
    const there = all.length === 1 ? 'one page' : `${all.length} pages`;
    throw new ConversionError(
      'bad-input',
      `"pages: ${typeof pages === 'string' ? pages : JSON.stringify(pages)}" names a page that is not there: ${JSON.stringify(name)} has ${there}`,
      { hint: `Give pages from 1 to ${all.length}.`, code: 'INVALID_OPTION' },
    );
  }
  return all.filter((_, index) =>
    ranges.value.some((range) => index + 1 >= range.first && index + 1 <= range.last),
  );
}

async function embed(document: PDFDocument, stamp: Stamp): Promise<PDFRef> {
  const embedded = await document.embedPage(stamp.document.getPage(0));
  await embedded.embed();
  const form = document.context.lookup(embedded.ref);
  // As one group, so that opacity holds for the whole and not for each stroke of it.
  if (form instanceof PDFStream) {
    form.dict.set(PDFName.of('Group'), document.context.obj({ S: 'Transparency', I: true }));
  }
  return embedded.ref;
}

function graphicsState(document: PDFDocument, opacity: number): PDFRef {
  return document.context.register(document.context.obj({ Type: 'ExtGState', ca: opacity, CA: opacity }));
}

interface Drawing {
  readonly form: PDFRef;
  readonly shade: PDFRef;
  readonly stamp: Stamp;
  readonly options: JsonObject;
}

function draw(page: PDFPage, { form, shade, stamp, options }: Drawing): void {
  const view = { box: visibleBox(page), rotation: page.getRotation().angle };
  const shown =
    view.rotation % 180 === 0 ? view.box : { ...view.box, width: view.box.height, height: view.box.width };
  const size = stampSize(stamp.natural, { page: shown, options, isText: options['text'] !== undefined });
  const matrix = placeOnPage(size, { ...view, options });
  const drawn = stamp.document.getPage(0).getSize();
  const scale = [size.width / drawn.width, 0, 0, size.height / drawn.height, 0, 0];
  const { node } = page;
  const formName = node.newXObject('Watermark', form);
  const shadeName = node.newExtGState('Shade', shade);
  const operators = `q ${shadeName.toString()} gs ${numbers(matrix)} cm ${numbers(scale)} cm ${formName.toString()} Do Q`;
  const { context } = page.doc;
  // What the page leaves behind of its own (a scale, a colour) must not reach the watermark.
  const [start, end] = ['q\n', `\nQ\n`].map((text) => context.register(context.flateStream(text)));
  const mark = context.register(context.flateStream(`${operators}\n`));
  node.normalize();
  if (start !== undefined && end !== undefined) node.wrapContentStreams(start, end);
  const contents = node.normalizedEntries().Contents;
  if (contents === undefined) node.set(PDFName.of('Contents'), context.obj([mark]));
  else if (options['layer'] === 'below') contents.insert(0, mark);
  else contents.push(mark);
}

const numbers = (values: readonly number[]): string =>
  values.map((value) => Number(value.toFixed(6))).join(' ');

/** What a viewer shows of the page: the crop box, as far as it lies on the page. */
function visibleBox(page: PDFPage): Box {
  const media = page.getMediaBox();
  const crop = page.getCropBox();
  const x = Math.max(media.x, crop.x);
  const y = Math.max(media.y, crop.y);
  const width = Math.min(media.x + media.width, crop.x + crop.width) - x;
  const height = Math.min(media.y + media.height, crop.y + crop.height) - y;
  return width > 0 && height > 0 ? { x, y, width, height } : media;
}
