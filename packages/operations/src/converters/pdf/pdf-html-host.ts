/** PDF into HTML by PDFium, inside a converter host: pages as they are shown, or the text as it flows. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { PDFiumDocument } from '@hyzyla/pdfium';
import type { JsonObject } from '@pipeline/schema';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { ConversionError } from '../../host/protocol.ts';
import type { HostModule } from '../../host/protocol.ts';
import { jobObject, jobText, numberOption } from '../../host/read-job.ts';
import { nameOf, stemOf } from '../../files/output-name.ts';
import { textOption } from '../../read-options.ts';
import { askedPages } from './asked-pages.ts';
import { flowHtml } from './pdf-flow-html.ts';
import type { FlowPage } from './pdf-flow-html.ts';
import { readOutline, readPage } from './pdf-lines.ts';
import type { PageText } from './pdf-lines.ts';
import { pagesHtml, pageStyle } from './pdf-page-html.ts';
import type { ShownPage } from './pdf-page-html.ts';
import { withDocument } from './pdfium-open.ts';
import { documentHandle, rawPdfium } from './pdfium-raw.ts';
import type { RawPdfium } from './pdfium-raw.ts';

type Report = (percent: number | null) => void;

/** `{ type: 'pages' | 'flow', inputPath, inputName, outputName, outputDir, options }` → `{ files, beside, hasText }` */
const run = (job: JsonObject, report: Report): Promise<JsonObject> =>
  withDocument(job, ({ document, library }) => {
    const open = { document, pdfium: rawPdfium(library), handle: documentHandle(document), job, report };
    return job['type'] === 'flow' ? writeFlow(open) : writePages(open);
  });

export const host: HostModule = { run };

interface Open {
  readonly document: PDFiumDocument;
  readonly pdfium: RawPdfium;
  readonly handle: number;
  readonly job: JsonObject;
  readonly report: Report;
}

const pagesAsked = ({ document, job }: Open): readonly number[] =>
  askedPages(jobObject(job, 'options')['pages'], {
    name: jobText(job, 'inputName'),
    count: document.getPageCount(),
  });

async function writeFlow(open: Open): Promise<JsonObject> {
  const { document, pdfium, handle, job, report } = open;
  const numbers = pagesAsked(open);
  const pages = [];
  for (const [at, number] of numbers.entries()) {
    report((100 * at) / numbers.length);
    const text = readPage(pdfium, handle, number - 1);
    pages.push({ ...text, pictures: await picturesOf(document, { index: number - 1, job }) });
  }
  const name = nameOf(jobText(job, 'outputName'), { number: 1, count: 1 });
  const html = flowHtml(stemOf(jobText(job, 'inputName')), pages);
  await writeFile(path.join(jobText(job, 'outputDir'), name), html);
  return { files: [name], beside: [], hasText: pages.some(({ lines }) => lines.length > 0) };
}

const minPicture = 24;
const maxPicturePixels = 40e6;

/**
 * In the order in which they are drawn; their height on the page is not told, so they follow the text. They lie beside the
 * HTML, each once: pandoc takes a minute for a megabyte inside of it.
 */
async function picturesOf(
  document: PDFiumDocument,
  { index, job }: { readonly index: number; readonly job: JsonObject },
): Promise<FlowPage['pictures']> {
  const pictures: { y: number; url: string }[] = [];
  for (const object of document.getPage(index).objects()) {
    if (object.type !== 'image' || pictures.length >= 50) continue;
    try {
      const { data, width, height } = await object.render({ render: 'bitmap' });
      if (width < minPicture || height < minPicture || width * height > maxPicturePixels) continue;
      const { bytes, extension } = await encoded(sharp(data, { raw: { width, height, channels: 4 } }));
      const url = `picture-${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}.${extension}`;
      await writeFile(path.join(jobText(job, 'outputDir'), url), bytes);
      pictures.push({ y: Number.POSITIVE_INFINITY, url });
    } catch {
      // A picture that PDFium does not read is left out.
    }
  }
  return pictures;
}

const largePng = 200_000;

/** Without loss, unless that would be large, as of photos. */
async function encoded(picture: Sharp): Promise<{ readonly bytes: Buffer; readonly extension: string }> {
  const png = await picture.clone().png().toBuffer();
  const { isOpaque } = await picture.clone().stats();
  if (png.length < largePng || !isOpaque) return { bytes: png, extension: 'png' };
  return { bytes: await picture.clone().removeAlpha().jpeg({ quality: 88 }).toBuffer(), extension: 'jpg' };
}

async function writePages(open: Open): Promise<JsonObject> {
  const { pdfium, handle, job, report } = open;
  const options = jobObject(job, 'options');
  const numbers = pagesAsked(open);
  const isSplit = options['split_pages'] === true;
  const count = isSplit ? numbers.length : 1;
  const outputName = jobText(job, 'outputName');
  const fileOf = (at: number): string => nameOf(outputName, { number: isSplit ? at + 1 : 1, count });
  const beside: string[] = [];
  const files: string[] = [];
  const besideDir = besideName(outputName);
  const outline = options['outline'] === true ? readOutline(pdfium, handle) : [];
  const shown: ShownPage[] = [];
  for (const [at, number] of numbers.entries()) {
    report((95 * at) / numbers.length);
    shown.push(await showPage(number, { open, besideDir, beside }));
  }
  const style = await writeStyle(open, { besideDir, beside });
  const hrefOf = (page: number): string | undefined => {
    const at = numbers.indexOf(page + 1);
    if (at < 0) return undefined;
    return isSplit ? `${encodeURIComponent(fileOf(at))}#page-${page + 1}` : `#page-${page + 1}`;
  };
  const groups = isSplit ? shown.map((page) => [page]) : [shown];
  for (const [at, pages] of groups.entries()) {
    const html = pagesHtml({ title: stemOf(jobText(job, 'inputName')), pages, outline, hrefOf, style });
    await writeFile(path.join(jobText(job, 'outputDir'), fileOf(at)), html);
    files.push(fileOf(at));
  }
  return { files, beside, besideDir, hasText: shown.some(({ lines }) => lines.length > 0) };
}

/** `report.html` → `report-files`, where pictures and style sheet lie that are not embedded. */
const besideName = (outputName: string): string =>
  `${Array.from(stemOf(outputName.replaceAll(/%0?\d?d/g, '')))
    .slice(0, 50)
    .join('')
    .replace(/-$/, '')}-files`;

interface Beside {
  readonly besideDir: string;
  /** Names that have been written there. */
  readonly beside: string[];
}

async function writeBeside(
  name: string,
  { open, besideDir, beside }: Beside & { readonly open: Open },
  bytes: Buffer | string,
): Promise<string> {
  const dir = path.join(jobText(open.job, 'outputDir'), besideDir);
  await mkdir(dir, { recursive: true });
  await writeFile(path.join(dir, name), bytes);
  beside.push(name);
  return `${encodeURIComponent(besideDir)}/${name}`;
}

async function writeStyle(open: Open, place: Beside): Promise<{ css: string } | { href: string }> {
  if (jobObject(open.job, 'options')['embed_css'] !== false) return { css: pageStyle };
  return { href: await writeBeside('pages.css', { ...place, open }, pageStyle) };
}

/** CSS pixels of a point, and pixels of the picture for each of these. */
const cssPixels: number = 96 / 72;
const sharpness = 1.5;
const maxPagePixels = 50e6;

async function showPage(number: number, place: Beside & { readonly open: Open }): Promise<ShownPage> {
  const { pdfium, handle, job } = place.open;
  const options = jobObject(job, 'options');
  const text = readPage(pdfium, handle, number - 1);
  const scale = cssPixels * scaleOf(text, options);
  const { bytes, extension, type } = await background(number, { open: place.open, text, scale });
  const picture =
    options['embed_images'] === false
      ? await writeBeside(`page-${number}.${extension}`, place, bytes)
      : `data:image/${type};base64,${bytes.toString('base64')}`;
  return {
    ...text,
    number,
    picture,
    shownWidth: Math.round(text.width * scale),
    shownHeight: Math.round(text.height * scale),
  };
}

interface Background {
  readonly bytes: Buffer;
  readonly extension: string;
  /** Of `image/…`. */
  readonly type: string;
}

async function background(
  number: number,
  about: { readonly open: Open; readonly text: PageText; readonly scale: number },
): Promise<Background> {
  const { document, job } = about.open;
  const drawings = textOption(job, 'drawingsDir');
  if (drawings !== undefined) {
    const bytes = await readFile(path.join(drawings, `page-${number}.svg`));
    return { bytes, extension: 'svg', type: 'svg+xml' };
  }
  const scale = about.scale * sharpness;
  if (about.text.width * about.text.height * scale ** 2 > maxPagePixels) {
    throw new ConversionError(
      'too-large',
      `Page ${number} of "${jobText(job, 'inputName')}" would be drawn with more than ${maxPagePixels / 1e6} megapixels`,
      'Give a smaller `zoom`.',
    );
  }
  const { data, width, height } = await document
    .getPage(number - 1)
    .render({ scale, render: 'bitmap', renderFormFields: true });
  const image = sharp(data, { raw: { width, height, channels: 4 } }).removeAlpha();
  return jobObject(job, 'options')['bg_format'] === 'jpg'
    ? { bytes: await image.jpeg({ quality: 85 }).toBuffer(), extension: 'jpg', type: 'jpeg' }
    : { bytes: await image.png().toBuffer(), extension: 'png', type: 'png' };
}

const pointsPerCentimetre = 72 / 2.54;

/** `page_width` and `page_height` hold a page inside them; `zoom` comes on top. */
function scaleOf({ width, height }: PageText, options: JsonObject): number {
  const zoom = numberOption(options, 'zoom') ?? 1;
  const across = numberOption(options, 'page_width');
  const down = numberOption(options, 'page_height');
  const fits = [
    ...(across === undefined || across === 0 ? [] : [(across * pointsPerCentimetre) / width]),
    ...(down === undefined || down === 0 ? [] : [(down * pointsPerCentimetre) / height]),
  ];
  return zoom * (fits.length === 0 ? 1 : Math.min(...fits));
}
