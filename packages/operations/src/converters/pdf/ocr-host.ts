/**
 * The parts of text recognition that need libraries, inside a converter host: pages into pictures (PDFium), a picture
 * into an invisible layer of text (tesseract.js), and the layers onto the pages (pdf-lib). The pages stay as they are.
 */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PDFDocument, PDFName, degrees } from '@cantoo/pdf-lib';
import { PDFiumLibrary } from '@hyzyla/pdfium';
import type { JsonObject, JsonValue } from '@pipeline/schema';
import sharp from 'sharp';
import type { HostModule } from '../../host/protocol.ts';
import { jobText, numberOption } from '../../host/read-job.ts';
import { openPdf } from './open-pdf.ts';
import { shownToPage } from './place-on-page.ts';
import { recognizePicture } from './tesseract-library.ts';

export const host: HostModule = {
  run: (job, report) => {
    switch (job['type']) {
      case 'render':
        return renderPage(job);
      case 'turn':
        return turnPicture(job);
      case 'recognize':
        return recognizePicture(job);
      default:
        return addLayers(job, report);
    }
  },
};

/** What OCR is trained on. */
const density = 300;
const maxPixels = 100e6;

/** `{ inputPath, index, outputPath }` → `{ hasText, density }`, and the page as it is shown, in a PNG. */
async function renderPage(job: JsonObject): Promise<JsonObject> {
  const library = await PDFiumLibrary.init();
  try {
    const document = await library.loadDocument(await readFile(jobText(job, 'inputPath')));
    const index = numberOption(job, 'index') ?? 0;
    if (document.getPage(index).getText().trim() !== '') return { hasText: true, density };
    const page = document.getPage(index);
    const { originalWidth, originalHeight } = page.getOriginalSize();
    const most = Math.sqrt(maxPixels / (originalWidth * originalHeight));
    const scale = Math.min(density / 72, most);
    const { data, width, height } = await page.render({ scale, render: 'bitmap', renderFormFields: true });
    await sharp(data, { raw: { width, height, channels: 4 } })
      .removeAlpha()
      .withMetadata({ density: Math.round(scale * 72) })
      .png({ compressionLevel: 1 })
      .toFile(jobText(job, 'outputPath'));
    return { hasText: false, density: Math.round(scale * 72) };
  } finally {
    library.destroy();
  }
}

/** `{ inputPath, outputPath, degrees }` */
async function turnPicture(job: JsonObject): Promise<JsonObject> {
  await sharp(jobText(job, 'inputPath'))
    .rotate(numberOption(job, 'degrees') ?? 0)
    .withMetadata()
    .png({ compressionLevel: 1 })
    .toFile(jobText(job, 'outputPath'));
  return {};
}

/** `{ inputPath, inputName, outputPath, layers: [{ index, path, turn }] }` → `{ pages }` */
async function addLayers(job: JsonObject, report: (percent: number | null) => void): Promise<JsonObject> {
  const document = await openPdf({ path: jobText(job, 'inputPath'), name: jobText(job, 'inputName') });
  const layers = Array.isArray(job['layers']) ? job['layers'].filter(isObject) : [];
  for (const [at, layer] of layers.entries()) {
    await addLayer(document, layer);
    report((100 * at) / layers.length);
  }
  await writeFile(path.resolve(jobText(job, 'outputPath')), await document.save({ addDefaultPage: false }));
  return { pages: document.getPageCount() };
}

const isObject = (value: JsonValue): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The text was read off the page as it is shown, after a turn: that is where it is laid. */
async function addLayer(document: PDFDocument, layer: JsonObject): Promise<void> {
  const page = document.getPage(numberOption(layer, 'index') ?? 0);
  const source = await PDFDocument.load(await readFile(jobText(layer, 'path')), { updateMetadata: false });
  const [text] = await document.embedPdf(source);
  if (text === undefined) return;
  const rotation = (page.getRotation().angle + (numberOption(layer, 'turn') ?? 0) + 360) % 360;
  page.setRotation(degrees(rotation));
  const box = page.getCropBox();
  const shown = rotation % 180 === 0 ? box : { width: box.height, height: box.width };
  const { context } = document;
  const name = page.node.newXObject('Text', text.ref);
  const matrix = [
    shownToPage(box, rotation),
    [shown.width / text.width, 0, 0, shown.height / text.height, 0, 0],
  ]
    .map((values) => `${values.map((value) => Number(value.toFixed(6))).join(' ')} cm`)
    .join(' ');
  const [start, end] = ['q\n', '\nQ\n'].map((operator) => context.register(context.flateStream(operator)));
  page.node.normalize();
  if (start !== undefined && end !== undefined) page.node.wrapContentStreams(start, end);
  const drawn = context.register(context.flateStream(`q ${matrix} ${name.toString()} Do Q\n`));
  const contents = page.node.normalizedEntries().Contents;
  if (contents === undefined) page.node.set(PDFName.of('Contents'), context.obj([drawn]));
  else contents.push(drawn);
}
