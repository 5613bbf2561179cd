/**
 * Smaller PDFs without any program, inside a converter host: pictures are scaled down and packed anew, scans are split
 * into letters and paper (MRC), signature fields become plain content. Fonts and colours stay as they are.
 */
import { writeFile } from 'node:fs/promises';
import type { PDFDocument } from '@cantoo/pdf-lib';
import type { JsonObject } from '@pipeline/schema';
import type { HostModule } from '../../host/protocol.ts';
import { jobText, numberOption } from '../../host/read-job.ts';
import { flattenSignatures } from './flatten-signatures.ts';
import { splitScan } from './mrc.ts';
import { openPdf } from './open-pdf.ts';
import { imagesOf, openImage, replaceByJpeg } from './pdf-images.ts';
import type { PdfImage } from './pdf-images.ts';

export const host: HostModule = { run };

/** `{ inputPath, inputName, outputPath, density?, quality?, isScan?, flatten? }` → `{ images, signatures }` */
async function run(job: JsonObject, report: (percent: number | null) => void): Promise<JsonObject> {
  const document = await openPdf({ path: jobText(job, 'inputPath'), name: jobText(job, 'inputName') });
  const signatures = job['flatten'] === true ? flattenSignatures(document) : 0;
  const density = numberOption(job, 'density');
  let changed = 0;
  if (density !== undefined) {
    const packing = { density, quality: numberOption(job, 'quality') ?? 75 };
    const images = imagesOf(document);
    for (const [index, image] of images.entries()) {
      report((90 * index) / images.length);
      const isSplit = job['isScan'] === true && (await splitScan(document, image));
      if (isSplit || (await shrink(document, image, packing))) changed += 1;
    }
  }
  await writeFile(
    jobText(job, 'outputPath'),
    await document.save({ useObjectStreams: true, addDefaultPage: false }),
  );
  return { images: changed, signatures };
}

async function shrink(
  document: PDFDocument,
  image: PdfImage,
  { density, quality }: { readonly density: number; readonly quality: number },
): Promise<boolean> {
  const longer = Math.max(image.width, image.height);
  const scale = Math.min(1, (image.inches * density) / longer);
  const width = Math.max(1, Math.round(image.width * scale));
  const height = Math.max(1, Math.round(image.height * scale));
  const picture = openImage(image);
  if (picture === undefined) return false;
  try {
    const { data, info } = await picture
      .resize({ width, height, fit: 'fill' })
      .toColourspace(image.channels === 1 ? 'b-w' : 'srgb')
      .jpeg({ quality, mozjpeg: true })
      .toBuffer({ resolveWithObject: true });
    // Drawings in few colours pack well without loss: a JPEG must be worth its smears.
    const worthwhile = image.isJpeg ? 0.95 : 0.6;
    if (info.channels !== image.channels || data.length > image.sizeBytes * worthwhile) return false;
    replaceByJpeg(document, image, { data, width: info.width, height: info.height });
    return true;
  } catch {
    // A picture that sharp does not read stays as it is: viewers may be more lenient.
    return false;
  }
}
