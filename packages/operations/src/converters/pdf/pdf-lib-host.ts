/**
 * Pages of PDFs into one PDF, inside a converter host: merging, and selecting pages. Deterministic: the result carries
 * no date and no random identifier. It draws nothing.
 */
import { writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { PDFDocument, PDFHexString, PDFName } from '@cantoo/pdf-lib';
import type { JsonObject, JsonValue } from '@pipeline/schema';
import { ConversionError } from '../../host/protocol.ts';
import type { HostModule } from '../../host/protocol.ts';
import { selectPages } from '../../page-range.ts';
import type { PageRange } from '../../page-range.ts';
import { textOption } from '../../read-options.ts';
import { joinOutlines } from './join-outlines.ts';
import { brokenPdf, openPdf } from './open-pdf.ts';
import type { PdfFile } from './open-pdf.ts';
import { markPdfX4, titlePdfA } from './pdf-standard-marks.ts';
import { inspect } from './pdf-inspect.ts';

export const host: HostModule = {
  run: (job, report) => {
    switch (job.type) {
      case 'inspect':
        return inspectFile(job);
      case 'mark-pdf-x4':
        return markPdfX4(job);
      case 'join-outlines':
        return saveJoined(job);
      case 'title-pdf-a':
        return titlePdfA(job);
      default:
        return run(job, report);
    }
  },
};

/** `{ type, path, name, inputs: [{ path, name, title }], outputPath }` → `{ pages }` */
async function saveJoined(job: JsonObject): Promise<JsonObject> {
  const document = await joinOutlines(job);
  document.setProducer('Pipeline');
  const body = await document.save({ useObjectStreams: true, addDefaultPage: false });
  await writeFile(textOption(job, 'outputPath') ?? '', await identified(document, body));
  return { pages: document.getPageCount() };
}

/** `{ type: 'inspect', path, name }` → what is inside. */
async function inspectFile(job: JsonObject): Promise<JsonObject> {
  return inspect(await openPdf(readInput(job)));
}

/** `{ inputs: [{path, name}], pages?: [[first, last|null]], title?, outputPath }` → `{ pages }`. */
async function run(job: JsonObject, report: (percent: number | null) => void): Promise<JsonObject> {
  const inputs = Array.isArray(job.inputs) ? job.inputs.map(readInput) : [];
  const ranges = Array.isArray(job.pages) ? job.pages.map(readRange) : undefined;
  const target = await PDFDocument.create({ updateMetadata: false });
  for (const [index, input] of inputs.entries()) {
    await appendPages(target, input, ranges);
    report(((index + 1) / (inputs.length + 1)) * 100);
  }
  const title = textOption(job, 'title');
  if (title !== undefined) target.setTitle(title);
  target.setProducer('Pipeline');
  const body = await target.save({ useObjectStreams: true, addDefaultPage: false });
  await writeFile(textOption(job, 'outputPath') ?? '', await identified(target, body));
  return { pages: target.getPageCount() };
}

function readInput(value: JsonValue): PdfFile {
  const record = isObject(value) ? value : {};
  return { path: textOption(record, 'path') ?? '', name: textOption(record, 'name') ?? '' };
}

function readRange(value: JsonValue): PageRange {
  const [first, last]: readonly JsonValue[] = Array.isArray(value) ? value : [];
  return {
    first: typeof first === 'number' ? first : 1,
    last: typeof last === 'number' ? last : Number.POSITIVE_INFINITY,
  };
}

const isObject = (value: JsonValue): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

async function appendPages(
  target: PDFDocument,
  input: PdfFile,
  ranges: readonly PageRange[] | undefined,
): Promise<void> {
  const source = await openPdf(input);
  const count = source.getPageCount();
  const indices =
    ranges === undefined ? source.getPageIndices() : selectPages(ranges, count).map((page) => page - 1);
  if (indices.length === 0) {
    throw new ConversionError(
      'bad-input',
      `${JSON.stringify(input.name)} has ${count === 1 ? 'one page' : `${count} pages`}, and none of those that \`pages\` names`,
    );
  }
  try {
    for (const page of await target.copyPages(source, indices)) target.addPage(page);
  } catch (error) {
    throw brokenPdf(input, error);
  }
}

/** The identifier that PDF asks for, made of the content. */
async function identified(target: PDFDocument, body: Uint8Array): Promise<Uint8Array> {
  const id = PDFHexString.of(createHash('sha256').update(body).digest('hex').slice(0, 32));
  target.context.trailerInfo.ID = target.context.obj([id, id]);
  target.catalog.delete(PDFName.of('Metadata'));
  return target.save({ useObjectStreams: true, addDefaultPage: false });
}
