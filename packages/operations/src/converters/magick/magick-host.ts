/** Pictures by ImageMagick's library, inside a converter host: opened by a named coder, made upright, fitted, written. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CompressionMethod, Density, DensityUnit, MagickFormat, Orientation } from '@imagemagick/magick-wasm';
import type { IMagickImage, IMagickImageCollection } from '@imagemagick/magick-wasm';
import type { JsonObject } from '@pipeline/schema';
import { withFixedClock } from '../../host/fixed-clock.ts';
import type { HostModule } from '../../host/protocol.ts';
import { ConversionError } from '../../host/protocol.ts';
import { jobObject, jobText, numberOption } from '../../host/read-job.ts';
import { nameOf, stemOf } from '../../files/output-name.ts';
import { readFit } from '../pictures/picture-fit.ts';
import { prepareColours } from './magick-colours.ts';
import { magickError } from './magick-errors.ts';
import { iconEdge, icons, writers } from './magick-formats.ts';
import { chooseFrames } from './magick-frames.ts';
import { maxMagickPixels, loadMagick } from './magick-library.ts';
import { finishedPostScript } from './magick-postscript.ts';
import { withoutStrayBytes } from './magick-tiff.ts';
import { openFrames } from './magick-open.ts';
import { resizeTo } from './magick-resize.ts';

type Report = (percent: number | null) => void;

export const host: HostModule = { run: convert };

/**
 * Job: `inputPath inputName from to outputDir outputName options isStill?`; answer: `files`, names inside `outputDir`,
 * and `notes` for the user.
 */
async function convert(job: JsonObject, report: Report): Promise<JsonObject> {
  await loadMagick();
  const name = jobText(job, 'inputName');
  const bytes = await readFile(jobText(job, 'inputPath'));
  const opened = withFixedClock(() => openFrames(bytes, { name, from: jobText(job, 'from') }));
  try {
    return await writeFrames(job, { ...opened, name, report });
  } catch (error) {
    throw magickError(error, { name, head: bytes.subarray(0, 8192) });
  } finally {
    opened.images.dispose();
  }
}

interface Work {
  readonly images: IMagickImageCollection;
  readonly format: string;
  readonly name: string;
  readonly report: Report;
}

async function writeFrames(job: JsonObject, work: Work): Promise<JsonObject> {
  const to = jobText(job, 'to');
  const options = jobObject(job, 'options');
  const writer = writers[to];
  if (writer === undefined) throw new Error(`no coder writes ${to}`);
  const chosen = chooseFrames(work.images, {
    name: work.name,
    format: work.format,
    to,
    pages: job['isStill'] === true ? '1' : options['pages'],
  });
  const notes = new Set(chosen.notes);
  for (const [index, image] of work.images.entries()) {
    for (const note of await prepare(image, { options, to, name: work.name })) notes.add(note);
    work.report((80 * (index + 1)) / work.images.length);
  }
  const names: string[] = [];
  const outputs = chosen.isOneFile ? [work.images] : [...work.images];
  for (const [index, output] of outputs.entries()) {
    const file = nameOf(jobText(job, 'outputName'), { number: index + 1, count: outputs.length });
    const bytes = encoded(output, writer);
    const finished = finishedBytes(bytes, { name: work.name, to });
    await writeFile(join(jobText(job, 'outputDir'), file), finished);
    names.push(file);
  }
  return { files: names, notes: [...notes] };
}

function finishedBytes(bytes: Uint8Array, about: { readonly name: string; readonly to: string }): Uint8Array {
  if (about.to === 'ps' || about.to === 'eps') return finishedPostScript(bytes, about);
  if (about.to === 'tiff' || about.to === 'ptif') return withoutStrayBytes(Buffer.from(bytes));
  return about.to === 'cur' ? asCursor(bytes) : bytes;
}

/** The library writes an icon: a cursor is of type 2, and has its hot spot where an icon says its depth. */
function asCursor(icon: Uint8Array): Uint8Array {
  const cursor = Buffer.from(icon);
  cursor.writeUInt16LE(2, 2);
  for (let entry = 0; entry < cursor.readUInt16LE(4); entry += 1) cursor.writeUInt32LE(0, 6 + 16 * entry + 4);
  return cursor;
}

async function prepare(
  image: IMagickImage,
  { options, to, name }: { readonly options: JsonObject; readonly to: string; readonly name: string },
): Promise<readonly string[]> {
  const notes: string[] = [];
  if (options['auto_orient'] !== false && image.orientation !== Orientation.Undefined) image.autoOrient();
  const fit = readFit(options);
  resizeTo(image, fit, { name, maxPixels: maxMagickPixels });
  if (icons.has(to) && Math.max(image.width, image.height) > iconEdge) {
    const asked = fit.width ?? fit.height;
    if (asked !== undefined && asked > iconEdge) throw tooLargeIcon(to, asked);
    resizeTo(image, { width: iconEdge, height: iconEdge, mode: 'max' }, { name, maxPixels: maxMagickPixels });
    notes.push(`Scaled down to ${iconEdge} pixels, the largest edge of an icon`);
  }
  await prepareColours(image, { to, options });
  if (options['strip'] === true) image.strip();
  const quality = numberOption(options, 'quality');
  if (quality !== undefined) image.quality = quality;
  if (to === 'pdf' || to === 'ps' || to === 'eps') {
    const density = numberOption(options, 'pixel_density') ?? 72;
    image.density = new Density(density, DensityUnit.PixelsPerInch);
    image.setCompression(quality === undefined ? CompressionMethod.Zip : CompressionMethod.JPEG);
    image.resetPage();
    // Else it is a name by chance.
    if (to === 'pdf') image.settings.setDefine(MagickFormat.Pdf, 'title', stemOf(name));
  }
  if (to === 'tiff') image.setCompression(CompressionMethod.LZW);
  return notes;
}

function tooLargeIcon(to: string, edge: number): ConversionError {
  return new ConversionError(
    'unsupported',
    `An icon (${to}) has edges of at most ${iconEdge} pixels, not ${edge}.`,
    `Ask for at most ${iconEdge} with \`width\` and \`height\`.`,
  );
}

function encoded(output: IMagickImage | IMagickImageCollection, format: MagickFormat): Uint8Array {
  // The bytes lie in wasm memory only as long as the call lasts.
  return withFixedClock(() => output.write(format, (data: Uint8Array) => Uint8Array.from(data)));
}
