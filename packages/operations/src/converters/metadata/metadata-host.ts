/** Metadata of PDF, office files, ebooks and pictures inside a converter host, by libraries alone. */
import { readFile, writeFile } from 'node:fs/promises';
import type { PDFDocument } from '@cantoo/pdf-lib';
import type { JsonObject } from '@pipeline/schema';
import exifr from 'exifr';
import { checkZip } from '../archives/zip-check.ts';
import { openPdf } from '../pdf/open-pdf.ts';
import { ConversionError } from '../../host/protocol.ts';
import type { HostModule } from '../../host/protocol.ts';
import { jobText } from '../../host/read-job.ts';
import { mapOption } from '../../read-options.ts';
import {
  elementOf,
  propertyFile,
  propertyFormats,
  readProperties,
  writeProperty,
} from './document-properties.ts';
import type { PropertyFile } from './document-properties.ts';
import { plainTags } from './plain-tags.ts';
import { readZipEntry, replaceZipEntry } from './zip-entry.ts';

export const host: HostModule = {
  run: async (job) => {
    const format = jobText(job, 'format');
    const isWriting = jobText(job, 'type') === 'write';
    if (format === 'pdf') return isWriting ? await writePdf(job) : await readPdf(job);
    if (propertyFormats.includes(format))
      return isWriting ? await writeDocument(job) : await readDocument(job);
    return await readPicture(job);
  },
};

const openJobPdf = (job: JsonObject): Promise<PDFDocument> =>
  openPdf({ path: jobText(job, 'inputPath'), name: jobText(job, 'inputName') });

async function readPdf(job: JsonObject): Promise<JsonObject> {
  const document = await openJobPdf(job);
  return plainTags({
    Title: document.getTitle(),
    Author: document.getAuthor(),
    Subject: document.getSubject(),
    Keywords: document.getKeywords(),
    Creator: document.getCreator(),
    Producer: document.getProducer(),
    CreateDate: document.getCreationDate(),
    ModifyDate: document.getModificationDate(),
    PageCount: document.getPageCount(),
  });
}

type PdfSetter = (document: PDFDocument, text: string) => void;

const pdfSetters: Readonly<Record<string, PdfSetter>> = {
  Title: (document, text) => document.setTitle(text),
  Author: (document, text) => document.setAuthor(text),
  Subject: (document, text) => document.setSubject(text),
  Keywords: (document, text) => document.setKeywords([text]),
  Creator: (document, text) => document.setCreator(text),
  Producer: (document, text) => document.setProducer(text),
  CreateDate: (document, text) => document.setCreationDate(dateOf(text)),
  ModifyDate: (document, text) => document.setModificationDate(dateOf(text)),
};

async function writePdf(job: JsonObject): Promise<JsonObject> {
  const document = await openJobPdf(job);
  for (const [name, value] of Object.entries(mapOption(job, 'metadata'))) {
    const known = Object.keys(pdfSetters).find((each) => each.toLowerCase() === name.toLowerCase());
    if (known === undefined) throw cannotWrite(job, name, Object.keys(pdfSetters).join(', '));
    pdfSetters[known]?.(document, value);
  }
  await writeFile(jobText(job, 'outputPath'), await document.save({ updateFieldAppearances: false }));
  return {};
}

/** ExifTool writes `2026:01:02 03:04:05`. */
function dateOf(text: string): Date {
  const date = new Date(text.replace(/^(\d{4}):(\d\d):(\d\d)/, '$1-$2-$3'));
  if (!Number.isNaN(date.getTime())) return date;
  throw new ConversionError('unsupported', `${JSON.stringify(text)} is no date: write it as 2026-01-31`);
}

const cannotWrite = (job: JsonObject, name: string, known: string): ConversionError =>
  new ConversionError(
    'unsupported',
    `${JSON.stringify(name)} cannot be written into ${JSON.stringify(jobText(job, 'inputName'))}: there is no place for it`,
    { code: 'INVALID_OPTION', hint: `There are: ${known}.` },
  );

interface Properties {
  readonly zip: Buffer;
  readonly file: PropertyFile;
  /** In the zip. */
  readonly path: string;
  readonly xml: string;
}

async function readDocument(job: JsonObject): Promise<JsonObject> {
  const { file, xml } = await openProperties(job);
  return { ...readProperties(xml, file) };
}

async function writeDocument(job: JsonObject): Promise<JsonObject> {
  const { zip, file, path: inside, xml } = await openProperties(job);
  if (xml === '') throw noProperties(job);
  let changed = xml;
  for (const [name, value] of Object.entries(mapOption(job, 'metadata'))) {
    const element = elementOf(file, name);
    if (element === undefined) throw cannotWrite(job, name, Object.keys(file.elements).join(', '));
    changed = writeProperty(changed, file, { element, text: value });
  }
  await writeFile(jobText(job, 'outputPath'), replaceZipEntry(zip, inside, Buffer.from(changed)));
  return {};
}

const noProperties = (job: JsonObject): ConversionError =>
  new ConversionError(
    'unsupported',
    `${JSON.stringify(jobText(job, 'inputName'))} has no properties that could be changed`,
    'Open it in the program that made it and save it again.',
  );

/** An empty text when the document has none. */
async function openProperties(job: JsonObject): Promise<Properties> {
  await checkZip(jobText(job, 'inputPath'), jobText(job, 'inputName'));
  const zip = await readFile(jobText(job, 'inputPath'));
  const file = propertyFile(jobText(job, 'format'));
  const first = readZipEntry(zip, file.path)?.toString() ?? '';
  if (file.path !== 'META-INF/container.xml') return { zip, file, path: file.path, xml: first };
  const inside = /full-path\s*=\s*["']([^"']+)["']/.exec(first)?.[1] ?? '';
  return { zip, file, path: inside, xml: readZipEntry(zip, inside)?.toString() ?? '' };
}

async function readPicture(job: JsonObject): Promise<JsonObject> {
  const bytes = await readFile(jobText(job, 'inputPath'));
  const { default: sharp } = await import('sharp');
  const size = await sharp(bytes)
    .metadata()
    .catch(() => undefined);
  // CommonJS: it has a default export alone.
  // oxlint-disable-next-line import/no-named-as-default-member
  const { parse } = exifr;
  const tags: unknown = await parse(bytes, {
    tiff: true,
    xmp: true,
    iptc: true,
    jfif: true,
    ihdr: true,
    mergeOutput: true,
  }).catch(() => undefined);
  if (size === undefined && tags === undefined) {
    throw new ConversionError(
      'bad-input',
      `${JSON.stringify(jobText(job, 'inputName'))} tells no metadata: it is broken`,
    );
  }
  return {
    ...(size === undefined
      ? {}
      : { FileType: size.format.toUpperCase(), ImageWidth: size.width, ImageHeight: size.height }),
    ...plainTags(tags),
  };
}
