/**
 * Typst source → PDF or SVG, inside a converter host. Typst sees an empty folder: every file that a source asks for is
 * judged and handed in here, one by one. It never loads packages: their door, the network, is shut.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { NodeCompiler } from '@myriaddreamin/typst-ts-node-compiler';
import type { JsonObject } from '@pipeline/schema';
import { ConversionError } from '../../host/protocol.ts';
import type { HostModule } from '../../host/protocol.ts';
import { outputDateSeconds } from '../../files/output-date.ts';
import { isInside } from '../../files/paths.ts';
import { listOption, textOption } from '../../read-options.ts';
import { decodeText } from '../tables/decode-text.ts';
import { pictureSource } from '../pictures/picture-pages.ts';
import { readReferenced } from '../reference-policy.ts';
import type { DocumentPlace } from '../reference-policy.ts';

interface TypstJob {
  readonly sourcePath: string;
  readonly outputPath: string;
  readonly to: 'pdf' | 'svg';
  readonly pdfStandard: string | undefined;
  /** An empty folder that Typst takes for the root of the project. */
  readonly rootDir: string;
  readonly place: DocumentPlace;
  /** Files that belong to the source, made by us: `image-1.png`. */
  readonly isOurs: boolean;
}

const maxFiles = 500;

export const host: HostModule = { run };

async function run(job: JsonObject): Promise<JsonObject> {
  const pictures = listOption(job, 'pictures');
  const request = pictures.length === 0 ? readJob(job) : await picturePages(job, pictures);
  await mkdir(request.rootDir, { recursive: true });
  const compiler = await loadCompiler(request.isOurs ? path.dirname(request.sourcePath) : request.rootDir);
  const source = decodeText(new Uint8Array(await readFile(request.sourcePath)), {
    name: request.place.inputName,
    format: 'typst',
  });
  const mainPath = path.join(
    request.isOurs ? path.dirname(request.sourcePath) : request.rootDir,
    mainName(request),
  );
  compiler.mapShadow(mainPath, Buffer.from(source));
  const pages = await compile(compiler, mainPath, request);
  return { pages, beside: [...(request.place.looked ?? [])] };
}

function readJob(job: JsonObject): TypstJob {
  return {
    sourcePath: textOption(job, 'sourcePath') ?? '',
    outputPath: textOption(job, 'outputPath') ?? '',
    to: job.to === 'svg' ? 'svg' : 'pdf',
    pdfStandard: textOption(job, 'pdfStandard'),
    rootDir: textOption(job, 'rootDir') ?? '',
    isOurs: job.isOurs === true,
    place: {
      inputPath: textOption(job, 'inputPath') ?? '',
      inputName: textOption(job, 'inputName') ?? '',
      allowedDirs: listOption(job, 'allowedDirs'),
      looked: new Set(),
    },
  };
}

/** A source of our own that shows each picture on a page of its size. */
async function picturePages(job: JsonObject, pictures: readonly string[]): Promise<TypstJob> {
  const request = readJob(job);
  await mkdir(request.rootDir, { recursive: true });
  const sourcePath = path.join(request.rootDir, 'pictures.typ');
  await writeFile(sourcePath, await pictureSource(pictures, { request, density: job.density }));
  return { ...request, sourcePath, isOurs: true };
}

/** The folder that Typst's root stands for: the allowed folder that holds the document. */
function projectDir(request: TypstJob): string {
  const dir = path.dirname(request.place.inputPath);
  return request.place.allowedDirs.find((allowed) => isInside(dir, [allowed])) ?? dir;
}

const mainName = (request: TypstJob): string =>
  request.isOurs
    ? path.basename(request.sourcePath)
    : path.relative(projectDir(request), request.place.inputPath);

/** The compiler would fetch packages over the network and look for them in the user's home: neither is there for it. */
async function loadCompiler(workspace: string): Promise<NodeCompiler> {
  const nowhere = 'http://127.0.0.1:9';
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy'])
    process.env[name] = nowhere;
  process.env.NO_PROXY = '';
  process.env.no_proxy = '';
  for (const name of ['XDG_DATA_HOME', 'XDG_CACHE_HOME', 'TYPST_PACKAGE_PATH', 'TYPST_PACKAGE_CACHE_PATH'])
    process.env[name] = workspace;
  const { NodeCompiler } = await import('@myriaddreamin/typst-ts-node-compiler');
  return NodeCompiler.create({ workspace });
}

/** Typst asks for a file by failing; it is then judged, read and handed in, and Typst begins anew (what it knows stays). */
async function compile(compiler: NodeCompiler, mainPath: string, request: TypstJob): Promise<number> {
  const given = new Set<string>();
  const rounds = request.isOurs ? 1 : maxFiles;
  for (let round = 0; round < rounds; round += 1) {
    const result = compiler.compile({ mainFilePath: mainPath, resetRead: true });
    const document = result.result;
    if (document !== null && !result.hasError()) {
      await writeOutput({ compiler, document, request });
      const pages = document.numOfPages;
      compiler.evictCache(30);
      return pages;
    }
    const problems = diagnostics(compiler, result.takeError() ?? result.takeDiagnostics());
    const missing = problems.map(missingFile).find((file) => file !== undefined);
    if (missing === undefined || request.isOurs || given.has(missing)) throw sourceError(problems, request);
    given.add(missing);
    await giveFile(missing, { compiler, request });
  }
  throw new ConversionError(
    'too-large',
    `${JSON.stringify(request.place.inputName)} reads more than ${maxFiles} files`,
  );
}

type Document = Parameters<NodeCompiler['pdf']>[0];

async function writeOutput(about: {
  readonly compiler: NodeCompiler;
  readonly document: Document;
  readonly request: TypstJob;
}): Promise<void> {
  const { compiler, document, request } = about;
  if (request.to === 'svg') return writeFile(request.outputPath, compiler.plainSvg(document));
  return writeFile(request.outputPath, exportPdf(about));
}

/** Where a date is made automatically, it is none of today: the same source makes the same bytes. */
function exportPdf(about: {
  readonly compiler: NodeCompiler;
  readonly document: Document;
  readonly request: TypstJob;
}): Uint8Array {
  const { compiler, document, request } = about;
  const creationTimestamp = outputDateSeconds();
  if (request.pdfStandard === undefined) return compiler.pdf(document, { creationTimestamp });
  try {
    return compiler.pdf(document, { pdfStandard: request.pdfStandard, creationTimestamp });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const why = /message: "((?:[^"\\]|\\.)*)"/.exec(text)?.[1] ?? text;
    const name = JSON.stringify(request.place.inputName);
    throw new ConversionError('unsupported', `${name} cannot become a PDF/A: ${why}`, 'Leave `pdf_a` out.');
  }
}

interface Problem {
  readonly message: string;
  readonly severity: number;
  readonly line: number | undefined;
}

function diagnostics(
  compiler: NodeCompiler,
  error: ReturnType<ReturnType<NodeCompiler['compile']>['takeError']>,
): readonly Problem[] {
  if (error === null) return [];
  const found: readonly unknown[] = compiler.fetchDiagnostics(error);
  return found.map(readProblem).filter(({ severity }) => severity === 1);
}

function readProblem(value: unknown): Problem {
  if (typeof value !== 'object' || value === null)
    return { message: String(value), severity: 1, line: undefined };
  const message = 'message' in value ? String(value.message) : '';
  const severity = 'severity' in value && typeof value.severity === 'number' ? value.severity : 1;
  const range =
    'range' in value && typeof value.range === 'string' ? /^(\d+):/.exec(value.range)?.[1] : undefined;
  return { message, severity, line: range === undefined ? undefined : Number(range) + 1 };
}

function missingFile({ message }: Problem): string | undefined {
  return /file not found \(searched at (.+?)\)/.exec(message)?.[1];
}

/** Paths that Typst asks for lie below its root, which stands for the project. */
async function giveFile(
  wanted: string,
  about: { readonly compiler: NodeCompiler; readonly request: TypstJob },
): Promise<void> {
  const { compiler, request } = about;
  const file = path.join(projectDir(request), path.relative(request.rootDir, wanted));
  const { bytes } = await readReferenced(path.relative(path.dirname(request.place.inputPath), file), {
    place: request.place,
    what: 'file',
  });
  compiler.mapShadow(wanted, Buffer.from(bytes));
}

function sourceError(problems: readonly Problem[], request: TypstJob): ConversionError {
  const { inputName } = request.place;
  const first = problems[0];
  const message = first?.message ?? 'Typst gave no reason';
  const shown = JSON.stringify(inputName);
  if (/download package|package not found|failed to load package/i.test(message)) {
    return new ConversionError(
      'refused',
      `${shown} imports a Typst package, and documents load nothing from the network: ${message}`,
      "Put the package's files into the project and import them by a relative path.",
    );
  }
  if (/access denied|outside of project root/i.test(message)) {
    return new ConversionError(
      'refused',
      `${shown} refers to a file outside of its project: ${message}`,
      'Documents read only files beside them, inside the project.',
    );
  }
  if (missingFile(first ?? { message: '', severity: 1, line: undefined }) !== undefined) {
    return new ConversionError(
      'refused',
      `${shown} asks Typst to read a file: ${message.replace(/ \(searched at .*\)/, '')}`,
      'Documents that are not Typst sources read no files by Typst code.',
    );
  }
  const image = /decode image|failed to parse (SVG|PDF)|unknown image format|invalid (PNG|JPEG)/i.test(
    message,
  );
  const where = first?.line === undefined || request.isOurs ? '' : ` (line ${first.line})`;
  return new ConversionError(
    'bad-input',
    `${shown} cannot be typeset${where}: ${message}`,
    image ? 'One of its images is broken: replace it.' : undefined,
  );
}
