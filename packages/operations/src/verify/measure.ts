/**
 * Measures a file for `verify`, by what reads its kind: sharp pictures, pdf-lib PDFs, ffprobe or the media
 * pack sound and video; text by whatever converter makes plain text of it. It expects nothing.
 */
import { outputDateMs } from '../files/output-date.ts';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Artifact, Failure, OperationContext } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, formatKind, ok } from '@pipeline/schema';
import { sharp } from '../converters/pictures/sharp.ts';
import { runInHost } from '../host/host-pool.ts';
import { jobNumber } from '../host/read-job.ts';
import { probeMedia } from '../converters/media/probe-media.ts';
import { inspectPdf } from '../converters/pdf/inspect-pdf.ts';
import { findProgram } from '../programs/find-program.ts';
import { findConverter } from '../routes/find-converter.ts';

export interface Measured {
  readonly pages?: number;
  readonly width?: number;
  readonly height?: number;
  readonly seconds?: number;
  /** `2B`; absent for a PDF that does not say so. */
  readonly pdfA?: string;
}

export interface Measuring {
  readonly file: Artifact;
  /** Canonical. */
  readonly format: string;
  readonly context: OperationContext;
  /** For scratch files. */
  readonly scratchDir: string;
}

/** What can be measured of it at once. */
export async function measure(given: Measuring): Promise<Result<Measured, Failure>> {
  const kind = formatKind(given.format);
  if (kind === 'pdf') return measurePdf(given);
  if (kind === 'audio' || kind === 'video') return measureMedia(given);
  return measurePicture(given);
}

async function measurePdf({ file, context }: Measuring): Promise<Result<Measured, Failure>> {
  const content = await inspectPdf({ path: file.path, name: file.name }, context.signal);
  if (!content.ok) return content;
  const { pages, xmp } = content.value;
  const pdfA = pdfAOf(xmp);
  return ok({ pages, ...(pdfA === undefined ? {} : { pdfA }) });
}

/** The part and the level, which stand as elements or as attributes. */
export function pdfAOf(xmp: string): string | undefined {
  const value = (name: string): string | undefined =>
    new RegExp(`pdfaid:${name}\\s*(?:=\\s*["']|>)\\s*([0-9A-Za-z]+)`).exec(xmp)?.[1];
  const part = value('part');
  return part === undefined ? undefined : `${part}${value('conformance') ?? ''}`;
}

async function measureMedia(given: Measuring): Promise<Result<Measured, Failure>> {
  const { file, context, scratchDir } = given;
  if (findProgram('ffprobe') === undefined) return measureByPack(given);
  const probed = await probeMedia({
    source: file.path,
    inputName: file.name,
    inputPath: file.path,
    workDir: scratchDir,
    signal: context.signal,
  });
  if (!probed.ok) return probed;
  const { video, audio, seconds } = probed.value;
  const length = seconds ?? video?.seconds ?? audio?.seconds;
  return ok({
    ...(length === undefined ? {} : { seconds: length }),
    ...(video === undefined ? {} : { width: video.width, height: video.height }),
  });
}

async function measureByPack({ file, context }: Measuring): Promise<Result<Measured, Failure>> {
  const job = { type: 'measure', inputPath: file.path, inputName: file.name };
  const answer = await runInHost({ host: 'node-av', job, signal: context.signal, about: file.name });
  if (!answer.ok) return answer;
  const { seconds, width, height } = answer.value;
  return ok({
    ...(typeof seconds === 'number' ? { seconds } : {}),
    ...(typeof width === 'number' ? { width } : {}),
    ...(typeof height === 'number' ? { height } : {}),
  });
}

async function measurePicture(given: Measuring): Promise<Result<Measured, Failure>> {
  const { file, format, context } = given;
  const isReadable = Object.hasOwn(sharp.pairs, format);
  const readable = isReadable ? ok(file.path) : await converted(given, 'png');
  if (!readable.ok) return readable;
  const job = { type: 'measure', inputPath: readable.value, inputName: file.name };
  const answer = await runInHost({ host: 'sharp', job, signal: context.signal, about: file.name });
  if (!answer.ok) return answer;
  const [width, height] = [jobNumber(answer.value, 'width'), jobNumber(answer.value, 'height')];
  return ok({
    width,
    height,
    pages: jobNumber(answer.value, 'frames'),
    seconds: jobNumber(answer.value, 'seconds'),
  });
}

/** The text that a person can read in it. */
export async function readText(given: Measuring): Promise<Result<string, Failure>> {
  const { file, format } = given;
  if (isPlainText(format)) return ok(await readFile(file.path, 'utf8'));
  const text = await converted(given, 'txt');
  return text.ok ? ok(await readFile(text.value, 'utf8')) : text;
}

const isPlainText = (format: string): boolean =>
  ['txt', 'md', 'rst', 'tex', 'org', 'svg'].includes(format) ||
  ['csv', 'tsv', 'json', 'yaml', 'xml'].includes(format);

async function converted(
  { file, format, context, scratchDir }: Measuring,
  to: string,
): Promise<Result<string, Failure>> {
  const converter = await findConverter({ from: format, to, name: file.name, options: {} });
  if (!converter.ok) {
    const { message, hint } = converter.error;
    const why = `"verify" cannot look into ${JSON.stringify(file.name)}: ${message}`;
    return err(failure(converter.error.type, why, hint === undefined ? {} : { hint }));
  }
  const workDir = path.join(scratchDir, to);
  await mkdir(workDir, { recursive: true });
  const made = await converter.value.convert({
    inputPath: file.path,
    inputName: file.name,
    from: format,
    to,
    dir: '',
    outputName: `verify.${to}`,
    options: {},
    workDir,
    allowedDirs: context.allowedDirs,
    dateMs: outputDateMs(),
    signal: context.signal,
    progress: () => {},
  });
  if (!made.ok) return made;
  return ok(made.value[0]?.path ?? '');
}
