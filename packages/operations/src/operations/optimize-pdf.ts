/**
 * `optimize` on PDF, by CloudConvert's profiles: Ghostscript where it is installed, qpdf for what must lose nothing,
 * pdf-lib and sharp otherwise. What would become larger passes as it is, unless its colours were to be changed.
 */
import { copyFile, mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Failure, Operation } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { runInHost } from '../host/host-pool.ts';
import { pdfLibVersion } from './merge.ts';
import { reduction } from './optimize.ts';
import { textOption } from '../read-options.ts';
import { ghostscript, runGhostscript } from './pdf/ghostscript.ts';
import { inspectPdf } from '../converters/pdf/inspect-pdf.ts';
import type { PdfContent } from '../converters/pdf/inspect-pdf.ts';
import { pdfOperation } from './pdf/pdf-tool.ts';
import type { PdfMade, PdfTool, PdfWork } from './pdf/pdf-tool.ts';
import { qpdfFailure, qpdfVersion, runEmbedded } from '../converters/pdf/run-qpdf.ts';

const profileOf = (options: JsonObject): string => textOption(options, 'profile') ?? 'web';

/** What Ghostscript calls it; undefined: nobody asked, or it is not known. */
export function colourSpace(options: JsonObject): 'RGB' | 'CMYK' | 'Gray' | undefined {
  switch (textOption(options, 'colorspace')?.toLowerCase()) {
    case 'rgb':
    case 'srgb':
      return 'RGB';
    case 'cmyk':
      return 'CMYK';
    case 'gray':
    case 'grey':
    case 'grayscale':
      return 'Gray';
    default:
      return undefined;
  }
}

const byGhostscript: PdfTool = {
  ...ghostscript,
  uses: () => [{ type: 'fonts' }, { type: 'libvips' }],
  refuses: (options) => cannot(['web', 'print', 'max'], options, 'ghostscript'),
  run: (work) => optimizeWith(work, ghostscriptStep),
};

const byQpdf: PdfTool = {
  name: 'qpdf',
  standsFor: [],
  needs: [],
  version: async () => qpdfVersion,
  refuses: (options) => cannot(['archive'], options, 'qpdf') ?? noColours(options, 'qpdf'),
  run: (work) => optimizeWith(work, async (input) => ok({ path: input.path, notes: [] })),
};

const byLibrary: PdfTool = {
  name: 'pdf-lib',
  standsFor: [],
  needs: [],
  version: async () => pdfLibVersion,
  uses: () => [{ type: 'libvips' }],
  refuses: (options) => cannot(['web', 'max', 'mrc'], options, 'pdf-lib') ?? noColours(options, 'pdf-lib'),
  run: (work) => optimizeWith(work, imageStep),
};

export const optimizePdf: Operation = pdfOperation({ tools: [byGhostscript, byQpdf, byLibrary], mistake });

function mistake(options: JsonObject): Failure | undefined {
  const invalid = { code: 'INVALID_OPTION' };
  if (options['colorspace'] !== undefined && colourSpace(options) === undefined) {
    const message = `There is no colour space ${JSON.stringify(options['colorspace'])} for PDF`;
    return failure('unsupported', message, { ...invalid, hint: 'Set `colorspace` to RGB, CMYK or Gray.' });
  }
  if (options['quality'] !== undefined) {
    const message = '`quality` is for pictures; how strongly a PDF is packed says `profile`';
    return failure('unsupported', message, { ...invalid, hint: 'Use `profile: max` for the smallest file.' });
  }
  return undefined;
}

function cannot(profiles: readonly string[], options: JsonObject, name: string): Failure | undefined {
  if (profiles.includes(profileOf(options))) return undefined;
  return failure('unsupported', `${name} does not do the profile "${profileOf(options)}"`, {
    code: 'INVALID_OPTION',
    hint: `It does: ${profiles.join(', ')}. Leave \`engine\` out to have the others done.`,
  });
}

function noColours(options: JsonObject, name: string): Failure | undefined {
  if (options['colorspace'] === undefined) return undefined;
  const message = `${name} does not change the colours of a PDF with the profile "${profileOf(options)}"`;
  return failure('unsupported', message, {
    code: 'INVALID_OPTION',
    hint: 'Leave `colorspace` out, or use the profile web, print or max, which Ghostscript does.',
  });
}

interface StepInput {
  readonly path: string;
  readonly content: PdfContent;
  readonly work: PdfWork;
  /** New and empty. */
  readonly workDir: string;
}

type Step = (
  input: StepInput,
) => Promise<Result<{ readonly path: string; readonly notes: readonly string[] }, Failure>>;

async function optimizeWith(work: PdfWork, step: Step): Promise<Result<PdfMade, Failure>> {
  const { inputPath, inputName, workDir, signal, options } = work;
  const content = await inspectPdf({ path: inputPath, name: inputName }, signal);
  if (!content.ok) return content;
  if (content.value.signatures > 0 && options['flatten_signatures'] !== true) return untouched(work, signed);
  const source = await withoutSignatures(work, content.value);
  if (!source.ok) return source;
  const stepDir = path.join(workDir, 'step');
  await mkdir(stepDir);
  const made = await step({ path: source.value, content: content.value, work, workDir: stepDir });
  if (!made.ok) return made;
  const packed = await pack(made.value.path, work);
  if (!packed.ok) return packed;
  const [before, ...after] = await Promise.all(
    [inputPath, made.value.path, packed.value].map(async (file) => (await stat(file)).size),
  );
  const [unpackedBytes = 0, packedBytes = 0] = after;
  const best = packedBytes <= unpackedBytes ? packed.value : made.value.path;
  const bytes = { bytesBefore: before ?? 0, bytesAfter: Math.min(packedBytes, unpackedBytes) };
  const mustChange =
    profileOf(options) === 'print' || options['colorspace'] !== undefined || source.value !== inputPath;
  if (bytes.bytesAfter >= bytes.bytesBefore && !mustChange) return untouched(work, reduction(bytes));
  const notes = [bytes.bytesAfter < bytes.bytesBefore ? reduction(bytes) : grown(bytes), ...made.value.notes];
  return ok({ files: [best], message: notes.join('. ') });
}

const signed =
  'File is signed and was left as it is: any change would break its signature. Set `flatten_signatures: true` to give it up';

function grown({
  bytesBefore,
  bytesAfter,
}: {
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}): string {
  const percent = Math.ceil((100 * (bytesAfter - bytesBefore)) / Math.max(1, bytesBefore));
  return `File was changed as asked, but became ${percent}% larger by it`;
}

async function untouched(work: PdfWork, message: string): Promise<Result<PdfMade, Failure>> {
  const copy = path.join(work.workDir, 'untouched.pdf');
  await copyFile(work.inputPath, copy);
  return ok({ files: [copy], message });
}

async function withoutSignatures(
  work: PdfWork,
  { signatures }: PdfContent,
): Promise<Result<string, Failure>> {
  if (signatures === 0) return ok(work.inputPath);
  const outputPath = path.join(work.workDir, 'flat.pdf');
  const { inputPath, inputName, signal } = work;
  const job = { inputPath, inputName, outputPath, flatten: true };
  const answer = await runInHost({ host: 'optimize-pdf', job, signal, about: inputName });
  return answer.ok ? ok(outputPath) : answer;
}

const ghostscriptStep: Step = async ({ path: inputPath, content, work, workDir }) => {
  // Ghostscript turns form fields into plain content: they are worth more than the bytes.
  const mayFallBack = work.options['colorspace'] === undefined && profileOf(work.options) !== 'print';
  if (content.hasForm && content.signatures === 0 && mayFallBack)
    return imageStep({ path: inputPath, content, work, workDir });
  const made = await runGhostscript(
    { ...work, inputPath, workDir },
    { options: optimizeOptions(work.options), output: 'small.pdf' },
  );
  if (!made.ok) return made;
  const lost = content.hasForm ? ['Form fields became plain page content'] : [];
  return ok({ path: made.value.path, notes: [...made.value.notes, ...lost] });
};

/** Pixels an inch of pictures, of stencils, and how strongly JPEGs are packed. */
const strengths: Readonly<Record<string, readonly [settings: string, density: number, mono: number]>> = {
  web: ['ebook', 150, 300],
  print: ['prepress', 300, 1200],
  max: ['screen', 72, 200],
};

/** Pure. */
export function optimizeOptions(options: JsonObject): readonly string[] {
  const profile = profileOf(options);
  const [settings, density, mono] = strengths[profile] ?? ['ebook', 150, 300];
  const colours = colourSpace(options) ?? (profile === 'print' ? 'CMYK' : 'RGB');
  return [
    `-dPDFSETTINGS=/${settings}`,
    '-dCompatibilityLevel=1.7',
    `-sColorConversionStrategy=${colours}`,
    `-sProcessColorModel=Device${colours}`,
    '-dDetectDuplicateImages=true',
    '-dSubsetFonts=true',
    '-dCompressFonts=true',
    ...['Color', 'Gray'].flatMap((kind) => [
      `-dDownsample${kind}Images=true`,
      `-d${kind}ImageDownsampleType=/Bicubic`,
      `-d${kind}ImageResolution=${density}`,
      `-d${kind}ImageDownsampleThreshold=1.2`,
    ]),
    '-dDownsampleMonoImages=true',
    '-dMonoImageDownsampleType=/Subsample',
    `-dMonoImageResolution=${mono}`,
  ];
}

const imageStep: Step = async ({ path: inputPath, work, workDir }) => {
  const { inputName, signal, progress, options } = work;
  const profile = profileOf(options);
  const packing = profile === 'max' ? { density: 72, quality: 50 } : { density: 150, quality: 75 };
  const outputPath = path.join(workDir, 'small.pdf');
  const job = { inputPath, inputName, outputPath, ...packing, isScan: profile === 'mrc' };
  const answer = await runInHost({ host: 'optimize-pdf', job, signal, progress, about: inputName });
  return answer.ok ? ok({ path: outputPath, notes: [] }) : err(answer.error);
};

/** Lossless: objects packed together, streams packed anew. */
export function packJob(): JsonObject {
  return {
    inputFile: 'input-1.pdf',
    outputFile: 'packed.pdf',
    objectStreams: 'generate',
    recompressFlate: '',
    compressionLevel: '9',
    deterministicId: '',
    decrypt: '',
  };
}

async function pack(file: string, work: PdfWork): Promise<Result<string, Failure>> {
  const workDir = path.join(work.workDir, 'pack');
  await mkdir(workDir);
  const { signal, options, inputName } = work;
  const ran = await runEmbedded({
    job: packJob(),
    inputs: [file],
    workDir,
    signal,
    options,
    about: inputName,
  });
  if (!ran.ok) return ran;
  const bad = qpdfFailure(ran.value, { name: inputName, options, hasPassword: false });
  return bad === undefined ? ok(path.join(workDir, 'packed.pdf')) : err(bad);
}
