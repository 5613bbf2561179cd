/**
 * Several `convert` jobs on one picture, which is decoded and brought to the largest size that one of them asks for once;
 * the others are made of that. Only where nobody can see a difference: a still picture in 8 bits, and sizes that are far
 * enough apart for the second reduction not to show. What does not fit is done by itself. In a host.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import type { JsonObject } from '@pipeline/schema';
import { jobObject, jobObjects, jobText } from '../../host/read-job.ts';
import { convertOpened, convertPicture, sizeOf } from './convert-picture.ts';
import { openPicture } from './open-picture.ts';
import type { OpenPicture } from './open-picture.ts';
import { pictureError } from './picture-errors.ts';
import { fittedSize, readFit } from './picture-fit.ts';
import type { Size } from './picture-fit.ts';

/** Pictures of which a smaller one is made twice: to half of the first reduction at most. */
const largestStep = 0.5;

/** Job: `inputPath inputName jobs`, each as `convertPicture` takes it; answer: `answers`, in their order. */
export async function convertPictures(job: JsonObject): Promise<JsonObject> {
  const jobs = jobObjects(job, 'jobs');
  const picture = await openPicture(jobText(job, 'inputPath'), { name: jobText(job, 'inputName') });
  const answers = new Map<JsonObject, JsonObject>();
  for (const group of groupsOf(picture, jobs)) {
    const made = await convertGroup(picture, group);
    for (const [index, single] of group.entries()) answers.set(single, made[index] ?? {});
  }
  return { answers: jobs.map((single) => answers.get(single) ?? {}) };
}

/** The largest of each group comes first. */
function groupsOf(picture: OpenPicture, jobs: readonly JsonObject[]): readonly (readonly JsonObject[])[] {
  if (!isPlain(picture)) return jobs.map((job) => [job]);
  const sized = jobs.map((job) => ({ job, size: sizeFor(picture, job) }));
  sized.sort((a, b) => b.size.width * b.size.height - a.size.width * a.size.height);
  const groups: { readonly of: Size; readonly isUpright: boolean; readonly jobs: JsonObject[] }[] = [];
  for (const { job, size } of sized) {
    const isUpright = isTurned(job);
    const group = groups.find(
      ({ of, isUpright: turned }) => turned === isUpright && (isSame(size, of) || isFarBelow(size, of)),
    );
    if (group === undefined) groups.push({ of: size, isUpright, jobs: [job] });
    else group.jobs.push(job);
  }
  return groups.map(({ jobs: members }) => members);
}

const isSame = (a: Size, b: Size): boolean => a.width === b.width && a.height === b.height;

const isFarBelow = (small: Size, large: Size): boolean =>
  small.width <= large.width * largestStep && small.height <= large.height * largestStep;

/** Grey, 16 bits and the colours of print take other ways through sharp, depending on where they go. */
function isPlain({ isVector, frames, metadata }: OpenPicture): boolean {
  return !isVector && frames === 1 && metadata.depth === 'uchar' && metadata.space === 'srgb';
}

const isTurned = (job: JsonObject): boolean => jobObject(job, 'options')['auto_orient'] !== false;

/** What must be there of the picture for this job: for a cut, more than comes out. */
function sizeFor({ metadata }: OpenPicture, job: JsonObject): Size {
  const natural = sizeOf(metadata, isTurned(job));
  const fit = readFit(jobObject(job, 'options'));
  if (fit.mode !== 'crop' || fit.width === undefined || fit.height === undefined) {
    return fittedSize(natural, { ...fit, isVector: false });
  }
  const factor = Math.max(fit.width / natural.width, fit.height / natural.height);
  return { width: Math.ceil(natural.width * factor), height: Math.ceil(natural.height * factor) };
}

async function convertGroup(
  picture: OpenPicture,
  jobs: readonly JsonObject[],
): Promise<readonly JsonObject[]> {
  const [largest] = jobs;
  if (largest === undefined) return [];
  // A cut, or another shape, cannot stand for the whole picture.
  if (jobs.length === 1 || readFit(jobObject(largest, 'options')).mode !== 'max') return oneByOne(jobs);
  const reduced = await reduce(picture, largest, jobs);
  try {
    const answers: JsonObject[] = [];
    for (const job of jobs)
      answers.push(await convertOpened({ ...picture, ...reducedPicture(reduced) }, job));
    return answers;
  } finally {
    await reduced.close();
  }
}

const reducedPicture = ({ open, density }: Reduced): Pick<OpenPicture, 'open' | 'density'> => ({
  open,
  ...(density === undefined ? {} : { density }),
});

async function oneByOne(jobs: readonly JsonObject[]): Promise<readonly JsonObject[]> {
  const answers: JsonObject[] = [];
  for (const job of jobs) answers.push(await convertPicture(job));
  return answers;
}

/** Smaller than the metadata of the picture says, from which all sizes are counted, and turned already. */
interface Reduced {
  readonly open: () => Sharp;
  /** Set where it has lost its own. */
  readonly density?: number;
  readonly close: () => Promise<void>;
}

/** What fits well into memory goes there, where there is nothing but pixels; a file for it would cost two hundredths of all. */
async function reduce(picture: OpenPicture, job: JsonObject, jobs: readonly JsonObject[]): Promise<Reduced> {
  const image = picture.open(0);
  const upright = isTurned(job) ? image.autoOrient() : image;
  const size = sizeFor(picture, job);
  const small = upright.resize({ ...size, fit: 'fill' });
  try {
    const fits = size.width * size.height <= maxPixelsInMemory;
    if (fits && isOnlyPixels(picture) && !jobs.some(tellsDensity)) return await keepPixels(small);
    return await keepFile(small, join(jobText(job, 'outputDir'), 'reduced.v'));
  } catch (error) {
    throw pictureError(error, picture);
  }
}

const maxPixelsInMemory = 8_000_000;
const usualDensity = 72;

/** These write the density of the pixels, whatever their metadata is to say. */
const tellsDensity = (job: JsonObject): boolean =>
  jobText(job, 'to') === 'tiff' ||
  (jobText(job, 'to') === 'png' && jobObject(job, 'options')['strip'] === true);

/** Neither a profile nor a resolution nor anything that somebody wrote into it: all of that a buffer of pixels would lose. */
function isOnlyPixels({ metadata }: OpenPicture): boolean {
  const { icc, exif, xmp, iptc, comments, density = usualDensity } = metadata;
  return [icc, exif, xmp, iptc, comments].every((part) => part === undefined) && density === usualDensity;
}

async function keepPixels(small: Sharp): Promise<Reduced> {
  const { data, info } = await small.raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const raw = { width, height, channels };
  const open = (): Sharp => sharp(data, { raw, limitInputPixels: false });
  return { open, density: usualDensity, close: () => Promise.resolve() };
}

/** In the format of libvips itself, which keeps everything. */
async function keepFile(small: Sharp, path: string): Promise<Reduced> {
  const close = (): Promise<void> => rm(path, { force: true });
  try {
    await small.keepMetadata().toFile(path);
  } catch (error) {
    await close();
    throw error;
  }
  return { open: () => sharp(path, { limitInputPixels: false }), close };
}
